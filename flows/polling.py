"""Asking about parcels whose carriers do not push: claimed from rows, asked with nothing open, taken in like scans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from db import Database, insert_once
from flows import connections, source_asked, tracking
from flows.connection_models import PollState
from flows.house import House
from flows.workflow_polling import Polling
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.polling import (
    RETIRED_AFTER,
    SourceAway,
    Tracked,
    Trackers,
    pause_after,
    pause_after_failure,
    retired_for,
)
from tracking_core.states import ShipmentState

#: Whoever has claimed parcels has so long to ask; afterwards another worker may.
LEASE = timedelta(minutes=10)
ENROLLED_AT_ONCE = 200
FINAL = [state.value for state in ShipmentState if state.is_final]


@dataclass(frozen=True, slots=True)
class _Claimed:
    shipment_id: int
    number: str
    carrier: str | None


def poll(database: Database, house: House, source: Trackers, *, retailer: str, clock: Callable[[], datetime]) -> int:
    """Ask about one batch of the retailer's parcels that are due; answers how many. Nothing is open while asking."""
    now = clock()
    with database.read() as session:
        rules = house.workflows.of(session, retailer).polling
    if not rules.carriers:
        return 0
    claimed = database.run(lambda session: _claim(session, source, rules, retailer=retailer, now=now))
    if not claimed:
        return 0
    try:
        answer = source.track([(one.number, one.carrier) for one in claimed])
    except SourceAway as error:
        database.run(partial(_failed, source, claimed, error.retry_after_s, retailer, clock()))
        return len(claimed)
    for one in claimed:
        database.run(partial(_settle, house, source, one, answer, rules, retailer, clock()))
    database.run(lambda session: source_asked.answered(session, retailer, f"poll:{source.name}", now=clock()))
    return len(claimed)


def enroll(session: Session, source: Trackers, rules: Polling, *, retailer: str, now: datetime) -> int:
    """Put open parcels on the list that the source has never spoken of by itself; answers how many are new there."""
    pushed = exists().where(ShipmentEvent.shipment_id == Shipment.id, ShipmentEvent.source == source.name)
    listed = exists().where(PollState.shipment_id == Shipment.id)
    query = select(Shipment.id).where(
        Shipment.retailer == retailer,
        Shipment.tracking_number != "",
        Shipment.state.not_in(FINAL),
        Shipment.created_at <= now - rules.first_after,
        Shipment.created_at > now - RETIRED_AFTER,
        ~pushed,
        ~listed,
    )
    if "*" not in rules.carriers:
        query = query.where(func.lower(Shipment.carrier).in_([one.lower() for one in rules.carriers]))
    ids = session.scalars(query.order_by(Shipment.id).limit(ENROLLED_AT_ONCE)).all()
    rows = [
        PollState(
            shipment_id=one, retailer=retailer, source=source.name, since=now, next_at=now, unchanged=0, failures=0
        )
        for one in ids
    ]
    return sum(insert_once(session, row) for row in rows)


def _claim(session: Session, source: Trackers, rules: Polling, *, retailer: str, now: datetime) -> list[_Claimed]:
    if not source_asked.may_ask(session, retailer, f"poll:{source.name}", now=now):
        return []
    enroll(session, source, rules, retailer=retailer, now=now)
    due = (
        select(PollState, Shipment.tracking_number, Shipment.carrier)
        .join(Shipment, Shipment.id == PollState.shipment_id)
        .where(
            PollState.retailer == retailer,
            PollState.source == source.name,
            PollState.retired_at.is_(None),
            PollState.next_at <= now,
            or_(Shipment.tracking_number != "", Shipment.state.in_(FINAL)),
        )
        .order_by(PollState.next_at, PollState.shipment_id)
        .limit(source.batch)
        .with_for_update(skip_locked=True, of=PollState)
    )
    claimed = []
    for row, number, carrier in session.execute(due).all():
        row.next_at = now + LEASE
        claimed.append(_Claimed(row.shipment_id, number, carrier))
    return claimed


def _failed(
    source: Trackers,
    claimed: Sequence[_Claimed],
    retry_after_s: float | None,
    retailer: str,
    now: datetime,
    session: Session,
) -> None:
    """The source is away for all of its parcels: they wait for it together, and none is slower for it afterwards."""
    source_asked.failed(session, retailer, f"poll:{source.name}", retry_after_s=retry_after_s, now=now)
    ids = [one.shipment_id for one in claimed]
    session.execute(update(PollState).where(PollState.shipment_id.in_(ids)).values(next_at=now))


def _settle(
    house: House,
    source: Trackers,
    one: _Claimed,
    answer: Tracked,
    rules: Polling,
    retailer: str,
    now: datetime,
    session: Session,
) -> None:
    """Take in what was answered about one parcel, and say when it is asked for again."""
    shipment = session.get(Shipment, one.shipment_id)
    row = session.get(PollState, one.shipment_id)
    if shipment is None or row is None:
        return
    known = set(
        session.scalars(
            select(ShipmentEvent.event_id).where(
                ShipmentEvent.shipment_id == shipment.id, ShipmentEvent.source == source.name
            )
        )
    )
    events = [event for event in answer.events.get(one.number, ()) if event.event_id not in known]
    if events:
        tracking.take_events(session, house, events, retailer=retailer, now=now, shipment=shipment)
        connections.note_events(session, retailer, events, now=now)
    row.asked_at = now
    row.unchanged = 0 if events else row.unchanged + 1
    row.failures = row.failures + 1 if one.number in answer.unknown else 0
    state = ShipmentState(shipment.state)
    row.retired_for = retired_for(state, since=row.since, unknown=row.failures, now=now)
    row.retired_at = now if row.retired_for else None
    pause = pause_after(state, row.unchanged, every=rules.every, at_most=rules.at_most)
    row.next_at = now + (pause_after_failure(row.failures, None) if row.failures else pause)
