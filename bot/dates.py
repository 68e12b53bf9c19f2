"""Dates written out: "12/5", "the 3rd of december", "tres de diciembre", "christmas eve". Pure; never raises."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from bot.calendars import FEASTS, feast, month_and_day
from bot.folding import blanked

_FIRST_TWENTY: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
ORDINALS: Final = {
    **{word: number for number, word in enumerate(_FIRST_TWENTY, start=1)},
    **{f"twenty{dash}{word}": 20 + n for n, word in enumerate(_FIRST_TWENTY[:9], start=1) for dash in (" ", "-")},
    "thirtieth": 30,
    "thirty first": 31,
    "thirty-first": 31,
    "primero": 1,
}
#: Days as Spanish counts them: "tres de diciembre"; only beside a month's name.
_CARDINALS: Final = {
    word: number
    for number, word in enumerate(
        """uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete
        dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete
        veintiocho veintinueve treinta""".split(),
        start=1,
    )
} | {"treinta y uno": 31}
_SPOKEN: Final = "|".join(sorted({*ORDINALS, *_CARDINALS}, key=len, reverse=True))

_MONTHS: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|enero|ene|febrero|marzo|abril|abr|mayo|junio|julio|agosto|ago|septiembre|setiembre|"
    r"octubre|noviembre|diciembre|dic)"
)
_NAMED: Final = re.compile(
    rf"(?<![\w#])(?:the |el |on |dia )*(?:(?P<d>\d{{1,2}}|{_SPOKEN})(?:st|nd|rd|th|ro|o)? ?(?:of |de |"
    rf"del )?(?P<m>{_MONTHS})\b\.?"
    rf"|(?P<m2>{_MONTHS})\b\.? ?(?:the )?(?P<d2>\d{{1,2}}|{_SPOKEN})(?:st|nd|rd|th|ro)?(?![\w:]))"
    r"(?:(?:,| of| de| del)? ?(?P<y>20\d\d)(?!\d))?"
)
_NUMERIC: Final = re.compile(
    r"(?<![\w#/.$-])(?:(?P<iso>20\d\d)-(?P<im>\d{1,2})-(?P<id>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<s>[/.])(?P<b>\d{1,2})(?:(?P=s)(?P<y>(?:20)?\d\d))?|"
    r"(?P<c>\d{1,2})-(?P<e>\d{1,2})-(?P<z>(?:20)?\d\d)|"
    r"(?:(?<=\bon )|(?<=\bel )|(?<=\bdia ))(?P<f>0[1-9]|1[0-2]|\d)-(?P<g>\d\d))"
    r"(?![\w/]|[.:-]\d)(?! (?:of|hours?|miles?|inch|cups?)\b)"
)


def dated(plain: str, today: date, language: str) -> Iterator[tuple[date, tuple[int, int]]]:
    """The dates of a folded text that are today or later, and where each stands; none overlapping another."""
    for shape, read in _READERS:
        for found in shape.finditer(plain):
            meant = read(found, today, language)
            if meant is not None:
                plain = blanked(plain, *found.span())
                yield meant, found.span()


def _coming(year: str | None, month: int, day: int, today: date) -> date | None:
    """That day of the given year, or of the next in which it is not past; None when there is none."""
    years = [int(year) % 100 + 2000] if year else range(today.year, today.year + 9)
    for one in years:
        try:
            meant = date(one, month, day)
        except ValueError:
            continue
        if meant >= today:
            return meant
    return None


def _numeric(found: re.Match[str], today: date, language: str) -> date | None:
    """ "12/5" is 5 December to Americans and 12 May to others; "24/7" is no day."""
    if found["iso"]:
        return _coming(found["iso"], int(found["im"]), int(found["id"]), today)
    if found[0] in ("24/7", "7/24") or (found["s"] == "." and not found["y"] and language in ("en", "es", "en-US")):
        return None
    first, second = (int(found[a] or found[b] or found[c]) for a, b, c in ("acf", "beg"))
    if (first > 12 or not is_month_first(language)) and second <= 12:
        first, second = second, first
    return _coming(found["y"] or found["z"], first, second, today)


def is_month_first(language: str) -> bool:
    """Whether a date is written with the month first: in the English of the United States."""
    return language.lower().replace("_", "-") in ("en", "en-us")


def _named(found: re.Match[str], today: date, _language: str) -> date | None:
    """A day with its month in words, in either language."""
    day = found["d"] or found["d2"]
    read = month_and_day(f"{ORDINALS.get(day) or _CARDINALS.get(day) or day} {found['m'] or found['m2']}")
    return _coming(found["y"], *read, today) if read else None


def _feast(found: re.Match[str], today: date, _language: str) -> date | None:
    return _coming(None, *feast(found[0]), today)


_READERS: Final = ((_NAMED, _named), (_NUMERIC, _numeric), (FEASTS, _feast))
