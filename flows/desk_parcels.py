"""What agents enter about parcels: a parcel of its own, and what happened to it. Each form acts once and is audited."""

from datetime import datetime

from sqlalchemy.orm import Session

from flows import audit, desk_acts, tracking
from flows.house import House
from flows.intake import Said, ShipmentIn, new_shipment
from flows.intake_values import Moment, Short
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.reasons import Reason
from tracking_core.states import ShipmentState

#: Source of what an agent has entered.
DESK = "desk"


class EventSaid(Said):
    """What an agent says has happened."""

    status: ShipmentState
    occurred_at: Moment
    reason: Reason | None = None
    detail: Short | None = None
    #: Overrides what is known, also a parcel whose story is over.
    correction: bool = False
    #: Moves the parcel and texts nobody.
    silent: bool = False


def add_event(
    session: Session, house: House, shipment: Shipment, said: EventSaid, *, agent: str, key: str, now: datetime
) -> bool:
    """Record what an agent says, in the caller's transaction, once for each key; whether the parcel moved.

    Whoever is to be told of it is told, as with any scan.
    """
    act = desk_acts.begin(
        session, shipment.retailer, key, "parcel.event", agent=agent, shipment_id=shipment.id, now=now
    )
    if act is None:
        return desk_acts.became_of(session, shipment.retailer, key) == "moved"
    before = shipment.state
    event = CarrierEvent(
        carrier=DESK,
        event_id=key,
        tracking_number=shipment.tracking_number,
        status=said.status.value,
        occurred_at=said.occurred_at,
        reason=said.reason.value if said.reason else None,
        detail=said.detail,
        correction=said.correction,
        silent=said.silent,
        raw={"by": agent},
    )
    taken = tracking.take_events(session, house, [event], retailer=shipment.retailer, now=now, shipment=shipment)
    act.became = "moved" if taken.changed else "kept"
    audit.write(
        session,
        retailer=shipment.retailer,
        agent=agent,
        action="parcel.corrected" if said.correction else "parcel.event_added",
        subject=f"shipment:{shipment.id}",
        detail={
            "from": before,
            "status": said.status.value,
            "at": said.occurred_at.isoformat(),
            "reason": event.reason,
            "silent": said.silent,
            "moved": taken.changed,
        },
        now=now,
    )
    return taken.changed


def create(
    session: Session, house: House, said: ShipmentIn, *, retailer: str, agent: str, now: datetime
) -> tuple[Shipment, bool]:
    """Make a parcel known: (it, True), or (the one that is there, False). Texts nobody. Raises Rejected."""
    shipment, is_new = tracking.create_shipment(
        session, house, new_shipment(said, source=DESK), retailer=retailer, now=now
    )
    if is_new:
        audit.write(
            session,
            retailer=retailer,
            agent=agent,
            action="parcel.created",
            subject=f"shipment:{shipment.id}",
            detail={"order": shipment.order_number},
            now=now,
        )
    return shipment, is_new
