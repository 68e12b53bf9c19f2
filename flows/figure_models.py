"""The row of a day that is over: what was counted of it once, and does not change any more."""

from datetime import date, datetime

from sqlalchemy import Date, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DeskDay(Base):
    """One finished day of a retailer on the clock of a zone. Made from other rows; nothing is kept here alone."""

    __tablename__ = "desk_day"
    __table_args__ = (UniqueConstraint("retailer", "zone", "day"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: IANA name.
    zone: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    #: As in `desk_figures.Day`.
    parcels: Mapped[int]
    texts: Mapped[int]
    talks: Mapped[int]
    with_person: Mapped[int]
    counted_at: Mapped[datetime]
