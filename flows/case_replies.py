"""What a case says: lines of its history, and words to the customer by the way the customer knows."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from channels.models import Conversation, OurAddress
from channels.segments import to_gsm
from flows.accounts import main_sender
from flows.models import Case, CaseEntry
from flows.senders import sender_of_mail
from tracking_core.models import Shipment

if TYPE_CHECKING:
    from flows.house import House


_POOL = select(OurAddress.address).where(OurAddress.purpose == "pool")


class Unreachable(ValueError):
    """The case has nobody a reply could be sent to."""


def say(
    session: Session,
    case: Case,
    kind: str,
    *,
    by: str,
    text: str | None = None,
    evidence: dict[str, Any] | None = None,
    now: datetime,
) -> CaseEntry:
    """Add a line to the case's history."""
    entry = CaseEntry(case_id=case.id, kind=kind, by=by, text=text, evidence=dict(evidence or {}), at=now)
    session.add(entry)
    session.flush()
    return entry


def send(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:
    """Owe the customer the words, and note them as a reply. Raises Unreachable."""
    channel, sender, recipient = _way_back(session, house, case)
    entry = say(session, case, "reply", by=agent, text=text, now=now)
    message = OutboundMessage(
        channel=channel,
        sender=sender,
        recipient=recipient,
        text=to_gsm(text) if channel == "sms" else text,
        subject=_subject_line(session, house, case) if channel == "email" else None,
        category=Category.CASE,
        retailer=case.retailer,
        shipment_id=case.shipment_id,
    )
    outbox.enqueue(session, message, key=f"case:{case.id}:reply:{entry.id}", now=now)
    return entry


def _subject_line(session: Session, house: "House", case: Case) -> str:
    brand = house.workflows.of(session, case.retailer).brand
    shipment = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    return f"{brand}: {shipment.order_number}" if shipment is not None else brand


def _way_back(session: Session, house: "House", case: Case) -> tuple[str, str, str]:
    """(channel, our address, their address): the conversation they used, else the retailer's own sender, else mail."""
    conversation = session.get(Conversation, case.conversation_id) if case.conversation_id is not None else None
    sender = main_sender(session, case.retailer)
    on_line = conversation is not None and _is_pool(session, conversation.ours) and sender is not None
    if conversation is not None and not on_line:
        return "sms" if conversation.theirs.startswith("+") else "email", conversation.ours, conversation.theirs
    shipment = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    phone = case.phone or (shipment.customer_phone if shipment is not None else None)
    if phone and sender:
        return "sms", _last_used(session, case.retailer, phone) or sender, phone
    if shipment is not None and shipment.customer_email and house.email_configured:
        return "email", sender_of_mail(session, house, case.retailer), shipment.customer_email
    raise Unreachable(Unreachable.__doc__)


def _is_pool(session: Session, ours: str) -> bool:
    """Whether what they text to that number is for the other end of a line: a case is talked about elsewhere."""
    return session.scalar(_POOL.where(OurAddress.address == ours)) is not None


def _last_used(session: Session, retailer: str, phone: str) -> str | None:
    """Where they wrote us last; never a number of the pool, which means the other end of a line to them."""
    query = (
        select(Conversation.ours)
        .where(Conversation.retailer == retailer, Conversation.theirs == phone, Conversation.ours.not_in(_POOL))
        .order_by(Conversation.id.desc())
        .limit(1)
    )
    return session.scalar(query)
