"""People who are asked how a delivery went, and what they text back."""

import itertools
from datetime import timedelta

from sqlalchemy import select

from channels import inbox
from channels.messages import InboundMessage
from channels.models import OutboxRow
from flows import cases, router, surveys, tracking
from surveys.models import Survey
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment

ANA = "+14155550100"
BO = "+14155550101"
AFTER = timedelta(minutes=30)
LATER = AFTER + timedelta(minutes=3)

#: What these tests are not about: here no survey waits for a photo.
NO_PROOF = "proof: {own_driver: []}\n"


def rule(database, house, now, words, proof=NO_PROOF):
    with database.write() as session:
        house.workflows.save(session, "default", proof + words, by="test", now=now)


def parcel(database, house, now, order="A1001", phone=ANA, **more):
    new = NewShipment(
        order_number=order,
        tracking_number=f"T{order}",
        carrier="acme",
        service="same_day",
        customer_phone=phone,
        destination={"timezone": "America/Los_Angeles"},
        driver_name="Dee",
        driver_phone="+14155550200",
        **more,
    )
    with database.write() as session:
        return tracking.create_shipment(session, house, new, retailer="default", now=now)[0].id


def say(database, house, now, shipment_id, status="delivered", event_id=None, **more):
    with database.write() as session:
        shipment = session.get_one(Shipment, shipment_id)
        event = CarrierEvent(
            carrier="acme",
            event_id=event_id or f"{shipment_id}:{status}:{now.isoformat()}",
            tracking_number=shipment.tracking_number,
            status=status,
            **{"occurred_at": now, **more},
        )
        tracking.take_events(session, house, [event], retailer="default", now=now, shipment=shipment)


def delivered(database, house, now, order="A1001", phone=ANA, **more):
    shipment_id = parcel(database, house, now, order, phone, **more)
    say(database, house, now, shipment_id)
    return shipment_id


def tick(database, house, now):
    with database.write() as session:
        return surveys.send_due(session, house, now=now)


def survey_of(database, shipment_id):
    with database.read() as session:
        return session.scalars(select(Survey).where(Survey.shipment_id == shipment_id)).one_or_none()


def texts(database, category="survey", to=None):
    with database.read() as session:
        query = select(OutboxRow).where(OutboxRow.category == category).order_by(OutboxRow.id)
        return [row for row in session.scalars(query) if to is None or row.recipient == to]


def fate(database, shipment_id):
    found = survey_of(database, shipment_id)
    return None if found is None else (found.state, found.skipped_for)


_NUMBERS = itertools.count(1)


def hear(database, house, at, words, sender=ANA, times=1):
    """A text comes in and is routed; answers the flow that took it."""
    message = InboundMessage("sms", f"SM{next(_NUMBERS)}", sender, "+15005550006", words)
    with database.write() as session:
        for _ in range(times):
            inbox.receive(session, message, now=at)
    with database.write() as session:
        claimed = inbox.claim(session, worker="w", now=at, limit=10, lease_s=30)
    assert len(claimed) == 1
    return router.handle(database, house, claimed[0], clock=lambda: at)


def bad_cases(database):
    with database.read() as session:
        found = cases.page(session, "default")
        return [(one, cases.entries(session, one)) for one in found if one.reason == "bad_survey"]


def last(database):
    return texts(database, "reply", ANA)[-1].text
