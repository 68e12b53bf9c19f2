"""The rows of the driver's page: shifts, what was tapped, and what was looked at."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DriverShift(Base):
    """One working day of one driver. Its page's address ends with it."""

    __tablename__ = "driver_shift"
    __table_args__ = (UniqueConstraint("driver_id", "ends_on"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    driver_id: Mapped[int]
    #: The local day in whose small hours it ends.
    ends_on: Mapped[date] = mapped_column(Date)
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class DriverTap(Base):
    """One tap on the page, once, however often it is sent: whoever sends it again reads the same answer."""

    __tablename__ = "driver_tap"
    __table_args__ = (UniqueConstraint("driver_id", "key"), Index("ix_driver_tap_age", "received_at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    driver_id: Mapped[int]
    #: The page's own id of the tap, with stop and button: the back button of a browser repeats ids.
    key: Mapped[str]
    shipment_id: Mapped[int]
    action: Mapped[str]
    #: When the thumb came down.
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    #: Whether it did what it says.
    ok: Mapped[bool]
    #: What became of it, by name, and what the sentence about it needs: `driver_taps.Outcome`.
    outcome: Mapped[str]
    about: Mapped[dict[str, Any]]


class InstructionsShown(Base):
    """A driver looked at a customer's instructions. Append-only; it shows them until the stop is done."""

    __tablename__ = "instructions_shown"
    __table_args__ = (Index("ix_instructions_shown", "shipment_id", "driver_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    driver_id: Mapped[int]
    shipment_id: Mapped[int]
    at: Mapped[datetime]
