"""Times as the console says them: on the agent's own clock, the shopper's beside it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import g

#: Below this a moment is told by its weekday alone.
_NEAR = timedelta(days=6)


def zone_named(name: str | None, fallback: str = "UTC") -> ZoneInfo:
    """The zone of that name; the fallback where there is none of it."""
    for one in (name, fallback):
        try:
            if one:
                return ZoneInfo(one)
        except (KeyError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def zone() -> ZoneInfo:
    """The zone of the agent who makes the present request: their own, else that of the retailer's support hours."""
    found = getattr(g, "desk_zone", None)
    return found if isinstance(found, ZoneInfo) else ZoneInfo("UTC")


def now() -> datetime:
    """The moment of the present request, as its guard read it."""
    found = getattr(g, "now", None)
    return found if isinstance(found, datetime) else datetime.fromtimestamp(0, UTC)


def moment(at: datetime) -> str:
    """A moment in short: `9:05 AM` today, `Mon 9:05 AM` within a week, else `Nov 2, 9:05 AM`, with a far year."""
    local, here = at.astimezone(zone()), now().astimezone(zone())
    clock = clock_of(local)
    if local.date() == here.date():
        return clock
    if abs(local.date() - here.date()) <= _NEAR:
        return f"{local:%a} {clock}"
    year = f" {local.year}" if local.year != here.year else ""
    return f"{local:%b} {local.day}{year}, {clock}"


def clock_of(local: datetime) -> str:
    """The time of day: `9:05 AM`."""
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def in_full(at: datetime, place: ZoneInfo | str | None = None) -> str:
    """A moment in full, with its zone, and what the shopper's clock shows where that is another."""
    local = at.astimezone(zone())
    said = f"{local:%A}, {local:%B} {local.day}, {local.year}, {clock_of(local)} {local:%Z}"
    there = at.astimezone(zone_named(place) if isinstance(place, str) else place) if place else None
    if there is None or (there.utcoffset() == local.utcoffset()):
        return said
    day = "" if there.date() == local.date() else f"{there:%a} "
    return f"{said}; for the shopper {day}{clock_of(there)} {there:%Z}"


def span(duration: timedelta) -> str:
    """How long, in short: `45 min`, `3 h`, `2 d`. Never negative."""
    minutes = int(abs(duration).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def until(at: datetime) -> str:
    """What is left until a moment, or how long it is over: `20 min left`, `3 h over`."""
    left = at - now()
    return f"{span(left)} left" if left >= timedelta() else f"{span(left)} over"
