"""What a store or a carrier is asked to do, or told: rows that wait until somebody hands them over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from flows.story_models import OutboundEvent
from tracking_core.models import Shipment

#: The requests there are.
KINDS = (
    "order.reschedule_requested",
    "order.address_change_requested",
    "order.cancel_requested",
    "order.reissue_requested",
    "order.refund_requested",
)
#: Told, not asked: somebody said how a delivery went. Once for the score, and again for what is added to it.
SURVEY_ANSWERED = "survey.answered"


def request(
    session: Session, shipment: Shipment, kind: str, payload: dict[str, Any], *, key: str, now: datetime
) -> bool:
    """Ask the parcel's store for something, once for each key. False: it has been asked already.

    payload: JSON, without phones; order and tracking number are added. Raises ValueError for a kind nobody knows.
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
    return insert_once(session, row)


def of_shipment(session: Session, shipment_id: int) -> Sequence[OutboundEvent]:
    """What was asked for about the parcel, oldest first."""
    query = select(OutboundEvent).where(OutboundEvent.shipment_id == shipment_id)
    return session.scalars(query.order_by(OutboundEvent.id)).all()
