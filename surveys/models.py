"""The rows of the surveys: one invitation per shipment, and what became of it."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class Survey(Base):
    """Somebody is asked how a delivery went, or knowingly not. Once per shipment.

    Whom the answer counts for (carrier, service, driver) is fixed when it is planned: a driver who takes the route
    over tomorrow has not earned it.
    """

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("shipment_id"),
        Index("ix_survey_person", "retailer", "address", "sent_at"),
        Index("ix_survey_page", "retailer", "id"),
        Index("ix_survey_sent", "retailer", "sent_at"),
        Index(
            "ix_survey_due",
            "due_at",
            postgresql_where=text("state = 'planned'"),
            sqlite_where=text("state = 'planned'"),
        ),
        Index(
            "ix_survey_open",
            "expires_at",
            postgresql_where=text("state = 'sent'"),
            sqlite_where=text("state = 'sent'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    shipment_id: Mapped[int]
    #: Whom we ask: E.164, or an e-mail address where no text may be sent.
    address: Mapped[str]
    #: How we ask: sms or email.
    channel: Mapped[str] = mapped_column(default="sms", server_default="sms")
    carrier: Mapped[str | None]
    service: Mapped[str | None]
    driver_id: Mapped[int | None]
    #: Whether it came after the promised window; None when nothing was promised.
    late: Mapped[bool | None]
    #: The best score; 10 means 0-10, any other begins at 1.
    scale: Mapped[int]
    planned_at: Mapped[datetime]
    due_at: Mapped[datetime]

    #: planned, sent, answered, skipped, expired.
    state: Mapped[str] = mapped_column(default="planned")
    #: Why it was skipped: a value of `invitations.Skipped`.
    skipped_for: Mapped[str | None]
    #: Key of the outbox row that asks.
    message_key: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    #: Until then an answer counts.
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    score: Mapped[int | None]
    #: What it was about: one of `questions.REASONS`, or an intent; None when it names nothing known.
    reason: Mapped[str | None]
    comment: Mapped[str | None]
    #: text or page: where the score came from.
    answered_by: Mapped[str | None]
    #: The question still open after the score: reason or comment; None when all is said.
    waits_for: Mapped[str | None]
    #: When that question was put.
    step_at: Mapped[datetime | None]
