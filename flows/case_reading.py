"""Cases as they are looked at: lists, one with its history, and everything attached to it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.case_queues import Filters, narrowed
from flows.models import Case, CaseEntry


def page(
    session: Session,
    retailer: str,
    *,
    state: str | None = None,
    filters: Filters | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Case]:
    """The retailer's cases, newest first, at most `limit`; the next page begins before the last one's id."""
    query = narrowed(select(Case).where(Case.retailer == retailer), filters)
    if state is not None:
        query = query.where(Case.state == state)
    if before_id is not None:
        query = query.where(Case.id < before_id)
    return list(session.scalars(query.order_by(Case.id.desc()).limit(limit)))


def get(session: Session, retailer: str, case_id: int, *, lock: bool = False) -> Case | None:
    """The retailer's case with that id; None also for another retailer's. lock: nobody else may move it meanwhile."""
    query = select(Case).where(Case.id == case_id, Case.retailer == retailer)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def entries(session: Session, case: Case) -> list[CaseEntry]:
    """The case's history, oldest first."""
    return list(session.scalars(select(CaseEntry).where(CaseEntry.case_id == case.id).order_by(CaseEntry.id)))


def evidence_of(lines: Sequence[CaseEntry]) -> dict[str, Any]:
    """Everything attached to the case, later facts over earlier ones; lists grow."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, value in line.evidence.items():
            before = found.get(name)
            if isinstance(before, list) and isinstance(value, list):
                found[name] = before + [item for item in value if item not in before]
            else:
                found[name] = value
    return found
