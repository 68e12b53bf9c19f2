"""What is still to come of a delivery's proof: what a driver owes, and what a carrier keeps for us."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class ProofOwed(Base):
    """A delivery by an own driver that still lacks what it requires. Gone once it has it."""

    __tablename__ = "proof_owed"
    __table_args__ = (
        UniqueConstraint("shipment_id"),
        Index("ix_proof_owed_due", "due_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    #: When it was delivered, so that a delivery taken back and made again is reminded of anew.
    delivered_at: Mapped[datetime]
    #: When the next thing happens: the driver's reminder, then the case.
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    #: When a case was opened; nothing follows by itself then, and the flag stays until the proof comes.
    case_at: Mapped[datetime | None]


class ProofFetch(Base):
    """A picture that a carrier keeps as the proof of a delivery, to be fetched by a tick."""

    __tablename__ = "proof_fetch"
    __table_args__ = (
        UniqueConstraint("shipment_id", "url_digest"),
        Index(
            "ix_proof_fetch_due",
            "due_at",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    #: The carrier adapter's name.
    source: Mapped[str]
    #: photo or signature.
    kind: Mapped[str]
    #: None once it is done: such addresses often hold a key.
    url: Mapped[str | None]
    #: Hex digest of the address: the same one twice is fetched once.
    url_digest: Mapped[str]
    #: Who signed, where the carrier says so.
    name: Mapped[str | None]
    #: When the carrier says it was made.
    taken_at: Mapped[datetime | None]
    #: waiting, done, failed.
    state: Mapped[str]
    #: Why it failed: a short name.
    reason: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
