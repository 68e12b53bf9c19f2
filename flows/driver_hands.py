"""What else shows on the driver's page that a parcel changed hands: a signature, its name, a barcode."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from channels.picture_models import Picture
from flows import proofs
from flows.house import House
from tracking_core.models import Shipment
from tracking_core.proofs import NewProof, ProofKind

#: Who has taken it.
RELATIONS = ("recipient", "household", "neighbor", "reception", "other")
NAME_MAX, BARCODE_MAX = 80, 64


@dataclass(frozen=True)
class Hands:
    """What was entered at the door."""

    #: Who signed, as they are called; empty: nobody did.
    name: str = ""
    #: One of RELATIONS, or empty.
    relation: str = ""
    #: As it was scanned or typed.
    barcode: str = ""

    @property
    def signed(self) -> str:
        """The name with who they are: `Bo Diaz (neighbor)`."""
        return f"{self.name} ({self.relation})" if self.name and self.relation else self.name or self.relation


def keep(
    session: Session,
    house: House,
    shipment: Shipment,
    hands: Hands,
    signature: Picture | None,
    *,
    source: str,
    at: datetime,
    position: tuple[float, float] | None,
    now: datetime,
) -> int:
    """Keep what was entered as proofs, each once; answers how many are new.

    signature: what was drawn, cleaned and kept; a name alone, typed by whoever cannot draw, is a signature as well.
    """
    lat, lon = position or (None, None)
    found = []
    if signature is not None or hands.name:
        drawn = signature.sha256 if signature is not None else ""
        found.append(
            NewProof(
                kind=ProofKind.SIGNATURE,
                source=source,
                content=drawn or f"signature:{hands.signed}",
                picture_id=signature.id if signature is not None else None,
                note=hands.signed or None,
                taken_at=min(at, now),
                lat=lat,
                lon=lon,
            )
        )
    if hands.barcode:
        found.append(
            NewProof(
                kind=ProofKind.BARCODE,
                source=source,
                content=hands.barcode,
                note=hands.barcode,
                taken_at=min(at, now),
                lat=lat,
                lon=lon,
            )
        )
    return sum(proofs.add(session, house, shipment, one, now=now) is not None for one in found)
