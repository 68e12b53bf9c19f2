"""Where a driver is becomes what the next customer is told: near, and at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows import driver_links, tracking
from flows.house import House
from tracking_core import positions
from tracking_core.models import Driver
from tracking_core.positions import Fix, Radii


@dataclass(frozen=True)
class Heard:
    """What became of some places."""

    taken: int
    #: Out of order, repeated, or a day late.
    ignored: int


def take(session: Session, house: House, driver: Driver, fixes: Sequence[Fix], *, now: datetime) -> Heard:
    """Take in where the driver was, the oldest place first, and owe the texts that follow."""
    positions.hold(session, driver)
    rules = house.workflows.of(session, driver.retailer).eta
    radii = Radii(rules.arriving_m, rules.at_address_m, rules.stale_after)
    clock = driver_links.clock_of(session, house, driver.retailer)
    taken = 0
    for fix in sorted(fixes, key=lambda one: one.at):
        moved = positions.take(session, driver, fix, radii, now=now, zone=clock)
        taken += moved.taken
        for parcel, event in moved.events:
            tracking.take_events(session, house, [event], retailer=driver.retailer, now=now, shipment=parcel)
    return Heard(taken, len(fixes) - taken)
