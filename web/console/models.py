"""The rows of the console: who is logged in, and who tried in vain."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class ConsoleSession(Base):
    """One agent in one browser. The cookie holds the token; here is only its hash."""

    __tablename__ = "console_session"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: SHA-256 of the token in the cookie.
    token_hash: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    created_at: Mapped[datetime]
    #: The last thing the agent did, to the minute; a page that refreshes itself does not count.
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    #: Which browser, in words: `Firefox on Linux`.
    browser: Mapped[str] = mapped_column(default="", server_default="")


class LoginAttempt(Base):
    """A login that has not succeeded, counted per e-mail and address. Forgotten after a quarter of an hour."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_who", "who", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: SHA-256 of e-mail and client address: nobody needs to read them here.
    who: Mapped[str]
    at: Mapped[datetime]
