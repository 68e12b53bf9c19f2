"""What a driver adds to a delivery: photos, and words about where it was left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.picture_models import Picture
from flows import proof_rules, proofs
from flows.house import House
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.proofs import NewProof, ProofKind
from tracking_core.rounds import DRIVER
from tracking_core.states import ShipmentState

#: A photo that comes so soon after "delivered" belongs to it.
FOLLOWS_WITHIN = timedelta(minutes=10)


def keep(
    session: Session,
    house: House,
    shipment: Shipment,
    pictures: Sequence[Picture],
    source: str,
    at: datetime,
    position: tuple[float, float] | None = None,
    note: str | None = None,
    *,
    now: datetime,
) -> int:
    """Keep the pictures, and the words, as proofs of the delivery; answers how many photos are with it now, anew."""
    fresh = 0
    for picture in pictures:
        added = proofs.add_photo(
            session, house, shipment, picture, source=source, now=now, sent_at=min(at, now), position=position
        )
        fresh += added is not None
    if note and shipment.state == ShipmentState.DELIVERED:
        said = NewProof(kind=ProofKind.NOTE, source=source, content=note, note=note, taken_at=min(at, now))
        proofs.add(session, house, shipment, said, now=now)
    return fresh


def wants_photo(session: Session, house: House, shipment: Shipment) -> bool:
    """Whether a photo of this delivery is asked for and not there yet."""
    return proof_rules.wants(session, house, shipment, ProofKind.PHOTO)


def just_delivered(session: Session, driver: Driver, *, now: datetime) -> list[Shipment]:
    """What this driver has said to be delivered in the last minutes, the newest first."""
    query = (
        select(Shipment)
        .join(ShipmentEvent, ShipmentEvent.shipment_id == Shipment.id)
        .where(
            Shipment.retailer == driver.retailer,
            Shipment.driver_id == driver.id,
            Shipment.state == ShipmentState.DELIVERED,
            ShipmentEvent.source == DRIVER,
            ShipmentEvent.status == ShipmentState.DELIVERED,
            ShipmentEvent.moved.is_(True),
            ShipmentEvent.received_at > now - FOLLOWS_WITHIN,
        )
        .order_by(ShipmentEvent.received_at.desc(), ShipmentEvent.id.desc())
    )
    return list(dict.fromkeys(session.scalars(query)))
