"""The rows of connections: what each source brought, which files were taken, which parcels we ask about ourselves."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, Json, RowId


class ConnectionNote(Base):
    """One thing a source did, just now. Only ever inserted, so that webhooks never wait for one another's counters;
    a tick adds notes up into `ConnectionTally` and deletes them.
    """

    __tablename__ = "connection_note"
    __table_args__ = (Index("ix_connection_note_source", "retailer", "source"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    #: event (taken), unknown (a code we have no meaning for), refused (its signature did not fit).
    kind: Mapped[str]
    #: How many of the same.
    count: Mapped[int] = mapped_column(default=1)
    #: Seconds from the world to us; None when the source names no time.
    lag_s: Mapped[int | None]
    #: The source's own code, where it is unknown to us.
    code: Mapped[str | None]
    #: A payload with that code, without anything personal.
    sample: Mapped[dict[str, Any] | None] = mapped_column(Json)
    at: Mapped[datetime]


class ConnectionTally(Base):
    """What a source did on one day (UTC), counted by kind and by how long it took to reach us."""

    __tablename__ = "connection_tally"
    __table_args__ = (UniqueConstraint("retailer", "source", "day", "kind", "bucket"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    #: As in `ConnectionNote`.
    kind: Mapped[str]
    #: Place in `flows.connection_lags.EDGES_S`; -1 when the source names no time.
    bucket: Mapped[int]
    count: Mapped[int]


class ConnectionHour(Base):
    """How many events a source brought in one hour: from some weeks of them its rhythm is known."""

    __tablename__ = "connection_hour"
    __table_args__ = (UniqueConstraint("retailer", "source", "hour"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    #: Its beginning.
    hour: Mapped[datetime]
    count: Mapped[int]


class ConnectionCode(Base):
    """A code of a source that means nothing to us yet, with one payload that had it."""

    __tablename__ = "connection_code"
    __table_args__ = (UniqueConstraint("retailer", "source", "code"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    code: Mapped[str]
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    #: The newest payload with it, without anything personal.
    sample: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Connection(Base):
    """A source that has spoken to a retailer at least once."""

    __tablename__ = "connection"
    __table_args__ = (UniqueConstraint("retailer", "source"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    first_at: Mapped[datetime]
    #: Its newest event; None while all it sent was refused.
    last_at: Mapped[datetime | None]
    #: Its newest refused request.
    refused_at: Mapped[datetime | None]
    #: Set while it is silent for longer than its learned rhythm explains.
    silent_since: Mapped[datetime | None]


class CustomInbound(Base):
    """A message of a house system that was taken, by its own id or its body's hash: taken once."""

    __tablename__ = "custom_inbound"
    __table_args__ = (
        UniqueConstraint("retailer", "source", "key"),
        Index("ix_custom_inbound_age", "received_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    key: Mapped[str]
    received_at: Mapped[datetime]


class CustomSaid(Base):
    """What a house system last said of a parcel, as digests: only what it says anew is changed.

    So a message that is sent again for another reason does not take back what the shopper has chosen since.
    """

    __tablename__ = "custom_said"

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    #: Dotted field -> digest of its value.
    digests: Mapped[dict[str, Any]]
    #: The age of what was said, where the mapping names one; older words are passed over.
    as_of: Mapped[datetime | None]


class TakenFile(Base):
    """A file that came through a watched folder. Its content is taken once, under whatever name it comes again."""

    __tablename__ = "taken_file"
    __table_args__ = (UniqueConstraint("retailer", "digest"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: SHA-256 of its content, hex.
    digest: Mapped[str]
    name: Mapped[str]
    #: taken (its lines are going in), done, failed.
    state: Mapped[str]
    #: The import that takes its lines in; None when it could not be begun.
    job_id: Mapped[int | None]
    #: Why it failed, in words.
    reason: Mapped[str | None]
    taken_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class PollState(Base):
    """A parcel whose carrier is asked, because nobody pushes."""

    __tablename__ = "poll_state"
    __table_args__ = (
        Index(
            "ix_poll_state_due",
            "source",
            "next_at",
            postgresql_where=text("retired_at IS NULL"),
            sqlite_where=text("retired_at IS NULL"),
        ),
    )

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    #: Who is asked, such as `easypost`.
    source: Mapped[str]
    since: Mapped[datetime]
    #: When it is asked next; also the lease of whoever asks just now.
    next_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    #: Times in a row that nothing was new, and that there was no answer.
    unchanged: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    #: Never asked again since then, and why: final, too_old, unknown_number.
    retired_at: Mapped[datetime | None]
    retired_for: Mapped[str | None]


class SourceAsked(Base):
    """When a source that can be asked was asked last, and when it may be asked again. One row for each source."""

    __tablename__ = "source_asked"
    __table_args__ = (UniqueConstraint("retailer", "source"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    source: Mapped[str]
    #: Nobody asks before that; also the lease of whoever asks just now.
    next_at: Mapped[datetime]
    #: The newest time it answered in full; None before the first.
    done_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    #: What was missing and has been put in since the row exists.
    found: Mapped[int] = mapped_column(default=0)
