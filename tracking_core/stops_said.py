"""How many stops somebody else says come first, where a driver's round with us does not hold all of them. Pure.

A courier who carries for several shops has stops we know nothing of: what was said of them stands beside our own count
until the driver is near, or nobody has repeated it for a while.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: In `shipment.learned`: {"stops", "as_of", "beyond"}; beyond is missing until our own round has been counted.
KEY = "stops_said"
#: What nobody has said again for so long is forgotten: stops that are not ours are done without a word to us.
SAID_FOR = timedelta(minutes=30)
#: The driver is here, whatever was said before.
HERE = frozenset({ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})


def say(shipment: Shipment, stops: int, *, at: datetime) -> None:
    """Note what a carrier, or the retailer, says."""
    shipment.learned = {**(shipment.learned or {}), KEY: {"stops": stops, "as_of": at.isoformat()}}


def counted(
    learned: Mapping[str, Any] | None, state: str, place: int, *, now: datetime
) -> tuple[int, dict[str, Any] | None]:
    """How many stops come first: our own `place`, and those beyond our round that somebody has spoken of.

    Answers with it what is to be kept in `learned` now; None: as it is.
    """
    said = (learned or {}).get(KEY)
    if not said or state in HERE or now - datetime.fromisoformat(said["as_of"]) > SAID_FOR:
        return place, None
    if "beyond" in said:
        return place + int(said["beyond"]), None
    beyond = max(0, int(said["stops"]) - place)
    return place + beyond, {**(learned or {}), KEY: {**said, "beyond": beyond}}


def ours(shipment: Shipment) -> int:
    """How many stops of our own round come first, as last counted; what was said where there is no such round."""
    said = (shipment.learned or {}).get(KEY) or {}
    return max(0, (shipment.stops_away or 0) - int(said.get("beyond", 0)))
