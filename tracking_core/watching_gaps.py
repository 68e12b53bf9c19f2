"""How long carriers usually say nothing, learned from their own finished parcels."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.states import ShipmentState, state_of
from tracking_core.watch_models import UsualGap
from tracking_core.watching import MOVING

#: Finished parcels of so many days teach, the newest of each retailer and so many at most.
TAUGHT_BY = timedelta(days=90)
PARCELS = 20_000
#: Fewer gaps than this teach nothing.
LEAST = 30
#: Whatever was learned, a parcel is not called stalled sooner, nor later.
SHORTEST, LONGEST = timedelta(hours=24), timedelta(days=10)
#: Learned anew so often.
EVERY = timedelta(hours=20)

#: Its status, and when.
Event = tuple[str, datetime]


def lane_of(destination: dict[str, object] | None) -> str:
    """Where a parcel goes, as coarsely as depots are spread: `US-946`; empty when nobody said."""
    place = destination or {}
    country, code = place.get("country"), place.get("postal_code")
    plain = "".join(sign for sign in str(code or "") if sign.isalnum()).upper()[:3]
    return f"{str(country or '').upper()[:2]}-{plain}" if plain else ""


class Known:
    """What has been learned, read once for a batch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._of: dict[tuple[str, str], dict[str, timedelta]] = {}

    def of(self, shipment: Shipment) -> timedelta | None:
        """After how long a silence 95 of 100 parcels were heard of again: on its lane, else by its carrier; None:
        nobody knows.
        """
        if shipment.carrier is None:
            return None
        key = shipment.retailer, shipment.carrier
        if key not in self._of:
            rows = select(UsualGap).where(UsualGap.retailer == key[0], UsualGap.carrier == key[1])
            self._of[key] = {one.lane: timedelta(seconds=one.p95_s) for one in self._session.scalars(rows)}
        known = self._of[key]
        found = known.get(lane_of(shipment.destination)) or known.get("")
        return None if found is None else min(max(found, SHORTEST), LONGEST)


def is_due(session: Session, retailer: str, *, now: datetime) -> bool:
    """Whether it is time to learn anew."""
    newest = session.scalar(select(func.max(UsualGap.learned_at)).where(UsualGap.retailer == retailer))
    return newest is None or now - newest >= EVERY


def learned(session: Session, retailer: str, *, now: datetime) -> list[UsualGap]:
    """What the retailer's finished parcels teach, as rows for `keep`. Only reads."""
    gaps: dict[tuple[str, str], list[int]] = defaultdict(list)
    said: dict[str, list[datetime]] = defaultdict(list)
    for carrier, destination, events in _told(session, retailer, now):
        said[carrier] += [at for _, at in events]
        steps = _under_way(events)
        gaps[carrier, ""] += steps
        if lane := lane_of(destination):
            gaps[carrier, lane] += steps
    return [
        UsualGap(
            retailer=retailer,
            carrier=carrier,
            lane=lane,
            n=len(steps),
            p95_s=percentile(steps, 0.95),
            longest_silence_s=None if lane else _longest(said[carrier]),
            learned_at=now,
        )
        for (carrier, lane), steps in sorted(gaps.items())
        if len(steps) >= LEAST
    ]


def keep(session: Session, retailer: str, rows: Sequence[UsualGap]) -> None:
    """Put what was learned in the place of what was known."""
    session.execute(delete(UsualGap).where(UsualGap.retailer == retailer))
    session.add_all(rows)
    session.flush()


def percentile(values: Iterable[int], share: float) -> int:
    """The value that so large a share of them does not exceed. values: one at least."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _under_way(events: Sequence[Event]) -> list[int]:
    """The silences from the first scan to the van, in seconds: those at the door, or before the carrier had it, are
    shorter or longer for other reasons.
    """
    steps, moving = list[int](), False
    for (_, before), (status, at) in itertools.pairwise([("", events[0][1]), *events] if events else []):
        if moving:
            steps.append(int((at - before).total_seconds()))
        moving = status in MOVING or (moving and state_of(status) is None)
    return steps


def _told(session: Session, retailer: str, now: datetime) -> Iterable[tuple[str, dict[str, object], list[Event]]]:
    """Carrier, destination and the events of each finished parcel."""
    newest = (
        select(Shipment.id)
        .where(
            Shipment.retailer == retailer,
            Shipment.state == ShipmentState.DELIVERED.value,
            Shipment.carrier.is_not(None),
            Shipment.delivered_at > now - TAUGHT_BY,
        )
        .order_by(Shipment.id.desc())
        .limit(PARCELS)
    ).subquery()
    query = (
        select(
            ShipmentEvent.shipment_id,
            ShipmentEvent.status,
            ShipmentEvent.occurred_at,
            Shipment.carrier,
            Shipment.destination,
        )
        .join(Shipment, Shipment.id == ShipmentEvent.shipment_id)
        .where(ShipmentEvent.shipment_id.in_(select(newest.c.id)))
        .order_by(ShipmentEvent.shipment_id, ShipmentEvent.occurred_at, ShipmentEvent.id)
    )
    last: int | None = None
    events: list[Event] = []
    about: tuple[str, dict[str, object]] = ("", {})
    for shipment_id, status, at, carrier, destination in session.execute(query):
        if shipment_id != last and events:
            yield (*about, events)
            events = []
        last, about = shipment_id, (carrier, destination)
        events.append((status, at))
    if events:
        yield (*about, events)


def _longest(moments: list[datetime]) -> int:
    """The longest silence over all parcels, nights and Sundays among them; seconds."""
    ordered = sorted(moments)
    return max((int((b - a).total_seconds()) for a, b in itertools.pairwise(ordered)), default=0)
