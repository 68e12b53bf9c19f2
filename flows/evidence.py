"""What is attached to a case when it is opened: what was known of the parcel at that moment, without a phone in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.picture_models import Picture, PictureState
from tracking_core import proofs
from tracking_core.finding import promises, timeline
from tracking_core.models import Shipment


def pack(session: Session, shipment: Shipment | None, *, inbox: Sequence[int]) -> dict[str, Any]:
    """Answer JSON: the texts that asked for it and their pictures, by id; timeline, promises and proofs as they stand.

    Lists of later evidence are added to the case's earlier ones, each item once.
    """
    found: dict[str, Any] = {"inbox": list(inbox)}
    pictures = _pictures(session, inbox)
    if pictures:
        found["pictures"] = pictures
    if shipment is None:
        return found
    found["timeline"] = [
        {"status": event.status, "reason": event.reason, "at": event.occurred_at.isoformat(), "source": event.source}
        for event in timeline(session, shipment)
    ]
    found["promises"] = [
        {"from": _iso(promise.window_from), "to": _iso(promise.window_to), "source": promise.source}
        for promise in promises(session, shipment)
    ]
    found["proofs"] = [
        {"id": proof.id, "kind": proof.kind, "taken_at": _iso(proof.taken_at), "checks": proof.checks}
        for proof in proofs.of_shipment(session, shipment.id)
    ]
    return found


def _pictures(session: Session, inbox: Sequence[int]) -> list[int]:
    query = select(Picture.id).where(Picture.inbox_id.in_(inbox), Picture.state == PictureState.READY)
    return list(session.scalars(query.order_by(Picture.id)))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
