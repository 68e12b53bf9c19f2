"""Numbers, choices, yes and no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import choice, yes_or_no
from bot.entities import find

ANYTHING = st.text(st.characters(), max_size=300) | st.text("0123456789#-+ .,1Zorder\ud800\0", max_size=120)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("A1001", "order_number", "A1001"),
        ("#4471", "order_number", "4471"),
        ("where is B-4471?", "order_number", "B-4471"),
        ("order 1042", "order_number", "1042"),
        ("my order number is 1042, thanks", "order_number", "1042"),
        ("pedido nº 1042", "order_number", "1042"),
        ("orden a1001", "order_number", "A1001"),
        ("cancel purchase 113542617735902", "order_number", "113542617735902"),
        ("ORD-2024-17", "order_number", "ORD-2024-17"),
        ("112-4455667-1234567", "order_number", "112-4455667-1234567"),
        ("4471", "order_number", "4471"),
        ("1Z999", "tracking_number", "1Z999"),
        ("1z 999 aa1 01 2345 6784", "tracking_number", "1Z999AA10123456784"),
        ("9400 1000 0000 0000 0000 00", "tracking_number", "9400100000000000000000"),
        ("where is 94001000000000000000?", "tracking_number", "94001000000000000000"),
        ("fedex 961234567890", "tracking_number", "961234567890"),
        ("123456789012345", "tracking_number", "123456789012345"),
        ("dhl 1234567890", "tracking_number", "1234567890"),
        ("JD014600003828391234", "tracking_number", "JD014600003828391234"),
        ("RR123456789US", "tracking_number", "RR123456789US"),
    ],
)
def test_numbers(text: str, kind: str, value: str) -> None:
    (entity,) = find(text)
    assert (entity.kind, entity.value) == (kind, value)
    assert text[entity.start : entity.end].upper().replace(" ", "").strip("#") == value


@pytest.mark.parametrize(
    "text",
    [
        "call me at 4155550100", "+14155550100", "(415) 555-0100", "gate code 4412#", "code is #4412", "apt 1200", "2",
        "order 2 days ago", "order at 12:30", "i paid $1000", "at 5pm", "mp3 player", "", "😀" * 1600, "\ud800\0",
    ],
)  # fmt: skip
def test_what_is_no_number_of_ours(text: str) -> None:
    assert find(text) == ()


def test_several_in_the_order_of_writing() -> None:
    assert [e.value for e in find("A1001 and #4471, tracking 1Z999AA10123456784")] == [
        "A1001",
        "4471",
        "1Z999AA10123456784",
    ]


@given(ANYTHING)
def test_entities_lie_in_the_text_and_apart(text: str) -> None:
    end = 0
    for entity in find(text):
        assert end <= entity.start < entity.end <= len(text)
        assert entity.value
        end = entity.end


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("2", 2), ("2.", 2), ("2)", 2), ("#2", 2), (" 2 ", 2), ("2️⃣", 2), ("option 2", 2), ("number two", 2),
        ("no. 2", 2), ("2 please", 2), ("2, the lamp", 2), ("the second one", 2), ("2nd", 2), ("second", 2),
        ("el segundo", 2), ("dos", 2), ("la 2", 2), ("opción dos", 2), ("quiero la segunda", 2), ("1st", 1), ("one", 1),
        ("uno", 1), ("number one", 1),
        ("I'll take the first one please", 1), ("the last one", 3), ("el último", 3), ("three!", 3), ("yes 2", 2),
        ("5", None), ("0", None), ("2 days ago", None), ("1 or 2", None), ("1 2", None), ("not 2", None), ("no", None),
        ("both", None), ("the one", None), ("2.5", None), ("12:30", None), ("", None), ("where is my order", None),
        ("one of them is broken", None), ("\ud800", None), ("２", 2), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_choice(text: str, picked: int | None) -> None:
    assert choice(text, 3) == picked


@given(ANYTHING, st.integers(0, 12))
def test_a_choice_is_one_of_the_options(text: str, options: int) -> None:
    picked = choice(text, options)
    assert picked is None or 1 <= picked <= options


YES = """yes|Yes!!|yesss|y|yep pls|yeah sure|ok|OK.|okay|sure|of course|correct|that's right|sounds good|go ahead|👍|✅|
    absolutely|yes please|yes thanks|I do|yes i did|yes cancel it|yes, friday|sí|si|Sí, claro|si por favor|claro que sí|
    dale|vale|bueno|por supuesto|de acuerdo|así es|correcto|no problem|why not"""
NO = """no|No.|nooo|n|nope|nah|no thanks|no thank you|not yet|not really|never|i don't think so|absolutely not|
    that's wrong|incorrect|👎|❌|no gracias|claro que no|todavía no|aún no|para nada|mejor no|no quiero|
    no, he never came|no i didnt get it|no, friday|ahora no"""
NEITHER = """maybe|not sure|yes or no|yes?|no?|yes no|yes but not today|where is my order|no, where is my order|
    no ha llegado mi pedido|si llega tarde me avisan|stop|cancel|2|thanks|no worries|right now|no idea|no sé|😀|
    okay when is it coming|"""


@pytest.mark.parametrize("text", [line.strip() for line in YES.split("|")])
def test_yes(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize("text", [line.strip() for line in NO.split("|")])
def test_no(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize("text", [line.strip() for line in NEITHER.split("|")])
def test_neither(text: str) -> None:
    assert yes_or_no(text) is None


@given(ANYTHING)
def test_yes_or_no_never_raises(text: str) -> None:
    assert yes_or_no(text) in (True, False, None)
