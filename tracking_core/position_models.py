"""The rows of where drivers are: the newest place, and a short trail that is forgotten within a day."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DriverPosition(Base):
    """The newest known place of one driver. Locked while a newer one is taken in."""

    __tablename__ = "driver_position"

    driver_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    #: Degrees, WGS 84.
    lat: Mapped[float]
    lon: Mapped[float]
    #: How far off it may be, in metres; None when the source does not say.
    accuracy_m: Mapped[float | None]
    #: When the driver was there.
    at: Mapped[datetime] = mapped_column(index=True)
    received_at: Mapped[datetime]
    #: Shipment id -> the nearest zone (`arriving`, `at_address`) entered since the driver was last well away from it.
    zones: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DriverTrail(Base):
    """One place a driver was at. Kept for a day, for whoever must find out why something was told."""

    __tablename__ = "driver_trail"
    __table_args__ = (UniqueConstraint("driver_id", "at"), Index("ix_driver_trail_age", "at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    driver_id: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    at: Mapped[datetime]
