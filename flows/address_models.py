"""The rows of changing an address: one for each link that was given out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class AddressChange(Base):
    """A page on which the address of one parcel may be changed, once, by whoever knows its postal code."""

    __tablename__ = "address_change"
    __table_args__ = (Index("ix_address_change_shipment", "shipment_id", "asked_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    #: Where it was asked for by text; None: on the tracking page.
    conversation_id: Mapped[int | None]
    language: Mapped[str]
    #: open, done (written), asked (a person decides), locked (the code was wrong too often), replaced.
    state: Mapped[str] = mapped_column(default="open")
    #: How often the postal code was wrong.
    tries: Mapped[int] = mapped_column(default=0)
    #: The new address while a person decides; forgotten afterwards.
    wished: Mapped[dict[str, Any] | None]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
