"""The rows of calls over a line: who called which number of ours, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class Call(Base):
    """One call to a number of ours that is for somebody else, or asks to be. Nothing of it is recorded."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_ours", "ours", "began_at"), Index("ix_call_line", "line_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: The provider's id of the caller's leg: whatever is posted about this call again and again is about this row.
    sid: Mapped[str] = mapped_column(unique=True)
    #: The number of ours that was dialled.
    ours: Mapped[str]
    #: E.164; None while nobody knows who calls.
    caller: Mapped[str | None]
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    #: The caller's end of the line: customer, driver.
    role: Mapped[str | None]
    #: Wrong PINs so far.
    tries: Mapped[int] = mapped_column(default=0)
    began_at: Mapped[datetime]
    #: The one who was called has pressed 1.
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: connected, no_answer, busy, failed, cancelled (by the caller), closed (the line was), no_pin.
    outcome: Mapped[str | None]
    #: How long the two were joined, as the provider counts.
    seconds: Mapped[int | None]
