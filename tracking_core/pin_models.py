"""The rows of delivery PINs: what a driver must be told at the door before a parcel is handed over."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DeliveryPin(Base):
    """The delivery PIN of a parcel, as it is now: a new one takes the place of the old. The digits are not in it."""

    __tablename__ = "delivery_pin"
    __table_args__ = (UniqueConstraint("shipment_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    #: Hex digest: HMAC over parcel, serial and digits, with a key made of SECRET_KEY.
    digest: Mapped[str]
    #: How many digits it has.
    digits: Mapped[int]
    #: Which one of this parcel it is, counted from 1.
    serial: Mapped[int]
    #: Wrong tries at this one, and how many lock it.
    wrong: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int]
    made_at: Mapped[datetime]
    #: Nobody's try counts any more; None while it is open.
    locked_at: Mapped[datetime | None]
    #: When it was first told rightly.
    used_at: Mapped[datetime | None]
