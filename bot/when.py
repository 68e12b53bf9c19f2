"""When somebody wants their parcel: days and times in words, by the clock of the place it goes to. Pure.

"tomorrow after 5", "el viernes por la tarde", "between 2 and 4", "this weekend". Never raises.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from bot.calendars import named_days
from bot.clock import NUMBER_WORDS, spoken
from bot.day_parts import Minutes
from bot.day_runs import joined
from bot.days import IMPOSSIBLE, Day, days
from bot.folding import blanked, composed, fold
from bot.hours import DAY_MINUTES, Span, as_time, spans

#: A text of so few words that says when says little else.
_FEW_WORDS: Final = 5
#: Languages whose days `bot.days` knows; any other is read by the date library.
_OURS: Final = ("en", "es")
#: A slot must share so many minutes with what was asked for when no slot lies within it.
_SHARED_MINUTES: Final = 30


@dataclass(frozen=True, slots=True)
class When:
    """A wish for a day, a time of day, or both: at least one of them is there."""

    #: By the destination's calendar, never past; None: no day was named.
    day: date | None
    #: From then on; None: open. `start == end` is a point, "at 5".
    start: time | None
    #: Until then; None: open.
    end: time | None
    #: The words that said so, as written.
    text: str
    #: The last of several days ("this weekend", "next week"); None: `day` is the only one.
    last_day: date | None = None


def when(text: str, *, now: datetime, zone: ZoneInfo, language: str) -> When | None:
    """What a text says about when, None when it says nothing, or nothing that can be.

    `now` is aware; "today" is the day it is in `zone`. `language` is a tag such as "en" or "es-MX": it decides what
    12/5 means. A day that has passed rolls forward (the 3rd, said on the 5th, is next month's), so does a weekday
    whose hours are over. Days that contradict each other ("friday the 3rd", which is none) are None.
    """
    written = composed(text)
    plain = fold(written)
    local = now.astimezone(zone)
    elapsed = _elapsed(written, plain, now, zone)
    if elapsed is not None:
        return elapsed
    found = list(_days(written, plain, local.date(), language))
    rest = plain
    for one in found:
        rest = rest if one.kind == "part" else blanked(rest, *one.at)
    hours = list(spans(rest, alone=bool(found) or len(plain.split()) <= _FEW_WORDS))
    meant = _agreed(found)
    if (found and meant is None) or not (found or hours):
        return None
    window = _together(hours)
    if window is None:
        return None
    if meant is not None and meant.kind == "weekday" and meant.first == local.date() and _is_over(window, local):
        meant = Day(meant.first + timedelta(7), meant.first + timedelta(7), meant.at, "weekday")
    places = [one.at for one in found] + [one.at for one in hours]
    return When(
        day=meant.first if meant else None,
        start=as_time(window.start),
        end=as_time(window.end),
        text=written[min(a for a, _ in places) : max(b for _, b in places)].strip(),
        last_day=meant.last if meant and meant.last != meant.first else None,
    )


_ELAPSED: Final = re.compile(
    rf"(?<!\w)(?P<within>within(?: the next)?|in less than|en menos de|in|en|dentro de) "
    rf"(?:about |like |unas? |unos )?(?:(?P<half>half an hour|media hora)|"
    rf"(?P<n>\d{{1,3}}|an?|(?:a )?couple(?: of)?|un par de|{'|'.join(NUMBER_WORDS)})"
    r"(?P<and> and a half| y media)? ?(?P<unit>hours?|hrs?|hs?|horas?|minutes?|mins?|"
    r"minutos?)(?: y (?P<too>media))?)(?!\w)"
)


def _elapsed(written: str, plain: str, now: datetime, zone: ZoneInfo) -> When | None:
    """ "in 2 hours": so much time by the world's clock, then the clock on the wall there."""
    found = _ELAPSED.search(plain)
    if found is None:
        return None
    minutes = 30
    if not found["half"]:
        minutes = spoken(found["n"]) * (60 if found["unit"].startswith("h") else 1)
        minutes += 30 if found["and"] or found["too"] else 0
    there = (now + timedelta(minutes=minutes)).astimezone(zone)
    clock = there.time().replace(second=0, microsecond=0)
    before = found["within"].startswith(("within", "in less", "en menos"))
    return When(there.date(), None if before else clock, clock if before else None, written[slice(*found.span())])


def _days(written: str, plain: str, today: date, language: str) -> Iterator[Day]:
    """Our own days first; for a language that is not ours, what the library finds."""
    found = joined(plain, list(days(plain, today, language)))
    code = re.split(r"[-_]", language)[0].lower()
    if found or code in _OURS:
        yield from found
    else:
        for day, start, end in named_days(written, today, code):
            yield Day(day, day, (start, end), "date")


def _agreed(found: Sequence[Day]) -> Day | None:
    """The one day, or the run of days, that all of them allow; None when there is none."""
    if not found:
        return None
    if any(one.first == IMPOSSIBLE for one in found):
        return None
    exact = [one for one in found if one.kind in ("date", "relative", "part")]
    weekdays = [one for one in found if one.kind == "weekday"]
    ranges = [one for one in found if one.kind == "range"]
    if exact and weekdays:  # "friday the 4th", "tomorrow friday"
        agree = {one.first.weekday() for one in exact} >= {one.first.weekday() for one in weekdays}
        weekdays = [] if agree else weekdays
    if ranges and weekdays and not exact:  # "tuesday of next week"
        first, last = ranges[0].first, ranges[0].last
        moved = [first + timedelta((one.first.weekday() - first.weekday()) % 7) for one in weekdays]
        return _run([Day(day, day, (0, 0), "date") for day in moved if day <= last])
    return _run([*exact, *weekdays] or ranges)


def _run(found: Sequence[Day]) -> Day | None:
    """One day, or days that follow each other without a gap ("friday or saturday")."""
    ordered = sorted(found, key=lambda one: one.first)
    if not ordered or any(b.first - a.last > timedelta(1) for a, b in pairwise(ordered)):
        return None
    return Day(ordered[0].first, max(one.last for one in ordered), ordered[0].at, ordered[0].kind)


def _together(hours: Sequence[Span]) -> Span | None:
    """All spans as one: a clock time narrows a part of the day, two parts of the day are both allowed."""
    if not hours:
        return Span(None, None, at=(0, 0))
    clocks = [one for one in hours if not one.is_part]
    # "I am home at 6, so after 6": what leaves room counts, the point only explains it.
    clocks = [one for one in clocks if one.start != one.end] or clocks
    parts = [one for one in hours if one.is_part]
    wide = reduce(_either, parts) if parts else None
    narrow = reduce(_both, clocks) if clocks else None
    if narrow is None or wide is None:
        return narrow or wide
    both = _both(wide, narrow)
    return both if _makes_sense(both) else narrow


def _either(a: Span, b: Span) -> Span:
    start = None if a.start is None or b.start is None else min(a.start, b.start)
    return Span(start, None if a.end is None or b.end is None else max(a.end, b.end), at=a.at, is_part=True)


def _both(a: Span, b: Span) -> Span:
    starts = [one for one in (a.start, b.start) if one is not None]
    ends = [one for one in (a.end, b.end) if one is not None]
    both = Span(max(starts, default=None), min(ends, default=None), at=a.at)
    return both if _makes_sense(both) else a


def _makes_sense(span: Span) -> bool:
    return span.start is None or span.end is None or span.start <= span.end


def _is_over(window: Span, local: datetime) -> bool:
    last: Minutes = window.end if window.end is not None else window.start
    return last is not None and last <= local.hour * 60 + local.minute


def matching(when: When, slots: Sequence[tuple[datetime, datetime]], zone: ZoneInfo) -> tuple[int, ...]:
    """Which of the offered slots fit, counted from 0, in their order; () when none does.

    Slots are aware (start, end), judged by the clock on the wall in `zone`. Those that lie within the wish fit; when
    none does, those that share half an hour with it, or hold its point in time.
    """
    start = _of_time(when.start)
    end = _of_time(when.end)
    within: list[int] = []
    sharing: list[tuple[int, int]] = []
    for index, (opens, closes) in enumerate(slots):
        day, a, b = _on_the_wall(opens, closes, zone)
        if when.day is not None and not when.day <= day <= (when.last_day or when.day):
            continue
        if (start is None or start <= a) and (end is None or b <= end):
            within.append(index)
        elif start is not None and start == end:
            if a <= start < b:
                within.append(index)
        else:
            shared = min(b, DAY_MINUTES if end is None else end) - max(a, start or 0)
            if shared >= min(_SHARED_MINUTES, b - a):
                sharing.append((shared, index))
    if within:
        return tuple(within)
    return tuple(index for _, index in sharing)


def _of_time(clock: time | None) -> int | None:
    if clock is None:
        return None
    minutes = clock.hour * 60 + clock.minute
    return DAY_MINUTES if minutes == DAY_MINUTES - 1 else minutes


def _on_the_wall(opens: datetime, closes: datetime, zone: ZoneInfo) -> tuple[date, int, int]:
    """The day a slot begins, and the minutes of that day from which and until which it lasts."""
    a, b = opens.astimezone(zone), closes.astimezone(zone)
    until = b.hour * 60 + b.minute + DAY_MINUTES * (b.date() - a.date()).days
    return a.date(), a.hour * 60 + a.minute, until
