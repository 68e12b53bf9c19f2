"""What a case says to the customer: by the way the customer knows, and by whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from channels.models import Conversation, OurAddress
from channels.segments import to_gsm
from flows import promises
from flows.accounts import Agent, main_sender
from flows.case_history import say
from flows.models import Case, CaseEntry
from flows.senders import sender_of_mail
from flows.wording import Wording
from tracking_core.models import Shipment

if TYPE_CHECKING:
    from flows.house import House


_POOL = select(OurAddress.address).where(OurAddress.purpose == "pool")


class Unreachable(ValueError):
    """The case has nobody a reply could be sent to."""


def send(
    session: Session,
    house: "House",
    case: Case,
    *,
    agent: str,
    text: str,
    media: Sequence[str] = (),
    signed: bool = False,
    now: datetime,
) -> CaseEntry:
    """Owe the customer the words, and pictures by address, and note them as a reply. Raises Unreachable.

    signed: the agent's first words in the case say who writes, where the workflow wants that.
    """
    channel, sender, recipient = way_back(session, house, case)
    words = f"{signature(session, house, case, agent=agent)}{text}" if signed else text
    if signed:
        case.signed_by = agent
    entry = say(
        session, case, "reply", by=agent, text=text, evidence={"media": list(media)} if media else None, now=now
    )
    message = OutboundMessage(
        channel=channel,
        sender=sender,
        recipient=recipient,
        text=to_gsm(words) if channel == "sms" else words,
        media=tuple(media),
        subject=_subject_line(session, house, case) if channel == "email" else None,
        category=Category.CASE,
        retailer=case.retailer,
        shipment_id=case.shipment_id,
    )
    key = f"case:{case.id}:reply:{entry.id}"
    if outbox.enqueue(session, message, key=key, now=now):
        _note_time(session, house, case, text, key=key, now=now)
    return entry


def _note_time(session: Session, house: "House", case: Case, text: str, *, key: str, now: datetime) -> None:
    """Enter the parcel's expected time into the ledger if the agent has told it, as a canned answer does."""
    parcel = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    if parcel is None:
        return
    workflow = house.workflows.of(session, case.retailer)
    for language in dict.fromkeys((case.language or workflow.languages[0], *workflow.languages)):
        wording = Wording(house, workflow, language, now)
        expected = wording.expected(parcel) if wording.when(parcel) else None
        if promises.note(session, wording, parcel, text, key=key, template="reply", expected=expected) is not None:
            return


def signature(session: Session, house: "House", case: Case, *, agent: str) -> str:
    """Answer what is put before the agent's words: `Ana from Demo Store: `; empty when the person knows who writes.

    The reply box counts it along. An agent without a name of their own is the team.
    """
    workflow = house.workflows.of(session, case.retailer)
    if workflow.cases.sign == "off" or case.signed_by == agent:
        return ""
    language = case.language or workflow.language
    who = house.texts.phrase("case_signed", language, workflow, name=first_name(session, case.retailer, agent))
    return f"{who} "


def first_name(session: Session, retailer: str, agent: str | None) -> str:
    """Answer what an agent is called among people; empty for nobody, and for who has only an address."""
    found = session.scalar(select(Agent).where(Agent.retailer == retailer, Agent.email == agent)) if agent else None
    if found is None or found.name == found.email.partition("@")[0]:
        return ""
    return (found.name.split() or [""])[0]


def _subject_line(session: Session, house: "House", case: Case) -> str:
    brand = house.workflows.of(session, case.retailer).brand
    shipment = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    return f"{brand}: {shipment.order_number}" if shipment is not None else brand


def way_back(session: Session, house: "House", case: Case) -> tuple[str, str, str]:
    """(channel, our address, their address): the conversation they used, else the retailer's own sender, else mail.

    Raises Unreachable.
    """
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
