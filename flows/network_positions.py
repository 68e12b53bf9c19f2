"""Where a courier network says its courier is becomes what the customer is told: near, and at the door."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.house import House
from flows.workflow import Workflow
from tracking_core import positions, rounds
from tracking_core.facts import CarrierEvent, Fact
from tracking_core.matching import locked, matching, referred
from tracking_core.models import Shipment
from tracking_core.numbers import normalised
from tracking_core.positions import Fix, Radii
from tracking_core.recording import record_all
from tracking_core.states import UPDATE, ShipmentState

#: Sources whose places are those of the courier who has the parcel, and not of a depot or a town.
NETWORKS = frozenset({"bringg", "doordash_drive", "onfleet", "uber_direct"})
#: A scan that says less than the place it came with. One that tells of the door itself needs nothing beside it.
SAYS_LESS = frozenset({UPDATE, ShipmentState.OUT_FOR_DELIVERY.value, ShipmentState.ARRIVING.value})


def radii_of(workflow: Workflow) -> Radii:
    """How near is near with this retailer."""
    eta = workflow.eta
    return Radii(eta.arriving_m, eta.at_address_m, eta.stale_after, eta.arriving_within)


def after(
    session: Session,
    house: House,
    events: Iterable[CarrierEvent],
    *,
    retailer: str,
    now: datetime,
    shipment: Shipment | None,
) -> list[Fact]:
    """Record what the places and estimates of recorded events say of their own parcels; in their transaction.

    `arriving` and `at_address` come once for each attempt, in order, and never after what comes later on the way. A
    place says nothing when it is old, when something newer is known, or when the courier goes elsewhere first.
    """
    told = [event for event in events if _tells(event)]
    if not told:
        return []
    workflow = house.workflows.of(session, retailer)
    radii = radii_of(workflow)
    if radii.arriving_within is None:
        told = [event for event in told if event.position is not None]
    facts: list[Fact] = []
    for event in sorted(told, key=lambda one: one.occurred_at):
        for parcel in _meant(session, retailer, event, shipment):
            said = _heralds(parcel, event, radii, now)
            if said and _is_next(session, parcel, event, radii.stale_after, now):
                facts += _recorded(session, workflow, parcel, said, now)
    return facts


def _tells(event: CarrierEvent) -> bool:
    if event.silent or event.correction or event.status not in SAYS_LESS:
        return False
    # Who counts the stops knows the van.
    return (event.carrier in NETWORKS or event.stops_away == 0) and (event.position or event.eta) is not None


def _meant(session: Session, retailer: str, event: CarrierEvent, shipment: Shipment | None) -> Sequence[Shipment]:
    if shipment is not None:
        return [locked(session, shipment.id)]
    return matching(session, retailer, normalised(event.tracking_number)) or referred(session, retailer, event)


def _heralds(parcel: Shipment, event: CarrierEvent, radii: Radii, now: datetime) -> list[CarrierEvent]:
    if parcel.state not in positions.OUT or event.occurred_at < now - radii.stale_after:
        return []
    if event.status == ShipmentState.OUT_FOR_DELIVERY and parcel.state_at == event.occurred_at:
        return []  # where it was picked up, which may be next door
    found: list[CarrierEvent] = []
    place = event.position
    if place is not None and _is_newest(parcel, place.at) and now - place.at <= radii.stale_after:
        found = positions.heralds(parcel, Fix(place.lat, place.lon, min(place.at, now)), radii, before=event.status)
    if not found and _is_soon(event, radii, now):
        found = positions.expected_soon(parcel, at=min(event.occurred_at, now))
    return found


def _is_newest(parcel: Shipment, at: datetime) -> bool:
    known = parcel.position
    return known is None or at >= datetime.fromisoformat(known["at"])


def _is_soon(event: CarrierEvent, radii: Radii, now: datetime) -> bool:
    expected = event.eta.at if event.eta is not None else None
    return expected is not None and radii.arriving_within is not None and expected - now <= radii.arriving_within


def _is_next(session: Session, parcel: Shipment, event: CarrierEvent, stale_after: timedelta, now: datetime) -> bool:
    """Whether the courier comes to this door next, as far as anybody knows: near another's door says nothing here."""
    if event.stops_away is not None or parcel.driver_id is None:
        return event.stops_away in (None, 0)
    today = rounds.stops_of(session, parcel.retailer, parcel.driver_id, now=now, stale_after=stale_after)
    following = rounds.next_of(today)
    return following is None or following.shipment.id == parcel.id


def _recorded(
    session: Session, workflow: Workflow, parcel: Shipment, said: list[CarrierEvent], now: datetime
) -> list[Fact]:
    grace, stale_after = workflow.eta.delay_grace, workflow.eta.stale_after
    return record_all(
        session, said, retailer=parcel.retailer, now=now, shipment=parcel, grace=grace, stale_after=stale_after
    )
