"""A driver's "oops, wrong one": the last thing said is taken back, and the customer hears so if they had heard it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import driver_asks, driver_links, milestones, tracking
from flows.house import House
from tracking_core import rounds
from tracking_core.facts import CarrierEvent
from tracking_core.matching import locked
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.rounds import DRIVER
from tracking_core.states import ShipmentState

#: So long after it was said something can be taken back.
WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back."""

    shipment: Shipment
    #: The driver_actions.Action that was a mistake.
    action: str
    #: Where the parcel is again.
    state: ShipmentState
    #: The customer had been told, and is told otherwise now.
    told_customer: bool
    #: Names the text or tap that was a mistake; one text may have moved several parcels at one door.
    said: str


def undo(
    session: Session,
    house: House,
    driver: Driver,
    *,
    source: str,
    key: str,
    shipment: Shipment | None = None,
    said: str | None = None,
    now: datetime,
) -> Undone | None:
    """Take back the last thing this driver said that moved a parcel, if it was said in the last ten minutes.

    shipment: only of this one. said: only what this text or tap did. source, key: as in `driver_actions.act`. None:
    there is nothing to take back, because too much time has passed, something newer is known, or the parcel is another
    driver's by now.
    """
    event_id = f"{source}:{key}"
    again = select(ShipmentEvent.id).where(
        ShipmentEvent.retailer == driver.retailer,
        ShipmentEvent.source == DRIVER,
        ShipmentEvent.event_id == event_id,
        ShipmentEvent.received_at > now - 2 * WITHIN,
    )
    last = _last(session, driver, shipment, said, now)
    if last is None or session.scalar(again) is not None:
        return None
    parcel = locked(session, last.shipment_id)
    before = ShipmentState(str(last.raw.get("before")))
    if parcel.state != last.status or parcel.driver_id != driver.id:
        return None
    workflow = house.workflows.of(session, driver.retailer)
    names = milestones.MEANS.get(ShipmentState(last.status), ())
    milestone = next((name for name in names if name in workflow.milestones), None)
    correction = CarrierEvent(
        carrier=DRIVER,
        event_id=event_id,
        tracking_number=parcel.tracking_number,
        status=before,
        occurred_at=max(now, last.occurred_at),
        correction=True,
        silent=True,
        raw={"action": "undo", "source": source, "takes_back": last.id},
    )
    tracking.take_events(session, house, [correction], retailer=driver.retailer, now=now, shipment=parcel)
    told = milestone is not None and driver_asks.take_back(session, house, parcel, milestone, key=event_id, now=now)
    rounds.count_down(session, driver_links.round_of(session, house, driver, now=now).stops, now=now)
    return Undone(parcel, str(last.raw.get("action")), before, told, last.event_id)


def _last(
    session: Session, driver: Driver, shipment: Shipment | None, said: str | None, now: datetime
) -> ShipmentEvent | None:
    """The driver's last move that still stands."""
    query = (
        select(ShipmentEvent)
        .join(Shipment, Shipment.id == ShipmentEvent.shipment_id)
        .where(
            Shipment.retailer == driver.retailer,
            Shipment.driver_id == driver.id,
            ShipmentEvent.source == DRIVER,
            ShipmentEvent.moved.is_(True),
            ShipmentEvent.correction.is_(False),
            ShipmentEvent.received_at > now - WITHIN,
        )
        .order_by(ShipmentEvent.received_at.desc(), ShipmentEvent.id.desc())
    )
    taken_back = select(ShipmentEvent.raw).where(
        ShipmentEvent.retailer == driver.retailer,
        ShipmentEvent.source == DRIVER,
        ShipmentEvent.correction.is_(True),
        ShipmentEvent.received_at > now - WITHIN,
    )
    over = {raw.get("takes_back") for raw in session.scalars(taken_back)}
    found = (one for one in session.scalars(query) if one.id not in over)
    meant = (one for one in found if shipment is None or one.shipment_id == shipment.id)
    return next((one for one in meant if said is None or one.event_id == said), None)
