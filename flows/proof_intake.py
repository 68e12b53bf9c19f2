"""Proofs that a program hands over: the API's multipart, and what a carrier keeps for us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.pictures import CleanPicture
from flows import bringing_pictures, proofs
from flows.house import House
from tracking_core.facts import ProofAdded
from tracking_core.models import Shipment
from tracking_core.proofs import NewProof, ProofKind

#: What a signature's picture is called beside its signer.
UNNAMED = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that was cleaned before any transaction was opened, and the file as it came."""

    clean: CleanPicture
    original: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """Proofs of one delivery, handed over together."""

    #: api, or a carrier's name.
    source: str
    photos: Sequence[Drawn] = ()
    signature: Drawn | None = None
    #: Who signed, and what they are to the recipient.
    signed_by: str | None = None
    note: str | None = None
    barcode: str | None = None
    #: When it was made, if anybody says.
    taken_at: datetime | None = None
    #: (lat, lon).
    position: tuple[float, float] | None = None


def take(session: Session, house: House, shipment: Shipment, given: Given, *, now: datetime) -> list[ProofAdded]:
    """Keep what was handed over, each thing once; answers what is new, in the caller's transaction."""
    found = [_photo(session, house, shipment, given, one, now) for one in given.photos]
    if given.signature is not None or given.signed_by:
        found.append(_signature(session, house, shipment, given, now))
    for kind, said in ((ProofKind.NOTE, given.note), (ProofKind.BARCODE, given.barcode)):
        if said:
            found.append(_words(session, house, shipment, given, kind, said, now))
    if given.position is not None and not found:
        said = f"{given.position[0]:.6f},{given.position[1]:.6f}"
        found.append(_words(session, house, shipment, given, ProofKind.POSITION, said, now))
    return [one for one in found if one is not None]


def _photo(
    session: Session, house: House, shipment: Shipment, given: Given, drawn: Drawn, now: datetime
) -> ProofAdded | None:
    row = bringing_pictures.keep_upload(
        session, drawn.clean, retailer=shipment.retailer, original=drawn.original, now=now
    )
    added = proofs.add_photo(
        session,
        house,
        shipment,
        row,
        source=given.source,
        now=now,
        sent_at=given.taken_at,
        position=given.position,
    )
    if added is None:  # it is there already, with a picture of its own
        session.delete(row)
    return added


def _signature(session: Session, house: House, shipment: Shipment, given: Given, now: datetime) -> ProofAdded | None:
    row = None
    if given.signature is not None:
        row = bringing_pictures.keep_upload(
            session, given.signature.clean, retailer=shipment.retailer, original=given.signature.original, now=now
        )
    content = given.signature.clean.sha256 if given.signature is not None else given.signed_by or UNNAMED
    proof = NewProof(
        kind=ProofKind.SIGNATURE,
        source=given.source,
        content=content,
        picture_id=row.id if row is not None else None,
        note=given.signed_by,
        taken_at=given.taken_at,
        lat=given.position and given.position[0],
        lon=given.position and given.position[1],
    )
    added = proofs.add(session, house, shipment, proof, now=now)
    if added is None and row is not None:
        session.delete(row)
    return added


def _words(
    session: Session, house: House, shipment: Shipment, given: Given, kind: ProofKind, said: str, now: datetime
) -> ProofAdded | None:
    proof = NewProof(
        kind=kind,
        source=given.source,
        content=said,
        note=None if kind is ProofKind.POSITION else said,
        taken_at=given.taken_at,
        lat=given.position and given.position[0],
        lon=given.position and given.position[1],
    )
    return proofs.add(session, house, shipment, proof, now=now)
