"""Rows as the REST API shows them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import OutboxRow
from flows import lines, outbound_events, picture_links
from flows import proofs as flows_proofs
from flows.expecting import expected_of
from flows.thread import ThreadMessage
from tracking_core import proofs, shipments
from tracking_core.eta import Estimate
from tracking_core.models import Promise, Shipment
from tracking_core.proof_models import Proof
from tracking_core.watching_rows import hits_of
from web.api.case_schemas import MessageOut
from web.api.routing import Call
from web.api.shipment_schemas import (
    CustomerOut,
    DeliveryOut,
    DestinationOut,
    DriverOut,
    EtaOut,
    EventOut,
    FoundOut,
    InstructedOut,
    ItemOut,
    KeptOut,
    LineOut,
    PromiseOut,
    ProofOut,
    RequestOut,
    ShipmentDetail,
    ShipmentOut,
    WindowOut,
)
from web.eta_words import sentence
from web.wording import words


def shipment(call: Call, row: Shipment) -> ShipmentOut:
    """A shipment without its history."""
    workflow = call.parts.house.workflows.of(call.session, call.retailer)
    expected = expected_of(row, workflow, now=call.now)
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
            "origin": DestinationOut.model_validate(row.origin) if row.origin else None,
            "promised": _window(row),
            "eta": None if expected is None else _eta(expected),
            "driver": _driver(row),
            "stop": row.stop_number,
            "line": _line(call, row),
            "delivery": _delivery(row),
            "items": [ItemOut.model_validate(item) for item in row.items],
            "cost": _cost(row),
            "tracking_url": call.parts.house.links.url(call.session, "t", row.id, now=call.now),
            "delivered_at": row.delivered_at,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            **(row.passed or {}),
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
            "promise_kept": None
            if row.kept_first is None or row.kept_last is None
            else KeptOut(first=row.kept_first, last=row.kept_last),
            "found": [
                FoundOut(watcher=one.watcher, since=one.since, found_at=one.found_at, done=one.done)
                for one in hits_of(call.session, row.id)
            ],
            "proofs": [proof(call, row, one) for one in proofs.of_shipment(call.session, row.id)],
            "requests": [
                RequestOut(kind=one.kind, state=one.state, payload=one.payload, created_at=one.created_at)
                for one in outbound_events.of_shipment(call.session, row.id)
            ],
            "instructed": _instructed(row),
        }
    )


def message(call: Call, row: ThreadMessage) -> MessageOut:
    """A message of either box; its pictures by fresh addresses of ours, whoever sent them."""
    until = call.now + picture_links.usual(call.parts.house)
    return MessageOut.model_validate(
        {
            "id": f"{row.direction}_{row.id}",
            "direction": row.direction,
            "channel": row.channel,
            "category": row.category,
            "sender": row.sender,
            "recipient": row.recipient,
            "body": row.text,
            "media": picture_links.addresses(call.parts.house, row.media, row.picture_ids, until=until),
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


def proof(call: Call, row: Shipment, proof: Proof) -> ProofOut:
    """A proof with the address of its picture, good for a day; without one, that of the proof page."""
    house, picture = call.parts.house, flows_proofs.picture_of(call.session, proof)
    if picture is None:
        url = flows_proofs.link(call.session, house, row, now=call.now)
    else:
        url = picture_links.url_of(house, picture, now=call.now, valid_for=picture_links.DAY_AND_MORE)
    return ProofOut.model_validate(
        {
            "id": proof.id,
            "kind": proof.kind,
            "url": url,
            "checks": proof.checks,
            "taken_at": proof.taken_at or proof.received_at,
        }
    )


def _line(call: Call, row: Shipment) -> LineOut | None:
    """The number customer and driver text, and whether it joins them at the moment."""
    line = lines.line_of(call.session, row.id)
    if line is None:
        return None
    return LineOut.model_validate({"number": lines.number_of(call.session, line), "state": line.state})


def _cost(row: Shipment) -> dict[str, str] | None:
    if row.cost_minor is None or row.cost_currency is None:
        return None
    return {"amount": f"{row.cost_minor // 100}.{row.cost_minor % 100:02}", "currency": row.cost_currency}


def _delivery(row: Shipment) -> DeliveryOut:
    """How it is to be left."""
    return DeliveryOut.model_validate({k: v for k, v in row.delivery.items() if v is not None and k != "told"})


def _instructed(row: Shipment) -> InstructedOut | None:
    """Who gave the instructions by text, unless somebody has written something else since."""
    told = row.delivery.get("told")
    if not told or told.get("text") != row.delivery.get("instructions"):
        return None
    return InstructedOut(by=told["by"], at=told["at"])


def _window(row: Shipment) -> WindowOut | None:
    if row.promised_from is None and row.promised_to is None:
        return None
    return WindowOut(begins=row.promised_from, ends=row.promised_to)


def _eta(expected: Estimate) -> EtaOut:
    return EtaOut(
        begins=expected.window_from,
        ends=expected.window_to,
        at=expected.centre,
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
