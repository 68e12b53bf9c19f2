"""What the date library reads for us: months by name, and days in languages we have no grammar of our own for.

Pure; never raises. The library takes some 25 MB, so it is loaded by the first text that needs it.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final

#: A leap year, so that 29 February is a day.
_BASE: Final = datetime(2028, 1, 1)  # noqa: DTZ001  a wall-clock date: the library wants it naive
#: Days known by name, of the same date every year, as folded texts write them.
_FEASTS: Final = (
    (r"christmas eve|xmas eve|noche ?buena", (12, 24)),
    (r"boxing day", (12, 26)),
    (r"(?:on |this )?(?:christmas|xmas)(?: day)?|(?:el dia de |la |en )?navidad", (12, 25)),
    (r"new year'?s eve|nye|noche ?vieja|fin de ano", (12, 31)),
    (r"new year'?s(?: day)?|(?:el dia de )?ano nuevo", (1, 1)),
    (r"(?:el dia de |en )?reyes(?: magos)?", (1, 6)),
    (r"valentine'?s(?: day)?|san valentin", (2, 14)),
    (r"halloween", (10, 31)),
)
_FEAST_SHAPES: Final = tuple((re.compile(shape), day) for shape, day in _FEASTS)
FEASTS: Final = re.compile(
    r"(?<!before )(?<!after )(?<!for )(?<!antes de )(?<!despues de )(?<![\w#'])(?:"
    + "|".join(shape for shape, _ in _FEASTS)
    + r")"
    r"(?!\w)(?! (?:gift|present|tree|shopping|sale|order|card|lights|street|regalo|arbol|st|ave|rd)s?\b)"
)


def feast(words: str) -> tuple[int, int]:
    """(month, day) of a day known by name, as `FEASTS` finds it."""
    return next(day for shape, day in _FEAST_SHAPES if shape.fullmatch(words))


def month_and_day(words: str) -> tuple[int, int] | None:
    """(month, day) of "3 dec" or "3 de diciembre", None when it is no day of any year."""
    import dateparser

    settings: Any = {"RELATIVE_BASE": _BASE, "PREFER_DATES_FROM": "future", "REQUIRE_PARTS": ["day", "month"]}
    read = dateparser.parse(words, languages=["en", "es"], settings=settings)
    return (read.month, read.day) if read else None


def named_days(text: str, today: date, language: str) -> Iterator[tuple[date, int, int]]:
    """Day, start and end of each future day the library finds in a text of `language` (two letters)."""
    from dateparser.search import search_dates

    settings: Any = {
        "RELATIVE_BASE": datetime.combine(today, time(0)),
        "PREFER_DATES_FROM": "future",
        "RETURN_TIME_AS_PERIOD": True,
    }
    at = 0
    try:
        found = search_dates(text, languages=[language], settings=settings) or []
    except ValueError:  # a language the library does not know
        return
    for words, moment in found:
        start = text.find(words, at)
        if start >= 0 and any(c.isalpha() for c in words) and moment.date() >= today:
            at = start + len(words)
            yield moment.date(), start, at
