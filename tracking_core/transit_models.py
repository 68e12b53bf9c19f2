"""The rows of what is learnt about time: models, predictions beside what came, and how good each source has been."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class TransitModel(Base):
    """A retailer's model of how long is left. The highest version is the one in use; earlier ones are kept a while."""

    __tablename__ = "transit_model"
    __table_args__ = (UniqueConstraint("retailer", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]
    #: Finished shipments it has learnt from.
    learned_from: Mapped[int]
    #: Per milestone: n, mae_s, before_mae_s (of the model before; null for the first).
    metrics: Mapped[dict[str, Any]]
    #: `transit_trees.pack`: arrays only, nothing that runs.
    blob: Mapped[bytes] = mapped_column(LargeBinary)


class TransitPrediction(Base):
    """What one source said about one shipment at one milestone, and, once it is over, what came."""

    __tablename__ = "transit_prediction"
    __table_args__ = (
        UniqueConstraint("shipment_id", "source", "milestone"),
        Index("ix_transit_prediction_done", "retailer", "source", "milestone", "done_at"),
        Index("ix_transit_prediction_age", "done_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    retailer: Mapped[str]
    #: model, carrier.
    source: Mapped[str]
    #: A state's name; of a carrier's estimate the state it was made in.
    milestone: Mapped[str]
    #: Lower case; "" when unknown.
    carrier: Mapped[str]
    #: `TransitModel.version`; 0 for a carrier's.
    version: Mapped[int]
    at: Mapped[datetime]
    #: Seconds from `at` to the likeliest moment, and how far the raw window reaches to either side of it.
    centre_s: Mapped[float]
    before_s: Mapped[float]
    after_s: Mapped[float]
    #: Seconds from `at` to the delivery; None while that is not known.
    left_s: Mapped[float | None]
    done_at: Mapped[datetime | None]


class TransitQuality(Base):
    """How good a source has been lately, by milestone and carrier; carrier "" is all of them."""

    __tablename__ = "transit_quality"
    __table_args__ = (UniqueConstraint("retailer", "source", "milestone", "carrier"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: model, carrier, stop (a driver's pace, with the driver's id as milestone, "" for all drivers), roads, night;
    #: model.80 and its like: between which two so many hundredths of the misses lay, see `transit_misses`.
    source: Mapped[str]
    milestone: Mapped[str]
    carrier: Mapped[str]
    n: Mapped[int]
    #: What came minus what was said, in seconds: the middle, and the tenth from below and above. Of a stop: its length.
    #: Of roads: how many times the straight line a way is.
    middle_s: Mapped[float]
    low_s: Mapped[float]
    high_s: Mapped[float]
    #: By how much raw windows are scaled so that 80 % hold, and the share of the scaled ones that did.
    scale: Mapped[float]
    held: Mapped[float]
    updated_at: Mapped[datetime]


class TransitLoad(Base):
    """How many of a retailer's parcels a carrier has in hand, counted now and then."""

    __tablename__ = "transit_load"

    retailer: Mapped[str] = mapped_column(primary_key=True)
    #: Lower case; "" when unknown.
    carrier: Mapped[str] = mapped_column(primary_key=True)
    open: Mapped[int]
    counted_at: Mapped[datetime]
