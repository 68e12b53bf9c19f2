"""Rows as the REST API shows them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import OutboxRow
from flows.thread import ThreadMessage
from flows.zones import zone_of
from tracking_core import shipments
from tracking_core.eta import Estimate, estimate
from tracking_core.models import Promise, Shipment
from web.api.case_schemas import MessageOut
from web.api.routing import Call
from web.api.shipment_schemas import (
    CustomerOut,
    DeliveryOut,
    DestinationOut,
    DriverOut,
    EtaOut,
    EventOut,
    ItemOut,
    PromiseOut,
    ShipmentDetail,
    ShipmentOut,
    WindowOut,
)
from web.eta_words import sentence
from web.wording import words


def shipment(call: Call, row: Shipment) -> ShipmentOut:
    """A shipment without its history."""
    fallback = call.parts.house.workflows.of(call.session, call.retailer).support_hours.timezone
    expected = estimate(row, now=call.now, zone=zone_of(row.destination, phone=row.customer_phone, fallback=fallback))
    return ShipmentOut.model_validate(
        {
            "id": row.id,
            "order_number": row.order_number,
            "tracking_number": row.tracking_number or None,
            "carrier": row.carrier,
            "service": row.service,
            "state": row.state,
            "reason": row.reason,
            "flags": row.flags,
            "customer": CustomerOut(
                name=row.customer_name,
                phone=row.customer_phone,
                email=row.customer_email,
                locale=row.locale,
                sms_consent=row.sms_consent,
            ),
            "destination": DestinationOut.model_validate(row.destination),
            "promised": _window(row),
            "eta": None if expected is None else _eta(expected),
            "driver": _driver(row),
            "line": None,
            "delivery": DeliveryOut.model_validate({k: v for k, v in row.delivery.items() if v is not None}),
            "items": [ItemOut.model_validate(item) for item in row.items],
            "tracking_url": call.parts.house.links.url(call.session, "t", row.id, now=call.now),
            "delivered_at": row.delivered_at,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
    )


def detail(call: Call, row: Shipment) -> ShipmentDetail:
    """A shipment with its history."""
    made = shipments.promises(call.session, row)
    messages = _messages_of(call.session, made)
    return ShipmentDetail.model_validate(
        {
            **dict(shipment(call, row)),
            "events": [
                EventOut(
                    event_id=event.event_id,
                    status=event.status,
                    reason=event.reason,
                    detail=event.detail,
                    occurred_at=event.occurred_at,
                    received_at=event.received_at,
                    source=event.source,
                )
                for event in shipments.timeline(call.session, row)
            ],
            "promises": [
                PromiseOut(
                    begins=one.window_from,
                    ends=one.window_to,
                    source=one.source,
                    message_id=messages.get(one.message_key or ""),
                    made_at=one.made_at,
                )
                for one in made
            ],
            "proofs": [],
        }
    )


def message(row: ThreadMessage) -> MessageOut:
    """A message of either box."""
    return MessageOut.model_validate(
        {
            "id": f"{row.direction}_{row.id}",
            "direction": row.direction,
            "channel": row.channel,
            "category": row.category,
            "sender": row.sender,
            "recipient": row.recipient,
            "body": row.text,
            "media": list(row.media),
            "status": row.status,
            "reason": row.reason,
            "provider_id": row.provider_id,
            "segments": row.segments,
            "shipment_id": row.shipment_id,
            "handled_by": row.handled_by,
            "created_at": row.created_at,
            "sent_at": row.sent_at,
        }
    )


def _window(row: Shipment) -> WindowOut | None:
    if row.promised_from is None and row.promised_to is None:
        return None
    return WindowOut(begins=row.promised_from, ends=row.promised_to)


def _eta(expected: Estimate) -> EtaOut:
    return EtaOut(
        begins=expected.window_from,
        ends=expected.window_to,
        at=expected.at,
        as_of=expected.as_of,
        confidence=expected.confidence,
        reasons=[told for one in expected.reasons if (told := sentence(one, words("en")))],
    )


def _driver(row: Shipment) -> DriverOut | None:
    return None if row.driver is None else DriverOut(name=row.driver.name, phone_last2=row.driver.phone[-2:])


def _messages_of(session: Session, made: Sequence[Promise]) -> Mapping[str, str]:
    keys = [one.message_key for one in made if one.message_key]
    if not keys:
        return {}
    rows = session.execute(select(OutboxRow.key, OutboxRow.id).where(OutboxRow.key.in_(keys)))
    return {key: f"out_{row_id}" for key, row_id in rows}
