"""The rows of the web: answers kept for idempotency keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class IdempotencyKey(Base):
    """A POST that was made with a key: its answer is replayed for 24 h."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("retailer", "key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    key: Mapped[str]
    #: SHA-256 over method, path and body.
    request_hash: Mapped[str]
    #: None while the first request is still in flight.
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
