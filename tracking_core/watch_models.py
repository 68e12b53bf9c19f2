"""The rows of the watchers: which parcel is looked at when, what was found, what is usual, and the weather near by."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class Watch(Base):
    """When a parcel is looked at next; an open parcel has one such row. Narrow, so that a tick reads few pages."""

    __tablename__ = "watch"
    __table_args__ = (Index("ix_watch_due", "due_at"),)

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    due_at: Mapped[datetime]


class WatchHit(Base):
    """Something a watcher has found, once for each occasion. Append-only."""

    __tablename__ = "watch_hit"
    __table_args__ = (
        UniqueConstraint("retailer", "subject", "watcher", "occasion", name="uq_watch_hit_occasion"),
        Index("ix_watch_hit_shipment", "shipment_id"),
        Index("ix_watch_hit_found", "retailer", "found_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: `shipment:42` or `carrier:acme`.
    subject: Mapped[str]
    #: The parcel; of a carrier's silence the one that is promised soonest.
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"))
    #: A name of `watching.WATCHERS`.
    watcher: Mapped[str]
    #: What makes it another one: the moment it began, or the number of the attempt.
    occasion: Mapped[str]
    #: Since when it has been so.
    since: Mapped[datetime]
    found_at: Mapped[datetime]
    #: It was history already when we learned of it: nobody was told.
    silent: Mapped[bool]
    #: What was done: text, tell_driver, tell_carrier, case, offer_slots, reissue.
    done: Mapped[list[str]] = mapped_column(default=list)
    #: What the watcher knew: hours, doubts, a probability.
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class UsualGap(Base):
    """How long a carrier usually says nothing about a parcel on a lane; learned each night from finished parcels."""

    __tablename__ = "usual_gap"
    __table_args__ = (UniqueConstraint("retailer", "carrier", "lane", name="uq_usual_gap_lane"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    carrier: Mapped[str]
    #: `watching_gaps.lane_of`; empty: over all lanes of the carrier.
    lane: Mapped[str] = mapped_column(default="")
    #: Gaps it was learned from.
    n: Mapped[int]
    #: 95 of 100 gaps were shorter; seconds.
    p95_s: Mapped[int]
    #: For a carrier as a whole: its longest silence over all parcels; seconds. None for a lane.
    longest_silence_s: Mapped[int | None]
    learned_at: Mapped[datetime]


class WeatherArea(Base):
    """What a weather or traffic source last said of an area, and whether somebody still wants to know."""

    __tablename__ = "weather_area"
    __table_args__ = (Index("ix_weather_area_asked", "asked_at"),)

    #: `weather.area_of`.
    area: Mapped[str] = mapped_column(primary_key=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    #: A parcel there was looked at last; nobody asks about an area that nobody waits in.
    wanted_at: Mapped[datetime]
    #: When the source was asked last; the beginning of time: never.
    asked_at: Mapped[datetime]
    #: When it last answered; None: never.
    answered_at: Mapped[datetime | None]
    #: [{"hour","severity","kind"}] as `weather.read` lets through.
    hours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
