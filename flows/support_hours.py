"""Counting time while people are at work: what an SLA of two hours means on the evening before Christmas. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

#: Weekday (Monday 0) -> the spans of that day as (from, to) in minutes since midnight, in order. No spans: a day off.
Week = Mapping[int, Sequence[tuple[int, int]]]
#: So many days without an opening, holidays included, and there are no hours to count: time runs round the clock.
LONGEST_REST_DAYS = 60


def after(
    start: datetime, duration: timedelta, week: Week, zone: tzinfo, holidays: Collection[date] = frozenset()
) -> datetime:
    """Answer the moment when `duration` of open hours has passed since `start`; aware, UTC.

    Spans are hours on the wall of the zone; what passes within them is real time, also where clocks change. holidays:
    days of the zone on which nobody is at work. With no opening within sixty days every hour counts.
    """
    start = start.astimezone(UTC)
    left = duration
    for since, closes in _spans(start, week, zone, holidays):
        if left <= closes - since:
            return since + left
        left -= closes - since
    return start + duration


def between(
    start: datetime, end: datetime, week: Week, zone: tzinfo, holidays: Collection[date] = frozenset()
) -> timedelta:
    """Answer how many open hours lie between two moments; negative when the end comes first.

    It undoes `after`: the hours between a start and its `after` are the duration.
    """
    if end < start:
        return -between(end, start, week, zone, holidays)
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    passed, opened = timedelta(), False
    for since, closes in _spans(start, week, zone, holidays):
        if since >= end:
            return passed
        opened = True
        passed += min(closes, end) - since
    return passed if opened else end - start


def is_open(moment: datetime, week: Week, zone: tzinfo, holidays: Collection[date] = frozenset()) -> bool:
    """Whether somebody is at work at that moment."""
    local = moment.astimezone(zone)
    if local.date() in holidays:
        return False
    minute = local.hour * 60 + local.minute
    return any(begins <= minute < ends for begins, ends in week.get(local.weekday(), ()))


def _spans(
    start: datetime, week: Week, zone: tzinfo, holidays: Collection[date]
) -> Iterator[tuple[datetime, datetime]]:
    """The open spans from `start` on as moments, in order, until nothing opens for too long; none of them is empty."""
    day, rest = start.astimezone(zone).date(), 0
    while rest <= LONGEST_REST_DAYS:
        rest += 1
        for begins, ends in () if day in holidays else week.get(day.weekday(), ()):
            since, closes = max(_on_wall(day, begins, zone), start), _on_wall(day, ends, zone)
            if since < closes:  # not over yet, nor swallowed by a clock that was put forward
                yield since, closes
                rest = 0
        day += timedelta(days=1)


def _on_wall(day: date, minute: int, zone: tzinfo) -> datetime:
    """The moment the clock on the wall shows that minute; 1440 is the next midnight."""
    days, rest = divmod(minute, 24 * 60)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone).astimezone(UTC)
