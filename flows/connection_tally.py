"""Notes of connections added up: into days, hours, unknown codes and the newest sign of life."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from flows.connection_lags import bucket
from flows.connection_models import Connection, ConnectionCode, ConnectionHour, ConnectionNote, ConnectionTally
from flows.connections import REFUSED, UNKNOWN_CODE

BATCH = 1000
#: Days are kept so long, hours as long as a rhythm is learned from.
DAYS_KEPT, HOURS_KEPT = timedelta(days=400), timedelta(days=36)


def fold(session: Session, *, limit: int = BATCH) -> int:
    """Add up to `limit` notes up and delete them, in the caller's transaction; answers how many. Any worker may."""
    chosen = select(ConnectionNote.id).order_by(ConnectionNote.id).limit(limit).with_for_update(skip_locked=True)
    gone = delete(ConnectionNote).where(ConnectionNote.id.in_(session.scalars(chosen).all()))
    notes = session.scalars(gone.returning(ConnectionNote)).all()
    # Always in the same order: two workers that fold at once do not wait in a circle.
    _add(session, ConnectionTally, _tallies(notes), ("retailer", "source", "day", "kind", "bucket"))
    _add(session, ConnectionHour, _hours(notes), ("retailer", "source", "hour"))
    _add(session, ConnectionCode, _codes(notes), ("retailer", "source", "code"))
    for row in _signs(notes):
        _seen(session, row)
    return len(notes)


def refused(session: Session) -> Mapping[str, int]:
    """How many requests of each source, of all retailers, did not fit their signature, as far back as days are kept."""
    found: Counter[str] = Counter()
    for model in (ConnectionTally, ConnectionNote):
        query = select(model.source, func.sum(model.count)).where(model.kind == REFUSED).group_by(model.source)
        for source, count in session.execute(query):
            found[source] += int(count)
    return found


def forget(session: Session, *, now: datetime) -> None:
    """Delete days and hours that nobody asks for any more."""
    session.execute(delete(ConnectionTally).where(ConnectionTally.day < (now - DAYS_KEPT).date()))
    session.execute(delete(ConnectionHour).where(ConnectionHour.hour < now - HOURS_KEPT))


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def _tallies(notes: Sequence[ConnectionNote]) -> Iterable[dict[str, Any]]:
    counts: Counter[tuple[Any, ...]] = Counter()
    for one in notes:
        counts[one.retailer, one.source, one.at.date(), one.kind, bucket(one.lag_s)] += one.count
    names = ("retailer", "source", "day", "kind", "bucket")
    return [{**dict(zip(names, key, strict=True)), "count": count} for key, count in counts.items()]


def _hours(notes: Sequence[ConnectionNote]) -> Iterable[dict[str, Any]]:
    counts: Counter[tuple[Any, ...]] = Counter()
    for one in notes:
        if one.kind != REFUSED:
            counts[one.retailer, one.source, hour_of(one.at)] += one.count
    names = ("retailer", "source", "hour")
    return [{**dict(zip(names, key, strict=True)), "count": count} for key, count in counts.items()]


def _codes(notes: Sequence[ConnectionNote]) -> Iterable[dict[str, Any]]:
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in sorted(notes, key=lambda note: note.at):
        if one.kind != UNKNOWN_CODE:
            continue
        key = (one.retailer, one.source, one.code or "")
        known = found.setdefault(key, {"count": 0, "first_at": one.at, "sample": None})
        known["count"] += one.count
        known["last_at"], known["sample"] = one.at, one.sample or known["sample"]
    names = ("retailer", "source", "code")
    return [{**dict(zip(names, key, strict=True)), **row} for key, row in sorted(found.items())]


def _signs(notes: Sequence[ConnectionNote]) -> Iterable[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in notes:
        row = found.setdefault((one.retailer, one.source), {"first_at": one.at, "last_at": None, "refused_at": None})
        name = "refused_at" if one.kind == REFUSED else "last_at"
        row["first_at"], row[name] = min(row["first_at"], one.at), max(row[name] or one.at, one.at)
    return [{"retailer": key[0], "source": key[1], **row} for key, row in sorted(found.items())]


def _insert(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    postgres = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if postgres else sqlite.insert)(model.__table__).values([dict(row) for row in rows])


def _add(session: Session, model: Any, rows: Iterable[Mapping[str, Any]], key: tuple[str, ...]) -> None:
    """Add the rows' counts to those that are there, in one statement; rows always in the same order."""
    ordered = sorted(rows, key=lambda row: [str(row[name]) for name in key])
    if not ordered:
        return
    insert = _insert(session, model, ordered)
    change = {"count": model.count + insert.excluded.count}
    if "sample" in ordered[0]:
        change |= {"last_at": insert.excluded.last_at, "sample": insert.excluded.sample}
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=change))


def _seen(session: Session, row: Mapping[str, Any]) -> None:
    insert = _insert(session, Connection, [row])
    change: dict[str, Any] = {}
    for name in ("last_at", "refused_at"):
        given, known = getattr(insert.excluded, name), getattr(Connection, name)
        change[name] = case((or_(known.is_(None), given > known), func.coalesce(given, known)), else_=known)
    if row["last_at"] is not None:
        change["silent_since"] = None  # it speaks again
    session.execute(insert.on_conflict_do_update(index_elements=("retailer", "source"), set_=change))
