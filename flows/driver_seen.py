"""Where the driver is, as a shopper may see it: near the end only, not exactly, and never at somebody else's door."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from flows.house import House
from flows.instructing import OUT
from tracking_core import rounds
from tracking_core.models import Shipment
from tracking_core.positions import distance_m, newest
from tracking_core.states import ShipmentState

#: Places are shown as the middle of squares with sides of so many metres.
GRID_M: Final = 250
METRES_A_DEGREE: Final = 111_320
#: A place that may be farther off than this says nothing about who comes when.
MOST_BLURRED_M: Final = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """The driver as seen from the parcel's address."""

    #: Metres to the east and north of the address, of the middle of the square; both 0 where it is the address's own.
    east_m: int
    north_m: int
    #: When the driver was there.
    at: datetime
    #: The driver is at the door of somebody who comes first: then no place is shown.
    at_other_stop: bool = False

    @property
    def away_m(self) -> float:
        """Metres from the address, by the middle of the square."""
        return math.hypot(self.east_m, self.north_m)


def seen(session: Session, house: House, shipment: Shipment, *, now: datetime) -> Seen | None:
    """Where the driver of the parcel is; None where the workflow's rule does not allow to show it, or nobody knows.

    It takes a parcel that is out with at most `eta.show_driver_within_stops` stops before it, an address with
    coordinates, and a place no older than `eta.stale_after`.
    """
    if ShipmentState(shipment.state) not in OUT or shipment.driver_id is None:
        return None
    rules = house.workflows.of(session, shipment.retailer).eta
    place = newest(session, shipment.driver_id, now=now)
    door = _place(shipment)
    most = rules.show_driver_within_stops
    if most is None or place is None or door is None or now - place.at > rules.stale_after:
        return None
    if place.accuracy_m is not None and place.accuracy_m > MOST_BLURRED_M:
        return None
    driver, stale_after = shipment.driver_id, rules.stale_after
    round_ = rounds.stops_of(session, shipment.retailer, driver, now=now, stale_after=stale_after)
    before = next((number for number, one in enumerate(rounds.left(round_)) if one.shipment.id == shipment.id), None)
    if before is None or max(before, shipment.stops_away or 0) > most:
        return None
    here = (place.lat, place.lon)
    others = [_place(one.shipment) for one in round_ if one.shipment.id != shipment.id]
    near_other = any(other is not None and distance_m(*here, *other) <= rules.arriving_m for other in others)
    if near_other and distance_m(*here, *door) > rules.arriving_m:
        return Seen(0, 0, place.at, at_other_stop=True)
    return _from(door, here, place.at)


def _from(door: tuple[float, float], here: tuple[float, float], at: datetime) -> Seen:
    """The middle of the driver's square, from the door. Squares lie on a grid of the earth: the same for everybody,
    so that several looks at one standing driver never narrow it down.
    """
    north = METRES_A_DEGREE
    row = math.floor(here[0] * north / GRID_M)
    lat = (row + 0.5) * GRID_M / north
    east = METRES_A_DEGREE * math.cos(math.radians(lat))
    lon = (math.floor(here[1] * east / GRID_M) + 0.5) * GRID_M / east
    if distance_m(*here, *door) <= GRID_M:
        return Seen(0, 0, at)
    return Seen(round((lon - door[1]) * east), round((lat - door[0]) * north), at)


def _place(shipment: Shipment) -> tuple[float, float] | None:
    lat, lon = shipment.destination.get("lat"), shipment.destination.get("lon")
    return (float(lat), float(lon)) if lat is not None and lon is not None else None
