"""The agents of a retailer, as the desk's pages name them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.accounts import Agent


def everybody(session: Session, retailer: str) -> Sequence[Agent]:
    """Those who are not switched off, by name."""
    query = select(Agent).where(Agent.retailer == retailer, Agent.disabled_at.is_(None))
    return session.scalars(query.order_by(Agent.name, Agent.id)).all()


def names(session: Session, retailer: str) -> dict[str, str]:
    """What each agent is called, by e-mail; also those who are gone, whose work stays."""
    query = select(Agent.email, Agent.name).where(Agent.retailer == retailer)
    return {row.email: row.name for row in session.execute(query)}


def of(session: Session, retailer: str, email: str) -> Agent | None:
    """The retailer's agent with that e-mail who is not switched off."""
    query = select(Agent).where(
        Agent.retailer == retailer, Agent.email == email.strip().lower(), Agent.disabled_at.is_(None)
    )
    return session.scalar(query)
