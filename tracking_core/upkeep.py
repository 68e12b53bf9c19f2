"""What becomes true because time passes: ticks over rows, in batches, safe to run in many workers at once."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, case, cast, delete, func, or_, select, true
from sqlalchemy.orm import Session

from tracking_core.eta import GRACE, NOT_COMING, STALE_POSITION, given_end
from tracking_core.facts import CarrierEvent, Fact, PromiseBroken, Stalled
from tracking_core.flags import reassess, set_flags
from tracking_core.models import Shipment, UnmatchedEvent
from tracking_core.recording import HISTORY_AFTER, record
from tracking_core.states import OPEN, ShipmentState

#: Rows one call looks at; the next tick takes the next ones.
BATCH = 500
STALLED_AFTER = timedelta(days=3)
EXPIRED_AFTER = timedelta(days=30)
#: A scan for a parcel nobody ever told us of.
UNMATCHED_FOR = timedelta(days=90)
#: `CarrierEvent.carrier` of what we conclude ourselves.
OURSELVES = "doorline"
#: A parcel in one of these is in somebody's van or hall, and should be heard of.
MOVING = frozenset(
    {
        ShipmentState.SHIPPED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.AT_LOCAL_HUB,
        ShipmentState.OUT_FOR_DELIVERY,
        ShipmentState.ARRIVING,
        ShipmentState.AT_ADDRESS,
    }
)


def mark_missed(
    session: Session,
    *,
    now: datetime,
    retailer: str | None = None,
    grace: timedelta = GRACE,
    stale_after: timedelta = STALE_POSITION,
    limit: int = BATCH,
) -> list[Fact]:
    """Flag parcels whose window has passed by more than the grace: `eta_missed`, and `delayed` if a promise breaks.

    retailer: only this one's parcels, since each has a grace of its own. Answers the PromiseBroken facts; those of
    windows that passed over a day ago are silent.
    """
    facts: list[Fact] = []
    due = _window_end() < now - grace
    whose = Shipment.retailer == retailer if retailer is not None else true()
    coming = Shipment.state.in_(OPEN - NOT_COMING)
    for shipment in _taken(session, and_(whose, coming, due, _without("eta_missed")), limit):
        facts += miss(shipment, now=now, grace=grace, stale_after=stale_after)
    session.flush()
    return facts


def miss(
    shipment: Shipment, *, now: datetime, grace: timedelta = GRACE, stale_after: timedelta = STALE_POSITION
) -> list[Fact]:
    """Flag a parcel, locked by the caller, whose window has passed: as `mark_missed`. [] for any other."""
    at = missed_at(shipment, grace=grace)
    if at is None or at >= now:
        return []
    set_flags(shipment, {*shipment.flags, "eta_missed"})
    broken = reassess(shipment, now=now, grace=grace, stale_after=stale_after)
    shipment.updated_at = now
    if broken is None:
        return []
    silent = now - broken.promised_to > HISTORY_AFTER
    return [PromiseBroken(shipment.id, now, silent, broken.promised_to, broken.expected_to)]


def missed_at(shipment: Shipment, *, grace: timedelta = GRACE) -> datetime | None:
    """When the parcel's window has passed by more than the grace; None: it has none, is flagged, or is not coming."""
    state = ShipmentState(shipment.state)
    if state.is_final or state in NOT_COMING or "eta_missed" in shipment.flags:
        return None
    ends = given_end(shipment)
    return ends + grace if ends is not None else None


def mark_stalled(session: Session, *, now: datetime, limit: int = BATCH) -> list[Fact]:
    """Flag moving parcels not heard of for three days: `stalled`. Silent when they were silent for a day longer."""
    facts: list[Fact] = []
    quiet = Shipment.last_event_at < now - STALLED_AFTER
    for shipment in _taken(session, and_(Shipment.state.in_(MOVING), quiet, _without("stalled")), limit):
        assert shipment.last_event_at is not None
        set_flags(shipment, {*shipment.flags, "stalled"})
        shipment.updated_at = now
        old = now - shipment.last_event_at > STALLED_AFTER + HISTORY_AFTER
        facts.append(Stalled(shipment.id, now, old, shipment.last_event_at))
    session.flush()
    return facts


def expire(session: Session, *, now: datetime, limit: int = BATCH) -> list[Fact]:
    """Move parcels to `expired` of which nothing was heard for 30 days, nor is anything promised for later.

    Those on their way back stay so, see `end_return`: there is nothing the shopper waits for.
    """
    cut = now - EXPIRED_AFTER
    silent_for_long = and_(
        Shipment.state.in_(OPEN - {ShipmentState.RETURNING}),
        Shipment.created_at < cut,
        or_(Shipment.last_event_at.is_(None), Shipment.last_event_at < cut),
        or_(Shipment.promised_to.is_(None), Shipment.promised_to < cut),
        or_(Shipment.promised_from.is_(None), Shipment.promised_from < cut),
        or_(Shipment.carrier_eta_to.is_(None), Shipment.carrier_eta_to < cut),
    )
    facts: list[Fact] = []
    for shipment in _taken(session, silent_for_long, limit):
        facts += _end(session, shipment, now=now)
    return facts


def end_return(session: Session, shipment: Shipment, *, now: datetime, after: timedelta) -> list[Fact]:
    """Move a parcel on its way back, locked by the caller, to `expired` when it was not heard of for so long."""
    since = shipment.last_event_at or shipment.created_at
    if shipment.state != ShipmentState.RETURNING or now - since < after:
        return []
    # A carrier never says so of a return; it is ours to correct.
    return _end(session, shipment, now=now, correction=True)


def _end(session: Session, shipment: Shipment, *, now: datetime, correction: bool = False) -> list[Fact]:
    said = CarrierEvent(
        carrier=OURSELVES,
        event_id=f"expired:{now.isoformat()}",
        tracking_number=shipment.tracking_number,
        status=ShipmentState.EXPIRED,
        occurred_at=now,
        code="expired",
        correction=correction,
    )
    return record(session, said, retailer=shipment.retailer, now=now, shipment=shipment)


def forget_unmatched(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Delete events that waited 90 days for a shipment that never came. Answers how many."""
    old = (
        select(UnmatchedEvent.id)
        .where(UnmatchedEvent.received_at < now - UNMATCHED_FOR)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(UnmatchedEvent).where(UnmatchedEvent.id.in_(ids)))
    return len(ids)


def _window_end() -> ColumnElement[datetime]:
    """`eta.given_end` in SQL; NULL where it has none."""
    carriers = and_(
        Shipment.carrier_eta_as_of.is_not(None),
        or_(Shipment.carrier_eta_to.is_not(None), Shipment.carrier_eta_from.is_not(None)),
        or_(Shipment.promised_at.is_(None), Shipment.carrier_eta_as_of >= Shipment.promised_at),
    )
    return case((carriers, Shipment.carrier_eta_to), else_=Shipment.promised_to)


def _without(flag: str) -> ColumnElement[bool]:
    return func.coalesce(cast(Shipment.flags, String), "").not_like(f'%"{flag}"%')


def _taken(session: Session, wanted: ColumnElement[bool], limit: int) -> list[Shipment]:
    """The rows, locked; those another worker holds are its business."""
    statement = (
        select(Shipment)
        .where(wanted)
        .order_by(Shipment.id)
        .limit(limit)
        .with_for_update(of=Shipment, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))
