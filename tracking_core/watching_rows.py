"""The rows that say which parcel is looked at when: written with whatever changes it, claimed as they fall due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.states import OPEN
from tracking_core.watch_models import Watch, WatchHit
from tracking_core.watching import Finding

#: What was history for so long when we learned of it tells nobody.
HISTORY_AFTER = timedelta(hours=24)


def look_soon(session: Session, shipments: Iterable[Shipment], *, now: datetime) -> None:
    """Let these parcels be looked at by the next tick: something has changed about them."""
    rows = [{"shipment_id": one.id, "retailer": one.retailer, "due_at": now} for one in shipments]
    if not rows:
        return
    is_postgres = session.get_bind().dialect.name == "postgresql"
    table = Watch.__table__
    statement: Any = postgresql.insert(table) if is_postgres else sqlite.insert(table)  # type: ignore[arg-type]
    # Rows as parameters: the statement is the same for any number of them, and worked out once.
    session.execute(
        statement.on_conflict_do_update(index_elements=["shipment_id"], set_={"due_at": statement.excluded.due_at}),
        rows,
    )


def claim(session: Session, *, now: datetime, limit: int) -> list[Shipment]:
    """The parcels that are due to be looked at, locked; what somebody else holds is left for later."""
    due = select(Watch.shipment_id).where(Watch.due_at <= now).order_by(Watch.due_at).limit(limit)
    ids = list(session.scalars(due.with_for_update(skip_locked=True)))
    if not ids:
        return []
    query = (
        select(Shipment)
        .where(Shipment.id.in_(ids))
        .order_by(Shipment.id)
        .with_for_update(of=Shipment, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def look_again(session: Session, at: Mapping[int, datetime | None]) -> None:
    """Set when these parcels, by id, are looked at next; None: never. In as few statements as can be."""
    over = [one for one, moment in at.items() if moment is None]
    if over:
        session.execute(
            delete(Watch).where(Watch.shipment_id.in_(over)), execution_options={"synchronize_session": False}
        )
    later = [{"shipment_id": one, "due_at": moment} for one, moment in at.items() if moment is not None]
    if later:
        session.execute(update(Watch), later)


def hit(
    session: Session, shipment: Shipment, finding: Finding, *, subject: str | None = None, now: datetime
) -> WatchHit | None:
    """Keep what was found; None: it was found before."""
    row = WatchHit(
        retailer=shipment.retailer,
        subject=subject or f"shipment:{shipment.id}",
        shipment_id=shipment.id,
        watcher=finding.watcher,
        occasion=finding.occasion,
        since=finding.since,
        found_at=now,
        silent=finding.due_at < _learned_at(session, shipment) - HISTORY_AFTER,
        done=[],
        detail=finding.detail,
    )
    return row if insert_once(session, row) else None


def hits_of(session: Session, shipment_id: int) -> Sequence[WatchHit]:
    """What was found about the parcel, oldest first."""
    return session.scalars(select(WatchHit).where(WatchHit.shipment_id == shipment_id).order_by(WatchHit.id)).all()


def sweep(session: Session, *, now: datetime, limit: int = 20_000) -> int:
    """Give open parcels that have none a row: those that were here before there were any. Answers how many."""
    missing = (
        select(Shipment.id, Shipment.retailer, literal(now, type_=Watch.due_at.type))
        .where(Shipment.state.in_(OPEN), ~select(Watch.shipment_id).where(Watch.shipment_id == Shipment.id).exists())
        .limit(limit)
    )
    statement = insert(Watch).from_select(["shipment_id", "retailer", "due_at"], missing).returning(Watch.shipment_id)
    return len(session.execute(statement).all())


def _learned_at(session: Session, shipment: Shipment) -> datetime:
    """When we heard of the parcel last: what was overdue long before is history."""
    newest = session.scalar(select(func.max(ShipmentEvent.received_at)).where(ShipmentEvent.shipment_id == shipment.id))
    return newest or shipment.created_at
