"""Pictures are forgotten: what went over a line soon after the delivery, proofs when the retailer says, all in time.

The rows stay and say that there was a picture; its bytes, its hash and what its camera knew go.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from channels.models import InboxRow
from channels.picture_models import Picture, PictureState
from tracking_core.models import Shipment
from tracking_core.proof_models import Proof, ProofLook

#: Begins `handled_by` of texts that are passed on from one person to another.
RELAYED = "relay"
#: What was passed on is of no use so long after the delivery.
RELAYED_KEPT = timedelta(hours=48)
#: The file as it came is kept so long in case it becomes the proof of a delivery.
ORIGINALS_KEPT = timedelta(hours=48)
BATCH = 200


def forget(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Forget what is due; answers how many pictures went. Call again while it is `limit`."""
    proves = select(Proof.id).where(Proof.picture_id == Picture.id).exists()
    _drop_originals(session, ~proves, now, limit)
    relayed = (
        select(InboxRow.id)
        .join(Shipment, Shipment.id == InboxRow.shipment_id)
        .where(
            InboxRow.id == Picture.inbox_id,
            InboxRow.handled_by.startswith(RELAYED),
            Shipment.delivered_at <= now - RELAYED_KEPT,
        )
        .exists()
    )
    due = Picture.expires_at <= now
    gone = 0
    for which in (due, ~proves & relayed):
        gone += _forget(session, which, limit)
    return gone


def _forget(session: Session, which: ColumnElement[bool], limit: int) -> int:
    found = select(Picture.id).where(Picture.state == PictureState.READY, which).order_by(Picture.id).limit(limit)
    ids = list(session.scalars(found.with_for_update(skip_locked=True, of=Picture)))
    if ids:
        change = update(Picture).where(Picture.id.in_(ids)).execution_options(synchronize_session=False)
        nothing = dict.fromkeys(("jpeg", "thumbnail", "original", "sha256", "taken_at", "lat", "lon", "fingerprint"))
        proofs = select(Proof.id).where(Proof.picture_id.in_(ids))
        session.execute(delete(ProofLook).where(ProofLook.proof_id.in_(proofs)))
        session.execute(change.values(state=PictureState.FORGOTTEN, **nothing))
    return len(ids)


def _drop_originals(session: Session, which: ColumnElement[bool], now: datetime, limit: int) -> None:
    old = Picture.created_at <= now - ORIGINALS_KEPT
    found = select(Picture.id).where(Picture.original.is_not(None), old, which).order_by(Picture.id).limit(limit)
    ids = list(session.scalars(found.with_for_update(skip_locked=True, of=Picture)))
    if ids:
        change = update(Picture).where(Picture.id.in_(ids)).execution_options(synchronize_session=False)
        session.execute(change.values(original=None, lat=None, lon=None))
