"""The rows of the support desk beside its cases: clocks, what each agent has seen, and the words a case is found by."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId

#: Words ready to be searched: lexemes on PostgreSQL, a text with a blank before each word on SQLite.
Words = Text().with_variant(postgresql.TSVECTOR(), "postgresql")
RUNNING = "ended_at IS NULL AND due_at IS NOT NULL"


class CaseClock(Base):
    """One clock of a case: by when somebody must have done something. A case may have several next replies."""

    __tablename__ = "case_clock"
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "nth"),
        # What the sweep looks at: running clocks whose breach nobody has noted yet.
        Index(
            "ix_case_clock_due",
            "due_at",
            postgresql_where=text(f"{RUNNING} AND breached_at IS NULL"),
            sqlite_where=text(f"{RUNNING} AND breached_at IS NULL"),
        ),
        Index("ix_case_clock_figures", "retailer", "kind", "started_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    case_id: Mapped[int]
    #: first_reply, next_reply, resolution.
    kind: Mapped[str]
    #: 1 for the first of its kind.
    nth: Mapped[int]
    started_at: Mapped[datetime]
    #: Seconds of support time that the workflow gave it.
    allowed_s: Mapped[int]
    #: None while it is paused.
    due_at: Mapped[datetime | None]
    #: When four fifths of the allowed time have passed; None while it is paused.
    soon_at: Mapped[datetime | None]
    #: Seconds of support time that were left when it was paused; None while it runs.
    left_s: Mapped[int | None]
    #: When what was owed was done, or no longer owed.
    ended_at: Mapped[datetime | None]
    #: When it was found to be overdue. Set once, and with it one event goes out.
    breached_at: Mapped[datetime | None]


class CaseSeen(Base):
    """How far an agent has read a case."""

    __tablename__ = "case_seen"
    __table_args__ = (UniqueConstraint("case_id", "agent"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    case_id: Mapped[int]
    #: E-mail.
    agent: Mapped[str]
    #: The newest entry of the case's history at that moment.
    entry_id: Mapped[int]
    at: Mapped[datetime]


class CaseWords(Base):
    """What a case is found by: numbers, names and words. Made anew from its rows; nothing is kept here alone."""

    __tablename__ = "case_words"
    __table_args__ = (
        # SQLite looks through the table: an index of no rows there.
        Index("ix_case_words", "words", postgresql_using="gin", sqlite_where=text("0")),
        Index("ix_case_words_stale", "case_id", postgresql_where=text("stale"), sqlite_where=text("stale")),
    )

    case_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    retailer: Mapped[str]
    words: Mapped[str] = mapped_column(Words)
    #: `Case.last_entry_id`, so that the newest of many hits are found without looking at the cases.
    activity: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: Something it was made from has changed since.
    stale: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
