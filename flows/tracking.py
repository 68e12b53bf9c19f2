"""What a source says about parcels, taken in whole: recorded, and told to whom it concerns, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows import milestones, surveys
from flows.house import House
from tracking_core import shipments
from tracking_core.facts import CarrierEvent, Fact, StateChanged
from tracking_core.models import Shipment
from tracking_core.recording import record_all
from tracking_core.shipments import NewShipment


@dataclass(frozen=True)
class Taken:
    """What became of some events."""

    facts: tuple[Fact, ...]
    #: The state of the shipment afterwards; None when the events went to no shipment, or to several.
    state: str | None
    #: Whether any shipment's state moved.
    changed: bool


def take_events(
    session: Session,
    house: House,
    events: Sequence[CarrierEvent],
    *,
    retailer: str,
    now: datetime,
    shipment: Shipment | None = None,
) -> Taken:
    """Record the events of one webhook or request and owe the texts that follow, in the caller's transaction.

    Without `shipment` they go to the retailer's shipments with their tracking numbers. What was seen before changes
    nothing and tells nobody.
    """
    workflow = house.workflows.of(session, retailer)
    facts = record_all(session, events, retailer=retailer, now=now, shipment=shipment, grace=workflow.eta.delay_grace)
    milestones.announce(session, house, facts, retailer=retailer, now=now)
    surveys.plan_after(session, house, facts, now=now)
    meant = {fact.shipment_id for fact in facts} | ({shipment.id} if shipment is not None else set())
    one = session.get(Shipment, meant.pop()) if len(meant) == 1 else None
    return Taken(
        facts=tuple(facts),
        state=one.state if one is not None else None,
        changed=any(isinstance(fact, StateChanged) for fact in facts),
    )


def create_shipment(
    session: Session, house: House, new: NewShipment, *, retailer: str, now: datetime
) -> tuple[Shipment, bool]:
    """Create the shipment and its tracking page; (it, False) when the order has it already. Texts nobody.

    The page's address is made here, so that whoever only reads can show it.
    """
    shipment, created = shipments.create(session, new, retailer=retailer, now=now)
    house.links.url(session, "t", shipment.id, now=now)
    return shipment, created
