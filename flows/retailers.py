"""The retailers of an installation at a glance."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.models import OurAddress
from flows.accounts import Agent, ApiKey, Retailer


@dataclass(frozen=True, slots=True)
class Summary:
    """One retailer."""

    name: str
    created_at: datetime
    #: The numbers and services it speaks from: our own, so they are shown whole.
    speaks_from: tuple[str, ...]
    agents: int
    keys: int


def summary(session: Session) -> list[Summary]:
    """Answer all retailers by name, with what each holds."""
    of: dict[str, list[str]] = {}
    speaking = select(OurAddress.retailer, OurAddress.address).where(OurAddress.purpose.in_(("main", "service")))
    for retailer, address in session.execute(speaking.order_by(OurAddress.id)):
        of.setdefault(retailer, []).append(address)
    agents = _counts(session, Agent.retailer, Agent.disabled_at)
    keys = _counts(session, ApiKey.retailer, ApiKey.revoked_at)
    rows = session.scalars(select(Retailer).order_by(Retailer.name))
    return [
        Summary(row.name, row.created_at, tuple(of.get(row.name, ())), agents.get(row.name, 0), keys.get(row.name, 0))
        for row in rows
    ]


def _counts(session: Session, retailer: Any, ended: Any) -> dict[str, int]:
    found = session.execute(select(retailer, func.count()).where(ended.is_(None)).group_by(retailer)).all()
    return {str(row[0]): int(row[1]) for row in found}
