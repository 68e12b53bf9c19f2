"""Texts to drivers: from the retailer's main number, in the driver's language, by night only while a round runs."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from channels.models import Contact, Conversation, OurAddress
from flows.house import House
from flows.models import Dialogue
from flows.quiet_hours import next_allowed
from flows.senders import main_sender
from flows.workflow import Workflow
from flows.zones import zone_of
from tracking_core.models import Driver, Shipment
from tracking_core.rounds import AT_HAND

#: A word about a round is of use for so long.
OF_USE = timedelta(hours=6)
#: Before its first window begins by so much, a round counts as running.
SOON = timedelta(hours=3)


def tell_driver(
    session: Session,
    house: House,
    about: Shipment | Driver,
    template: str,
    *,
    key: str,
    now: datetime,
    **values: Any,
) -> bool:
    """Owe the driver a text, in the caller's transaction; about: a parcel of theirs, or the driver.

    False: it is owed already under that key, nobody drives the parcel, or the driver wants no texts. In quiet hours it
    waits for the morning, unless the driver has a parcel out or a window is about to begin.
    """
    driver = about.driver if isinstance(about, Shipment) else about
    sender = main_sender(session, about.retailer)
    if driver is None or sender is None or not may_text(session, driver):
        return False
    workflow = house.workflows.of(session, driver.retailer)
    start = None
    if workflow.quiet_hours is not None and not is_running(session, driver, now=now):
        destination = about.destination if isinstance(about, Shipment) else None
        zone = zone_of(destination, phone=driver.phone, fallback=workflow.support_hours.timezone)
        start = next_allowed(now, zone, workflow.quiet_hours)
    held = start if start is not None and start > now else None
    language = language_of(session, driver, workflow)
    message = OutboundMessage(
        channel="sms",
        sender=sender,
        recipient=driver.phone,
        text=house.texts.fitting(template, language, workflow, values),
        category=Category.REPLY,
        retailer=driver.retailer,
        shipment_id=about.id if isinstance(about, Shipment) else None,
        valid_until=(held or now) + OF_USE,
    )
    return outbox.enqueue(session, message, key=key, now=now, not_before=held)


def may_text(session: Session, driver: Driver) -> bool:
    """Whether the driver takes our texts: they have not opted out, and can be reached."""
    query = select(Contact.opted_out_at, Contact.unreachable_code).where(
        Contact.retailer == driver.retailer, Contact.address == driver.phone
    )
    known = session.execute(query).one_or_none()
    return known is None or (known.opted_out_at is None and known.unreachable_code is None)


def language_of(session: Session, driver: Driver, workflow: Workflow) -> str:
    """What the driver last wrote in, or asked for; else the workflow's first language."""
    query = (
        select(Dialogue.language)
        .join(Conversation, Conversation.id == Dialogue.conversation_id)
        .where(
            Conversation.ours.in_(select(OurAddress.address).where(OurAddress.retailer == driver.retailer)),
            Conversation.theirs == driver.phone,
            Dialogue.language.is_not(None),
        )
        .order_by(Dialogue.language_asked.desc(), Dialogue.updated_at.desc())
        .limit(1)
    )
    written = session.scalar(query)
    return written if written in workflow.languages else workflow.language


def is_running(session: Session, driver: Driver, *, now: datetime) -> bool:
    """Whether the driver is on the road: a parcel is out with them, or its window begins within three hours."""
    query = select(Shipment.id).where(
        Shipment.retailer == driver.retailer,
        Shipment.driver_id == driver.id,
        Shipment.state.in_(AT_HAND)
        | (
            Shipment.promised_from.between(now - SOON, now + SOON)
            & Shipment.state.in_(("created", "processed", "shipped", "in_transit", "at_local_hub"))
        ),
    )
    return session.scalar(query.limit(1)) is not None
