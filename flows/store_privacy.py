"""What a store passes on of a person's rights: to be told what we hold, to be forgotten. A tick does it in parts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from channels.models import Conversation, InboxRow, OutboxRow
from flows import store_forgetting
from flows.cases import open_case
from flows.house import House
from flows.store_models import PrivacyRequest, StoreOrder, StoreParcel
from surveys.models import Survey
from tracking_core import shipments
from tracking_core.models import Shipment

TELL, FORGET, FORGET_SHOP = "tell", "forget", "forget_shop"
#: A claimed request belongs to one worker for so long.
LEASE = timedelta(minutes=2)
#: Parcels one transaction forgets.
BATCH = 50
#: Parcels and texts one answer holds; a person has no more.
TOLD_MAX = 500
REASON = "data_request"


def answer_due(session: Session, house: House, *, now: datetime, limit: int = BATCH) -> int:
    """Take the next wish a step further; answers for how many parcels. 0: nothing is owed."""
    due = select(PrivacyRequest).where(PrivacyRequest.state == "waiting", PrivacyRequest.due_at <= now)
    row = session.scalars(due.order_by(PrivacyRequest.id).limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return 0
    found = _parcels(session, row, None if row.kind == TELL else limit)
    if row.kind == TELL:
        _tell(session, house, row, found, now=now)
    else:
        for parcel in found:
            store_forgetting.forget_parcel(session, house, parcel, now=now)
        _forget_orders(session, row, found)
    row.parcels += len(found)
    if row.kind == TELL or len(found) < limit:
        if row.kind == FORGET:
            _forget_person(session, row, now)
        row.state, row.done_at, row.who = "done", now, {}
    return max(1, len(found))


def _parcels(session: Session, row: PrivacyRequest, limit: int | None) -> Sequence[Shipment]:
    """The parcels it is about, oldest first; of those to forget, only the ones that still know somebody."""
    query = select(Shipment).where(Shipment.retailer == row.retailer)
    if row.kind == FORGET_SHOP:
        query = query.where(Shipment.source == row.store)
    else:
        who = [Shipment.id.in_(_of_orders(row))]
        who += [Shipment.customer_phone == row.who["phone"]] if row.who.get("phone") else []
        who += [Shipment.customer_email == row.who["email"]] if row.who.get("email") else []
        query = query.where(or_(*who))
    if row.kind != TELL:
        query = query.where(store_forgetting.knows_somebody())
    query = query.order_by(Shipment.id).limit(limit or TOLD_MAX)
    return session.scalars(query if limit is None else query.with_for_update(of=Shipment)).all()


def _of_orders(row: PrivacyRequest) -> Any:
    return select(StoreParcel.shipment_id).where(
        StoreParcel.retailer == row.retailer,
        StoreParcel.store == row.store,
        StoreParcel.order_ref.in_(row.who.get("order_refs") or []),
        StoreParcel.shipment_id.is_not(None),
    )


def _forget_orders(session: Session, row: PrivacyRequest, parcels: Sequence[Shipment]) -> None:
    """What we kept of the orders themselves goes too: those of the parcels, and those named that never became one."""
    ids = [parcel.id for parcel in parcels]
    refs = set(session.scalars(select(StoreParcel.order_ref).where(StoreParcel.shipment_id.in_(ids))))
    refs |= set(row.who.get("order_refs") or [])
    query = select(StoreOrder).where(StoreOrder.retailer == row.retailer, StoreOrder.store == row.store)
    for order in session.scalars(query if row.kind == FORGET_SHOP else query.where(StoreOrder.ref.in_(refs))):
        order.facts = {}
    waiting = select(StoreParcel).where(StoreParcel.retailer == row.retailer, StoreParcel.store == row.store)
    for one in session.scalars(waiting if row.kind == FORGET_SHOP else waiting.where(StoreParcel.order_ref.in_(refs))):
        one.waiting = []


def _forget_person(session: Session, row: PrivacyRequest, now: datetime) -> None:
    """Texts with the person's number that belong to no parcel."""
    if row.who.get("phone"):
        store_forgetting.forget_conversations(session, row.retailer, row.who["phone"], now=now)


def _tell(session: Session, house: House, row: PrivacyRequest, parcels: Sequence[Shipment], *, now: datetime) -> None:
    """Open a case with all we hold, for a person to hand over. Where we hold nothing there is nothing to open."""
    phone = row.who.get("phone") or next((one.customer_phone for one in parcels if one.customer_phone), None)
    if not parcels and not phone:
        return
    export = {
        "parcels": [_parcel(session, one) for one in parcels],
        "messages": _messages(session, row.retailer, {one.customer_phone for one in parcels} | {phone}),
    }
    words = f"{row.store}: a customer asks what is held of them. {len(parcels)} parcel(s); the export is attached."
    open_case(
        session,
        house,
        retailer=row.retailer,
        reason=REASON,
        priority="high",
        shipment_id=parcels[-1].id if parcels else None,
        phone=phone,
        text=words,
        evidence={"export": export},
        now=now,
    )


def _parcel(session: Session, one: Shipment) -> dict[str, Any]:
    survey = session.scalars(select(Survey).where(Survey.shipment_id == one.id)).first()
    return {
        "order_number": one.order_number,
        "tracking_number": one.tracking_number or None,
        "name": one.customer_name,
        "phone": one.customer_phone,
        "email": one.customer_email,
        "locale": one.locale,
        "sms_consent": one.sms_consent,
        "destination": one.destination,
        "origin": one.origin or {},
        "columns": one.passed or {},
        "delivery": {key: value for key, value in one.delivery.items() if key != "told"},
        "items": one.items,
        "state": one.state,
        "events": [
            {"status": event.status, "at": event.occurred_at.isoformat(), "detail": event.detail}
            for event in shipments.timeline(session, one)
        ],
        "survey": {"score": survey.score, "reason": survey.reason, "comment": survey.comment} if survey else None,
    }


def _messages(session: Session, retailer: str, phones: set[str | None]) -> list[dict[str, Any]]:
    numbers = [phone for phone in phones if phone]
    talks = select(Conversation.id).where(Conversation.retailer == retailer, Conversation.theirs.in_(numbers))
    came = session.scalars(select(InboxRow).where(InboxRow.conversation_id.in_(talks)).limit(TOLD_MAX)).all()
    went = session.scalars(select(OutboxRow).where(OutboxRow.conversation_id.in_(talks)).limit(TOLD_MAX)).all()
    found = [{"direction": "in", "at": one.received_at.isoformat(), "text": one.text} for one in came]
    found += [
        {"direction": "out", "at": one.created_at.isoformat(), "text": one.text}
        for one in went
        if one.category not in ("relay", "pin")  # words of somebody else, and secrets
    ]
    return sorted(found, key=lambda one: str(one["at"]))
