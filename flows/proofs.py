"""Proof of delivery: what drivers and couriers send becomes rows, and shoppers see what they may."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.picture_models import Picture, PictureState
from flows import outbound_facts, proof_rules
from flows.house import House
from tracking_core import proof_review, proofs
from tracking_core.facts import ProofAdded
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.proof_looks import Pixels
from tracking_core.proof_models import Proof
from tracking_core.proofs import NewProof, ProofKind
from tracking_core.states import ShipmentState

#: The page of a delivery's proof is over so long after the delivery, and after any other end.
PAGE_ENDS_AFTER = timedelta(days=14)
#: The check that says how far from the address a proof was made.
DISTANCE = "distance_m"


def add(session: Session, house: House, shipment: Shipment, proof: NewProof, *, now: datetime) -> ProofAdded | None:
    """Keep a proof, checked by the retailer's rules. None: the shipment has this very one already.

    The page that shows it gets its address here, so that whoever only reads can name it.
    """
    shipment = locked(session, shipment.id)  # its flags may change with it
    link(session, house, shipment, now=now)
    rules = house.workflows.of(session, shipment.retailer).proof
    added = proofs.add(session, shipment, proof, now=now, max_distance_m=rules.max_distance_m)
    if proof.picture_id is not None:
        picture = session.get_one(Picture, proof.picture_id)
        picture.expires_at = max(picture.expires_at, now + rules.keep)
    if added is not None:
        proof_rules.settle(session, house, shipment)
        outbound_facts.after(session, [added], retailer=shipment.retailer, now=now)
    return added


def add_photo(
    session: Session,
    house: House,
    shipment: Shipment,
    picture: Picture,
    *,
    source: str,
    now: datetime,
    sent_at: datetime | None = None,
    position: tuple[float, float] | None = None,
) -> ProofAdded | None:
    """Keep a picture as the photo of the delivery. None: the shipment has this very one already.

    picture: a ready one of the shipment's retailer. source: driver_text, driver_page, api, or a carrier's name.
    sent_at, position: when it was sent and where the sender was, as (lat, lon); they count where the camera is silent.
    Raises ValueError for a picture that is not ready or not that retailer's.
    """
    if not picture.is_ready or picture.retailer != shipment.retailer:
        raise ValueError("only a picture of this retailer that can be shown is a proof")
    place = (picture.lat, picture.lon) if picture.lat is not None else position or (None, None)
    proof = NewProof(
        kind=ProofKind.PHOTO,
        source=source,
        content=picture.sha256 or "",
        picture_id=picture.id,
        taken_at=picture.taken_at or sent_at,
        lat=place[0],
        lon=place[1],
        pixels=pixels_of(picture),
    )
    return add(session, house, shipment, proof, now=now)


def newest_photo(session: Session, shipment: Shipment) -> Proof | None:
    """Answer the shipment's newest photo that can still be shown; `picture_of` gives the picture."""
    query = (
        select(Proof)
        .join(Picture, Picture.id == Proof.picture_id)
        .where(
            Proof.shipment_id == shipment.id,
            Proof.kind == ProofKind.PHOTO,
            Picture.state == PictureState.READY,
        )
        .order_by(Proof.id.desc())
    )
    return next((proof for proof in session.scalars(query) if proof_review.may_be_shown(proof)), None)


def pixels_of(picture: Picture) -> Pixels:
    """Answer what was measured of a picture."""
    short = min(picture.width, picture.height) if picture.width and picture.height else None
    return Pixels(picture.sharpness, picture.brightness, short, picture.fingerprint)


def picture_of(session: Session, proof: Proof) -> Picture | None:
    """Answer the picture of a proof; None where it has none, or none any more."""
    found = None if proof.picture_id is None else session.get(Picture, proof.picture_id)
    return found if found is not None and found.is_ready else None


def link(session: Session, house: House, shipment: Shipment, *, now: datetime) -> str:
    """Answer the address of the page that shows the shipment's proof, now or as soon as there is one."""
    return house.links.url(session, "p", shipment.id, now=now)


def page_has_ended(shipment: Shipment, *, now: datetime) -> bool:
    """Whether the page of the shipment's proof is over."""
    state = ShipmentState(shipment.state)
    ended = shipment.delivered_at or shipment.state_at
    return state.is_final and ended is not None and now >= ended + PAGE_ENDS_AFTER


def was_near(proof: Proof) -> bool:
    """Whether the proof is known to have been made at the address."""
    return any(check["name"] == DISTANCE and check["ok"] is True for check in proof.checks)
