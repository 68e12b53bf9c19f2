"""The delivery times a shopper may choose from, by the clock of the place the parcel goes to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.workflow_values import ClockRange

#: No search goes on for longer than this: a retailer without windows has no slots.
_LOOK_DAYS = 15


@dataclass(frozen=True, slots=True)
class Slot:
    """A window of one day, in UTC."""

    begins: datetime
    ends: datetime

    @property
    def pair(self) -> tuple[datetime, datetime]:
        """Beginning and end."""
        return self.begins, self.ends


def slots(
    *,
    windows: Sequence[ClockRange],
    days: int,
    earliest: datetime,
    zone: ZoneInfo,
    known: tuple[datetime | None, datetime | None] = (None, None),
) -> list[Slot]:
    """The slots of `days` days in a row, from the first day that has one; none begins before `earliest`.

    earliest: aware. known: the window that stands; a slot that it lies within would change nothing and is left out.
    """
    found: list[Slot] = []
    first = earliest.astimezone(zone).date()
    last: date | None = None
    for away in range(_LOOK_DAYS + days):
        day = first + timedelta(days=away)
        if last is not None and day > last:
            break
        of_day = [slot for slot in _of_day(day, windows, zone) if slot.begins >= earliest and not _holds(slot, known)]
        if of_day and last is None:
            last = day + timedelta(days=days - 1)
        found += of_day
    return found


def _of_day(day: date, windows: Sequence[ClockRange], zone: ZoneInfo) -> list[Slot]:
    made = (Slot(_at(day, window.begins, zone), _at(day, window.ends, zone)) for window in sorted(windows))
    return [slot for slot in made if slot.begins < slot.ends]  # a night when the clocks jump may swallow one


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """That minute of the day on the wall; 24:00 is the next midnight."""
    local = datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), zone)
    return local.astimezone(UTC)


def _holds(slot: Slot, known: tuple[datetime | None, datetime | None]) -> bool:
    begins, ends = known
    return begins is not None and ends is not None and slot.begins <= begins and ends <= slot.ends
