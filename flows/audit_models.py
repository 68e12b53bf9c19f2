"""The row of the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class AuditEntry(Base):
    """Somebody did something that others may ask about later. Append-only; written by `flows.audit.write` alone."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_retailer", "retailer", "id"),
        Index("ix_audit_entry_subject", "retailer", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: E-mail of the agent, `api`, or `doorline`.
    agent: Mapped[str]
    #: Dotted, what was done to it: `agent.role_changed`, `number.unmasked`, `parcel.rescheduled`.
    action: Mapped[str]
    #: What it was done to: `agent:7`, `shipment:42`, `workflow:3`.
    subject: Mapped[str]
    #: JSON; no bodies of texts, numbers masked.
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
