"""What a retailer's shipments tell a model: the same facts of finished ones and of the one that is asked about."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracking_core.distances import km_between
from tracking_core.eta import zone_of
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.states import ShipmentState

S = ShipmentState
#: Where the time that is left is estimated anew: placed, processed, shipped, at hub, out for delivery, arriving.
MILESTONES = (S.CREATED, S.PROCESSED, S.SHIPPED, S.AT_LOCAL_HUB, S.OUT_FOR_DELIVERY, S.ARRIVING)
#: States that stand for a milestone when it was never told itself.
STANDS_FOR = {S.IN_TRANSIT: S.SHIPPED}
#: A year of the latest deliveries, and no more of them than this, are learnt from.
LEARNT_FROM, MOST = timedelta(days=365), 40_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is known of a shipment without looking at what came later."""

    carrier: str
    service: str
    #: Country and the beginning of the postal code: the lane's end.
    area: str
    lat: float
    lon: float
    zone: tzinfo
    created_at: datetime
    promised_from: datetime | None
    promised_to: datetime | None
    #: Milestone -> when.
    reached: Mapping[str, datetime] = field(default_factory=dict)
    delivered_at: datetime | None = None
    #: Where it set out, as `area`; ":" where nobody said.
    came_from: str = ":"
    origin_lat: float = math.nan
    origin_lon: float = math.nan
    #: From there to the door, by the straight line.
    distance_km: float = math.nan
    #: Columns of the retailer's own: `x_<name>` -> number, true or false, or a name.
    passed: Mapping[str, Any] = field(default_factory=dict)


def parcel_of(shipment: Shipment, reached: Mapping[str, datetime]) -> Parcel:
    """A shipment's row as a model sees it. reached: milestone -> when."""
    there, origin = shipment.destination or {}, shipment.origin or {}
    km = km_between(origin, there)
    return Parcel(
        carrier=carrier_key(shipment.carrier),
        service=(shipment.service or "").strip().lower(),
        area=_area(there),
        lat=_number(there.get("lat")),
        lon=_number(there.get("lon")),
        zone=zone_of(there),
        created_at=shipment.created_at,
        promised_from=shipment.promised_from,
        promised_to=shipment.promised_to,
        reached=dict(reached),
        delivered_at=shipment.delivered_at,
        came_from=_area(origin),
        origin_lat=_number(origin.get("lat")),
        origin_lon=_number(origin.get("lon")),
        distance_km=km if km is not None else math.nan,
        passed=shipment.passed or {},
    )


def carrier_key(name: str | None) -> str:
    """A carrier's name as groups are kept by it."""
    return (name or "").strip().lower()


def finished(session: Session, retailer: str, *, now: datetime) -> list[Parcel]:
    """The retailer's delivered shipments of the last year, the latest ones if there are very many, oldest first."""
    done = (
        select(Shipment)
        .where(
            Shipment.retailer == retailer,
            Shipment.state == S.DELIVERED,
            Shipment.delivered_at >= now - LEARNT_FROM,
            Shipment.delivered_at <= now,
            Shipment.source != "import",
        )
        .order_by(Shipment.delivered_at.desc())
        .limit(MOST)
    )
    rows = {row.id: row for row in session.scalars(done)}
    reached = reached_of(session, rows)
    parcels = [parcel_of(row, reached.get(row.id, {})) for row in rows.values()]
    usable = [one for one in parcels if one.delivered_at is not None and one.delivered_at >= one.created_at]
    return sorted(usable, key=lambda one: one.delivered_at or one.created_at)


def reached_of(session: Session, ids: Iterable[int]) -> dict[int, dict[str, datetime]]:
    """Shipment -> milestone -> when it was first reached, out of the scans that moved them."""
    wanted, found = list(ids), dict[int, dict[str, datetime]]()
    for start in range(0, len(wanted), 500):
        moves = (
            select(ShipmentEvent.shipment_id, ShipmentEvent.status, ShipmentEvent.occurred_at)
            .where(ShipmentEvent.shipment_id.in_(wanted[start : start + 500]), ShipmentEvent.moved)
            .order_by(ShipmentEvent.shipment_id, ShipmentEvent.occurred_at)
        )
        for shipment_id, mine in groupby(session.execute(moves), key=lambda row: row[0]):
            times: dict[str, datetime] = {}
            for _, status, occurred_at in mine:
                milestone = milestone_of(status)
                if milestone is not None:
                    times.setdefault(milestone, occurred_at)
            found[shipment_id] = times
    return found


def milestone_of(status: str) -> str | None:
    """The milestone a state means; None for one that is none."""
    try:
        state = ShipmentState(status)
    except ValueError:
        return None
    state = STANDS_FOR.get(state, state)
    return state.value if state in MILESTONES else None


def _area(place: Mapping[str, Any]) -> str:
    """Country and the first three characters of the postal code."""
    postal = str(place.get("postal_code") or "").replace(" ", "").upper()
    return f"{str(place.get('country') or '').upper()}:{postal[:3]}"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
