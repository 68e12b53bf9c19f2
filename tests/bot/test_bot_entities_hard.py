"""Numbers, codes and choices as they are hard to read: spaced, spelled, praised, and what only looks like them."""

import pytest

from bot.answers import choice, choices
from bot.entities import find
from bot.places import instructions

NUMBERS = """
order 4 4 7 1 | order_number 4471
el pedido 4 4 7 1 | order_number 4471
SO#12345 | order_number 12345
number 4471 | order_number 4471
where's 4471 | order_number 4471
es el 4471 | order_number 4471
tba 123 456 789 012 | tracking_number TBA123456789012
T B A one two three four five six seven eight nine zero one two | tracking_number TBA123456789012
TBC123456789012 | tracking_number TBC123456789012
PQ4F6P0704012340110770P | tracking_number PQ4F6P0704012340110770P
RR123456785ES | tracking_number RR123456785ES
#4412 is the gate code | -
it's 5 | -
my zip is 94607 | -
no 4471 | -
"""
CHOICES = """
2 works for me | 2
2 is fine | 2
third one works | 3
make it 2 | 2
la 2 me sirve | 2
el tercero está bien | 3
the middle one | 2
la de en medio | 2
B please | 2
not 2 | -
2 is too early | -
is 2 good? | -
2 days works | -
"""
CODES = """
press 0 then 4412 | 4412
callbox 204 | 204
gate 4412 | 4412
gate code A12B | A12B
code 10% off | None
promo code SAVE20 | None
"""


def rows(table: str) -> list[tuple[str, str]]:
    return [(text, line) for text, _, line in (row.rpartition(" | ") for row in table.strip().splitlines())]


@pytest.mark.parametrize(("text", "line"), rows(NUMBERS))
def test_numbers(text: str, line: str) -> None:
    assert (" ".join(f"{one.kind} {one.value}" for one in find(text)) or "-") == line


@pytest.mark.parametrize(("text", "line"), rows(CHOICES))
def test_choices_of_three(text: str, line: str) -> None:
    assert str(choice(text, 3) or ",".join(map(str, choices(text, 3))) or "-") == line


def test_two_choices_have_no_middle() -> None:
    assert choice("the middle one", 2) is None


@pytest.mark.parametrize(("text", "line"), rows(CODES))
def test_codes(text: str, line: str) -> None:
    assert str(instructions(text, "en").gate_code) == line
