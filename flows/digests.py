"""Several parcels of one order that move together are one text: it waits a moment for the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.messages import Category
from channels.outbox import MILESTONE_VALIDITY
from db import insert_once
from flows import delay_digest, promises
from flows.models import MilestoneTold, OrderBeingTold
from flows.promises import MERGED, mail_key
from flows.telling import EMAIL, SMS, Telling, free_key, ours_of, parcels_of
from tracking_core.eta import Estimate
from tracking_core.models import Shipment
from tracking_core.shipments import of_order
from tracking_core.states import RANKS, ShipmentState

#: These parcels are not waited for and not counted: nobody will be told of them by a milestone.
GONE = frozenset(
    {
        ShipmentState.CANCELLED,
        ShipmentState.RETURNING,
        ShipmentState.RETURNED,
        ShipmentState.LOST,
        ShipmentState.EXPIRED,
    }
)
REPLACED = "A newer text about this parcel takes its place."


@dataclass
class Order:
    """The parcels of one order that go to one person."""

    telling: Telling
    #: Those of which there is news, by id.
    news: list[Shipment]
    #: All that count, the news among them, by id.
    all: list[Shipment]

    @classmethod
    def of(cls, telling: Telling, news: Sequence[Shipment]) -> "Order":
        """Gather the order's parcels around those of which there is news."""
        first, ids = news[0], {parcel.id for parcel in news}
        known = of_order(telling.session, first.retailer, first.order_number)
        same = [
            parcel
            for parcel in known
            if parcel.id in ids
            or (
                (parcel.customer_phone, parcel.customer_email) == (first.customer_phone, first.customer_email)
                and ShipmentState(parcel.state) not in GONE
            )
        ]
        return cls(telling, list(news), same)

    @property
    def session(self) -> Session:
        """The transaction all this happens in."""
        return self.telling.session

    def lock(self) -> None:
        """Let nobody else decide about this order meanwhile; an order of one parcel is held by its parcel already."""
        if len(self.all) < 2:
            return
        first = self.news[0]
        row = OrderBeingTold(
            retailer=first.retailer,
            order_number=first.order_number,
            recipient=first.customer_phone or first.customer_email or "",
        )
        if insert_once(self.session, row):
            return
        self.session.execute(
            select(OrderBeingTold.id)
            .where(
                OrderBeingTold.retailer == row.retailer,
                OrderBeingTold.order_number == row.order_number,
                OrderBeingTold.recipient == row.recipient,
            )
            .with_for_update()
        )

    def told(self) -> list[MilestoneTold]:
        """What has been told of the order's parcels, as the database has it now."""
        query = select(MilestoneTold).where(MilestoneTold.shipment_id.in_([parcel.id for parcel in self.all]))
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def waits_for_others(self, milestone: str, covered: Iterable[int], told: Sequence[MilestoneTold]) -> bool:
        """Whether another parcel of the order may still pass the milestone soon."""
        there = {one.shipment_id for one in told if one.milestone == milestone} | set(covered)
        return any(parcel.id not in there and _may_pass(ShipmentState(parcel.state), milestone) for parcel in self.all)


def announce_in(order: Order, milestone: str, news: Sequence[Shipment]) -> None:
    """Tell the order's owner that these parcels have passed the milestone, in one text with what still waits."""
    telling, told = order.telling, order.told()
    ways = telling.hold_talks(news[-1])
    for parcel in news:
        replace_held(order, parcel, told, but=milestone)
        delay_digest.take_back(telling, parcel, reason=REPLACED)
    key = free_key(order.session, f"milestone:{news[-1].id}:{milestone}")
    earlier = {one.message_key for one in told if one.milestone == milestone and one.message_key is not None}
    joined: dict[str, set[int]] = {}
    for way in ways:
        keys = {mail_key(one) if way == EMAIL else one: one for one in earlier}
        taken = {keys[one] for one in telling.withdraw(keys, reason=MERGED)}
        joined[way] = {one.shipment_id for one in told if one.milestone == milestone and one.message_key in taken}
    for way, others in joined.items():
        _tell(order, way, milestone, [*sorted(others), *(parcel.id for parcel in news)], told, key=key)
    _note_promises(order, milestone, [*set().union(*joined.values()), *(parcel.id for parcel in news)])


def replace_held(
    order: Order, parcel: Shipment, told: Sequence[MilestoneTold], *, but: str | None = None
) -> dict[str, set[str]]:
    """Take back what still waits to be said of the parcel; other parcels in those texts are told without it.

    Answers what was taken back: milestone -> the ways by which it has not been said.
    """
    telling = order.telling
    back: dict[str, set[str]] = {}
    for one in told:
        if one.shipment_id != parcel.id or one.message_key is None or one.milestone == but:
            continue
        key, others = one.message_key, [t.shipment_id for t in told if t.message_key == one.message_key]
        others.remove(parcel.id)
        taken = telling.withdraw((key, mail_key(key)), reason=REPLACED)
        ways = {way for way, way_key in ((SMS, key), (EMAIL, mail_key(key))) if way_key in taken}
        if ways:
            back[one.milestone] = ways
            one.message_key = None
        if ways and others:
            fresh = free_key(order.session, f"milestone:{others[-1]}:{one.milestone}")
            for way in sorted(ways):
                _tell(order, way, one.milestone, others, told, key=fresh)
            _note_promises(order, one.milestone, others)
    return back


def tell_again(order: Order, milestone: str, parcel: Shipment, ways: Iterable[str]) -> None:
    """Say a milestone that was taken back once more, by the same ways, with what is true now."""
    told = order.told()
    key = free_key(order.session, f"milestone:{parcel.id}:{milestone}")
    for way in sorted(ways):
        _tell(order, way, milestone, [parcel.id], told, key=key)
    _note_promises(order, milestone, [parcel.id])


def values_of(order: Order, milestone: str, covered: Sequence[int], told: Sequence[MilestoneTold]) -> dict[str, Any]:
    """What a text about these parcels and this milestone is told."""
    parcels = {parcel.id: parcel for parcel in parcels_of(order.session, covered)}
    speaker = parcels[covered[-1]]
    wording = order.telling.wording(speaker)
    values = wording.parcel(order.session, speaker)
    one_time = len({_window(wording.expected(one)) for one in parcels.values()}) == 1
    if not one_time or len(ours_of(order.session, covered)) < len(parcels):
        values |= {"window": "", "reasons": ""}  # different times, or another is deciding about one: the page says when
    passed = {one.shipment_id for one in told if one.milestone == milestone} | set(covered)
    passed |= {one.id for one in order.all if one.state == ShipmentState.DELIVERED}
    # "On the way" and the like are true of these parcels now; "delivered" stays true of the earlier ones as well.
    count = len(passed) if milestone == "delivered" else len(covered)
    return {**values, "count": count, "total": len(order.all)}


def _tell(
    order: Order, way: str, milestone: str, covered: Sequence[int], told: Sequence[MilestoneTold], *, key: str
) -> None:
    """Owe one message about these parcels, the last of which speaks, and note what has told of them."""
    telling, parcels = order.telling, parcels_of(order.session, covered)
    speaker = next(parcel for parcel in parcels if parcel.id == covered[-1])
    values = values_of(order, milestone, covered, told)
    several = values["total"] > 1
    template = f"{'digest' if several else 'milestone'}_{milestone}"
    if not several:
        del values["count"], values["total"]
    due = _due(order, milestone, covered, told) if several else None
    telling.tell(
        way,
        speaker,
        template,
        values,
        category=Category.MILESTONE,
        key=key,
        validity=MILESTONE_VALIDITY.get(milestone),
        due=due,
        awake=any(telling.may_wake(parcel) for parcel in parcels),
    )
    for one in told:
        if one.milestone == milestone and one.shipment_id in covered:
            one.message_key = key
    order.session.flush()


def _due(order: Order, milestone: str, covered: Sequence[int], told: Sequence[MilestoneTold]) -> datetime | None:
    """Until when the text waits for the order's other parcels: counted from the first one that is in it."""
    if not order.waits_for_others(milestone, covered, told):
        return None
    since = [one.at for one in told if one.milestone == milestone and one.shipment_id in covered]
    return min(since, default=order.telling.now) + order.telling.workflow.digest.wait


def _may_pass(state: ShipmentState, milestone: str) -> bool:
    if state in GONE or state.is_final:
        return False
    if milestone == "attempt_failed":
        return state in (ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS)
    return RANKS.get(state, -1) < RANKS[ShipmentState(milestone)]


def _window(expected: Estimate | None) -> tuple[datetime | None, datetime | None]:
    return (expected.window_from, expected.window_to) if expected else (None, None)


def _note_promises(order: Order, milestone: str, covered: Sequence[int]) -> None:
    """Enter what the text promised into the ledger, for each parcel in it that this transaction holds."""
    telling = order.telling
    keys = {t.shipment_id: t.message_key for t in order.told() if t.milestone == milestone}
    for parcel in ours_of(order.session, covered):
        key = keys.get(parcel.id)
        if key is None:
            continue
        template = f"{'digest' if len(order.all) > 1 else 'milestone'}_{milestone}"
        promises.note_messages(order.session, telling.wording(parcel), parcel, key=key, template=template)


def tell_by_mail(order: Order, milestone: str, covered: Sequence[int], *, key: str) -> None:
    """Say by mail what the text under that key could not."""
    _tell(order, EMAIL, milestone, covered, order.told(), key=key)
    _note_promises(order, milestone, covered)
