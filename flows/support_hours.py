"""Counting time while people are at work: what an SLA of two hours means on a Friday evening. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

#: Weekday (Monday 0) -> the spans of that day as (from, to) in minutes since midnight, in order. No spans: a day off.
Week = Mapping[int, Sequence[tuple[int, int]]]
#: Without an opening in so many days there are no hours to count, and time runs round the clock.
LONGEST_REST_DAYS = 8


def after(start: datetime, duration: timedelta, week: Week, zone: tzinfo) -> datetime:
    """Answer the moment when `duration` of open hours has passed since `start`; aware, UTC.

    Spans are hours on the wall of the zone; what passes within them is real time, also where clocks change. With no
    opening within eight days every hour counts.
    """
    start = start.astimezone(UTC)
    left, rest = duration, 0
    day = start.astimezone(zone).date()
    while rest <= LONGEST_REST_DAYS:
        rest += 1
        for begins, ends in week.get(day.weekday(), ()):
            since, closes = max(_on_wall(day, begins, zone), start), _on_wall(day, ends, zone)
            if since >= closes:
                continue
            if left <= closes - since:
                return since + left
            left -= closes - since
            rest = 0
        day += timedelta(days=1)
    return start + duration


def is_open(moment: datetime, week: Week, zone: tzinfo) -> bool:
    """Whether somebody is at work at that moment."""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return any(begins <= minute < ends for begins, ends in week.get(local.weekday(), ()))


def _on_wall(day: date, minute: int, zone: tzinfo) -> datetime:
    """The moment the clock on the wall shows that minute; 1440 is the next midnight."""
    days, rest = divmod(minute, 24 * 60)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone).astimezone(UTC)
