"""Which figures of a text are a phone number or a card. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

import phonenumbers

from bot.leaks import cues, scattered
from bot.leaks.base import LeakKind
from bot.leaks.groups import Chain, Group
from bot.leaks.scattered import Found

#: Shortest local number, longest number of E.164, shortest and longest card, in digits.
_LOCAL, _LONGEST, _CARD_LEAST, _CARD_MOST = 7, 15, 13, 19
_NANP: Final = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
_CARD: Final = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}"
    r"|35\d{14}|62\d{14,17}|5[06-8]\d{10,17}"
)
#: Groupings in which phone numbers of the world are written, beside those the country's own plan names.
_USUAL: Final = frozenset(
    {
        (3, 7), (1, 3, 7), (6, 4), (3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (2, 3, 4), (2, 4, 4), (2, 2, 2, 2, 2), (5, 6),
        (3, 4, 4),
    }
)  # fmt: skip
_ALWAYS: Final = frozenset({(3, 3, 4), (1, 3, 3, 4)})
#: Nobody writes a number in more groups, but for digit by digit.
_MOST_GROUPS: Final = 6
#: Whose plans are asked when the destination does not say.
_REGIONS: Final = ("US", "MX", "ES")


class _Window:
    """Neighbouring groups of a chain, and the plain text they stand in."""

    def __init__(self, text: str, groups: Sequence[Group]) -> None:
        self.text, self.groups = text, groups
        self.digits = "".join(group.digits for group in groups)
        self.lengths = tuple(len(group.digits) for group in groups)

    @property
    def start(self) -> int:
        return self.groups[0].start

    @property
    def end(self) -> int:
        return self.groups[-1].end

    @cached_property
    def cue(self) -> str:
        return cues.nearest(self.text, self.start, self.end)

    @cached_property
    def spelled(self) -> bool:
        dressed = sum(len(group.digits) for group in self.groups if group.dressed)
        return 2 * dressed >= len(self.digits) or dressed >= 4

    def gaps(self) -> list[str]:
        return [self.text[a.end : b.start] for a, b in pairwise(self.groups)]

    def led_by_plus(self) -> bool:
        before = self.text[max(0, self.start - 6) : self.start].rstrip(" (")
        return before.endswith(("+", "plus", " mas"))


def find(text: str, figures: Sequence[Chain], kept: frozenset[str], country: str | None) -> Iterator[Found]:
    """Every phone number and card of a plain text. figures: its chains. kept: digits known to be innocent."""
    regions = (country.upper(), "US") if country else _REGIONS

    def phone_by_shape(window: _Window) -> bool:
        return not _known(window.digits, kept) and _shaped(window)

    def phone_by_dress(window: _Window) -> bool:
        return not _known(window.digits, kept) and _dressed(window, regions)

    def phone_by_words(window: _Window) -> bool:
        return not any(_known(digits, kept) for digits in (window.digits, *(g.digits for g in window.groups))) and (
            _by_words(window, regions)
        )

    for chain in figures:
        rest: list[Sequence[Group]] = [chain.groups]
        for kind, most, least, sure, judge in (
            (LeakKind.CARD, _CARD_MOST, _CARD_LEAST, True, _is_card),
            (LeakKind.PHONE, _LONGEST + 2, _LOCAL, True, phone_by_shape),
            (LeakKind.PHONE, _LONGEST, _LOCAL, True, phone_by_dress),
            (LeakKind.PHONE, _LONGEST, _LOCAL, False, phone_by_words),
        ):
            left: list[Sequence[Group]] = []
            for groups in rest:
                for window, free in _search(text, groups, least, most, judge):
                    if window is not None:
                        yield Found(kind, _with_plus(window), window.end, sure)
                    elif free:
                        left.append(free)
            rest = left
    yield from scattered.find(text, figures, kept)


def _search(
    text: str, groups: Sequence[Group], least: int, most: int, judge: Callable[[_Window], bool]
) -> Iterator[tuple[_Window | None, Sequence[Group]]]:
    """Split the groups into windows that the judge takes, the longest first, and the stretches between them."""
    first, free = 0, 0
    sizes = [len(group.digits) for group in groups]
    while first < len(groups):
        taken = None
        last, total = _reach(sizes, first, most)
        while total >= least:
            window = _Window(text, groups[first:last])
            if judge(window):
                taken = window
                break
            last -= 1
            total -= sizes[last]
        if taken is None:
            first += 1
            continue
        yield None, groups[free:first]
        yield taken, ()
        first += len(taken.groups)
        free = first
    yield None, groups[free:]


def _reach(sizes: Sequence[int], first: int, most: int) -> tuple[int, int]:
    """How far a window may go from there: (the group after its last, its digits)."""
    total, last = 0, first
    while last < len(sizes) and total + sizes[last] <= most:
        total += sizes[last]
        last += 1
    return last, total


def _is_card(window: _Window) -> bool:
    if not _CARD.fullmatch(window.digits) or not _luhn(window.digits):
        return False
    if any(not re.fullmatch(r"[\s\-.–_/]{0,3}", gap) for gap in window.gaps()) and not window.spelled:
        return False
    # One long figure that is said to be a parcel's may pass the check by chance.
    return len(window.groups) > 1 or window.cue != "parcel"


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * 2 - 9 * (digit > "4") for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _shaped(window: _Window) -> bool:
    """Whether this is a phone number by its shape alone, whatever is written around it."""
    digits, lengths = window.digits, window.lengths
    if window.led_by_plus() and len(digits) >= 8:
        return len(digits) <= _LONGEST
    if len(digits) >= 11 and digits.startswith(("00", "011")):
        abroad = "+" + digits.removeprefix("011" if digits.startswith("011") else "00")
        return window.cue in {"", "contact"} and _possible(abroad)
    if max(lengths) == 1 or _counted(window):
        return False  # digit by digit: the whole row is looked at below
    if len(digits) in {10, 11} and _NANP.fullmatch(digits) and _cut_like_nanp(window):
        return len(lengths) > 1 or window.cue != "parcel"
    return lengths in _ALWAYS


def _dressed(window: _Window, regions: Sequence[str]) -> bool:
    """Whether somebody took pains to write it so, or it is written as the country writes its own."""
    digits, lengths = window.digits, window.lengths
    if len(digits) > _LONGEST:
        return False
    if _digit_by_digit(window):
        return not _counted(window) and (window.cue not in {"parcel", "place"} or len(digits) in {10, 11})
    if lengths == (3, 4) and re.fullmatch(r"\s?[-.]\s?", window.gaps()[0]):
        return window.cue in {"", "contact"} and digits[0] not in "01"
    return _of_country(window, regions)


def _digit_by_digit(window: _Window) -> bool:
    return window.spelled or max(window.lengths) == 1


def _counted(window: _Window) -> bool:
    """Whether somebody is only counting: 1 2 3 4 5 6 7, or 101, 102, 103."""
    values = [int(group.digits) for group in window.groups]
    steps = {b - a for a, b in pairwise(values)}
    return len(values) > 2 and len(steps) == 1 and abs(steps.pop()) in {1, 2, 10, 100}


def _cut_like_nanp(window: _Window) -> bool:
    lengths = window.lengths
    if len(lengths) == 1 or max(lengths) <= 2 or window.spelled:
        return not _counted(window)
    skip = len(window.digits) - 10
    sums = {sum(lengths[:index]) for index in range(1, len(lengths))}
    return 3 + skip in sums or sums == {skip} or lengths == (6, 4) or _cut_oddly(window)


def _cut_oddly(window: _Window) -> bool:
    """Whether it was cut where nobody cuts a number, with nothing but spaces and dots between: 4155 55 0134."""
    close = all(re.fullmatch(r"\s?[\s.\-]\s?", gap) for gap in window.gaps())
    return close and len(window.groups) > 2 and len(window.digits) == 10 and window.cue in {"", "contact"}


def _of_country(window: _Window, regions: Sequence[str]) -> bool:
    """Whether the country's plan knows the number, written in groups as they write it there."""
    if not 2 <= len(window.lengths) <= _MOST_GROUPS or max(window.lengths) > 7 or _counted(window):
        return False
    if any("," in gap or "#" in gap for gap in window.gaps()) or window.cue in {"parcel", "place"}:
        return False
    return any(window.lengths in _ways_of_writing(window.digits, region) for region in regions)


@lru_cache(maxsize=1024)
def _ways_of_writing(digits: str, region: str) -> frozenset[tuple[int, ...]]:
    """The groupings in which this number is written in the region; none when the plan does not know it."""
    number = _parsed(digits, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return frozenset()
    shapes = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return _USUAL | {tuple(map(len, re.findall(r"\d+", phonenumbers.format_number(number, shape)))) for shape in shapes}


def _by_words(window: _Window, regions: Sequence[str]) -> bool:
    """Whether the words around it make it a phone number."""
    digits = window.digits
    if window.cue == "contact" and len(digits) <= _LONGEST:
        return not _counted(window)
    if window.cue or len(window.groups) > 1:
        return False
    # Bare figures and nobody says of what: a valid number of the destination's own country is one.
    return len(regions) == 2 and len(digits) >= 9 and _dialable(digits, regions[0])


def _parsed(digits: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None


def _dialable(digits: str, region: str) -> bool:
    number = _parsed(digits, region)
    return number is not None and phonenumbers.is_valid_number(number)


@lru_cache(maxsize=1024)
def _possible(abroad: str) -> bool:
    number = _parsed(abroad, None)
    return number is not None and phonenumbers.is_possible_number(number)


def _known(digits: str, kept: frozenset[str]) -> bool:
    return digits in kept or digits.removeprefix("1") in kept or "1" + digits in kept


def _with_plus(window: _Window) -> int:
    """Where the number begins, with the plus or bracket before it."""
    start = window.start
    while start and window.text[start - 1] in "+(":
        start -= 1
    return start
