"""How far it is by road: what a source says of a driver's way to a door, and what is kept of it on the parcel's row.

Nothing here asks anybody: a `RoadSource` does, with no transaction open. Kept is the way as a whole, with where it
began; while the driver drives on, what is left of it is judged by the straight line that is left.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from tracking_core.models import Shipment
from tracking_core.positions import distance_m
from tracking_core.states import ShipmentState

#: Asked again when the driver is so far from where the way began, or it was asked so long ago.
MOVED_M, ASKED_AGAIN = 1_000.0, timedelta(minutes=10)
#: A place older than this is not worth a question; a way nearer than this needs none.
FRESH, NEAR_M = timedelta(minutes=5), 200.0
#: No road is shorter than the line, but for how exactly either is known; one so much longer is another town's.
SHORTEST, LONGEST, SPARE_M = 0.9, 6.0, 2_000.0
#: Metres a second nobody drives below, or above, over a whole way.
SLOWEST, FASTEST = 0.5, 45.0

Place = tuple[float, float]


class Way(Protocol):
    """A way by road, as it was answered."""

    @property
    def metres(self) -> float:
        """How long it is."""

    @property
    def seconds(self) -> float:
        """How long it takes."""


class RoadSource(Protocol):
    """Who knows the roads."""

    def way(self, here: Place, there: Place) -> Way:
        """The way from one (lat, lon) to another. Raises OSError when there was no usable answer."""

    def seconds(self, sources: Sequence[Place], targets: Sequence[Place]) -> Sequence[Sequence[float | None]]:
        """How long it takes from each source to each target, a row for each source; None: there is no way.

        Raises OSError when there was no usable answer.
        """

    def failed(self) -> None:
        """Be told that an answer cannot be: whoever gives several of them is left alone for a while."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whose way is to be asked."""

    shipment_id: int
    here: Place
    there: Place


def question(shipment: Shipment, *, now: datetime) -> Question | None:
    """What is to be asked of this parcel; None when nothing is, or its way is known well enough."""
    state = ShipmentState(shipment.state)
    nearly = shipment.stops_away in (0, 1) or (shipment.stops_away is None and state is ShipmentState.ARRIVING)
    if state not in (ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING) or not nearly:
        return None
    here, there = _place(shipment.position), _place(shipment.destination)
    if here is None or there is None or shipment.position is None:
        return None
    if now - datetime.fromisoformat(shipment.position["at"]) > FRESH or distance_m(*here, *there) < NEAR_M:
        return None
    known = (shipment.learned or {}).get("road")
    if known and tuple(known["to"]) == there and now - datetime.fromisoformat(known["as_of"]) < ASKED_AGAIN:
        begun = known["from"]
        if distance_m(*here, begun[0], begun[1]) < MOVED_M:
            return None
    return Question(shipment.id, here, there)


def is_believable(way: Way, here: Place, there: Place) -> bool:
    """Whether a van could drive it: what answers may lie, or know another continent."""
    if not (math.isfinite(way.metres) and math.isfinite(way.seconds) and way.seconds > 0):
        return False
    line = distance_m(*here, *there)
    if not SHORTEST * line - SPARE_M / 10 <= way.metres <= LONGEST * line + SPARE_M:
        return False
    return SLOWEST <= way.metres / way.seconds <= FASTEST


def can_take(seconds: float, here: Place, there: Place) -> bool:
    """Whether a van could be there in that time, and no sooner than any road allows."""
    line = distance_m(*here, *there)
    most_s = (LONGEST * line + SPARE_M) / SLOWEST
    return math.isfinite(seconds) and (SHORTEST * line - SPARE_M / 10) / FASTEST <= seconds <= most_s and seconds >= 0


def keep(shipment: Shipment, asked: Question, way: Way, *, now: datetime) -> bool:
    """Put the way on the parcel's row. False: the parcel goes elsewhere by now."""
    if _place(shipment.destination) != asked.there or ShipmentState(shipment.state).is_final:
        return False
    road = {
        "from": list(asked.here),
        "to": list(asked.there),
        "metres": round(way.metres),
        "seconds": round(way.seconds),
        "as_of": now.isoformat(),
    }
    shipment.learned = {**(shipment.learned or {}), "road": road}
    return True


def _place(said: dict[str, Any] | None) -> Place | None:
    lat, lon = (said or {}).get("lat"), (said or {}).get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    return float(lat), float(lon)
