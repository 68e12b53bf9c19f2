"""The rows of parcels that are said to be delivered and cannot be found: whom we ask again, and when."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class MissingParcel(Base):
    """Somebody says that a delivered parcel is not there. Once per parcel and conversation."""

    __tablename__ = "missing_parcel"
    __table_args__ = (
        UniqueConstraint("shipment_id", "conversation_id"),
        Index(
            "ix_missing_parcel_due",
            "due_at",
            postgresql_where=text("state IN ('waiting', 'asked')"),
            sqlite_where=text("state IN ('waiting', 'asked')"),
        ),
        Index("ix_missing_parcel_conversation", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    conversation_id: Mapped[int]
    #: The number of ours that was texted: the question leaves from there.
    sender: Mapped[str]
    #: waiting (they look), asked (again), found, handed_over (a person has it), silent.
    state: Mapped[str] = mapped_column(default="waiting")
    #: While waiting: when we ask again. Once asked: until when an answer counts.
    due_at: Mapped[datetime]
    language: Mapped[str]
    said_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
