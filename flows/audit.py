"""The audit log: who did what to what, and when. Rows are written once and never changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from channels.phones import mask
from flows.audit_models import AuditEntry

#: Who acts where no person of the console does.
BY_API = "api"
BY_US = "doorline"
#: A number as it may have slipped into a value.
_NUMBER = re.compile(r"\+\d{6,15}")
#: Longer words are no fact but somebody's text.
WORDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; None: all."""

    agent: str | None = None
    #: A whole action, `agent.role_changed`, or the part before the dot.
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def write(
    session: Session,
    *,
    retailer: str,
    agent: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> AuditEntry:
    """Write down that the agent did something, in the caller's transaction.

    agent: e-mail, or `BY_API`, `BY_US`. action: dotted, past tense (`agent.role_changed`). subject: kind and id,
    `shipment:42`. detail: JSON values that tell what changed; never the body of a text. Numbers in E.164 are masked
    here, and long words cut, so that a careless caller leaks nothing.
    """
    row = AuditEntry(
        retailer=retailer, agent=agent, action=action, subject=subject, detail=_safe(dict(detail or {})), at=now
    )
    session.add(row)
    session.flush()
    return row


def page(
    session: Session, retailer: str, wanted: Filter | None = None, *, before_id: int | None = None, limit: int = 100
) -> Sequence[AuditEntry]:
    """Answer the retailer's entries, newest first."""
    query = _filtered(select(AuditEntry).where(AuditEntry.retailer == retailer), wanted or Filter())
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def about(session: Session, retailer: str, subject: str, *, limit: int = 50) -> Sequence[AuditEntry]:
    """Answer what was done to one thing, newest first."""
    return page(session, retailer, Filter(subject=subject), limit=limit)


def _filtered(query: Select[AuditEntry], wanted: Filter) -> Select[AuditEntry]:
    if wanted.agent:
        query = query.where(AuditEntry.agent == wanted.agent)
    if wanted.subject:
        query = query.where(AuditEntry.subject == wanted.subject)
    if wanted.action:
        whole = "." in wanted.action
        part = AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True)
        query = query.where(AuditEntry.action == wanted.action if whole else part)
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    return query


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        hidden = _NUMBER.sub(lambda found: mask(found.group()), value)
        return hidden if len(hidden) <= WORDS_MAX else hidden[: WORDS_MAX - 1] + "…"
    if isinstance(value, Mapping):
        return {str(name): _safe(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
