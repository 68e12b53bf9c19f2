"""The rows of the channels: conversations, inbox, outbox, receipts, contacts, senders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId

#: Milestone texts that did not arrive and have not been looked at by whoever sends an e-mail instead.
UNDELIVERED = "category = 'milestone' AND channel = 'sms' AND state IN ('undelivered', 'failed') AND NOT fallback_done"
#: Texts that did not arrive, for the people who look after them.
LOST = "state IN ('undelivered', 'failed')"


#: In words, as both databases read it: inside of a class of messages `text` is a column.
FALSE = text("false")


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index over the few rows that are still of interest: finished ones cost it nothing."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class OurAddress(Base):
    """A number, service or mail address of ours. The retailer of an inbound message follows from it."""

    __tablename__ = "our_address"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    retailer: Mapped[str]
    #: main (the retailer speaks from it), service (a Messaging Service), pool (a proxy of the relay).
    purpose: Mapped[str]


class Conversation(Base):
    """One of our addresses and one of theirs: both boxes together, in one order."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("ours", "theirs"), Index("ix_conversation_theirs", "theirs"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    ours: Mapped[str]
    theirs: Mapped[str]
    #: The next place in the order. Taken under the row's lock, so that places follow commits.
    next_seq: Mapped[int] = mapped_column(default=1)


class InboxRow(Base):
    """A message that came in. Unique by the provider's id: however often it is delivered, it is one row."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        # Who texts and who took it, by day: figures are read from the index alone.
        Index("ix_inbox_log", "retailer", "received_at", "handled_by", "conversation_id"),
        _partial("ix_inbox_shipment", "shipment_id", where="shipment_id IS NOT NULL"),
        _partial("ix_inbox_dead", "retailer", "id", where="state = 'dead'"),
        Index("ix_inbox_conversation", "conversation_id", "seq"),
        _partial("ix_inbox_due", "id", where="state = 'received'"),
        _partial("ix_inbox_waiting", "conversation_id", "seq", where="state = 'received'"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    channel: Mapped[str]
    provider_id: Mapped[str]
    sender: Mapped[str]
    recipient: Mapped[str]
    text: Mapped[str]
    media: Mapped[list[str]] = mapped_column(default=list)
    received_at: Mapped[datetime]

    state: Mapped[str] = mapped_column(default="received")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    #: The flow that took it.
    handled_by: Mapped[str | None]
    handled_at: Mapped[datetime | None]
    #: The parcel it turned out to be about.
    shipment_id: Mapped[int | None]
    #: Name of the error that made it fail last.
    error: Mapped[str | None]


class OutboxRow(Base):
    """A message we owe. `key` is a sentence that says why; the same reason is owed once."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_conversation", "conversation_id", "seq"),
        Index("ix_outbox_log", "retailer", "created_at"),
        _partial("ix_outbox_provider_id", "provider_id", where="provider_id IS NOT NULL"),
        _partial("ix_outbox_shipment", "shipment_id", where="shipment_id IS NOT NULL"),
        _partial("ix_outbox_due", "priority", "id", where="state = 'queued'"),
        # Not on lease_until: an indexed column would make every claim write to every index on PostgreSQL.
        _partial("ix_outbox_sending", "id", where="state = 'sending'"),
        _partial("ix_outbox_look", "look_at", where="state = 'unknown'"),
        _partial("ix_outbox_undelivered", "id", where=UNDELIVERED),
        _partial("ix_outbox_lost", "retailer", "id", where=LOST),
        _partial("ix_outbox_unsettled", "conversation_id", "seq", where="state IN ('queued', 'sending', 'unknown')"),
        _partial("ix_outbox_held", "not_before", where="state = 'held'"),
        Index(
            "uq_outbox_reference",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
            sqlite_where=text("reference IS NOT NULL"),
        ),
        # Room on each page, so that a claim rewrites its row in place and no index.
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    retailer: Mapped[str]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    #: Place in the conversation; None while held: a planned row has no place yet and blocks nobody.
    seq: Mapped[int | None]
    channel: Mapped[str]
    sender: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str | None]
    text: Mapped[str]
    media: Mapped[list[str]] = mapped_column(default=list)
    category: Mapped[str]
    #: Smaller goes first: a reply never waits behind milestones.
    priority: Mapped[int]
    segments: Mapped[int]
    shipment_id: Mapped[int | None]
    created_at: Mapped[datetime]
    #: Held or retried: not before this.
    not_before: Mapped[datetime | None]
    valid_until: Mapped[datetime]

    #: `messages.Status`. A claimed row is still `queued`, with a lease.
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    #: Opaque id of the newest attempt; goes out in the callback URL.
    reference: Mapped[str | None]
    #: When the newest attempt began.
    attempted_at: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    error_code: Mapped[str | None]
    #: Why it is where it is, in words.
    reason: Mapped[str | None]
    #: How often the provider was asked what became of an unknown row, and when it is asked next.
    looks: Mapped[int] = mapped_column(default=0)
    look_at: Mapped[datetime | None]
    #: Sent again after an unknown outcome, by its category's rule.
    possible_duplicate: Mapped[bool] = mapped_column(default=False)
    #: Sent again once because the first did not reach the phone.
    delivery_retried: Mapped[bool] = mapped_column(default=False)
    #: It did not arrive, and another way to tell the person has been seen to.
    fallback_done: Mapped[bool] = mapped_column(default=False)
    #: Written in shadow mode: when its hour comes it is settled as `shadow` and goes to nobody.
    shadow: Mapped[bool] = mapped_column(default=False, server_default=FALSE)
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class ReceiptRow(Base):
    """What a provider told us later about a message; kept when it comes before we know the message."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id", "raw_status"),
        _partial("ix_receipt_waiting", "received_at", where="applied_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    channel: Mapped[str]
    provider_id: Mapped[str]
    reference: Mapped[str | None]
    status: Mapped[str]
    raw_status: Mapped[str]
    error: Mapped[str | None]
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    #: Applied, too old, or contradicting what was final already.
    note: Mapped[str | None]


class Contact(Base):
    """What one person has told one retailer about being texted."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("retailer", "address"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    address: Mapped[str]
    #: Set while the person is opted out.
    opted_out_at: Mapped[datetime | None]
    #: stop, words, provider, agent, api.
    opted_out_by: Mapped[str | None]
    #: When our first text to this person was queued: it carried the opt-out hint.
    first_told_at: Mapped[datetime | None]
    #: Provider's code that says this number can not be texted, and since when.
    unreachable_code: Mapped[str | None]
    unreachable_at: Mapped[datetime | None]


class ConsentRecord(Base):
    """Append-only: who allowed or forbade what, when, by which words. Kept to prove it."""

    __tablename__ = "consent_record"
    __table_args__ = (Index("ix_consent_record_address", "retailer", "address"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    address: Mapped[str]
    #: opted_out, opted_in.
    action: Mapped[str]
    #: stop, words, start, page, provider, agent, api.
    by: Mapped[str]
    #: The inbox row that said it, if a text did.
    inbox_id: Mapped[int | None]
    at: Mapped[datetime]


class BlockedPair(Base):
    """This sender of ours must not text this person (they stopped it there, or the provider answered so)."""

    __tablename__ = "blocked_pair"
    __table_args__ = (UniqueConstraint("ours", "theirs"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    ours: Mapped[str]
    theirs: Mapped[str]
    since: Mapped[datetime]


class SenderPace(Base):
    """How fast one of our senders may go, and whether it must rest. A row exists only for senders that need one."""

    __tablename__ = "sender_pace"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sender: Mapped[str] = mapped_column(unique=True)
    #: Texts a second that the operator allows; None: the worker's setting, which may be unpaced.
    per_second: Mapped[float | None]
    #: Texts a second after the provider asked us to slow down, and since when; from then on it doubles each minute.
    slowed_to: Mapped[float | None]
    slowed_at: Mapped[datetime | None]
    #: Texts that may go at once, at `refilled_at`.
    tokens: Mapped[float] = mapped_column(default=1.0)
    refilled_at: Mapped[datetime]
    #: Rests until then: the provider asked for it, or our credentials were refused.
    paused_until: Mapped[datetime | None]
    pause_reason: Mapped[str | None]
    #: Refusals of the same kind in a row.
    failures: Mapped[int] = mapped_column(default=0)


class RetailerInShadow(Base):
    """A retailer none of whose messages leave the house. Whoever saves the retailer's rules keeps this row."""

    __tablename__ = "retailer_in_shadow"

    retailer: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Heartbeat(Base):
    """A sign of life of one worker."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: rasa, keywords, or off: who understands texts there at the moment.
    nlu: Mapped[str]
