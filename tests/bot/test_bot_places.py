"""Gate codes, safe places, people who take it, and the words that are left."""

# ruff: noqa: E501  tables of short texts read better dense

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.places import gate_code_spans, instructions

CODES = [
    ("gate code is 4412#", "4412#"), ("gate code 4412", "4412"), ("Gate code: 4412", "4412"), ("code: *55 21", "*5521"),
    ("code is #4412", "#4412"), ("the code's 4412", "4412"), ("the callbox is 210", "210"), ("callbox 210#", "210#"),
    ("the door code for the building is 1928", "1928"), ("code for the front gate is 12 34", "1234"),
    ("my gate code is four four one two pound", "4412#"), ("star five five two one", "*5521"),
    ("lockbox code 0192", "0192"), ("the code to the garage is 1-9-2-8", "1928"), ("buzz 304", "304"), ("dial 210", "210"),
    ("enter 4412# at the gate", "4412#"), ("punch in 0423", "0423"), ("use code 5521", "5521"), ("access code A12", "A12"),
    ("pin is 7788", "7788"), ("4412#", "4412#"), ("it's 4412#", "4412#"), ("*5521", "*5521"), ("key code 9911", "9911"),
    ("the new code is 8080", "8080"), ("gate is code 8080", "8080"), ("intercom number 12", "12"),
    ("el código es 4412", "4412"), ("el codigo del portón es 4412#", "4412#"), ("código: 4412", "4412"),
    ("clave de la puerta 1234", "1234"), ("la clave es *5521", "*5521"), ("marque el 21", "21"), ("timbre 304", "304"),
    ("el código es cuatro cuatro uno dos", "4412"), ("el timbre es el 21", "21"), ("oprima 4412 gato", "4412#"),
    ("el código para entrar al edificio es 5521", "5521"), ("toque el 304", "304"), ("el portón es el 1234", "1234"),
]  # fmt: skip
NO_CODES = """where is #4471|A1001|order 4471|my order number is 4471|zip code 94607|zip code is 94607|postal code 94607|
    código postal 28001|promo code 1234|discount code SAVE20|tracking code 1Z999AA10123456784|verification code 482913|
    area code 415|one time code 482913|security code 123|order code A1001|qr code|código de seguimiento 12345678|
    código de descuento 20|código de verificación 482913|call me at 415 555 0100|123 Main St|apt 4412|tomorrow after 5|
    between 2 and 4|1 of 2|my code doesn't work|what is the code|el código no funciona|i paid $44|2|the second one"""
PLACES = [
    ("leave it behind the planter", "behind the planter"), ("behind the planter please", "behind the planter"),
    ("back porch", "back porch"), ("the back porch please", "the back porch"), ("garage", "garage"),
    ("in the garage", "in the garage"), ("garage is fine", "garage"), ("under the mat", "under the mat"),
    ("please put it under the door mat", "under the door mat"), ("side door", "side door"), ("on the porch", "on the porch"),
    ("leave it at my front door", "at my front door"), ("next to the blue bench", "next to the blue bench"),
    ("drop it in the mailroom", "in the mailroom"), ("at the leasing office", "at the leasing office"),
    ("inside the screen door", "inside the screen door"), ("behind the trash cans", "behind the trash cans"),
    ("put it in the box on the porch", "in the box on the porch"), ("leave it out back", "out back"),
    ("leave at the front desk", "at the front desk"), ("over the fence", "over the fence"), ("in the trunk of my car", "in the trunk of my car"),
    ("by the side gate", "by the side gate"), ("under the stairs", "under the stairs"), ("parcel locker", "parcel locker"),
    ("on the left side of the house", "on the left side of the house"), ("lobby", "lobby"), ("leave it outside", "outside"),
    ("en el portal", "en el portal"), ("detrás de la maceta", "detrás de la maceta"), ("en el porche", "en el porche"),
    ("déjelo en la puerta", "en la puerta"), ("dejar en la puerta de atrás", "en la puerta de atrás"),
    ("debajo del tapete", "debajo del tapete"), ("en la recepción", "en la recepción"), ("en portería", "en portería"),
    ("junto a la puerta del garaje", "junto a la puerta del garaje"), ("en el buzón", "en el buzón"), ("cochera", "cochera"),
    ("déjalo en el patio trasero", "en el patio trasero"), ("al lado de la reja", "al lado de la reja"),
    ("déjenlo afuera", "afuera"), ("dentro de la cochera", "dentro de la cochera"), ("garaje por favor", "garaje"),
    ("atrás de los arbustos", "atrás de los arbustos"), ("ponlo sobre la mesa", "sobre la mesa"),
]  # fmt: skip
NO_PLACES = """where is my order|don't leave it on the porch|not on the porch|no lo dejen en la puerta|tomorrow|yes|
    the driver is rude|what is your return policy|gate code 4412|with the doorman|¿dónde está mi pedido?|hello|2|
    i want a refund|cancel my order|talk to a person|con el portero|it never came|no ha llegado"""
PEOPLE = [
    ("leave with the doorman", "the doorman"), ("leave it with my neighbor in 4B", "my neighbor in 4B"),
    ("neighbor in 4B", "neighbor in 4B"), ("the doorman", "the doorman"), ("give it to my wife", "my wife"),
    ("hand it to the concierge please", "the concierge"), ("with security", "security"), ("my neighbour next door", "my neighbour next door"),
    ("leave with Maria", "Maria"), ("my roommate will take it", "my roommate"), ("with the front desk", "the front desk"),
    ("to the neighbor across the street", "the neighbor across the street"), ("my husband is home", "my husband"),
    ("con el portero", "el portero"), ("déjelo con la vecina del 3A", "la vecina del 3A"), ("con mi esposa", "mi esposa"),
    ("con el vecino de al lado", "el vecino de al lado"), ("al conserje", "conserje"), ("el portero", "el portero"),
    ("entréguelo al vigilante", "vigilante"), ("con Pedro", "Pedro"), ("mi mamá está en casa", "mi mamá"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), CODES)
def test_gate_code(text: str, code: str) -> None:
    found = instructions(text, "en")
    assert found.gate_code == code
    assert (found.place, found.person) == (None, None) or "gate" in text
    (span,) = gate_code_spans(text)
    assert 0 <= span[0] < span[1] <= len(text)


@pytest.mark.parametrize("text", [line.strip() for line in NO_CODES.split("|")])
def test_no_gate_code(text: str) -> None:
    assert instructions(text, "es").gate_code is None
    assert gate_code_spans(text) == ()


@pytest.mark.parametrize(("text", "place"), PLACES)
def test_place(text: str, place: str) -> None:
    found = instructions(text, "en")
    assert (found.place, found.gate_code, found.person, found.note) == (place, None, None, None)


@pytest.mark.parametrize("text", [line.strip() for line in NO_PLACES.split("|")])
def test_no_place(text: str) -> None:
    assert instructions(text, "en").place is None


@pytest.mark.parametrize(("text", "person"), PEOPLE)
def test_person(text: str, person: str) -> None:
    found = instructions(text, "en")
    assert (found.person, found.gate_code, found.place) == (person, None, None)


@pytest.mark.parametrize(
    "text",
    ["where is my order", "tomorrow after 5", "order A1001", "yes", "", "talk to a person", "\ud800", "no ha llegado",
     "can i talk to a manager", "the driver was rude to my wife", "hablar con una persona", "contigo", "with it"],
)  # fmt: skip
def test_no_instructions(text: str) -> None:
    assert not instructions(text, "en")


def test_all_together() -> None:
    found = instructions(
        "Hi, please leave it behind the planter or with the doorman. Gate code is 4412#. Beware of the dog!", "en"
    )
    assert (found.gate_code, found.place, found.person) == ("4412#", "behind the planter", "the doorman")
    assert found.note is not None and "Beware of the dog" in found.note and "4412" not in found.note
    spanish = instructions("El código es 4412, déjelo en la portería con Luis. Cuidado con el perro", "es")
    assert (spanish.gate_code, spanish.place) == ("4412", "en la portería")
    assert spanish.note is not None and "Cuidado con el perro" in spanish.note


def test_what_must_not_be_done_is_told_to_the_driver() -> None:
    assert instructions("please don't ring the bell, baby sleeping", "en").note == "don't ring the bell, baby sleeping"
    found = instructions("don't leave it on the porch", "en")
    assert (found.place, found.note) == (None, "don't leave it on the porch")


@given(
    st.text(st.characters(), max_size=300) | st.text("gate code is 4412# behind the pot con el portero *", max_size=120)
)
def test_any_text_is_read(text: str) -> None:
    found = instructions(text, "en")
    assert found.gate_code is None or any(c.isdigit() for c in found.gate_code)
    for start, end in gate_code_spans(text):
        assert 0 <= start < end <= len(text)


def test_a_code_is_found_however_accents_are_written() -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "¡Sí! Déjelo atrás, el código del portón es 4412#, ¿está bien?")
        ((start, end),) = gate_code_spans(text)
        assert text[start:end] == "4412#"


@given(st.from_regex(r"[0-9]{3,6}#?", fullmatch=True))
def test_no_code_is_left_in_the_note(code: str) -> None:
    found = instructions(f"gate code is {code}, leave it in the garage. watch the steps", "en")
    assert found.gate_code == code
    assert found.note and code.strip("#") not in found.note
