"""The rows of stores: what they told us and when, which parcel is which, what they are asked to do, who must go."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class StoreEvent(Base):
    """One webhook of a store that has been taken. Once; what stood in it is not kept."""

    __tablename__ = "store_event"
    __table_args__ = (
        UniqueConstraint("retailer", "store", "key"),
        Index("ix_store_event_received", "received_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: The adapter's name.
    store: Mapped[str]
    #: The store's own id of the event with its topic, else a hash of both.
    key: Mapped[str]
    received_at: Mapped[datetime]


class StoreOrder(Base):
    """An order as its store last told it: what its parcels, also those to come, are made of."""

    __tablename__ = "store_order"
    __table_args__ = (
        UniqueConstraint("retailer", "store", "ref"),
        Index("ix_store_order_number", "retailer", "order_number"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    store: Mapped[str]
    #: The store's id of the order, which is not what shoppers read.
    ref: Mapped[str]
    #: What shoppers read; empty while only a parcel of the order is known.
    order_number: Mapped[str] = mapped_column(default="")
    #: When the store last changed it; what is older than this says nothing. None while only a parcel is known.
    told_at: Mapped[datetime | None]
    #: customer, destination, items, locale, sms_consent: as `flows.store_base.OrderTold` says them. Empty once erased.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Cancelled, deleted or paid back whole in the store.
    over: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class StoreParcel(Base):
    """One fulfilment of an order, and the shipment it is here."""

    __tablename__ = "store_parcel"
    __table_args__ = (
        UniqueConstraint("retailer", "store", "ref"),
        Index("ix_store_parcel_order", "retailer", "store", "order_ref"),
        Index("ix_store_parcel_shipment", "shipment_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    store: Mapped[str]
    #: The store's id of the fulfilment; `order:<id>` for an order that has none yet.
    ref: Mapped[str]
    #: Empty while only a scan of it is known.
    order_ref: Mapped[str] = mapped_column(default="")
    #: None until the order is known.
    shipment_id: Mapped[int | None]
    told_at: Mapped[datetime | None]
    #: number, carrier, items, name: as `flows.store_base.ParcelTold` says them.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Scans that came before the shipment, as `CarrierEvent.to_json`.
    waiting: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class StoreTask(Base):
    """One `order.*_requested` that a store's own API is asked to perform. Never repeated blindly."""

    __tablename__ = "store_task"
    __table_args__ = (
        UniqueConstraint("outbound_event_id"),
        Index("ix_store_task_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    store: Mapped[str]
    outbound_event_id: Mapped[int]
    kind: Mapped[str]
    order_ref: Mapped[str]
    shipment_id: Mapped[int]
    #: waiting, unknown (asked, and nobody knows whether it was done), done, refused.
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    #: While somebody works on it, also how long it is theirs.
    due_at: Mapped[datetime]
    #: The store's own word on a refusal, or what went wrong last.
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class PrivacyRequest(Base):
    """A person's, or a whole shop's, wish to be told or forgotten, as the store passes it on. Done by a tick."""

    __tablename__ = "privacy_request"
    __table_args__ = (
        UniqueConstraint("retailer", "store", "key"),
        Index("ix_privacy_request_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    store: Mapped[str]
    key: Mapped[str]
    #: tell, forget, forget_shop.
    kind: Mapped[str]
    #: order_refs, phone, email; emptied when it is done.
    who: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: waiting, done.
    state: Mapped[str] = mapped_column(default="waiting")
    due_at: Mapped[datetime]
    #: Parcels that were told of or forgotten.
    parcels: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
