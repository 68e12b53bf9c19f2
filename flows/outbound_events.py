"""What a store or a carrier is asked to do, or told: rows that wait until somebody hands them over."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once, wake
from flows.outbound_kinds import KINDS as ALL_KINDS
from flows.outbound_kinds import REQUESTS, wants
from flows.outbound_models import WebhookDelivery, WebhookEndpoint
from flows.story_models import OutboundEvent
from tracking_core.models import Shipment

#: The requests there are.
KINDS = REQUESTS
#: Told, not asked: somebody said how a delivery went. Once for the score, and again for what is added to it.
SURVEY_ANSWERED = "survey.answered"
#: Whoever posts webhooks waits on this.
CHANNEL = "webhooks"
#: How long an endpoint that was switched off for its failures is still owed what happens.
OWED_FOR = timedelta(days=3)


def request(
    session: Session, shipment: Shipment, kind: str, payload: dict[str, Any], *, key: str, now: datetime
) -> bool:
    """Ask the parcel's store for something, once for each key. False: it has been asked already.

    The row is kept whether or not anybody listens; endpoints that do are owed it. payload: JSON, without phones;
    order and tracking number are added. Raises ValueError for a kind nobody knows.
    """
    if kind not in {*KINDS, SURVEY_ANSWERED}:
        raise ValueError(f"{kind!r} is nothing a store is asked for")
    row = OutboundEvent(
        key=key,
        retailer=shipment.retailer,
        kind=kind,
        shipment_id=shipment.id,
        payload={
            "order_number": shipment.order_number,
            "tracking_number": shipment.tracking_number or None,
            **payload,
        },
        state="pending",
        created_at=now,
    )
    return insert_once(session, row) and _owe(session, row, listeners(session, shipment.retailer, now=now), now=now)


def tell(
    session: Session,
    *,
    retailer: str,
    kind: str,
    subject: Mapping[str, object],
    payload: Mapping[str, Any],
    key: str,
    now: datetime,
) -> bool:
    """Tell the retailer's systems what happened, once for each key, in the caller's transaction.

    Where no endpoint listens for the kind nothing is written. subject: what it is about, `{"shipment_id": 42}`,
    `{"case_id": 7, "shipment_id": None}`; it becomes the beginning of the event's data. payload: JSON, without numbers,
    and without words a shopper may have put a code or PIN into. key: a sentence such as `case.opened:7:1`, unique for
    ever. True: somebody will be told. Raises ValueError for a kind nobody knows.
    """
    if kind not in ALL_KINDS:
        raise ValueError(f"{kind!r} is no event")
    who = [one for one in listeners(session, retailer, now=now) if wants(one.events, kind)]
    if not who:
        return False
    shipment_id = subject.get("shipment_id")
    row = OutboundEvent(
        key=key,
        retailer=retailer,
        kind=kind,
        shipment_id=shipment_id if isinstance(shipment_id, int) else None,
        payload={**subject, **payload},
        state="pending",
        created_at=now,
    )
    return insert_once(session, row) and _owe(session, row, who, now=now)


def listeners(session: Session, retailer: str, *, now: datetime) -> Sequence[WebhookEndpoint]:
    """Answer the retailer's endpoints that are owed events, whatever they listen for.

    One that was switched off for its failures is owed for a while longer: whoever switches it on again in time has
    missed nothing.
    """
    still_owed = (WebhookEndpoint.disabled_reason == "failures") & (WebhookEndpoint.disabled_at > now - OWED_FOR)
    query = select(WebhookEndpoint).where(
        WebhookEndpoint.retailer == retailer,
        (WebhookEndpoint.state == "on") | ((WebhookEndpoint.state == "disabled") & still_owed),
    )
    return session.scalars(query.order_by(WebhookEndpoint.id)).all()


def of_shipment(session: Session, shipment_id: int) -> Sequence[OutboundEvent]:
    """What was asked for about the parcel, oldest first."""
    query = select(OutboundEvent).where(
        OutboundEvent.shipment_id == shipment_id, OutboundEvent.kind.in_((*KINDS, SURVEY_ANSWERED))
    )
    return session.scalars(query.order_by(OutboundEvent.id)).all()


def _owe(session: Session, event: OutboundEvent, who: Sequence[WebhookEndpoint], *, now: datetime) -> bool:
    """Owe the event to each of them that wants it. Always True: the event itself is new."""
    owed = [
        WebhookDelivery(retailer=event.retailer, endpoint_id=one.id, event_id=event.id, next_at=now, created_at=now)
        for one in who
        if wants(one.events, event.kind)
    ]
    if owed:
        session.add_all(owed)
        session.flush()
        wake(session, CHANNEL)
    return True
