"""When a text that can wait may go out, by the clock on the wall where it arrives. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol


class Hours(Protocol):
    """The part of a day in which people are left alone, in minutes since midnight; it may go over midnight."""

    @property
    def begins(self) -> int: ...  # noqa: D102  said above

    @property
    def ends(self) -> int: ...  # noqa: D102  said above


def is_quiet(moment: datetime, zone: tzinfo, quiet: Hours | None) -> bool:
    """Whether the moment lies in the quiet hours of the zone. The beginning does, the end does not."""
    if quiet is None or quiet.begins == quiet.ends:
        return False
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if quiet.begins < quiet.ends:
        return quiet.begins <= minute < quiet.ends
    return minute >= quiet.begins or minute < quiet.ends


def next_allowed(moment: datetime, zone: tzinfo, quiet: Hours | None) -> datetime:
    """Answer the moment itself, or the next one at which the quiet hours are over, in UTC.

    On the nights when clocks change it is the wall's clock that counts: an end that the clocks jump over is taken as
    late as it would have been, and of an end that comes twice the first one counts.
    """
    allowed = moment.astimezone(UTC)
    # Twice: where an hour is repeated, the first end may fall before the moment.
    for _ in range(3):
        if quiet is None or not is_quiet(allowed, zone, quiet):
            return allowed
        local = allowed.astimezone(zone)
        hour, minute = divmod(quiet.ends, 60)
        end = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        if end.replace(tzinfo=None) <= local.replace(tzinfo=None):
            end += timedelta(days=1)
        if end.astimezone(UTC) <= allowed:
            end = end.replace(fold=1)
        allowed = end.astimezone(UTC)
    return allowed
