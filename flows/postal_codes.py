"""Postal codes: whether one can be, whether two are the same, and whether two are near each other. Pure."""

import hmac
import re
from typing import Final

_SHAPES: Final = {
    "US": r"\d{5}(?:\d{4})?",
    "CA": r"[A-Z]\d[A-Z]\d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}",
    "NL": r"\d{4}[A-Z]{2}",
    **dict.fromkeys(("ES", "MX", "FR", "DE", "IT"), r"\d{5}"),
    "PT": r"\d{4}(?:\d{3})?",
    **dict.fromkeys(("AT", "BE", "CH", "DK", "AU"), r"\d{4}"),
}
_ANY: Final = r"[A-Z\d]{3,10}"
#: So many characters at the beginning name the area that a depot serves.
_AREA: Final = {"US": 3, "CA": 3, "NL": 2, "PT": 2, **dict.fromkeys(("AT", "BE", "CH", "DK", "AU"), 2)}
_AREA_ELSEWHERE: Final = 2
#: Whatever was typed, no more of it is looked at.
_MOST: Final = 40


def plain(code: str) -> str:
    """The code in capitals, without spaces and hyphens."""
    return re.sub(r"[\s-]+", "", code[:_MOST]).upper()


def is_valid(code: str, country: str) -> bool:
    """Whether it can be a code of that country (ISO 3166, two letters); of one nobody knows here, of any."""
    shape = _SHAPES.get(country.upper(), _ANY)
    return len(code) <= _MOST and re.fullmatch(shape, plain(code), re.ASCII) is not None


def is_same(said: str, known: str, country: str) -> bool:
    """Whether it is the same code, in a time that tells nothing; of a US code the first five digits count."""
    one, other = plain(said), plain(known)
    if country.upper() == "US" and is_valid(said, "US"):
        one, other = one[:5], other[:5]
    return bool(other) and hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def is_near(one: str, other: str, country: str) -> bool:
    """Whether both codes belong to the same area: the same depot, so the same price and route."""
    country = country.upper()
    length = _AREA.get(country, _AREA_ELSEWHERE)
    first, second = plain(one), plain(other)
    if country == "GB":  # the outward code without its last figure: the inward one has three
        first, second = first[:-3], second[:-3]
        length = max(len(first), len(second))
    return bool(first) and first[:length] == second[:length]
