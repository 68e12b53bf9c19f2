"""What a retailer's shipments tell a model: the same columns for finished ones and for the one that is asked about."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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
#: Groups whose past outcomes are means of their own, from the finest on.
GROUPS = ("lane", "service", "carrier")
COLUMNS = (
    "hour",
    "weekday",
    "month",
    "since_created_s",
    "since_last_s",
    "to_promise_s",
    "window_s",
    "lat",
    "lon",
    "open",
    *(f"{name}_mean" for name in GROUPS),
    *(f"{name}_count" for name in GROUPS),
)


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

    def group(self, name: str) -> str:
        """The key of the group of that name the parcel belongs to."""
        if name == "carrier":
            return self.carrier
        if name == "service":
            return f"{self.carrier}/{self.service}"
        return f"{self.carrier}/{self.area}"


def parcel_of(shipment: Shipment, reached: Mapping[str, datetime]) -> Parcel:
    """A shipment's row as a model sees it. reached: milestone -> when."""
    there = shipment.destination or {}
    postal = str(there.get("postal_code") or "").replace(" ", "").upper()
    return Parcel(
        carrier=carrier_key(shipment.carrier),
        service=(shipment.service or "").strip().lower(),
        area=f"{str(there.get('country') or '').upper()}:{postal[:3]}",
        lat=_number(there.get("lat")),
        lon=_number(there.get("lon")),
        zone=zone_of(there),
        created_at=shipment.created_at,
        promised_from=shipment.promised_from,
        promised_to=shipment.promised_to,
        reached=dict(reached),
        delivered_at=shipment.delivered_at,
    )


def carrier_key(name: str | None) -> str:
    """A carrier's name as groups are kept by it."""
    return (name or "").strip().lower()


def columns(parcel: Parcel, at: datetime, open_: float, means: Mapping[str, tuple[float, float]]) -> list[float]:
    """One row in the order of COLUMNS. means: group name -> (mean of what is learnt, how many outcomes)."""
    here = at.astimezone(parcel.zone)
    earlier = [moment for moment in (parcel.created_at, *parcel.reached.values()) if moment < at]
    promise = parcel.promised_to or parcel.promised_from
    window = (
        (parcel.promised_to - parcel.promised_from).total_seconds()
        if parcel.promised_to is not None and parcel.promised_from is not None
        else math.nan
    )
    return [
        here.hour + here.minute / 60,
        float(here.weekday()),
        float(here.month),
        (at - parcel.created_at).total_seconds(),
        (at - max(earlier)).total_seconds() if earlier else math.nan,
        (promise - at).total_seconds() if promise is not None else math.nan,
        window,
        parcel.lat,
        parcel.lon,
        open_,
        *(means[name][0] for name in GROUPS),
        *(means[name][1] for name in GROUPS),
    ]


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


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
