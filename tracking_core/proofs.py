"""Proof of delivery: each thing once, checked against the address and the hour, and told as a fact."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core import proof_checks, proof_looks, proof_review
from tracking_core.facts import ProofAdded
from tracking_core.flags import set_flags
from tracking_core.models import Shipment
from tracking_core.proof_checks import Check
from tracking_core.proof_looks import Pixels
from tracking_core.proof_models import Proof
from tracking_core.states import ShipmentState

#: Metres between the address and where a proof was made, unless the retailer says otherwise.
DISTANCE_MAX_M = 150
#: Parcels brought to one door within so long may share a photo.
ONE_VISIT = timedelta(hours=2)


class ProofKind(StrEnum):
    """What can be a proof."""

    PHOTO = "photo"
    SIGNATURE = "signature"
    PIN = "pin"
    BARCODE = "barcode"
    NOTE = "note"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class NewProof:
    """A proof as it comes."""

    kind: ProofKind
    #: driver_text, driver_page, api, agent, or a carrier's name.
    source: str
    #: What makes it the same as another one: a picture's hash, a note's words.
    content: str
    picture_id: int | None = None
    note: str | None = None
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    #: Of a picture.
    pixels: Pixels | None = None


def add(
    session: Session,
    shipment: Shipment,
    proof: NewProof,
    *,
    now: datetime,
    max_distance_m: float = DISTANCE_MAX_M,
    delivered_at: datetime | None = None,
) -> ProofAdded | None:
    """Keep the proof and what its checks say. None: the shipment has this very one already.

    delivered_at: the time of the delivery it belongs to; None: the shipment's own, and before that is known, now.
    """
    digest = hashlib.sha256(proof.content.encode()).hexdigest()
    at = delivered_at or shipment.delivered_at or now
    checks = [
        proof_checks.distance(proof.lat, proof.lon, shipment.destination, most_m=max_distance_m),
        proof_checks.timing(proof.taken_at, at),
    ]
    alike = None
    if proof.kind is ProofKind.PHOTO:
        seen, alike = _looks(session, shipment, proof, digest, now)
        checks += seen
    said = [check.as_json() for check in checks]
    review = proof_review.needed(said)
    row = Proof(
        retailer=shipment.retailer,
        shipment_id=shipment.id,
        kind=proof.kind.value,
        picture_id=proof.picture_id,
        digest=digest,
        note=proof.note,
        source=proof.source,
        taken_at=proof.taken_at,
        lat=proof.lat,
        lon=proof.lon,
        received_at=now,
        checks=said,
        alike_id=alike,
        review=review and review.value,
    )
    if not insert_once(session, row):
        return None
    if proof.pixels is not None and proof.pixels.fingerprint is not None:
        proof_looks.keep(session, row, proof.pixels.fingerprint)
    return ProofAdded(shipment.id, proof.taken_at or now, silent=False, proof_id=row.id, kind=proof.kind.value)


def owe(shipment: Shipment, *, missing: bool) -> None:
    """Flag a delivered shipment that lacks what it requires as `action_required`, or take the flag away again."""
    if shipment.state != ShipmentState.DELIVERED:
        return
    flags = set(shipment.flags) - {"action_required"}
    set_flags(shipment, flags | {"action_required"} if missing else flags)


def _looks(
    session: Session, shipment: Shipment, proof: NewProof, digest: str, now: datetime
) -> tuple[list[Check], int | None]:
    """What the picture itself tells, and the proof of another delivery that it may be."""
    pixels = proof.pixels or Pixels()
    same = [one for one in _same(session, shipment, digest) if _is_elsewhere(session, shipment, one, now)]
    alike = None
    if pixels.fingerprint is not None:
        found = proof_looks.find(session, shipment.retailer, pixels.fingerprint)
        alike = next((one for one in found if _is_elsewhere(session, shipment, one.proof, now)), None)
    checks = [
        proof_checks.reuse(len({one.shipment_id for one in same})),
        proof_checks.likeness(alike.bits if alike is not None else None, measured=pixels.fingerprint is not None),
        proof_checks.sharpness(pixels.sharpness),
        proof_checks.brightness(pixels.brightness),
        proof_checks.size(pixels.short_side),
    ]
    nearest = same[0] if same else alike.proof if alike is not None else None
    return checks, nearest.id if nearest is not None else None


def _same(session: Session, shipment: Shipment, digest: str) -> Sequence[Proof]:
    query = select(Proof).where(
        Proof.retailer == shipment.retailer,
        Proof.digest == digest,
        Proof.kind == ProofKind.PHOTO,
        Proof.shipment_id != shipment.id,
    )
    return session.scalars(query.order_by(Proof.id)).all()


def _is_elsewhere(session: Session, shipment: Shipment, other: Proof, now: datetime) -> bool:
    """Whether the proof is of another delivery: not of this parcel, nor of one brought to the same door just now."""
    if other.shipment_id == shipment.id:
        return False
    if now - other.received_at > ONE_VISIT:
        return True
    theirs = session.get(Shipment, other.shipment_id)
    return theirs is None or _door(theirs) != _door(shipment)


def _door(shipment: Shipment) -> tuple[object, ...]:
    place = shipment.destination
    where = tuple(str(place.get(part) or "").strip().casefold() for part in ("line1", "line2", "postal_code", "city"))
    return where if where[0] else (shipment.customer_phone, shipment.customer_email)


def of_shipment(session: Session, shipment_id: int) -> list[Proof]:
    """Answer a shipment's proofs, oldest first."""
    query = select(Proof).where(Proof.shipment_id == shipment_id).order_by(Proof.id)
    return list(session.scalars(query))


def kinds(proofs: Iterable[Proof]) -> frozenset[str]:
    """Answer which kinds are there; what a person has failed is not."""
    return frozenset(proof.kind for proof in proofs if proof_review.counts_as_proof(proof))
