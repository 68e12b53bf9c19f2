"""Later than told, or sooner: one text for all of a person's parcels that moved, and not too many in a day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, tzinfo
from typing import Any

from sqlalchemy import ScalarSelect, select

from channels.messages import Category, Status
from channels.models import Conversation, OutboxRow
from flows import promises, rescheduling
from flows.promises import LATE_TOO
from flows.telling import EMAIL, SMS, Telling, free_key, parcels_of
from tracking_core.finding import of_phone
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

LATER, SOONER = "delay", "early"
SEVERAL = "delay_several"
#: With the driver: it is too late for another day, and not for a word about the door.
NEAR = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING})
#: More order numbers do not fit into a text.
MOST_NAMED = 4


def ids_in(key: str) -> list[int]:
    """The parcels a delay text speaks of, from its key: `delay:41+42:2026-12-01:1`."""
    named = key.split(":")[1]
    return [int(one) for one in named.split("+")] if named.replace("+", "").isdigit() else []


def waiting(telling: Telling, parcel: Shipment) -> list[OutboxRow]:
    """The delay texts and mails to the parcel's owner that still wait, whichever parcel they speak of."""
    query = select(OutboxRow).where(
        OutboxRow.conversation_id.in_(_talks(parcel)),
        OutboxRow.retailer == parcel.retailer,
        OutboxRow.category == Category.DELAY,
        OutboxRow.state == Status.HELD,
    )
    found = telling.session.scalars(query.order_by(OutboxRow.id).execution_options(populate_existing=True)).all()
    return [row for row in found if row.key.startswith((f"{LATER}:", f"{SOONER}:"))]


def take_back(telling: Telling, parcel: Shipment, *, reason: str) -> None:
    """Take back what still waits to be said of the parcel's delay; other parcels in those texts are told without it.

    A text that names a parcel somebody else is deciding about at this moment stays as it is: to wait for them would be
    to wait in a circle, since they wait for the order that we hold.
    """
    mine = [row for row in waiting(telling, parcel) if parcel.id in ids_in(row.key)]
    mine = [row for row in mine if _held(telling, [one for one in ids_in(row.key) if one != parcel.id])]
    taken = telling.withdraw([row.key for row in mine], reason=reason)
    for row in mine:
        others = [one for one in ids_in(row.key) if one != parcel.id]
        if row.key in taken and others:
            _write(telling, parcels_of(telling.session, others), LATER, [_way(row)], due=row.not_before)


def _held(telling: Telling, ids: Sequence[int]) -> bool:
    """Whether these parcels are ours to write about until the transaction ends; never waits."""
    there = len(parcels_of(telling.session, ids)) if ids else 0
    if not there:
        return True
    query = select(Shipment.id).where(Shipment.id.in_(ids)).with_for_update(of=Shipment, skip_locked=True)
    return len(telling.session.scalars(query).all()) == there


def tell(telling: Telling, parcel: Shipment, kind: str, ways: Iterable[str], *, timed: bool = True) -> bool:
    """Owe the news of a parcel that comes later, or sooner, than its owner was told. False: enough was said today.

    kind: LATER or SOONER. timed: there is a new time to tell. Late parcels of one person become one text, which waits a
    moment for the others where there are any.
    """
    ways = sorted(ways)
    telling.hold_talks(parcel)  # all of them before any: to take back and to write go about them in other orders
    old = waiting(telling, parcel)
    merged = [row for row in old if kind == LATER and row.key.startswith(f"{LATER}:") and _way(row) in ways]
    mine = [row for row in old if parcel.id in ids_in(row.key)]
    going = {row.key for row in (*merged, *mine)}
    limit = telling.workflow.eta.max_delay_texts_per_day
    if said_today(telling, parcel, but=going) >= limit:
        return False
    others: set[int] = set()
    due: datetime | None = None
    taken = telling.withdraw(going, reason=LATE_TOO)
    for row in (*merged, *mine):
        if row.key in taken:
            others.update(ids_in(row.key))
            due = row.not_before if due is None or row.not_before is None else min(due, row.not_before)
    ids = sorted(others - {parcel.id}) if kind == LATER else []
    covered = [*parcels_of(telling.session, ids), parcel]
    if kind == LATER and due is None and _may_move_too(telling, parcel):
        due = telling.now + telling.workflow.digest.wait
    return _write(telling, covered, kind, ways, due=due, timed=timed)


def said_today(telling: Telling, parcel: Shipment, *, but: Iterable[str] = ()) -> int:
    """How many delay texts their owner was sent since midnight where the parcel goes; text and mail count once."""
    zone = telling.wording(parcel).zone(parcel)
    query = select(OutboxRow.key).where(
        OutboxRow.conversation_id.in_(_talks(parcel)),
        OutboxRow.retailer == parcel.retailer,
        OutboxRow.category == Category.DELAY,
        OutboxRow.created_at >= _midnight(telling.now, zone),
        OutboxRow.state != Status.CANCELLED,
    )
    left_out = set(but)
    return len({key.removesuffix(":email") for key in telling.session.scalars(query) if key not in left_out})


def todo(telling: Telling, parcel: Shipment) -> str:
    """What the shopper can do about a new time, as a sentence; empty when it is nothing."""
    wording = telling.wording(parcel)
    if rescheduling.hindrance(telling.session, parcel, telling.workflow, now=telling.now) is None:
        return wording.phrase("delay_todo", what="reschedule")
    return wording.phrase("delay_todo", what="safe_place") if ShipmentState(parcel.state) in NEAR else ""


def _write(
    telling: Telling,
    parcels: Sequence[Shipment],
    kind: str,
    ways: Iterable[str],
    *,
    due: datetime | None = None,
    timed: bool = True,
) -> bool:
    """Owe one message about these parcels, the last of which speaks; enter what it promises for that one.

    Promises of the others stand in the ledger since they were first written of.
    """
    session, speaker = telling.session, parcels[-1]
    wording = telling.wording(speaker)
    zone = wording.zone(speaker)
    today = telling.now.astimezone(zone).date().isoformat()
    key = free_key(session, f"{kind}:{'+'.join(str(one.id) for one in parcels)}:{today}")
    template = kind if len(parcels) == 1 else SEVERAL
    values = _values(telling, parcels)
    if not timed:
        values["window"] = ""
    awake = any(telling.may_wake(one) for one in parcels)
    said = [
        telling.tell(way, speaker, template, values, category=Category.DELAY, key=key, due=due, awake=awake)
        for way in ways
    ]
    if any(said) and timed:
        promises.note_messages(session, wording, speaker, key=key, template=template, unsaid=True)
    return any(said)


def _values(telling: Telling, parcels: Sequence[Shipment]) -> dict[str, Any]:
    """What a text about these parcels, the last of which speaks, is told."""
    speaker = parcels[-1]
    wording = telling.wording(speaker)
    values = wording.parcel(telling.session, speaker)
    values |= {"todo": todo(telling, speaker), "reason": wording.why(speaker)}
    if len(parcels) == 1:
        return values
    whens = [wording.when(one) for one in parcels]
    same = len(set(whens)) == 1
    each = [
        f"{one.order_number} ({when})" if when else one.order_number for one, when in zip(parcels, whens, strict=True)
    ]
    return {
        **values,
        "orders": _named([one.order_number for one in parcels]),
        "each": "" if same or len(parcels) > MOST_NAMED else ", ".join(each),
        "window": values["window"] if same else "",
        "reason": values["reason"] if len({one.reason for one in parcels}) == 1 else "",
    }


def _named(orders: Sequence[str]) -> str:
    """`A1001, A1002`; of many the first ones, and how many more."""
    known = list(dict.fromkeys(orders))
    if len(known) <= MOST_NAMED:
        return ", ".join(known)
    return f"{', '.join(known[: MOST_NAMED - 1])} +{len(known) - MOST_NAMED + 1}"


def _may_move_too(telling: Telling, parcel: Shipment) -> bool:
    """Whether the same person waits for another parcel that may be late as well."""
    if not parcel.customer_phone:
        return False
    found = of_phone(telling.session, parcel.retailer, parcel.customer_phone, now=telling.now)
    return any(one.id != parcel.id and not ShipmentState(one.state).is_final for one in found)


def _talks(parcel: Shipment) -> ScalarSelect[int]:
    addresses = [one for one in (parcel.customer_phone, parcel.customer_email) if one]
    return select(Conversation.id).where(Conversation.theirs.in_(addresses)).scalar_subquery()


def _way(row: OutboxRow) -> str:
    return EMAIL if row.channel == EMAIL else SMS


def _midnight(now: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
