"""The rows of calls agents make to shoppers."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DeskCall(Base):
    """An agent wants to speak with a shopper: whoever calls the number and types the code is joined with them."""

    __tablename__ = "desk_call"
    __table_args__ = (Index("ix_desk_call_waiting", "ours", "expires_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    case_id: Mapped[int]
    #: E-mail.
    agent: Mapped[str]
    #: Our number that the agent calls, and that the shopper sees.
    ours: Mapped[str]
    #: The shopper's, E.164.
    phone: Mapped[str]
    #: Keyed digest of the code, with the number: the code is shown once and kept nowhere.
    code_hash: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: The provider's id of the call that typed the code; None: nobody has.
    sid: Mapped[str | None] = mapped_column(index=True)
    #: When the shopper pressed the key that takes the call.
    accepted_at: Mapped[datetime | None]
    #: connected, no_answer, busy, failed, cancelled; None until it is over.
    outcome: Mapped[str | None]
    seconds: Mapped[int | None]
