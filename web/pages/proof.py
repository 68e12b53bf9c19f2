"""What a shopper sees of the proof of a delivery: photos, who took it in, when; never where on a map, never by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows.house import House
from flows.wording import Wording
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState
from web.pages.photos import Photo, photos_of, received_by
from web.pages.tracking import Language, language_of
from web.wording import languages, words


@dataclass(frozen=True)
class ProofPage:
    """Everything on the page, in words. Equal content gives an equal ETag."""

    language: str
    languages: tuple[Language, ...]
    brand: str
    order: str
    is_delivered: bool
    state: str
    at: str
    photos: tuple[Photo, ...]
    received_by: tuple[str, ...]
    zone: str


def proof_page(session: Session, house: House, shipment: Shipment, *, asked: str | None, now: datetime) -> ProofPage:
    """Put the page's content together. asked: the language in the address, if any."""
    workflow = house.workflows.of(session, shipment.retailer)
    offered = tuple(one for one in workflow.languages if one in languages()) or ("en",)
    said = words(language_of(shipment, offered, asked))
    wording = Wording(house, workflow, said.language, now)
    zone = wording.zone(shipment)
    delivered = shipment.state == ShipmentState.DELIVERED
    at = wording.moment(shipment.delivered_at, zone) if delivered and shipment.delivered_at else ""
    return ProofPage(
        language=said.language,
        languages=tuple(Language(one, words(one)("language.name")) for one in offered),
        brand=workflow.brand,
        order=shipment.order_number,
        is_delivered=delivered,
        state=said(f"state.{shipment.state}"),
        at=at[:1].upper() + at[1:],
        photos=photos_of(session, shipment, wording, said),
        received_by=received_by(session, shipment),
        zone=getattr(zone, "key", "UTC").replace("_", " "),
    )
