"""Two days that stand for all between them: "monday to wednesday", "entre el 3 y el 5". Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.days import IMPOSSIBLE, Day

_TO: Final = re.compile(r"\s*(?:-|to|thru|through|till?|until|a|al|hasta(?: el)?)\s*(?:the )?")
#: "and" joins the ends only where a word before them says that they are ends.
_AND: Final = re.compile(r"\s*(?:and|y)\s*(?:the |el )?")
_BETWEEN: Final = re.compile(r"(?<!\w)(?:between|entre)(?: the| el)?\s*$")
_FROM_NUMBER: Final = re.compile(
    r"(?<!\w)(?:from|between|del?|entre)(?: the| el)? (?P<number>\d{1,2}) (?:to|and|al?|y)(?: the| el)?\s*$"
)
_WEEK: Final = timedelta(7)
#: Longer runs are hardly meant, or are as good as any day.
_LONGEST: Final = timedelta(15)


def joined(plain: str, found: Sequence[Day]) -> list[Day]:
    """The days of a folded text, two that are the ends of a run put together; in the order of the text."""
    ordered = [_since(plain, one) for one in sorted(found, key=lambda one: one.at)]
    out: list[Day] = []
    for one in ordered:
        run = _run(plain, out[-1], one) if out else None
        if run is None:
            out.append(one)
        else:
            out[-1] = run
    return out


def _since(plain: str, last: Day) -> Day:
    """ "del 3 al 5 de diciembre": from the third on."""
    began = _FROM_NUMBER.search(_before(plain, last)) if last.kind == "date" else None
    number = int(began["number"]) if began else 0
    if not 0 < number < last.last.day:
        return last
    return Day(last.last.replace(day=number), last.last, last.at, "date")


def _run(plain: str, first: Day, last: Day) -> Day | None:
    """The run from one day to the other, when the words between them make one."""
    if IMPOSSIBLE in (first.first, last.first) or "part" in (first.kind, last.kind):
        return None
    # The span of a day may have its preposition in it: "hasta el 5", "al 5".
    between = re.search(r"\d|[a-z]{3,}(?<!hasta)(?<!until)(?<!till)(?<!the)", plain[slice(*last.at)])
    gap = plain[first.at[1] : last.at[0] + (between.start() if between else 0)]
    sides = _AND.fullmatch(gap) and _BETWEEN.search(_before(plain, first))
    if not (sides or _TO.fullmatch(gap)):
        return None
    until = last.last
    while last.kind == "weekday" and until < first.first:
        until += _WEEK
    if not timedelta(0) < until - first.first <= _LONGEST:
        return None
    return Day(first.first, until, (first.at[0], last.at[1]), "date")


def _before(plain: str, day: Day) -> str:
    """What stands before a day, its article left out."""
    article = re.match(r"(?:the|el) ", plain[slice(*day.at)])
    return plain[: day.at[0] + (article.end() if article else 0)]
