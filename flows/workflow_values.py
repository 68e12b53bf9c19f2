"""The small values of a workflow: durations, times of day, weekdays, zones. Pure."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(said: Any) -> timedelta:
    """Read `90s`, `30m`, `24h` or `14d`. Raises ValueError."""
    if isinstance(said, timedelta):
        return said
    match = re.fullmatch(r"(\d{1,6})([smhd])", said) if isinstance(said, str) else None
    if match is None:
        raise ValueError(f"{said!r} is no duration: write it like 90s, 30m, 24h or 14d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def minute_of_day(said: Any) -> int:
    """Read `21:00` as minutes since midnight; `24:00` is the day's end. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", said) if isinstance(said, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else MINUTES_A_DAY + 1
    if minute > MINUTES_A_DAY:
        raise ValueError(f'{said!r} is no time of day: write it like "08:00"')
    return minute


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Answer the zone of that name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone: write it like America/Los_Angeles") from error


def day_ranges(key: Any) -> tuple[int, ...] | None:
    """Read `mon` or `mon-fri` as weekdays counted from Monday; None for what names no days."""
    first, _, last = str(key).lower().partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        return None
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return tuple((begin + step) % 7 for step in range((end - begin) % 7 + 1))


class ClockRange(NamedTuple):
    """A part of a day, in minutes since midnight."""

    begins: int
    ends: int

    @classmethod
    def read(cls, said: Any) -> "ClockRange":
        """Read `08:00-18:00`. Raises ValueError."""
        first, dash, last = said.partition("-") if isinstance(said, str) else ("", "", "")
        if not dash:
            raise ValueError(f'{said!r} is no part of a day: write it like "08:00-18:00"')
        found = cls(minute_of_day(first.strip()), minute_of_day(last.strip()))
        if found.begins >= found.ends:
            raise ValueError(f"{said!r} ends before it begins")
        return found

    @classmethod
    def read_all(cls, said: Any) -> "tuple[ClockRange, ...]":
        """Read one range, several with commas, or a list of them; `off` is none. Raises ValueError."""
        if said == "off":
            return ()
        parts = said.split(",") if isinstance(said, str) else said
        if not isinstance(parts, list):
            raise ValueError(f'{said!r} is no part of a day: write it like "08:00-18:00"')  # noqa: TRY004
        return tuple(cls.read(part.strip() if isinstance(part, str) else part) for part in parts)


def _time_before_midnight(said: Any) -> int:
    return minute_of_day(said) % MINUTES_A_DAY


def _zone_name(said: str) -> str:
    zone(said)
    return said


def _language(said: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", said):
        raise ValueError(f"{said!r} is no language: write it like en")
    return said


Duration = Annotated[timedelta, BeforeValidator(duration)]
MinuteOfDay = Annotated[int, BeforeValidator(_time_before_midnight)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
Language = Annotated[str, AfterValidator(_language)]
