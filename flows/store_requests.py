"""What only the store can do is asked of its own API, where that is open to us: once, and never blindly again.

Before anything is asked the order is looked at: what has been done already is not asked for a second time, so an
answer that was lost costs a look and nothing else. Cancelling is done; everything else becomes a line of the order's
note, for the shop's staff to act on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from channels.store_api import StoreApi, StoreError, StoreOutcome
from db import Database, insert_once
from flows.cases import open_case
from flows.house import House
from flows.outbound_kinds import REQUESTS
from flows.store_models import StoreParcel, StoreTask
from flows.story_models import OutboundEvent
from flows.tracking import take_events
from tracking_core.facts import CarrierEvent
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.states import UPDATE

log = logging.getLogger("doorline.stores")

CANCEL = "order.cancel_requested"
#: What stands in the note, by what is asked for.
WORDS = {
    "order.reschedule_requested": "the customer asks for another delivery time",
    "order.address_change_requested": "the customer asks for another address",
    "order.cancel_requested": "the customer asks to cancel",
    "order.reissue_requested": "a new parcel is asked for",
    "order.refund_requested": "a refund is asked for",
}
#: Parts of a request that staff need; whatever else it holds stays here.
TOLD = ("reason", "amount", "from", "to", "destination")
#: Older ones were before the token; a person has seen to them.
TAKEN_FOR = timedelta(days=7)
#: A claimed task belongs to one worker for so long: longer than a look and a request take.
LEASE = timedelta(minutes=2)
AGAIN_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
TRIES = 8
BATCH = 10
NOTE_MAX = 5000
REFUSED = "store_refused"

#: Answers a shop's API, None where none is open to us. (store, retailer)
Apis = Callable[[str, str], StoreApi | None]


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    retailer: str
    store: str
    kind: str
    order_ref: str
    #: The line for the note; its beginning tells whether it stands there already.
    line: str
    mark: str
    tries: int


def perform_due(
    database: Database, house: House, apis: Apis, *, clock: Callable[[], datetime], limit: int = BATCH
) -> int:
    """Ask stores for what is owed; answers how many were done. Nothing may be open on this thread.

    Any number of workers may call it: a claimed task is nobody else's until its lease ends.
    """
    database.run(lambda session: _adopt(session, apis, clock(), limit))
    claims = database.run(lambda session: _claim(session, clock(), limit))
    return sum(_serve(database, house, apis, claimed, clock) for claimed in claims)


def _serve(database: Database, house: House, apis: Apis, claimed: _Claimed, clock: Callable[[], datetime]) -> bool:
    """One claimed task, asked with nothing open and settled after. Answers whether it is done."""
    api = apis(claimed.store, claimed.retailer)
    if api is None:  # the token was taken away: it waits for another, or for a person
        return False
    try:
        _perform(api, claimed)
    except StoreError as error:
        failed = error
        log.warning("store task id=%s store=%s outcome=%s", claimed.id, claimed.store, failed.outcome)
        database.run(lambda session: _settle_failed(session, house, claimed, failed, clock()))
        return False
    database.run(lambda session: _settle_done(session, house, claimed, clock()))
    return True


def _adopt(session: Session, apis: Apis, now: datetime, limit: int) -> None:
    """Make tasks of requests about parcels whose store's API is open to us."""
    parcel = StoreParcel.shipment_id == OutboundEvent.shipment_id
    query = (
        select(OutboundEvent, StoreParcel)
        .join(StoreParcel, parcel)
        .where(
            OutboundEvent.kind.in_(REQUESTS),
            OutboundEvent.created_at >= now - TAKEN_FOR,
            ~exists().where(StoreTask.outbound_event_id == OutboundEvent.id),
        )
        .order_by(OutboundEvent.id)
        .limit(limit * 10)
    )
    for event, row in session.execute(query).all():
        if row.order_ref and apis(row.store, event.retailer) is not None:
            task = StoreTask(
                retailer=event.retailer,
                store=row.store,
                outbound_event_id=event.id,
                kind=event.kind,
                order_ref=row.order_ref,
                shipment_id=event.shipment_id,
                state="waiting",
                tries=0,
                due_at=now,
                created_at=now,
            )
            insert_once(session, task)


def _claim(session: Session, now: datetime, limit: int) -> list[_Claimed]:
    due = select(StoreTask).where(StoreTask.state.in_(("waiting", "unknown")), StoreTask.due_at <= now)
    rows = session.scalars(due.order_by(StoreTask.due_at, StoreTask.id).limit(limit).with_for_update(skip_locked=True))
    claimed = []
    for row in rows:
        row.tries, row.due_at = row.tries + 1, now + LEASE
        payload = session.get_one(OutboundEvent, row.outbound_event_id).payload
        mark = f"[Doorline {row.outbound_event_id}]"
        line = f"{mark} {WORDS.get(row.kind, row.kind)}{_told(payload)}"
        claimed.append(_Claimed(row.id, row.retailer, row.store, row.kind, row.order_ref, line, mark, row.tries))
    return claimed


def _told(payload: dict[str, Any]) -> str:
    parts = []
    for name in TOLD:
        value = payload.get(name)
        if isinstance(value, dict):
            value = ", ".join(str(part) for part in value.values() if part)
        if value:
            parts.append(f"{name}: {value}")
    return f" ({'; '.join(parts)})" if parts else ""


def _perform(api: StoreApi, claimed: _Claimed) -> None:
    """Look, and ask only for what has not been done. Raises StoreError."""
    order = api.order(claimed.order_ref)
    if claimed.kind == CANCEL:
        if not order.cancelled:
            api.cancel(claimed.order_ref)
    elif claimed.mark not in order.note:
        api.write_note(claimed.order_ref, f"{order.note}\n{claimed.line}".strip()[-NOTE_MAX:])


def _settle_done(session: Session, house: House, claimed: _Claimed, now: datetime) -> None:
    row = session.get_one(StoreTask, claimed.id)
    row.state, row.settled_at, row.error = "done", now, None
    words = "the store has cancelled the order" if claimed.kind == CANCEL else "noted with the order in the store"
    _say(session, house, row, words, now)


def _settle_failed(session: Session, house: House, claimed: _Claimed, error: StoreError, now: datetime) -> None:
    row = session.get_one(StoreTask, claimed.id)
    row.error = error.words
    if error.outcome is not StoreOutcome.REFUSED and claimed.tries < TRIES:
        row.state = "unknown" if error.outcome is StoreOutcome.UNKNOWN else "waiting"
        pause = AGAIN_AFTER[min(claimed.tries - 1, len(AGAIN_AFTER) - 1)]
        row.due_at = now + max(pause, timedelta(seconds=error.retry_after_s or 0))
        return
    row.state, row.settled_at = "refused", now
    _say(session, house, row, "the store did not do what was asked", now)
    open_case(
        session,
        house,
        retailer=row.retailer,
        reason=REFUSED,
        priority="high",
        shipment_id=row.shipment_id,
        text=f"The store was asked: {WORDS.get(row.kind, row.kind)}. It answered: {error.words}",
        evidence={"outbound_event_id": row.outbound_event_id, "tries": row.tries},
        now=now,
    )


def _say(session: Session, house: House, row: StoreTask, words: str, now: datetime) -> None:
    """Write the outcome into the parcel's timeline."""
    shipment: Shipment = locked(session, row.shipment_id)
    event = CarrierEvent(
        carrier=row.store,
        event_id=f"asked:{row.outbound_event_id}:{row.state}",
        tracking_number=shipment.tracking_number,
        status=UPDATE,
        occurred_at=now,
        detail=words,
        silent=True,
    )
    take_events(session, house, [event], retailer=row.retailer, now=now, shipment=shipment)
