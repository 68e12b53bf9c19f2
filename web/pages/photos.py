"""Photos of a delivery as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from channels.picture_models import Picture
from flows import picture_links, proofs
from flows.house import House
from flows.wording import Wording
from tracking_core.models import Shipment
from tracking_core.proof_review import may_be_shown
from tracking_core.proofs import ProofKind, of_shipment
from tracking_core.states import ShipmentState
from web.wording import Words

#: The most photos on one page, the newest ones.
PHOTOS_MAX = 6


@dataclass(frozen=True)
class Photo:
    """One picture on a page."""

    #: Path and token, on this server.
    src: str
    #: Pixels.
    width: int
    height: int
    alt: str
    at: str
    iso: str
    #: It is known to have been taken at the address.
    near: bool


def photos_of(session: Session, shipment: Shipment, wording: Wording, said: Words) -> tuple[Photo, ...]:
    """Answer the photos of a delivered parcel, newest first; none before it is delivered."""
    if shipment.state != ShipmentState.DELIVERED:
        return ()
    zone = wording.zone(shipment)
    found: list[Photo] = []
    for row in reversed(of_shipment(session, shipment.id)):
        picture = proofs.picture_of(session, row) if row.kind == ProofKind.PHOTO else None
        if picture is None or len(found) == PHOTOS_MAX or not may_be_shown(row):
            continue
        taken_at = row.taken_at or row.received_at
        at = wording.moment(taken_at, zone)
        found.append(
            Photo(
                src=page_src(wording.house, picture, now=wording.now),
                width=picture.width or 0,
                height=picture.height or 0,
                alt=said("proof.alt", at=at),
                at=at,
                iso=taken_at.astimezone(zone).isoformat(timespec="minutes"),
                near=proofs.was_near(row),
            )
        )
    return tuple(found)


def received_by(session: Session, shipment: Shipment) -> tuple[str, ...]:
    """Answer who signed for a delivered parcel, in the order of signing; nobody before it is delivered."""
    if shipment.state != ShipmentState.DELIVERED:
        return ()
    signed = [row.note for row in of_shipment(session, shipment.id) if row.kind == ProofKind.SIGNATURE]
    return tuple(name for name in signed if name)


def page_src(house: House, picture: Picture, *, now: datetime) -> str:
    """Answer an address for a page of ours: the same one for an hour, so that an unchanged page stays unchanged."""
    return urlsplit(picture_links.address(house, picture.id, until=picture_links.stable_until(house, now))).path
