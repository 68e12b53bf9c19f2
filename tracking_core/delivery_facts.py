"""What becomes of a parcel whose story is over, as one row for the scorecards."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.proof_models import Proof
from tracking_core.proof_review import Review
from tracking_core.reasons import reason_of
from tracking_core.scorecard_models import DeliveryFact
from tracking_core.states import FINAL, ShipmentState
from tracking_core.transit_facts import carrier_key

S = ShipmentState
#: One bucket is so many times as long as the one before: percentiles read from buckets are within 1 % of the true ones.
STEP = 1.02
#: A parcel ended so lately that proofs, reviews or corrections may still come.
UNSETTLED = timedelta(days=4)
#: Scans that begin the way to the door.
LEFT = frozenset({S.SHIPPED, S.IN_TRANSIT, S.AT_LOCAL_HUB, S.OUT_FOR_DELIVERY})
BATCH = 500


def bucket_of(seconds: float) -> int:
    """Number a duration for counting: equal shares, not equal lengths."""
    return round(math.log(max(seconds, 1.0)) / math.log(STEP))


def seconds_of(bucket: float) -> float:
    """The middle of a bucket, in seconds."""
    return float(STEP**bucket)


def lane_of(shipment: Shipment) -> str:
    """Where it went, coarsely: country and three characters of the postal code; empty where neither is known."""
    there = shipment.destination or {}
    postal = str(there.get("postal_code") or "").replace(" ", "").upper()[:3]
    country = str(there.get("country") or "").upper()
    return f"{country}:{postal}" if country or postal else ""


def write(session: Session, shipments: Sequence[Shipment], *, saved: frozenset[int], now: datetime) -> int:
    """Write down how these parcels ended; the rows of those that are open again go. Answers how many were written.

    saved: ids of those that were delivered after all because the customer told the driver something; the caller knows.
    """
    ids = [one.id for one in shipments]
    if not ids:
        return 0
    events = _events(session, ids)
    proofs = _proofs(session, ids)
    known = {
        row.shipment_id: row for row in session.scalars(select(DeliveryFact).where(DeliveryFact.shipment_id.in_(ids)))
    }
    written = 0
    for one in shipments:
        row = known.get(one.id)
        if S(one.state) not in FINAL:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = DeliveryFact(shipment_id=one.id)
            session.add(row)
        _fill(row, one, events.get(one.id, []), proofs.get(one.id, []), saved=one.id in saved, now=now)
        written += 1
    session.flush()
    return written


def due(session: Session, *, now: datetime, limit: int = BATCH) -> list[Shipment]:
    """Parcels whose story is over and not written down yet, or was when more was still to come; oldest first."""
    ended = Shipment.state.in_([state.value for state in FINAL])
    unwritten = (
        select(Shipment)
        .outerjoin(DeliveryFact, DeliveryFact.shipment_id == Shipment.id)
        .where(ended, DeliveryFact.shipment_id.is_(None))
        .order_by(Shipment.id)
        .limit(limit)
    )
    found = list(session.scalars(unwritten))
    if len(found) < limit:
        settled = (
            select(Shipment)
            .join(DeliveryFact, DeliveryFact.shipment_id == Shipment.id)
            .where(DeliveryFact.settled.is_(False), DeliveryFact.ended_at < now - UNSETTLED)
            .order_by(Shipment.id)
            .limit(limit - len(found))
        )
        found += session.scalars(settled)
    return found


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[ShipmentEvent]]:
    found: dict[int, list[ShipmentEvent]] = {}
    query = select(ShipmentEvent).where(ShipmentEvent.shipment_id.in_(ids))
    for row in session.scalars(query.order_by(ShipmentEvent.occurred_at, ShipmentEvent.id)):
        found.setdefault(row.shipment_id, []).append(row)
    return found


def _proofs(session: Session, ids: Sequence[int]) -> dict[int, list[str | None]]:
    found: dict[int, list[str | None]] = {}
    for shipment_id, review in session.execute(
        select(Proof.shipment_id, Proof.review).where(Proof.shipment_id.in_(ids))
    ):
        found.setdefault(shipment_id, []).append(review)
    return found


def _fill(
    row: DeliveryFact,
    one: Shipment,
    events: Sequence[ShipmentEvent],
    reviews: Sequence[str | None],
    *,
    saved: bool,
    now: datetime,
) -> None:
    row.retailer, row.written_at = one.retailer, now
    row.ended_at = one.delivered_at or one.state_at or one.updated_at
    row.settled = now - row.ended_at >= UNSETTLED
    row.carrier, row.service, row.lane = carrier_key(one.carrier), (one.service or "").strip().lower(), lane_of(one)
    row.driver_id, row.state = one.driver_id, one.state
    failures = [event for event in events if event.status == S.ATTEMPT_FAILED]
    row.failed_tries = len({event.occurred_at for event in failures})
    named = next((reason for event in (*failures, *events) if (reason := reason_of(event.reason)) is not None), None)
    row.reason = named.value if named is not None else None
    row.party = named.party.value if named is not None else None
    delivered = one.state == S.DELIVERED
    row.kept_first, row.kept_last = (one.kept_first, one.kept_last) if delivered else (None, None)
    left = next((event.occurred_at for event in events if event.status in LEFT), None)
    way = one.delivered_at - left if delivered and one.delivered_at is not None and left is not None else None
    row.transit_s = int(way.total_seconds()) if way is not None and way >= timedelta() else None
    row.transit_bucket = bucket_of(row.transit_s) if row.transit_s is not None else None
    expected = one.carrier_eta_at or _middle(one.carrier_eta_from, one.carrier_eta_to)
    error = one.delivered_at - expected if delivered and one.delivered_at is not None and expected is not None else None
    row.estimate_error_s = int(error.total_seconds()) if error is not None else None
    row.proofs = len(reviews)
    row.proofs_good = all(review in (None, Review.PASSED) for review in reviews) if reviews else None
    row.saved = saved and delivered
    row.cost_minor, row.currency = one.cost_minor, one.cost_currency


def _middle(begins: datetime | None, ends: datetime | None) -> datetime | None:
    if begins is None or ends is None:
        return ends or begins
    return begins + (ends - begins) / 2
