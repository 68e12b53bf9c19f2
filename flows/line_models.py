"""The rows of the masked line: who is joined with whom, through which number, and what went over it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


def _only(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows that are still of interest; a unique one holds among those alone."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


class Line(Base):
    """One customer joined with one driver, for one or more parcels. One open line per pair and retailer."""

    __tablename__ = "line"
    __table_args__ = (
        _only("uq_line_open_pair", "retailer", "driver_id", "customer_phone", where="state = 'open'", unique=True),
        _only("uq_line_open_tag", "driver_id", "tag", where="state = 'open' AND tag IS NOT NULL", unique=True),
        _only("ix_line_open", "id", where="state = 'open'"),
        Index("ix_line_customer", "customer_phone"),
        Index("ix_line_retailer", "retailer", "opened_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    driver_id: Mapped[int] = mapped_column(ForeignKey("driver.id"))
    #: E.164, as it stood on the parcel when the line opened.
    customer_phone: Mapped[str]
    #: The number of ours both sides text; None when the pool had none left: then they use the main number.
    proxy: Mapped[str | None]
    #: What the driver puts before words for this customer when there is no proxy: `12` is written `#12`.
    tag: Mapped[str | None]
    #: open, closed.
    state: Mapped[str] = mapped_column(default="open")
    #: customer, driver, or an agent's e-mail.
    opened_by: Mapped[str]
    #: When it opened first; a line that opens again keeps it.
    opened_at: Mapped[datetime]
    #: When it will end: set while none of its parcels is out any more.
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: over, driver_changed, stopped, customer_changed, agent.
    closed_why: Mapped[str | None]


class LineParcel(Base):
    """A parcel the line is about."""

    __tablename__ = "line_parcel"
    __table_args__ = (UniqueConstraint("line_id", "shipment_id"), Index("ix_line_parcel_shipment", "shipment_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    joined_at: Mapped[datetime]
    #: It has gone to another driver.
    left_at: Mapped[datetime | None]


class LineEnd(Base):
    """One person's end of a line: while it is open, what this person texts to this number has exactly one meaning.

    Unique over all roles and retailers: a driver may be somebody's customer too.
    """

    __tablename__ = "line_end"
    __table_args__ = (
        _only("uq_line_end_open", "proxy", "phone", where="ended_at IS NULL", unique=True),
        UniqueConstraint("line_id", "role"),
        Index("ix_line_end_phone", "phone", "proxy", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    proxy: Mapped[str]
    #: E.164.
    phone: Mapped[str]
    #: customer, driver.
    role: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: Until then this number is not given to this person for anybody else, so that a late text meets no stranger.
    rests_until: Mapped[datetime | None]
    #: The person has been told that the line is closed; once for each end.
    told_closed_at: Mapped[datetime | None]


class LineText(Base):
    """One text on a line: as it came in from one end, or as it went out to the other. Told apart by `direction`."""

    __tablename__ = "line_text"
    __table_args__ = (
        UniqueConstraint("inbox_id"),
        UniqueConstraint("outbox_key"),
        Index("ix_line_text_line", "line_id", "id"),
        _only("ix_line_text_watched", "at", where="watched"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    #: in, out.
    direction: Mapped[str]
    #: Whose end it came from, or went to: customer, driver.
    role: Mapped[str]
    #: The row of the inbox; None for what went out, and for what was said on a page.
    inbox_id: Mapped[int | None]
    #: The key of the outbox row; None for what came in.
    outbox_key: Mapped[str | None]
    #: Of what was passed on: the words between two machines are compared by it. A digest, no words.
    words_hash: Mapped[str | None]
    #: What became of it: passed, asked, blocked, dropped, damped, refused, notice.
    fate: Mapped[str]
    #: Kinds of what the leak filter hid.
    hidden: Mapped[list[str]] = mapped_column(default=list)
    #: Passed on and not known to have arrived: whoever wrote it is told if it fails.
    watched: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class LineAccess(Base):
    """Somebody of the support staff looked at a line's thread. Append-only."""

    __tablename__ = "line_access"
    __table_args__ = (Index("ix_line_access_line", "line_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    #: The agent's e-mail, or `api`.
    agent: Mapped[str]
    #: viewed, unmasked.
    action: Mapped[str]
    at: Mapped[datetime]
