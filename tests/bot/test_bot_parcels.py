"""A late parcel in the words of public threads, voices and learners; and what no shop delivers, asked for alike."""

import pytest

from bot.keywords import Keywords
from bot.normal import normal
from bot.rules.elsewhere import is_anothers, of_ours
from bot.understanding import CLEAR

LATE = """
    @vanfolk still no parcel, four days running #waiting
    any movement with the shipment
    what position is our consignment in
    how come my parcel went to alaska
    how many drops before mine
    did the seller ship the violin
    why is my order pending
    paid extra for express shipping, it has been a week
    I bought a kettle ages ago and still have no news
    need it by sunday for the christening, will that work
    can I track the debit card you mailed
    still haven't received the card
    no me ha llegado mi tarjeta
    qué razón me dan de mi paquete
    encargué un violín hace un mes y nada
    mi pedido sigue sin moverse
    sigue pendiente mi compra
    qué tan lejos anda el chofer"""
NOT_LATE = """
    my parcel still never arrived!!
    I ordered two kettles and got one broken
    cancel the order that is still pending
    compré una tele y llegó rota
    track my spending
    my card has not been working
    how far is the moon
    when do i get my paycheck"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("text", lines(LATE))
def test_a_late_parcel_is_heard_by_rules_alone(text: str) -> None:
    found = Keywords().understand(text)
    assert found.intent == "where_is_my_order"
    assert found.confidence >= CLEAR


@pytest.mark.parametrize("text", lines(NOT_LATE))
def test_what_is_built_alike_is_not(text: str) -> None:
    found = Keywords().understand(text)
    assert found.intent != "where_is_my_order" or found.confidence < CLEAR


@pytest.mark.parametrize(
    ("text", "anothers"),
    [
        ("cancel my uber", True),
        ("move my dentist appointment to friday", True),
        ("cancela mi membresía", True),
        ("mueve mi junta al jueves", True),
        ("i need help with the sign-up", True),
        ("what are the payment options", True),
        ("cancel the gold account", True),
        ("cancel my order", False),
        ("cancel the playlist speaker I ordered", False),
        ("I have a meeting, come after five", False),
        ("move my delivery, I have an appointment", False),
        ("tengo una cita, vengan mañana", False),
    ],
)
def test_what_no_shop_delivers(text: str, *, anothers: bool) -> None:
    assert is_anothers(normal(text)) is anothers


def test_a_sure_model_does_not_act_on_what_no_shop_delivers() -> None:
    ranking = [("cancel_order", 0.97), ("out_of_scope", 0.02), ("reschedule", 0.01)]
    assert of_ours(ranking, normal("cancel my uber")) == [("out_of_scope", CLEAR), ranking[0], ranking[2]]
    assert of_ours(ranking, normal("cancel my order")) == ranking
    person = [("talk_to_person", 0.8), *ranking[1:]]
    assert of_ours(person, normal("I want to cancel my subscription with a human")) == person
