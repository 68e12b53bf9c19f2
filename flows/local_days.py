"""Rows by day on somebody's clock, on both databases, over changes of the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Label, case, cast, func, literal
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import UtcDateTime

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True)
class Days:
    """Some days in a row on the clock of a zone."""

    zone: ZoneInfo
    first: date
    last: date

    @classmethod
    def until_today(cls, zone: ZoneInfo, count: int, *, now: datetime) -> "Days":
        """The `count` days that end with today."""
        today = now.astimezone(zone).date()
        return cls(zone, today - (count - 1) * _DAY, today)

    @property
    def since(self) -> datetime:
        """The moment they begin."""
        return datetime.combine(self.first, time.min, self.zone).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The moment after them."""
        return datetime.combine(self.last + _DAY, time.min, self.zone).astimezone(UTC)

    @property
    def all(self) -> Sequence[date]:
        """Each of them."""
        return [self.first + number * _DAY for number in range((self.last - self.first).days + 1)]

    def within(self, column: Moment) -> ColumnElement[bool]:
        """Whether a moment is one of these days."""
        return (column >= self.since) & (column < self.until)

    def of(self, session: Session, column: Moment) -> Label[Any]:
        """The day of a moment, to be grouped by its name, `day`; `day_of` reads what comes back."""
        if session.get_bind().dialect.name == "postgresql":
            return cast(func.timezone(self.zone.key, column), Date).label("day")
        spans = self._spans()
        shifts = [(column < literal(end, UtcDateTime()), _shift(offset)) for end, offset in spans[:-1]]
        shift = case(*shifts, else_=_shift(spans[-1][1])) if shifts else literal(_shift(spans[-1][1]))
        return func.date(column, shift).label("day")

    def _spans(self) -> list[tuple[datetime, timedelta]]:
        """(end, distance from UTC) of each stretch without a change of the clock; changes come on the hour."""
        found: list[tuple[datetime, timedelta]] = []
        at, before = self.since, self._offset(self.since)
        while at < self.until:
            step = _DAY if self._offset(at + _DAY) == before else _HOUR
            at += step
            if self._offset(at) != before:
                found.append((at, before))
                before = self._offset(at)
        return [*found, (self.until, before)]

    def _offset(self, at: datetime) -> timedelta:
        return at.astimezone(self.zone).utcoffset() or timedelta()


def day_of(said: object) -> date:
    """The day that came back from the database."""
    return said if isinstance(said, date) else date.fromisoformat(str(said)[:10])


def _shift(offset: timedelta) -> str:
    return f"{int(offset.total_seconds()):+d} seconds"
