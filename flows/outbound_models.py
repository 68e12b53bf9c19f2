"""The rows of outbound webhooks: where a retailer wants to be told, and what is owed to each place."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class WebhookEndpoint(Base):
    """An address of a retailer's that is told what happens. Its secret is worked out from the nonce, never stored."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (Index("ix_webhook_endpoint_retailer", "retailer", "state"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    url: Mapped[str]
    #: Names of events, `shipment.state_changed`; `case.*` means all of a family, `*` everything.
    events: Mapped[list[str]]
    nonce: Mapped[str]
    #: on, disabled (after failures, or because it answered 410; may be switched on again), deleted.
    state: Mapped[str] = mapped_column(default="on")
    #: Attempts that failed since the last one that did not.
    failures: Mapped[int] = mapped_column(default=0)
    #: The sender that has it now may hold it until then: one attempt at a time goes to an endpoint.
    leased_until: Mapped[datetime | None]
    #: A new number for each lease, so that a sender that was too slow settles nothing.
    epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    #: E-mail of the agent, or `api`.
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    #: failures, gone; None while it is on.
    disabled_reason: Mapped[str | None]


class WebhookDelivery(Base):
    """One event owed to one endpoint. At least once: what was taken but not noted is sent again under the same id."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_due", "endpoint_id", "state", "next_at"),
        Index("ix_webhook_delivery_waiting", "state", "next_at"),
        Index("ix_webhook_delivery_event", "event_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("outbound_event.id"))
    #: pending, delivered, failed (given up), cancelled (the endpoint was deleted).
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    #: When it is tried next; None when nobody will.
    next_at: Mapped[datetime | None]
    #: HTTP status of the last attempt; None: there was no answer.
    last_status: Mapped[int | None]
    #: In one word why the last attempt failed: `timeout`, `http_500`, `private_address`.
    error: Mapped[str | None]
    #: The first 500 characters of the last answer.
    answer: Mapped[str | None]
    last_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
