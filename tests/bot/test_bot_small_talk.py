"""Small talk: two courtesies in one text, typed in haste, and what stands behind one."""

import pytest

from bot.answers import yes_or_no
from bot.hasty import calm
from bot.judge import courtesy
from bot.keywords import Keywords
from bot.normal import normal
from bot.openings import accepts, opening, tells
from bot.understanding import CLEAR

KEYWORDS = Keywords()


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("okthnaks sirbye", "ok thanks sir bye"),
        ("surethank youbye", "sure thank you bye"),
        ("noreally thakns", "no really thanks"),
        ("that helpsthank you", "that helps thank you"),
        ("all done here, have fun robinhave a nice day", "all done here have fun robin have a nice day"),
        ("oaky thankyu", "okay thank you"),
        ("yesnothing else", "yes nothing else"),
        ("bigger than i think", "bigger than i think"),
        ("noon, siri, nook, nobody, notice, surely, treat, greet", "noon siri nook nobody notice surely treat greet"),
        ("", ""),
    ],
)
def test_haste_is_read_calmly(text: str, apart: str) -> None:
    assert calm(normal(text)) == apart


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("yes thank you", "affirm"),
        ("yes thank you robin", "affirm"),
        ("yes sir thank you so much", "thanks"),
        ("yes, thanks for all you did", "thanks"),
        ("yeah thank you robin, have a nice evening", "thanks"),
        ("yes thanks, bye", "affirm"),
        ("sí gracias", "affirm"),
        ("sí muchas gracias por todo", "thanks"),
        ("sí gracias, que tenga buen día", "thanks"),
        ("yes okay bye", "affirm"),
        ("yes, bye then", "goodbye"),
        ("yes it was a pleasure", "affirm"),
        ("ok sure thank you", "thanks"),
        ("ok no problem robin, thanks", "thanks"),
        ("i don't think so, thanks again robin", "deny"),
        ("no creo, gracias", "deny"),
        ("that will be all for today", "deny"),
        ("eso sería todo", "deny"),
        ("that's it", None),
        ("you're amazing, thank you so much, nothing more", "thanks"),
        ("i have no more of them, thanks", None),
        ("good morning and have a great day", "greet"),
        ("buenos días, que tenga buen día", "greet"),
        ("ok robin ciao", "goodbye"),
        ("vale, hasta la próxima", "goodbye"),
        ("i really appreciate it", None),
        ("appreciated, bye", "thanks"),
    ],
)
def test_what_two_courtesies_mostly_mean(text: str, means: str | None) -> None:
    assert opening(normal(text)) == means


@pytest.mark.parametrize("text", ["yes i spoke to my bank about it", "thanks i am off to the beach", "ok i will wait"])
def test_a_statement_asks_for_nothing(text: str) -> None:
    assert tells(normal(text))


@pytest.mark.parametrize(
    "text",
    ["thanks, can you move it to friday", "yes please leave it with robin", "ok what now", "yes but later",
     "thanks, i need another one", "gracias, quiero cambiarlo", "ya salió mi avión", "si llueve me quedo"],
)  # fmt: skip
def test_a_request_is_no_mere_statement(text: str) -> None:
    assert not tells(normal(text))


def test_an_ok_accepts_unless_something_else_is_said() -> None:
    assert [accepts(normal(text)) for text in ("ok robin", "okay i see it on the page", "vale robin")] == [True] * 3
    others = ("ok thanks", "ok bye", "ok nothing", "ok but no", "ok that is all", "robin", "great robin")
    assert not any(accepts(normal(text)) for text in others)


def heard(text: str, *ranking: tuple[str, float]) -> tuple[str, float]:
    return courtesy(ranking, text, KEYWORDS.understand(text))


def test_a_request_that_only_the_model_hears_faintly_is_none() -> None:
    assert heard("yes my bank knows about robin", ("complaint", 0.85)) == ("affirm", CLEAR)
    assert heard("thank you robin i am off to the beach", ("driver_on_my_way", 0.7)) == ("thanks", CLEAR)
    assert heard("ok robin i am off to the beach", ("driver_on_my_way", 0.7)) == ("affirm", CLEAR)
    assert heard("yes my bank knows about robin", ("complaint", 0.95))[0] == "complaint"  # the model is sure
    assert heard("yes the box is crushed", ("damaged", 0.7))[0] == "damaged"  # a rule hears it too
    assert heard("thank you robin please move it", ("reschedule", 0.7))[0] == "reschedule"  # it asks
    assert heard("no robin was never at the beach", ("not_received", 0.7))[0] == "not_received"  # a no tells


def test_between_yes_and_no_a_strong_rule_decides() -> None:
    assert heard("that's correct", ("deny", 0.8))[0] == "affirm"
    assert heard("that's correct", ("deny", 0.95))[0] == "deny"
    assert heard("ok robin", ("goodbye", 0.6))[0] == "affirm"
    assert heard("ok robin", ("goodbye", 0.95))[0] == "goodbye"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("okaythank you", "thanks"),
        ("ok sure thanks", "thanks"),
        ("no problem thanks", "thanks"),
        ("yes thank you", "affirm"),
        ("no thank you for helping me", "deny"),
        ("thanks for helping me", "thanks"),
        ("please help thanks", "help"),
        ("nice to talk to you", "goodbye"),
        ("you can end the chat now", "goodbye"),
        ("i want to talk to somebody", "talk_to_person"),
        ("thanks, now change my address", "change_address"),
        ("thank you please cancel my order", "cancel_order"),
        ("ok thanks, where is my order", "where_is_my_order"),
        ("gracias, quiero cancelar mi pedido", "cancel_order"),
    ],
)
def test_keywords_read_two_courtesies_too(text: str, means: str) -> None:
    understood = KEYWORDS.understand(text)
    assert (understood.intent, understood.is_clear) == (means, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("yes thank you so much for your help", True),
        ("yes please thank you so much for sorting out all of this today", True),
        ("yess thnkyou", True),
        ("sí, muchas gracias por todo", True),
        ("no thank you so much for your help with everything today robin", False),
        ("nothank you", False),
        ("okno thanks", False),
        ("no muchas gracias por todo, hasta luego", False),
        ("yes thank you so much, can you cancel it", None),
        ("yes thanks so much for all of this but no", None),
        ("no thanks, please tell the driver to leave it at the side door instead", None),
        ("thank you so much for your help", None),
    ],
)
def test_a_question_is_answered_whatever_the_thanks_are_called(text: str, says: bool | None) -> None:
    """What thanks at length is called `thanks` where nothing has been asked; to a question it is still the answer."""
    assert yes_or_no(text) is says


@pytest.mark.parametrize(
    ("text", "sure", "means"),
    [
        ("zxcv", 0.56, "out_of_scope"),
        ("grmpf blorp", 0.52, "out_of_scope"),
        ("ok", 0.56, "affirm"),
        ("zxcv", 0.7, "affirm"),
        ("I have that one here", 0.56, "affirm"),
    ],
)
def test_noise_agrees_to_nothing(text: str, sure: float, means: str) -> None:
    intent, confidence = courtesy([("affirm", sure), ("greet", 0.2)], text, KEYWORDS.understand(text))
    assert intent == means
    assert (confidence >= CLEAR) == (means == "affirm")
