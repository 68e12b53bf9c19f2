"""The rows of what shoppers do on their page."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class ShopperAct(Base):
    """One form of the tracking page that was sent: once per form, however often the browser sends it."""

    __tablename__ = "shopper_act"
    __table_args__ = (UniqueConstraint("shipment_id", "key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    #: Drawn for the form when the page was made.
    key: Mapped[str]
    #: driver, time, instructions, stop, start.
    act: Mapped[str]
    #: done, heard, too_often, nothing, taken, elsewhere, or `not:` with why not.
    became: Mapped[str]
    at: Mapped[datetime]
