"""Yes and no in many forms, several choices, corrections."""

# ruff: noqa: E501  tables of short texts read better dense

import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import choice, choices, correction, yes_or_no

ANYTHING = st.text(st.characters(), max_size=200) | st.text("yes no, both 1-3 and # the i meant friday ñ", max_size=120)

YES = """yeap|Yess please|sure thing|yesplease|oksure|ok thanks for your help|👍🏽|👍🏿👍🏿|🆗|👌🏻|🤝|roger|proceed|
    carry on|please confirm|that would be great|fine by me|yes take your time|yes you did|yes the blue one|exact|
    you got that right|that's exactly what i meant|yeah that is correct|okidoki|i would love that|superb|
    dale|dale pues|claro|claro que sí|órale|sale|ándale|va|así está bien|me sirve|me funciona|por mí bien|
    estoy de acuerdo|efectivamente|eso mero|sí señora|si por favor|simón|cómo no|acepto|sii|sip|yes cancel it"""
NO = """nah|not really|para nada|no need|nothanks|no thanks, have a nice day|no thank you so much for your help|nope bye|
    nothing else thanks|no more|that's enough|i'm all set|hard pass|not interested|don't bother|👎🏼|🙅🏽‍♀️|❎|
    that is not what i meant|that's not right|you got it wrong|wrong day|not the right time|i didn't say that|
    you misunderstood me|it's not correct|sorry but that is not the right answer|heck no|nuh uh|that doesn't work for me|
    no hace falta|no es necesario|por ahora no|de momento no|nel|nones|ninguna de las dos|no me sirve|no puedo|
    eso no es lo que quiero|no está bien|ni hablar|claro que no|todavía nada|no, el viernes|no i did not"""
NEITHER = """good bye|ok bye|ok have a nice day|good night|this is not the right item|wrong item|wrong address|
    you sent the wrong size|where is it|cancel my order|you messed up my order|no one came|no driver came|
    si llega tarde me avisan|si no llega hoy cancelo|friday|can you confirm that?|did you get it correctly?|the second one|
    thanks for nothing|my order is not here|no ha llegado|4412#|A1001|yes but friday|maybe|no se|i don't know|i'm not sure|
    sure but when|why not both?|no tengo luz|hola|the driver was great|it was delivered to the wrong house|
    ok where is it|i'm good"""


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.split("|")]


@pytest.mark.parametrize("text", _lines(YES))
def test_yes(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize("text", _lines(NO))
def test_no(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize("text", _lines(NEITHER))
def test_neither(text: str) -> None:
    assert yes_or_no(text) is None


STRANGERS = Path(__file__).parents[3] / "shared/data/nlu"


@pytest.mark.skipif(not STRANGERS.is_dir(), reason="strangers' words are not here")
def test_strangers_are_hardly_ever_taken_the_wrong_way_round() -> None:
    """What the sets call yes is a yes, or nothing; the few exceptions are the labels' own ("no thats it")."""
    wanted = {"confirmation": True, "rejection": False, "general_affirm": True, "general_negate": False}
    seen: Counter[tuple[bool, bool | None]] = Counter()
    for name in ("multidogo_social", "hwu64_fold1"):
        for line in (STRANGERS / f"{name}.jsonl").read_text().splitlines():
            row = json.loads(line)
            if row["intent"] in wanted:
                seen[wanted[row["intent"]], yes_or_no(row["text"])] += 1
    for said in (True, False):
        total = sum(n for (want, _), n in seen.items() if want is said)
        assert seen[said, not said] / total < 0.01
        assert seen[said, said] / total > 0.70


@pytest.mark.skipif(not STRANGERS.is_dir(), reason="strangers' words are not here")
@pytest.mark.parametrize("name", ["bitext_8k", "banking77"])
def test_no_question_of_a_stranger_is_an_answer(name: str) -> None:
    for line in (STRANGERS / f"{name}.jsonl").read_text().splitlines():
        assert yes_or_no(json.loads(line)["text"]) is None


@pytest.mark.parametrize(
    ("text", "n", "picked"),
    [
        ("the second one", 3, (2,)), ("2", 3, (2,)), ("both", 2, (1, 2)), ("both", 3, ()), ("the last", 3, (3,)),
        ("first two", 3, (1, 2)), ("the first two please", 3, (1, 2)), ("the last two", 3, (2, 3)),
        ("la segunda", 3, (2,)), ("ambos", 2, (1, 2)), ("ambas", 2, (1, 2)), ("las dos", 2, (1, 2)), ("las dos", 3, ()),
        ("los dos por favor", 2, (1, 2)), ("the two", 2, (1, 2)), ("las dos primeras", 3, (1, 2)),
        ("los dos últimos", 3, (2, 3)), ("option B", 3, (2,)), ("b", 3, (2,)), ("opción c", 3, (3,)), ("option D", 3, ()),
        ("1 and 3", 3, (1, 3)), ("1,3", 3, (1, 3)), ("1 3", 3, (1, 3)), ("1, 2 and 3", 3, (1, 2, 3)), ("1 & 2", 2, (1, 2)),
        ("1-3", 3, (1, 2, 3)), ("1 to 2", 3, (1, 2)), ("uno y tres", 3, (1, 3)), ("first and last", 3, (1, 3)),
        ("all of them", 3, (1, 2, 3)), ("all", 2, (1, 2)), ("todos", 3, (1, 2, 3)), ("todas", 2, (1, 2)),
        ("la primera y la tercera", 3, (1, 3)), ("1 y 2", 2, (1, 2)),
        ("2 and 5", 3, ()), ("none", 3, ()), ("not 2", 3, ()), ("all but 2", 3, ()), ("todos menos el 2", 3, ()),
        ("", 3, ()), ("where is it", 3, ()), ("2 days ago", 3, ()), ("a package", 3, ()), ("0", 3, ()), ("both", 0, ()),
    ],
)  # fmt: skip
def test_choices(text: str, n: int, picked: tuple[int, ...]) -> None:
    assert choices(text, n) == picked


@given(ANYTHING, st.integers(0, 12))
def test_choices_are_options_in_order(text: str, n: int) -> None:
    picked = choices(text, n)
    assert list(picked) == sorted(set(picked))
    assert all(1 <= one <= n for one in picked)
    one = choice(text, n)
    assert one is None or picked == (one,)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("no, Friday", "Friday"), ("No. Friday!", "Friday"), ("no friday", "friday"), ("nope, tomorrow", "tomorrow"),
        ("no no, the 5th", "the 5th"), ("no the 5th", "the 5th"), ("no, mejor el viernes", "el viernes"),
        ("no mejor el viernes", "el viernes"), ("mejor el sábado por favor", "el sábado"), ("i meant the 4th", "the 4th"),
        ("Sorry, I meant 4B", "4B"), ("oops I meant the second one", "the second one"), ("actually after 6", "after 6"),
        ("Actually, after 6 please", "after 6"), ("wait, saturday instead", "saturday"), ("make it saturday", "saturday"),
        ("make that two", "two"), ("perdón, quise decir el jueves", "el jueves"), ("no it's 4413", "4413"),
        ("no, es 4413", "4413"), ("digo, el lunes", "el lunes"), ("no digo, el lunes", "el lunes"),
        ("not friday, saturday", "saturday"), ("friday. no wait, saturday", "saturday"),
        ("friday, i mean saturday", "saturday"), ("el viernes, digo el sábado", "el sábado"),
        ("change it to monday", "monday"), ("scratch that, monday", "monday"), ("on second thought, the garage", "the garage"),
        ("me equivoqué, es el 4B", "el 4B"), ("en realidad después de las 6", "después de las 6"),
        ("no the other one", "the other one"), ("no, behind the planter", "behind the planter"),
        ("quería decir mañana", "mañana"), ("no, mañana por la tarde", "mañana por la tarde"),
    ],
)  # fmt: skip
def test_correction(text: str, instead: str) -> None:
    assert correction(text) == instead


@pytest.mark.parametrize(
    "text",
    [
        "no", "nope", "no thanks", "no, thanks", "no thank you", "yes", "yes, friday", "friday", "sorry", "actually", "",
        "no, he never came", "no, where is my order", "no quiero", "no ha llegado", "no, no ha llegado", "no one came",
        "no gracias", "where is my order", "leave it at the door", "mejor", "wait", "i mean", "2", "no, i did not",
        "no problem", "not yet", "no, nothing", "the gate code is 4412", "no, it was not delivered", "\ud800",
    ],
)  # fmt: skip
def test_no_correction(text: str) -> None:
    assert correction(text) is None


@given(ANYTHING)
def test_what_corrects_stands_in_the_text(text: str) -> None:
    instead = correction(text)
    assert instead is None or (instead and instead in unicodedata.normalize("NFC", text))
