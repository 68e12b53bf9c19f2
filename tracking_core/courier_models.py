"""The rows of couriers that networks send: their own ids of people, so that a scan that names only an id means one."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class Courier(Base):
    """Somebody a courier network speaks of by an id of its own. The phone is data and is never shown."""

    __tablename__ = "courier"
    __table_args__ = (UniqueConstraint("retailer", "source", "ref"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: The carrier adapter's name.
    source: Mapped[str]
    #: The network's id.
    ref: Mapped[str]
    name: Mapped[str | None]
    #: E.164; None until the network tells it.
    phone: Mapped[str | None]
    updated_at: Mapped[datetime]
