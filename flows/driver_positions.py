"""Where a driver is becomes what the next customer is told: near, and at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows import driver_links, tracking
from flows.house import House
from flows.network_positions import radii_of
from tracking_core import positions
from tracking_core.facts import CarrierEvent
from tracking_core.models import Driver, Shipment
from tracking_core.positions import Fix
from tracking_core.states import ShipmentState

#: What a driver says standing at a door.
AT_THE_DOOR = frozenset({ShipmentState.AT_ADDRESS, ShipmentState.DELIVERED, ShipmentState.ATTEMPT_FAILED})


@dataclass(frozen=True)
class Heard:
    """What became of some places."""

    taken: int
    #: Out of order, repeated, or a day late.
    ignored: int


def take(session: Session, house: House, driver: Driver, fixes: Sequence[Fix], *, now: datetime) -> Heard:
    """Take in where the driver was, the oldest place first, and owe the texts that follow."""
    positions.hold(session, driver)
    radii = radii_of(house.workflows.of(session, driver.retailer))
    clock = driver_links.clock_of(session, house, driver.retailer)
    taken = 0
    for fix in sorted(fixes, key=lambda one: one.at):
        moved = positions.take(session, driver, fix, radii, now=now, zone=clock)
        taken += moved.taken
        for parcel in dict.fromkeys(parcel for parcel, _ in moved.events):
            # Together, so that who comes near and stands at the door at once is told the latter only.
            said = [event for other, event in moved.events if other is parcel]
            tracking.take_events(session, house, said, retailer=driver.retailer, now=now, shipment=parcel)
    return Heard(taken, len(fixes) - taken)


def heralds(
    session: Session, house: House, parcel: Shipment, place: tuple[float, float] | None, *, at: datetime, status: str
) -> list[CarrierEvent]:
    """What the place of a tap says had come before it: a phone that had no signal brings both at once.

    status: what the tap says; one that is not about standing at the door has nothing before it.
    """
    if place is None or status not in AT_THE_DOOR:
        return []
    radii = radii_of(house.workflows.of(session, parcel.retailer))
    return positions.heralds(parcel, Fix(*place, at), radii, before=status)
