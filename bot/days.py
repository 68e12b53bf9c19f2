"""Days that a text names, as seen from a given today. Pure; never raises."""

# ruff: noqa: SIM905  a table of words reads better without quotes

# ruff: noqa: ISC004  a shape may take several lines

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from bot.dates import ORDINALS, dated
from bot.day_denials import is_farewell, is_wanted
from bot.folding import blanked


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the days from `first` to `last`, and where the text named it."""

    first: date
    last: date
    at: tuple[int, int]
    #: "weekday", "date", "relative", "range", or "part" of today: its words name hours too
    kind: str


#: A day that cannot be: "friday the 5th" when the 5th is none.
IMPOSSIBLE: Final = date.max

WEEKDAYS: Final = {
    word: number
    for number, row in enumerate(
        (
            "monday mondays mon monady munday lunes",
            "tuesday tuesdays tue tues tuseday teusday tusday martes",
            "wednesday wednesdays wed weds wensday wednsday wedensday wendsday miercoles miercole mircoles",
            "thursday thursdays thu thur thurs thrusday thursdy thirsday jueves juebes jueve",
            "friday fridays fri firday fryday firdday frday viernes vierne biernes vierens",
            "saturday saturdays sat saterday satuday saturady satruday sabado sabados savado",
            "sunday sundays sun sundy snuday domingo domingos dominggo",
        )
    )
    for word in row.split()
}
#: Words that mean something else in other sentences: they count after a word for "on", or in a short text.
_LOOSE: Final = frozenset("mon wed sat sun fri tue thu".split())
_NUMBER_WORDS: Final = {
    word: number
    for number, row in enumerate(
        "a one an un una uno|two dos|three tres|four cuatro|five cinco|six seis|seven siete|eight ocho|nine nueve|"
        "ten diez".split("|"),
        start=1,
    )
    for word in row.split()
}
_TOMORROW: Final = (
    r"t[ou]m+[oa]r+[oae]*w+|tomorow|tommorrow|tomorro|tommorow|2mor+ow|2moro|tmr+w|tmr|tmw|2mrw|"
    r"(?<!la )(?<!esta )(?<!media )(?<!las )(?<!pasado )man?~?ana|manhana|mnn|mnna|mnana"
)
_IN: Final = r"(?:in|within|dentro de|en|de aqui a)"
_COUNT: Final = rf"(?P<count>\d{{1,2}}|{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})"
_WEEKDAY: Final = rf"(?P<day>{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})"
_NEXT: Final = (
    r"next|nxt|following|coming|upcoming|this|this coming|this next|este|esta|proximo|el proximo|el siguiente|"
    r"(?:a|one) week (?:from|on|after)(?: this| next)?"
)
_COMING: Final = r"que viene|proximo|siguiente|entrante|week(?! ?end)|after next|en ocho(?: dias)?"

#: So many days nobody offers to wait at home.
_LONGEST_RUN: Final = 15

#: Today, and how the words were found -> the days meant; None: this is no day.
_Reader = Callable[["re.Match[str]", date], "tuple[date, date] | None"]


def _plus(days: int) -> _Reader:
    return lambda _found, today: (today + timedelta(days), today + timedelta(days))


def _in_days(found: re.Match[str], today: date) -> tuple[date, date]:
    count = found["count"]
    days = _NUMBER_WORDS.get(count) or int(count)
    if re.search("week|semana", found[0]):
        days *= 7
    return today + timedelta(days), today + timedelta(days)


def _weekend(found: re.Match[str], today: date) -> tuple[date, date]:
    sunday = today + timedelta(6 - today.weekday())
    if re.match("next|nxt|the following", found[0]):
        sunday += timedelta(7)
    return max(today, sunday - timedelta(1)), sunday


def _this_week(_found: re.Match[str], today: date) -> tuple[date, date]:
    return today, today + timedelta(6 - today.weekday())


def _next_week(_found: re.Match[str], today: date) -> tuple[date, date]:
    monday = today + timedelta(7 - today.weekday())
    return monday, monday + timedelta(6)


def _weekday(found: re.Match[str], today: date) -> tuple[date, date] | None:
    word, lead, trail = found["day"], found["lead"] or "", found["trail"] or ""
    if word in _LOOSE and not (lead or trail or found["prep"]) and len(found.string.split()) > 6:
        return None
    ahead = (WEEKDAYS[word] - today.weekday()) % 7
    if re.match("next|nxt|following", lead):  # the one of the week that begins on Monday next
        ahead = 7 - today.weekday() + WEEKDAYS[word]
    elif re.match("(?:a|one) week", lead) or trail.startswith(("week", "en ocho")):
        ahead = (ahead or 7) + 7 if trail else ahead + 7
    elif trail == "after next":  # the one behind "next friday"
        ahead = 14 - today.weekday() + WEEKDAYS[word]
    elif ahead == 0 and (re.search("proximo|siguiente", lead) or trail):
        ahead = 7
    return today + timedelta(ahead), today + timedelta(ahead)


def _day_of_month(found: re.Match[str], today: date) -> tuple[date, date] | None:
    word = found["ordinal"] or found["number"]
    number = ORDINALS.get(word) or int(re.sub(r"\D", "", word) or 0)
    year, month = today.year, today.month
    for _ in range(3):  # a month that has such a day is never more than two away
        try:
            meant = date(year, month, number)
        except ValueError:
            meant = None
        if meant is not None and meant >= today:
            return meant, meant
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def _weekday_and_number(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """ "el viernes 4": the fourth, if that is a Friday. In "viernes 3 a las 5" the number may be an hour's."""
    meant = _day_of_month(found, today)
    if meant is None or meant[0].weekday() != WEEKDAYS[found["weekday"]]:
        return None if found.string.startswith(" a las", found.end()) else (IMPOSSIBLE, IMPOSSIBLE)
    return meant


def _from_to(found: re.Match[str], today: date) -> tuple[date, date] | None:
    """ "del 3 al 5": days of one month."""
    first, last = int(found["number"]), int(found["until"])
    meant = _day_of_month(found, today)
    return (meant[0], meant[0] + timedelta(last - first)) if meant and 0 < last - first < _LONGEST_RUN else None


_SHAPES: Final[tuple[tuple[str, str, _Reader], ...]] = (
    ("relative", r"(?:the )?day after (?:tomorrow|tmrw|tomorow)|overmorrow|pasado (?:manana|man~ana)", _plus(2)),
    ("relative", rf"(?:a|one) week from (?:{_TOMORROW})|de manana en ocho(?: dias)?", _plus(8)),
    ("relative", r"de (?:hoy|aqui) en ocho(?: dias)?", _plus(7)),
    ("relative", r"(?:in|en|dentro de) (?:a couple(?: of)?|un par de) (?:days|dias)", _plus(2)),
    ("relative", r"(?:(?<=, )|(?<=no )|(?<=mejor )|(?<!.))pasado(?=\W*$)", _plus(2)),
    ("relative", rf"{_IN} {_COUNT} (?:days?|dias?|weeks?|semanas?)(?: time)?", _in_days),
    ("relative", r"(?P<count>a|one|two|\d) (?:days?|weeks?) from (?:now|today)", _in_days),
    ("range", r"(?:this |the |next |nxt |the following |over the |el |este |proximo )*(?:week-?end|wknd|"
    "fin de semana|finde)"
     r"(?: que viene)?", _weekend),
    ("range", r"next week|nxt week|the following week|(?:la )?(?:proxima semana|semana (?:que viene|proxima|entrante))",
     _next_week),
    ("range", r"(?:later |some ?time |any ?time |any day )?(?:this week|esta semana|esta misma semana)", _this_week),
    ("relative", r"today|2day|todays|hoy(?: mismo)?|later (?:today|on today)|same day", _plus(0)),
    ("part", r"tonight|tonite|esta (?:noche|tarde|manana)|this (?:morning|afternoon|evening)", _plus(0)),
    ("relative", rf"(?:{_TOMORROW})s?", _plus(1)),
    ("date", r"(?:el |este )?(?P<weekday>lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?P<number>\d{1,2})"
     r"(?P<ordinal>)(?! ?(?:a(?! las? )|y|-|de|[ap]\.?m|h|hrs?|horas)(?!\w))", _weekday_and_number),
    ("range", r"del (?P<number>\d{1,2})(?P<ordinal>) al (?P<until>\d{1,2})(?! (?:de|piso)\b)", _from_to),
    ("weekday", rf"(?P<prep>(?:on|by|until|till|for|el|al|del|para el|hasta el|los) )?(?:(?P<lead>{_NEXT}) )?"
     rf"{_WEEKDAY}(?: (?P<trail>{_COMING}))?", _weekday),
    ("date", r"(?:on |by |for )?(?:the )(?P<ordinal>(?:\d{1,2} ?(?:st|nd|rd|th))|"
     + "|".join(sorted((w for w, n in ORDINALS.items() if n > 3), key=len, reverse=True))
     + r")(?P<number>)(?! (?:one|option|choice|slot|window|floor|house|door|time|street|st|ave|avenue|unit)\b)",
     _day_of_month),
    ("date", r"(?:on )?(?P<ordinal>\d{1,2}(?:st|nd|rd|th))(?P<number>)"
     r"(?! (?:one|option|choice|slot|window|floor|house|door|time|street|st|ave|avenue|unit|& |and \w+ st)\b)",
     _day_of_month),
    ("date", r"(?:para el|el dia|dia|hasta el|(?<!\w)el) (?P<number>\d{1,2})(?P<ordinal>)(?! (?:de|del) \w*(?<!mes)\b)"
     r"(?! (?:piso|paquete|pedido|codigo)\b)", _day_of_month),
)  # fmt: skip


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[str, re.Pattern[str], _Reader], ...]:
    return tuple((kind, re.compile(rf"(?<![\w#]){shape}(?![\w#]|[:/]\d)"), read) for kind, shape, read in _SHAPES)


def days(plain: str, today: date, language: str) -> Iterator[Day]:
    """The days of a folded text, today or later, none overlapping another. A day that cannot be raises nothing."""
    if is_farewell(plain):
        return
    text = plain
    for meant, at in dated(text, today, language):
        text = blanked(text, *at)
        if is_wanted(plain, *at):
            yield Day(meant, meant, at, "date")
    for kind, pattern, reader in _compiled():
        for found in pattern.finditer(text):
            span = reader(found, today)
            if span is not None:
                text = blanked(text, *found.span())
                if is_wanted(plain, *found.span()):
                    yield Day(*span, found.span(), kind)
