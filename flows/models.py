"""The rows of the stories: workflow versions, what was told, open questions, links, cases."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, Json, RowId


def _some(name: str, *columns: str, where: str) -> Index:
    """An index over some of the rows: the others cost it nothing."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class WorkflowVersion(Base):
    """One version of a retailer's workflow. The highest number stands."""

    __tablename__ = "workflow_version"
    __table_args__ = (UniqueConstraint("retailer", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    version: Mapped[int]
    #: The YAML as it was written, before the defaults were merged in.
    source: Mapped[str]
    #: SHA-256 of the file it was loaded from; None when it was edited elsewhere.
    file_hash: Mapped[str | None]
    loaded_at: Mapped[datetime]
    #: file, or the agent's e-mail.
    loaded_by: Mapped[str]
    #: Why, in the words of whoever saved it.
    note: Mapped[str | None]


class MilestoneTold(Base):
    """This milestone of this parcel has been passed and told (or knowingly kept silent). Once."""

    __tablename__ = "milestone_told"
    __table_args__ = (UniqueConstraint("shipment_id", "milestone"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipment_id: Mapped[int]
    milestone: Mapped[str]
    #: Key of the outbox row; None when it was kept silent.
    message_key: Mapped[str | None]
    at: Mapped[datetime]


class OrderBeingTold(Base):
    """Locked while it is decided what one person is told about an order of several parcels, so that scans of two
    parcels at the same moment become one text.
    """

    __tablename__ = "order_being_told"
    __table_args__ = (UniqueConstraint("retailer", "order_number", "recipient"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    order_number: Mapped[str]
    #: Phone, else e-mail address.
    recipient: Mapped[str]


class Dialogue(Base):
    """What we remember about talking with one person on one conversation."""

    __tablename__ = "dialogue"

    conversation_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    #: What they last wrote in; None until a text was clearly in one of the retailer's languages.
    language: Mapped[str | None]
    #: They asked for this language: what an order says, or a word of another language, changes nothing any more.
    language_asked: Mapped[bool] = mapped_column(default=False)
    #: Texts in a row that were not understood; the second goes to a person.
    misses: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]


class PendingQuestion(Base):
    """A numbered or yes/no question the bot has open with one person. One at a time."""

    __tablename__ = "pending_question"
    __table_args__ = (UniqueConstraint("conversation_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[int]
    retailer: Mapped[str]
    #: The story that asked, by name; it takes the answer.
    story: Mapped[str]
    #: The choices in the order they were numbered, as the story understands them.
    options: Mapped[list[dict[str, Any]]]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Link(Base):
    """A page's address that only its holder knows. The token itself is not stored: it can be built again."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: t (tracking), p (proof), s (survey), d (driver).
    kind: Mapped[str]
    row_id: Mapped[int]
    nonce: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class RoundTold(Base):
    """What a driver knows of a day's round: the newest text about it said this."""

    __tablename__ = "round_told"

    driver_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    #: The local day it is about.
    day: Mapped[date] = mapped_column(Date)
    #: Ids of the shipments on it, in the order of the route.
    stops: Mapped[list[int]] = mapped_column(Json)
    at: Mapped[datetime]


class Case(Base):
    """Something a person must settle. One open case per shipment and reason, else per phone and reason."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_queue", "retailer", "state", "due_at"),
        Index("ix_case_conversation", "conversation_id"),
        # The queues of the desk, each an index over the few cases that are in it.
        _some("ix_case_all", "retailer", "last_entry_id", where="state != 'resolved'"),
        # The last column spares `soon` a look at each row that is due later.
        _some("ix_case_due", "retailer", "due_at", "id", "soon_at", where="state != 'resolved'"),
        _some("ix_case_mine", "retailer", "assignee", "due_at", "id", where="state IN ('open', 'claimed')"),
        _some("ix_case_unassigned", "retailer", "due_at", "id", where="state = 'open' AND assignee IS NULL"),
        _some("ix_case_snoozed", "retailer", "snoozed_until", "id", where="state = 'snoozed'"),
        _some("ix_case_wakes", "snoozed_until", where="state = 'snoozed'"),
        _some("ix_case_resolved", "retailer", "resolved_at", "id", where="state = 'resolved'"),
        _some("ix_case_phone", "retailer", "phone", where="phone IS NOT NULL"),
        Index("ix_case_created", "retailer", "created_at"),
        _some("ix_case_shipment", "shipment_id", where="shipment_id IS NOT NULL"),
        Index(
            "uq_case_open_subject",
            "retailer",
            "subject",
            "reason",
            unique=True,
            postgresql_where=text("state != 'resolved'"),
            sqlite_where=text("state != 'resolved'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: `shipment:42`, `conversation:7` or `phone:+1…`: what the case is about, for uniqueness.
    subject: Mapped[str]
    #: open, claimed, snoozed, resolved.
    state: Mapped[str] = mapped_column(default="open")
    #: low, medium, high, urgent.
    priority: Mapped[str]
    #: An intent, a failure reason, or what went wrong: talk_to_person, attempt_failed, dead_message, …
    reason: Mapped[str]
    shipment_id: Mapped[int | None]
    conversation_id: Mapped[int | None]
    #: E.164 of the person; shown by its last two digits only.
    phone: Mapped[str | None]
    language: Mapped[str | None]
    assignee: Mapped[str | None]
    due_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    first_reply_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    #: When four fifths of the time until `due_at` have passed.
    soon_at: Mapped[datetime | None]
    #: How the person is talked to: sms, email; None: nobody knows yet.
    channel: Mapped[str | None]
    #: The newest line of its history: what sorts by last activity, and what an agent may not have seen.
    last_entry_id: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: The agent has handed the thread back: the bot answers, though somebody has the case.
    with_bot: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: When the person was last told by when somebody answers.
    told_when_at: Mapped[datetime | None]
    #: The agent whose name the person has read last.
    signed_by: Mapped[str | None]


class CaseEntry(Base):
    """One line of a case's history: opened, joined, claimed, note, reply, snoozed, resolved, reopened. Append-only."""

    __tablename__ = "case_entry"
    __table_args__ = (Index("ix_case_entry_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    case_id: Mapped[int]
    kind: Mapped[str]
    #: The agent's e-mail, `customer`, or `doorline`.
    by: Mapped[str]
    text: Mapped[str | None]
    #: Facts attached as evidence: inbox/outbox ids, event ids.
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
