"""The rows of self-service: a story under way with one person, what a store is asked to do, and words to be erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class Story(Base):
    """One self-service story with one person. One is open at a time; those it interrupted wait for it."""

    __tablename__ = "story"
    __table_args__ = (
        Index(
            "uq_story_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_story_conversation", "conversation_id", "expires_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int]
    retailer: Mapped[str]
    #: The intent it began with, such as `reschedule`.
    story: Mapped[str]
    #: The question that is open, by name; afterwards the last one, empty when none was asked.
    step: Mapped[str]
    #: open, waiting (another one came between), done (may still be corrected), ended.
    state: Mapped[str] = mapped_column(default="open")
    #: The parcel it is about; None while that is not known.
    shipment_id: Mapped[int | None]
    #: What has been collected, as the story understands it.
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Answers in a row that were none.
    misses: Mapped[int] = mapped_column(default=0)
    #: How often the question was asked again after something else was answered.
    returns: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    #: After so long a silence the next text begins afresh.
    expires_at: Mapped[datetime]


class OutboundEvent(Base):
    """Something a store or carrier is asked to do, or a retailer's system is told. Append-only but for the end.

    Whom it is owed to stands in `webhook_delivery`, a row for each endpoint that wants to hear of it.
    """

    __tablename__ = "outbound_event"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_outbound_event_shipment", "shipment_id", "id"),
        Index("ix_outbound_event_state", "retailer", "state", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: A sentence that says why, such as `reschedule:42:17`.
    key: Mapped[str]
    retailer: Mapped[str]
    #: order.reschedule_requested, shipment.state_changed, … (`flows.outbound_kinds`)
    kind: Mapped[str]
    #: The parcel it is about; None where it is about none, such as a case without one.
    shipment_id: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: pending: nobody has been told yet; told: an endpoint has taken it. What a store's own API was asked stands in
    #: `store_task`.
    state: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[datetime]
