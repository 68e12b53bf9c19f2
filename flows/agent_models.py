"""The rows around the support staff: invitations, and replies kept ready."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class AgentInvite(Base):
    """A link by which an agent sets a password of their own. Only its hash is stored; it works once."""

    __tablename__ = "agent_invite"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    #: SHA-256 of what stands in the link.
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CannedReply(Base):
    """A reply kept ready, in one language. `flows.canned` fills in its placeholders."""

    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("retailer", "name", "language"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: What agents find it by: `Sorry, late`.
    name: Mapped[str]
    language: Mapped[str]
    #: May hold {order} {name} {window} {agent} {link}.
    text: Mapped[str]
    updated_at: Mapped[datetime]
    #: E-mail of the agent who wrote it last.
    updated_by: Mapped[str]
