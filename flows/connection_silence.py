"""Sources that have fallen silent: judged by their own rhythm, told to people as a case, once for each silence."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from flows import cases
from flows.connection_models import Connection, ConnectionHour
from flows.connection_tally import hour_of
from flows.house import House

#: So many events must be missing, by the source's own rhythm: chance alone hardly ever explains that.
MISSING = 8.0
#: Nobody is called for less, and what is this late may still come.
PATIENCE = timedelta(hours=2)
#: A source is known after so many days; from twice a week on, its weekdays are told apart.
KNOWN_AFTER, WEEKS_AFTER = timedelta(days=3), timedelta(days=14)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
#: A source is looked at again after this.
LONGEST_LOOK = timedelta(days=14)


def expected(counts: Mapping[datetime, int], first: datetime, since: datetime, until: datetime) -> float | None:
    """How many events a source usually brings in the whole hours between two moments; None while it is not known.

    counts: hour -> events. first: its first event. The same hours of the weeks before tell, or of the days before while
    there are no two weeks; only from before the silence.
    """
    known = since - first
    if known < KNOWN_AFTER:
        return None
    step = WEEK if known >= WEEKS_AFTER else timedelta(days=1)
    begins = hour_of(first)
    hour, total = hour_of(since) + HOUR, 0.0
    while hour + HOUR <= until and hour < since + LONGEST_LOOK:
        before = [hour - step * back for back in range(1, 6)]
        told = [counts.get(one, 0) for one in before if begins <= one < hour_of(since)]
        total += sum(told) / len(told) if told else 0.0
        hour += HOUR
    return total


def watch(session: Session, house: House, *, now: datetime) -> list[str]:
    """Open a case for every source that has fallen silent; answers their names. In the caller's transaction."""
    query = select(Connection).where(Connection.silent_since.is_(None), Connection.last_at < now - PATIENCE)
    query = query.order_by(Connection.id).limit(1000).with_for_update(skip_locked=True)
    silent = []
    for one in session.scalars(query.execution_options(populate_existing=True)).all():
        assert one.last_at is not None
        missing = expected(_hours(session, one), one.first_at, one.last_at, now - PATIENCE)
        if missing is None or missing < MISSING:
            continue
        session.execute(update(Connection).where(Connection.id == one.id).values(silent_since=one.last_at))
        _call(session, house, one, missing, now)
        silent.append(one.source)
    return silent


def _hours(session: Session, one: Connection) -> Mapping[datetime, int]:
    query = select(ConnectionHour.hour, ConnectionHour.count).where(
        ConnectionHour.retailer == one.retailer, ConnectionHour.source == one.source
    )
    return {hour: count for hour, count in session.execute(query)}  # noqa: C416  rows are no pairs to the type checker


def _call(session: Session, house: House, one: Connection, missing: float, now: datetime) -> None:
    assert one.last_at is not None
    if house.workflows.of(session, one.retailer).cases.rule("connection_silent").open == "off":
        return
    hours = (now - one.last_at).total_seconds() / 3600
    words = f"{one.source} has sent nothing for {hours:.0f} h; by its rhythm about {missing:.0f} events are missing."
    cases.open_case(
        session,
        house,
        retailer=one.retailer,
        reason="connection_silent",
        subject=f"connection:{one.source}",
        text=words,
        evidence={"source": one.source, "last_seen": one.last_at.isoformat(), "missing": round(missing)},
        now=now,
    )
