"""One row for each parcel whose story is over: what scorecards count, so that a year of them is one look."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DeliveryFact(Base):
    """How one parcel's story ended. Written again whenever that changes; see `delivery_facts.write`."""

    __tablename__ = "delivery_fact"
    __table_args__ = (
        Index("ix_delivery_fact_ended", "retailer", "ended_at"),
        Index(
            "ix_delivery_fact_unsettled",
            "ended_at",
            postgresql_where=text("NOT settled"),
            sqlite_where=text("NOT settled"),
        ),
    )

    shipment_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    ended_at: Mapped[datetime]
    written_at: Mapped[datetime]
    #: Written long enough after the end that nothing more is to come.
    settled: Mapped[bool]
    #: Lower case; empty when nobody named one.
    carrier: Mapped[str]
    service: Mapped[str]
    #: Where it went: country and the beginning of the postal code, `US:946`.
    lane: Mapped[str]
    #: None: no driver of ours is known.
    driver_id: Mapped[int | None]
    #: A final state.
    state: Mapped[str]
    #: Failed attempts.
    failed_tries: Mapped[int]
    #: Why the first of them failed, or what held it up; a `reasons.Reason`. None: nobody said.
    reason: Mapped[str | None]
    #: Whose fault that was; a `reasons.Party`.
    party: Mapped[str | None]
    #: Delivered by the end of the first window anybody was given, and of the last; None where none was.
    kept_first: Mapped[bool | None]
    kept_last: Mapped[bool | None]
    #: From the carrier's first scan to the door; None where either is not known.
    transit_s: Mapped[int | None]
    #: `delivery_facts.bucket_of` that time, so that percentiles need no sorting.
    transit_bucket: Mapped[int | None]
    #: The delivery's moment less the carrier's last estimate.
    estimate_error_s: Mapped[int | None]
    proofs: Mapped[int]
    #: Whether all proofs passed their checks or a person; None without any.
    proofs_good: Mapped[bool | None]
    #: Delivered after somebody could not, thanks to what the customer then told the driver.
    saved: Mapped[bool]
    #: What the delivery cost, in hundredths of the currency's unit.
    cost_minor: Mapped[int | None]
    #: ISO 4217.
    currency: Mapped[str | None]
