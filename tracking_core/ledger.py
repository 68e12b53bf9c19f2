"""Questions to a shipment's own events, and the row an event becomes."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.states import RANKS, ShipmentState

#: Event ids longer than this are kept as their hash: an index takes no more.
LONGEST_ID = 200


def fitting(event_id: str) -> str:
    """The event's id, or a hash of it where it is too long for an index."""
    if len(event_id) <= LONGEST_ID:
        return event_id
    return "sha256:" + hashlib.sha256(event_id.encode("utf-8", "replace")).hexdigest()


def row(
    shipment: Shipment, event: CarrierEvent, *, occurred_at: datetime, received_at: datetime, moved: bool
) -> ShipmentEvent:
    """The event as a row of the shipment's history; not yet inserted."""
    return ShipmentEvent(
        shipment_id=shipment.id,
        retailer=shipment.retailer,
        source=event.carrier,
        event_id=fitting(event.event_id),
        status=event.status,
        code=event.code,
        reason=event.reason,
        detail=event.detail,
        occurred_at=occurred_at,
        received_at=received_at,
        correction=event.correction,
        silent=event.silent,
        moved=moved,
        raw=event.raw,
    )


def is_later(session: Session, shipment: Shipment, status: str, happened: datetime) -> bool:
    """Whether a moment is not before the time we know the shipment to be in its state, by all scans that say so."""
    if shipment.state_at is None or shipment.last_event_at is None or happened >= shipment.last_event_at:
        return True
    if happened < shipment.state_at:
        return False
    confirmed = select(ShipmentEvent.id).where(
        ShipmentEvent.shipment_id == shipment.id,
        ShipmentEvent.status == shipment.state,
        ShipmentEvent.occurred_at > happened,
    )
    return status == shipment.state or session.scalars(confirmed.limit(1)).first() is None


def is_overtaken(session: Session, shipment: Shipment, target: ShipmentState, happened: datetime) -> bool:
    """Whether a step forward was overtaken: since that moment the parcel has gone aside, so we know better already."""
    if target not in RANKS or shipment.state_at is None or happened >= shipment.state_at:
        return False
    aside = select(ShipmentEvent.id).where(
        ShipmentEvent.shipment_id == shipment.id,
        ShipmentEvent.moved.is_(True),
        ShipmentEvent.occurred_at > happened,
        ShipmentEvent.status.not_in(RANKS),
    )
    return session.scalars(aside.limit(1)).first() is not None


def attempts(session: Session, shipment: Shipment) -> int:
    """How often somebody tried to deliver and could not: failed attempts at different times."""
    tried = select(func.count(ShipmentEvent.occurred_at.distinct())).where(
        ShipmentEvent.shipment_id == shipment.id, ShipmentEvent.status == ShipmentState.ATTEMPT_FAILED
    )
    return session.scalars(tried).one()
