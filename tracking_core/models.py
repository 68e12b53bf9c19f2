"""The rows of the tracking core: shipments, their events, what was promised, drivers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db import Base, RowId


class Driver(Base):
    """Somebody who delivers. The phone is data here and is never shown to anyone but its owner's line."""

    __tablename__ = "driver"
    __table_args__ = (UniqueConstraint("retailer", "phone"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    name: Mapped[str]
    #: E.164.
    phone: Mapped[str]
    #: The courier network that sends them, by its adapter's name; None for the retailer's own drivers, who alone are
    #: told of their rounds by us.
    network: Mapped[str | None]
    created_at: Mapped[datetime]


class Shipment(Base):
    """One parcel of one order. `state` is assigned by `tracking_core.recording` alone."""

    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("retailer", "order_number", "tracking_number"),
        Index("ix_shipment_tracking", "retailer", "tracking_number"),
        Index("ix_shipment_phone", "retailer", "customer_phone"),
        Index("ix_shipment_state", "retailer", "state"),
        # The ticks look over all retailers for open parcels that have been silent for long.
        Index("ix_shipment_silence", "state", "last_event_at"),
        Index("ix_shipment_driver", "driver_id", "state"),
        # Lists of a retailer, newest first, and how many came in a time.
        Index("ix_shipment_list", "retailer", "id"),
        Index("ix_shipment_created", "retailer", "created_at"),
        Index("ix_shipment_promised", "retailer", "promised_to"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    order_number: Mapped[str]
    #: As the carrier writes it, upper case, no spaces; empty while there is none, so that uniqueness holds.
    tracking_number: Mapped[str] = mapped_column(default="")
    #: As the retailer names it; None when unknown.
    carrier: Mapped[str | None]
    service: Mapped[str | None]
    #: Where the row came from: api, import, demo.
    source: Mapped[str] = mapped_column(default="api")

    customer_name: Mapped[str | None]
    #: E.164; None when the customer is reached by e-mail only.
    customer_phone: Mapped[str | None]
    customer_email: Mapped[str | None]
    #: BCP 47 as given; None: the workflow's first language.
    locale: Mapped[str | None]
    #: None: the workflow's `consent.default` decides.
    sms_consent: Mapped[bool | None]

    #: line1, line2, city, region, postal_code, country (ISO 3166 alpha-2), lat, lon, timezone: those that are known.
    destination: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Where it sets out, by the same names; None: nobody said.
    origin: Mapped[dict[str, Any] | None]
    #: `x_<name>` -> number, true or false, or a short name: columns of the retailer's own. None: none.
    passed: Mapped[dict[str, Any] | None]
    promised_from: Mapped[datetime | None]
    promised_to: Mapped[datetime | None]
    #: When that promise was made; a carrier's estimate from before it counts for nothing.
    promised_at: Mapped[datetime | None]
    #: The `promised_to` whose breaking is already known, so that it is told once; None while the promise holds.
    broken_promise_to: Mapped[datetime | None]
    #: The ends of the first and of the newest window in the ledger; None while there is none that ends.
    first_promised_to: Mapped[datetime | None]
    last_promised_to: Mapped[datetime | None]
    #: Whether it was delivered by the end of the first window, and of the last one before that; None while it is
    #: not delivered, and where nothing was promised.
    kept_first: Mapped[bool | None]
    kept_last: Mapped[bool | None]
    #: When its carrier said that it is delayed without saying until when; None once there is a time again.
    delay_said_at: Mapped[datetime | None]
    #: {"kind","severity","until"} of what lies on its way, from `weather.Outlook`; None: nothing known.
    weather: Mapped[dict[str, Any] | None]
    #: instructions, leave_at_door, proof: as in the REST body.
    delivery: Mapped[dict[str, Any]] = mapped_column(default=dict)
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    driver_id: Mapped[int | None] = mapped_column(ForeignKey("driver.id"))
    driver_assigned_at: Mapped[datetime | None]
    #: The parcel's place in its driver's round, as the retailer numbers it; None: by its window.
    stop_number: Mapped[int | None]

    #: What its delivery costs the retailer, in hundredths of the currency's unit, and the currency (ISO 4217); None:
    #: nobody said.
    cost_minor: Mapped[int | None]
    cost_currency: Mapped[str | None]

    state: Mapped[str] = mapped_column(default="created")
    #: When the state was reached in the world (the event's time), None while created.
    state_at: Mapped[datetime | None]
    #: The state before the first of the moves that were silent for their age, until a fresh scan confirms where we are.
    untold_from: Mapped[str | None]
    #: When the newest event of any kind happened in the world; None before the first.
    last_event_at: Mapped[datetime | None]
    #: Reason of the state, from `reasons.Reason`; None when nothing went wrong.
    reason: Mapped[str | None]
    #: Subset of: delayed stalled eta_missed action_required customs.
    flags: Mapped[list[str]] = mapped_column(default=list)
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]

    #: The carrier's newest estimate as it came, before `eta.estimate` weighs it.
    carrier_eta_from: Mapped[datetime | None]
    carrier_eta_to: Mapped[datetime | None]
    carrier_eta_at: Mapped[datetime | None]
    carrier_eta_as_of: Mapped[datetime | None]
    #: Set when the carrier named a day only; from and to are then that day where the destination's zone is.
    carrier_eta_day: Mapped[date | None]
    #: {"lat","lon","at"} of the newest position, None when none came.
    position: Mapped[dict[str, Any] | None]
    stops_away: Mapped[int | None]
    #: What our own past says of this parcel, written at its milestones; see `transit_serving`. None: nothing is learnt.
    learned: Mapped[dict[str, Any] | None]

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    driver: Mapped[Driver | None] = relationship(lazy="joined")


class RoundChange(Base):
    """Something about a driver's round has changed since they were last told; forgotten once they know."""

    __tablename__ = "round_change"
    __table_args__ = (Index("ix_round_change_driver", "driver_id", "due_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    driver_id: Mapped[int] = mapped_column(ForeignKey("driver.id"))
    #: When the driver may be told at the earliest: now, or before the day for which the parcel is promised.
    due_at: Mapped[datetime]


class ShipmentEvent(Base):
    """One thing that was said about a shipment. Append-only; the raw payload is kept."""

    __tablename__ = "shipment_event"
    __table_args__ = (
        UniqueConstraint("shipment_id", "source", "event_id"),
        Index("ix_shipment_event_timeline", "shipment_id", "occurred_at", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    retailer: Mapped[str]
    #: api, import, agent, or the carrier adapter's name.
    source: Mapped[str]
    #: The source's own id, else a hash of (status, code, time, place).
    event_id: Mapped[str]
    #: A ShipmentState, `update` (brings only eta, position or stops) or `unknown` (a code we have no meaning for).
    status: Mapped[str]
    #: The source's own code, for the table of unknown codes.
    code: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    correction: Mapped[bool] = mapped_column(default=False)
    silent: Mapped[bool] = mapped_column(default=False)
    #: Whether it moved the state.
    moved: Mapped[bool] = mapped_column(default=False)
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)


class UnmatchedEvent(Base):
    """A verified carrier event for a tracking number nobody has told us about yet; taken in when the shipment comes."""

    __tablename__ = "unmatched_event"
    __table_args__ = (
        UniqueConstraint("retailer", "source", "event_id"),
        Index("ix_unmatched_event_number", "retailer", "tracking_number"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    event_id: Mapped[str]
    tracking_number: Mapped[str]
    received_at: Mapped[datetime]
    #: `CarrierEvent.to_json`.
    event: Mapped[dict[str, Any]]


class Promise(Base):
    """A window somebody was given: by the retailer, or by us in a text. Append-only."""

    __tablename__ = "promise"
    __table_args__ = (Index("ix_promise_shipment", "shipment_id", "made_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    window_from: Mapped[datetime | None]
    window_to: Mapped[datetime | None]
    #: Who the window came from: order (with the order), retailer (changed later), customer (a wish), or what the
    #: estimate went by (carrier, promise and so on).
    source: Mapped[str]
    #: The key of the outbox row that said it; None for the retailer's own promise.
    message_key: Mapped[str | None]
    #: The text's name, and the window as it stood in the text; None for the retailer's own promise.
    template: Mapped[str | None]
    words: Mapped[str | None]
    made_at: Mapped[datetime]
