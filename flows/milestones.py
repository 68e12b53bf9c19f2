"""Milestones: when a parcel passes one, its owner is told, once, with the other parcels of the order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from db import insert_once
from flows import delays
from flows.digests import Order, announce_in
from flows.house import House
from flows.models import MilestoneTold
from flows.telling import Telling
from flows.workflow import Workflow
from tracking_core.facts import DelaySaid, EtaChanged, Fact, PromiseBroken, StateChanged
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState as S

#: State -> the milestones it means, the best first: the first one that the workflow lists is told. A parcel that is
#: almost there is out for delivery as well, and in transit it has been shipped; a delivered one is nothing else.
MEANS: dict[S, tuple[str, ...]] = {
    S.PROCESSED: ("processed",),
    S.SHIPPED: ("shipped",),
    S.IN_TRANSIT: ("shipped",),
    S.AT_LOCAL_HUB: ("shipped",),
    S.OUT_FOR_DELIVERY: ("out_for_delivery",),
    S.ARRIVING: ("arriving", "out_for_delivery"),
    S.AT_ADDRESS: ("at_address", "out_for_delivery"),
    S.DELIVERED: ("delivered",),
    S.ATTEMPT_FAILED: ("attempt_failed",),
}
LINE = ("processed", "shipped", "out_for_delivery", "arriving", "at_address", "delivered")
#: What has been passed, told or not, when somebody was told this. After a failed attempt the parcel goes out again.
BEFORE: dict[str, tuple[str, ...]] = {
    **{name: LINE[:place] for place, name in enumerate(LINE)},
    "attempt_failed": ("processed", "shipped"),
}


def announce(session: Session, house: House, facts: Sequence[Fact], *, retailer: str, now: datetime) -> int:
    """Tell people what became true of their parcels; answers how many messages are newly owed.

    One call raises at most one text per parcel: for the furthest milestone newly passed, else for a delay. Silent facts
    tell nobody, and do not count as told.
    """
    loud: dict[int, list[Fact]] = {}
    for fact in facts:
        if not fact.silent:
            loud.setdefault(fact.shipment_id, []).append(fact)
    if not loud:
        return 0
    workflow = house.workflows.of(session, retailer)
    telling = Telling(session, house, workflow, retailer, now)
    parcels = [session.get(Shipment, shipment_id) for shipment_id in sorted(loud)]
    mine = [parcel for parcel in parcels if parcel is not None and parcel.retailer == retailer]
    orders = [Order.of(telling, members) for members in _by_order(mine)]
    for order in orders:  # all of them first, in one order, so that two calls never wait for each other
        order.lock()
    for order in orders:
        passed = _passed(session, order.news, loud, workflow, now)
        for milestone, news in passed.items():
            announce_in(order, milestone, news)
        told = {parcel.id for news in passed.values() for parcel in news}
        for parcel in order.news:
            if parcel.id not in told:
                _tell_times(order, parcel, loud[parcel.id])
    session.flush()
    return telling.owed


def _tell_times(order: Order, parcel: Shipment, facts: Sequence[Fact]) -> None:
    """Tell of another time than was promised, else that there is none any more."""
    moved = any(isinstance(fact, EtaChanged | PromiseBroken) for fact in facts)
    if moved and delays.tell_if_moved(order, parcel):
        return
    if any(isinstance(fact, DelaySaid) for fact in facts):
        delays.tell_unknown(order, parcel)


def milestone_of(facts: Sequence[Fact], workflow: Workflow) -> str | None:
    """The one milestone that a parcel's facts are told as, None when they are none or the workflow leaves it out.

    The newest state that means one speaks: what was passed on the way there is history by then.
    """
    for fact in reversed(facts):
        if isinstance(fact, StateChanged) and fact.after in MEANS:
            return next((name for name in MEANS[fact.after] if name in workflow.milestones), None)
    return None


def _passed(
    session: Session, parcels: Sequence[Shipment], loud: dict[int, list[Fact]], workflow: Workflow, now: datetime
) -> dict[str, list[Shipment]]:
    """Milestone -> the parcels that have newly passed it. What lies before it is marked as passed silently."""
    found: dict[str, list[Shipment]] = {}
    for parcel in parcels:
        milestone = milestone_of(loud[parcel.id], workflow)
        if milestone is None or not _mark(session, parcel, milestone, now):
            continue
        for skipped in BEFORE[milestone]:
            _mark(session, parcel, skipped, now)
        found.setdefault(milestone, []).append(parcel)
    return found


def _mark(session: Session, parcel: Shipment, milestone: str, now: datetime) -> bool:
    return insert_once(session, MilestoneTold(shipment_id=parcel.id, milestone=milestone, message_key=None, at=now))


def _by_order(parcels: Sequence[Shipment]) -> list[list[Shipment]]:
    """Parcels of one order and one person together; sorted, so that everybody locks in the same order."""
    found: dict[tuple[str, str], list[Shipment]] = {}
    for parcel in parcels:
        recipient = parcel.customer_phone or parcel.customer_email or ""
        found.setdefault((recipient, parcel.order_number), []).append(parcel)
    return [found[key] for key in sorted(found)]
