"""Later than told, or sooner: one text for all of a person's parcels that moved, and not too many in a day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, tzinfo
from typing import Any

from sqlalchemy import ScalarSelect, or_, select

from channels.messages import Category, Status
from channels.models import Conversation, OutboxRow
from flows import promises, rescheduling
from flows.promises import LATE_TOO, last_told
from flows.telling import EMAIL, SMS, Telling, free_key, ours_of, parcels_of
from flows.wording import is_unknown
from tracking_core.finding import of_phone
from tracking_core.models import Shipment
from tracking_core.promises import left
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
    mine = [row for row in mine if _held(telling, _others(row, parcel))]
    taken = telling.withdraw([row.key for row in mine], reason=reason)
    for row in mine:
        others = _still_late(telling, _others(row, parcel), but=taken) if row.key in taken else []
        if others:
            _write(telling, others, LATER, [_way(row)], due=row.not_before)


def _still_late(telling: Telling, ids: Iterable[int], *, but: Iterable[str]) -> list[Shipment]:
    """Those of the parcels that still come later than their owner knows, by id: of the others there is no such news.

    but: keys of texts that have been taken back.
    """
    rules, found = telling.workflow.eta, []
    for one in parcels_of(telling.session, sorted(ids)):
        expected = telling.wording(one).expected(one)
        if ShipmentState(one.state).is_final:
            continue
        if expected is None or is_unknown(one, expected):
            late = one.delay_said_at is not None
        else:
            given = last_told(telling.session, one, but=list(but))
            late = given is not None and left(given, expected, grace=rules.delay_grace, early=None) is not None
        found += [one] if late else []
    return found


def _others(row: OutboxRow, parcel: Shipment) -> list[int]:
    return [one for one in ids_in(row.key) if one != parcel.id]


def _held(telling: Telling, ids: Sequence[int]) -> bool:
    """Whether these parcels are ours to write about until the transaction ends; never waits."""
    return not ids or len(ours_of(telling.session, ids)) == len(parcels_of(telling.session, ids))


def tell(telling: Telling, parcel: Shipment, kind: str, ways: Iterable[str], *, timed: bool = True) -> bool:
    """Owe the news of a parcel that comes later, or sooner, than its owner was told. False: enough was said today.

    kind: LATER or SOONER. timed: there is a new time to tell. Late parcels of one person become one text, which waits a
    moment for the others where there are any. A text with a parcel somebody else is deciding about stays as it is.
    """
    ways = sorted(ways)
    telling.hold_talks(parcel)  # all of them before any: to take back and to write go about them in other orders
    old = [row for row in waiting(telling, parcel) if _held(telling, _others(row, parcel))]
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
    late = _still_late(telling, others - {parcel.id}, but=taken)
    if kind == SOONER and late:
        _write(telling, late, LATER, ways, due=due)
        late = []
    if kind == LATER and due is None and _may_move_too(telling, parcel):
        due = telling.now + telling.workflow.digest.wait
    return _write(telling, [*late, parcel], kind, ways, due=due, timed=timed)


def said_today(telling: Telling, parcel: Shipment, *, but: Iterable[str] = ()) -> int:
    """How many delay texts their owner was sent since midnight where the parcel goes; text and mail count once.

    What was written the evening before, and went out or is to go out since, is of this day.
    """
    midnight = _midnight(telling.now, telling.wording(parcel).zone(parcel))
    query = select(OutboxRow.key).where(
        OutboxRow.conversation_id.in_(_talks(parcel)),
        OutboxRow.retailer == parcel.retailer,
        OutboxRow.category == Category.DELAY,
        or_(
            OutboxRow.created_at >= midnight,
            OutboxRow.attempted_at >= midnight,
            OutboxRow.state == Status.HELD,
        ),
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
    """Owe one message about these parcels, all of them held, the last of which speaks; enter what it promises.

    The others' times are entered anew as well: they may be others than when they were first written of.
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
    for other in parcels[:-1] if any(said) else ():
        promises.note_messages(session, wording, other, key=key, template=template, unsaid=True)
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
