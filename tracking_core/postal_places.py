"""Where the addresses of a postal code lie, as far as a retailer's own parcels tell; and which one lies far from them.

What was learned is read anew from the parcels every few hours and kept in memory: it can be had again at any time.
"""

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracking_core.models import Shipment
from tracking_core.positions import distance_m

#: The newest parcels of so many days teach, so many of a retailer at most, and so often.
TAUGHT_BY, PARCELS, EVERY = timedelta(days=180), 20_000, timedelta(hours=6)
#: Fewer different places than this teach nothing: one neighbour's wrong place is no rule.
LEAST = 5
#: Nobody is far within so many metres, nor within so many times as far as nine of ten others lie.
NEAR_M, TIMES = 15_000.0, 4.0
#: One call reads for so long, and goes on with the next.
SECONDS = 0.5

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """Where a code's addresses lie: their middle, and from how far off one is far from it."""

    middle: Place
    far_m: float


class PostalPlaces:
    """What retailers' parcels have taught. Safe to share between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._areas: dict[str, tuple[datetime, Mapping[tuple[str, str], Area]]] = {}

    def refresh(self, session: Session, retailers: Iterable[str], *, now: datetime) -> int:
        """Learn anew from the retailers whose turn it is; answers how many it was."""
        ends, done = time.monotonic() + SECONDS, 0
        for retailer in retailers:
            with self._guard:
                known = self._areas.get(retailer)
            if known is not None and now - known[0] < EVERY:
                continue
            found = learned(session, retailer, now=now)
            with self._guard:
                self._areas[retailer] = now, found
            done += 1
            if time.monotonic() > ends:
                break
        return done

    def is_far(self, shipment: Shipment) -> bool:
        """Whether the parcel's place lies far from where its postal code's others do; False where nobody knows."""
        key, place = key_of(shipment.destination), place_of(shipment.destination)
        with self._guard:
            known = self._areas.get(shipment.retailer)
        area = known[1].get(key) if known is not None and key is not None else None
        return area is not None and place is not None and distance_m(*place, *area.middle) > area.far_m


def learned(session: Session, retailer: str, *, now: datetime) -> dict[tuple[str, str], Area]:
    """(country, code) -> where its addresses lie, by the newest parcels. Only reads."""
    query = (
        select(Shipment.destination)
        .where(Shipment.retailer == retailer, Shipment.created_at > now - TAUGHT_BY)
        .order_by(Shipment.id.desc())
        .limit(PARCELS)
    )
    places: dict[tuple[str, str], set[Place]] = defaultdict(set)
    for destination in session.scalars(query):
        key, place = key_of(destination), place_of(destination)
        if key is not None and place is not None:
            places[key].add((round(place[0], 4), round(place[1], 4)))  # one door counts once, however often it orders
    return {key: _area(found) for key, found in places.items() if len(found) >= LEAST}


def key_of(destination: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Country and code; None without a code. Without a country the code counts by itself."""
    place = destination or {}
    code = "".join(sign for sign in str(place.get("postal_code") or "") if sign.isalnum()).upper()
    country = str(place.get("country") or "").upper()[:2]
    return (country, code[:5] if country == "US" else code) if code else None


def place_of(destination: Mapping[str, Any] | None) -> Place | None:
    """Its coordinates; None where they are not both there."""
    place = destination or {}
    lat, lon = place.get("lat"), place.get("lon")
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in (lat, lon)):
        return None
    return float(lat), float(lon)  # type: ignore[arg-type]  # both are numbers


def _area(places: Iterable[Place]) -> Area:
    """The middle of both coordinates by itself: one place at the other end of the world moves it by nothing."""
    found = list(places)
    middle = statistics.median(lat for lat, _ in found), statistics.median(lon for _, lon in found)
    away = sorted(distance_m(*one, *middle) for one in found)
    usual = statistics.median(away)
    most = away[max(0, int(0.9 * len(away)) - 1)]
    # A few wrong ones among few must not make themselves near: beside the others' middle distance they stand out.
    return Area(middle, max(NEAR_M, TIMES * min(most, TIMES * usual)))
