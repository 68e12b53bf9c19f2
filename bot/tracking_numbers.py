"""Tracking numbers of the carriers people name, and the check digits that prove them. Pure; never raises."""

import re
from collections.abc import Callable, Iterator
from typing import Final


def _ups(value: str) -> bool:
    """Letters count as the digits that follow each other from A = 2; every second one is doubled."""
    marks = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in value[2:]]
    total = sum(mark * (2 if place % 2 else 1) for place, mark in enumerate(marks[:-1]))
    return -total % 10 == marks[-1]


def _mod_10(value: str) -> bool:
    """The sum of all but the last digit, every other one from the right taken three times."""
    total = sum(int(c) * (1 if place % 2 else 3) for place, c in enumerate(reversed(value[:-1])))
    return -total % 10 == int(value[-1])


def _fedex_express(value: str) -> bool:
    total = sum(int(c) * weight for c, weight in zip(value[:11], (3, 1, 7) * 4, strict=False))
    return total % 11 % 10 == int(value[-1])


def _post(value: str) -> bool:
    """UPU S10: the same in all countries."""
    total = sum(int(c) * weight for c, weight in zip(value[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11) == int(value[10])


def _mod_7(value: str) -> bool:
    return int(value[:9]) % 7 == int(value[9])


#: Shape of the number without spaces, who would have given it out, and the proof.
_CARRIERS: Final[tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...]] = (
    (re.compile(r"1Z[A-Z0-9]{15}\d"), "ups", _ups),
    (re.compile(r"(?:9[1-5]\d{18}|9[1-5]\d{20})"), "usps", _mod_10),
    (re.compile(r"[A-Z]{2}\d{9}US"), "usps", _post),
    (re.compile(r"\d{12}"), "fedex", _fedex_express),
    (re.compile(r"\d{15}"), "fedex", _mod_10),
    (re.compile(r"\d{10}"), "dhl", _mod_7),
    (re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}"), "post", _post),
)


def carrier(value: str) -> str | None:
    """Who gave out a number whose check digit holds: "ups", "usps", "fedex", "dhl", "post" (another country's).

    None when its shape is nobody's or the digit does not fit: mistyped, or of a carrier without one. One ten digit
    number in seven looks like DHL's, so that a number alone proves little there.
    """
    plain = re.sub(r"[\s-]", "", value).upper()
    if not plain.isascii():
        return None
    for shape, name, holds in _CARRIERS:
        if shape.fullmatch(plain) and holds(plain):
            return name
    return None


_BEFORE: Final = r"(?<![a-z0-9+.\-])"
_AFTER: Final = r"(?![a-z0-9]|[.\-]\d)"
_FLAGS: Final = re.IGNORECASE | re.ASCII
#: Sixteen marks after "1Z", spaced as you like; the check digit says where it ends.
_UPS: Final = re.compile(rf"{_BEFORE}1z(?:[ -]?[a-z0-9]){{15}}[ -]?\d{_AFTER}", _FLAGS)
_SHAPES: Final = tuple(
    re.compile(f"{_BEFORE}(?:{shape}){_AFTER}", _FLAGS)
    for shape in (
        r"1z[a-z0-9]{3,16}|1z(?: \d{3,}){1,4}",  # UPS, also cut short
        r"(?:9[1-5]\d{2}(?: ?\d{4}){4}(?: ?\d{2})?|\d{20,22})",  # USPS, also as printed, in groups of four
        r"[a-z]{2} ?\d{3} ?\d{3} ?\d{3} ?[a-z]{2}",  # any post office, international
        r"(?:\d{4} \d{4} \d{4}|\d{15}|\d{12})",  # FedEx
        r"j?jd\d{16,20}|gm\d{14,22}",  # DHL
        r"tb[abcm](?: ?\d){12}",  # Amazon
        r"pq(?=(?:[a-z]*\d){6})[a-z0-9]{18,21}",  # Correos
    )
)


def found_in(text: str) -> Iterator[tuple[int, int]]:
    """Where a text holds what has the shape of a tracking number, the surest first; they may overlap."""
    spaced = list(_UPS.finditer(text))
    yield from (match.span() for match in spaced if carrier(match[0]))
    yield from (match.span() for match in spaced if _is_one(match[0]))
    for shape in _SHAPES:
        yield from (match.span() for match in shape.finditer(text))


def _is_one(value: str) -> bool:
    """Whether marks after "1Z" that fail the check are still one number, mistyped, and no words of a sentence."""
    return all(len(group) <= 2 or any(c.isdigit() for c in group) for group in value.split())
