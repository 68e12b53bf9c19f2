"""Numbers spelled out, spaced, proved by their check digit, and all that is no number of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dictated import dictated
from bot.entities import find
from bot.places import instructions
from bot.spoken import digits_spoken
from bot.tracking_numbers import carrier

ANYTHING = st.text(st.characters(), max_size=200) | st.text("one two three a as in b # 1Z44-71 . ,", max_size=120)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("b as in boy 4471", "B4471"),
        ("it's b as in boy four four seven one", "B4471"),
        ("order number four four seven one", "4471"),
        ("my order is a one oh oh one", "A1001"),
        ("a ten oh one", "A1001"),
        ("it's forty four seventy one", "4471"),
        ("b dash double four seven one", "B-4471"),
        ("bravo 4471", "B4471"),
        ("b de burro cuatro cuatro siete uno", "B4471"),
        ("el pedido cuarenta y cuatro setenta y uno", "4471"),
        ("where is B 4471", "B4471"),
        ("pedido b 4471", "B4471"),
        ("B - 4471", "B-4471"),
        ("# 4471", "4471"),
        ("hashtag four four seven one", "4471"),
        ("the code is #4412 and order #4471", "4471"),
        ("gate code 4412#, order A1001", "A1001"),
        ("is order b-4471 coming between 2 and 4", "B-4471"),
    ],
)  # fmt: skip
def test_order_numbers_as_people_say_them(text: str, value: str) -> None:
    assert [(e.kind, e.value) for e in find(text)] == [("order_number", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one z nine nine nine a a one zero one two three four five six seven eight four", "1Z999AA10123456784"),
        ("1Z 999 AA1 01 2345 6784 is late", "1Z999AA10123456784"),
        ("1Z 999 AA1 01 2345 6785 is late", "1Z999AA10123456785"),  # mistyped, and still one number
        ("1z999 2 days", "1Z999"),
        ("9400 1102 0088 1269 5051 60", "9400110200881269505160"),
        ("RR 123 456 785 US", "RR123456785US"),
        ("mi número de guía es 1234567890", "1234567890"),
    ],
)
def test_tracking_numbers_as_people_write_them(text: str, value: str) -> None:
    assert [(e.kind, e.value) for e in find(text)] == [("tracking_number", value)]


@pytest.mark.parametrize(
    "text",
    [
        # phones
        "4155550100", "14155550100", "call me on 415 555 0100",
        "+44 20 7946 0958", "415-555-0100", "(415)555-0100",
        "call five five five oh one oh oh", "four one five five five five oh one oh oh",
        # dates, times, prices
        "order on 12/05/2026", "pedido del 12-05-2026", "my order 2026-11-20", "at 1730", "order at 10:30",
        "order of 1000 dollars", "i paid 1,200", "order 1500 pesos", "pedido 1,200.50", "between 2 and 4", "5pm",
        "order 3 days ago", "december 3rd 2026",
        # houses and roads
        "i live at 1234 Main St", "order 1001 5th ave", "4471 5th ave", "apt B 1200", "apt 1200", "unit 1500", "I 405",
        "zip 94607", "take us101", "casa 1234", "the building 4471",
        # gate codes
        "gate code is four four one two", "code A1234", "code: *55 21", "the callbox is 2104", "el código es 4412",
        "gate code is 4412#", "buzz 3041", "4412#",
        "press #4412", "marque #2104", "buzz B2041", "enter #4412 at the door",
        # words
        "meet me at one thirty", "i have two or three boxes", "i ordered one", "b as in boy", "one two",
    ],
)  # fmt: skip
def test_nothing_of_ours(text: str) -> None:
    assert find(text) == ()


#: Published examples and numbers worked out by hand.
VALID = [
    ("1Z999AA10123456784", "ups"),
    ("1z 999 aa1 01 2345 6784", "ups"),
    ("986578788855", "fedex"),
    ("9400110200881269505160", "usps"),
    ("RR123456785US", "usps"),
    ("RR473124829SE", "post"),
    ("RR473124828SE", None),
    ("1Z999AA10123456785", None),
    ("986578788856", None),
    ("", None),
    ("１Z999", None),
]


@pytest.mark.parametrize(("value", "name"), VALID)
def test_a_check_digit_proves_the_carrier(value: str, name: str | None) -> None:
    assert carrier(value) == name


@given(
    st.sampled_from([v for v, name in VALID if name in ("ups", "fedex", "usps") and v[-1].isdigit()]), st.integers(1, 9)
)
def test_another_last_digit_proves_nothing(value: str, more: int) -> None:
    assert carrier(value[:-1] + str((int(value[-1]) + more) % 10)) is None


CODES = st.from_regex(r"[1-9][0-9]{3}", fullmatch=True)
ORDERS = st.from_regex(r"[B-H]-?[1-9][0-9]{3}", fullmatch=True)
TEMPLATES = st.sampled_from(
    [
        "gate code is {code}#, order {order}",
        "order {order}. the gate code is {code}",
        "code: {code} for {order}",
        "el código del portón es {code}, pedido {order}",
        "{order} - callbox {code}#",
    ]
)


@given(TEMPLATES, CODES, ORDERS)
def test_a_gate_code_is_no_order_and_an_order_no_gate_code(template: str, code: str, order: str) -> None:
    text = template.format(code=code, order=order)
    assert [e.value for e in find(text)] == [order]
    assert (instructions(text, "en").gate_code or "").strip("#") == code


@given(ORDERS)
def test_an_order_alone_is_no_instruction(order: str) -> None:
    for text in (order, f"order {order}", f"where is #{order[1:].strip('-')}", f"mi pedido es {order}"):
        assert not instructions(text, "en")


_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@given(st.from_regex(r"[1-9][0-9]{2,9}", fullmatch=True))
def test_digits_said_one_by_one_are_the_number(number: str) -> None:
    said = " ".join(_WORDS[int(digit)] for digit in number)
    assert digits_spoken(said).replace(" ", "") == number
    assert [one.value for one in dictated(f"it is {said}, thanks")] == [number]


@given(ANYTHING)
def test_any_text_is_read(text: str) -> None:
    for one in dictated(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.value
    find(text)
