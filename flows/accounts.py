"""Retailers and those who act for them: numbers, API keys, agents."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId

DEFAULT = "default"


class Retailer(Base):
    """Somebody whose parcels we speak about. `default` always exists."""

    __tablename__ = "retailer"

    name: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A key of the REST API. Only its SHA-256 is stored."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Agent(Base):
    """A person of the support staff."""

    __tablename__ = "agent"
    __table_args__ = (UniqueConstraint("retailer", "email"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    #: admin, lead, agent, read_only.
    role: Mapped[str]
    #: Argon2id.
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Installation(Base):
    """Facts about this database as a whole, by name: `mode` is `demo` or `live`."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
