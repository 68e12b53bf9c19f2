"""The rows that prove a delivery."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class Proof(Base):
    """One thing that shows that a parcel was handed over: a picture, a name, a place. Only its review changes."""

    __tablename__ = "proof"
    __table_args__ = (
        UniqueConstraint("shipment_id", "kind", "digest"),
        Index("ix_proof_digest", "retailer", "digest"),
        Index("ix_proof_picture", "picture_id"),
        Index(
            "ix_proof_review",
            "retailer",
            "review",
            "id",
            postgresql_where=text("review IS NOT NULL"),
            sqlite_where=text("review IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    #: photo, signature, pin, barcode, note, position.
    kind: Mapped[str]
    #: The picture's row, where there is one.
    picture_id: Mapped[int | None]
    #: Hex digest of the content: the same thing twice is one proof.
    digest: Mapped[str]
    #: A note's words, a signature's name, a barcode's digits. Never a PIN.
    note: Mapped[str | None]
    #: Where it came from: driver_text, driver_page, api, agent, or a carrier's name.
    source: Mapped[str]
    #: When it was made, as far as anybody says; None: nobody does.
    taken_at: Mapped[datetime | None]
    #: Where, in degrees, WGS 84; both or neither.
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    received_at: Mapped[datetime]
    #: `proof_checks.Check` as JSON, each with name, value, ok, reason.
    checks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: Of a photo: the proof of another delivery that it looks like, when there is one.
    alike_id: Mapped[int | None]
    #: None: no check failed. A `proof_review.Review`: waiting, passed, failed.
    review: Mapped[str | None]
    #: The agent's e-mail.
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]


class ProofLook(Base):
    """A quarter of a photo's fingerprint: what looks alike shares at least one of the four, or nearly."""

    __tablename__ = "proof_look"
    __table_args__ = (
        UniqueConstraint("proof_id", "quarter"),
        Index("ix_proof_look", "retailer", "quarter"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    proof_id: Mapped[int] = mapped_column(ForeignKey("proof.id"))
    #: Which quarter (0 to 3) times 65,536, and its 16 bits.
    quarter: Mapped[int]
    #: The whole fingerprint, 63 bits.
    fingerprint: Mapped[int] = mapped_column(BigInteger)
