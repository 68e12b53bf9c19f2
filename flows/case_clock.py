"""When somebody must have acted on a case: the workflow's SLA, counted in support hours."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from flows.models import Case
from flows.support_hours import after
from flows.workflow_values import zone

if TYPE_CHECKING:
    from flows.house import House


def first_reply_due(session: Session, house: "House", case: Case, *, now: datetime) -> datetime:
    """By when the customer must have heard from a person."""
    return _due(session, house, case, "first_reply", now)


def next_reply_due(session: Session, house: "House", case: Case, *, now: datetime) -> datetime:
    """By when the customer's newest word must have been answered."""
    return _due(session, house, case, "next_reply", now)


def resolution_due(session: Session, house: "House", case: Case) -> datetime:
    """By when the case must be settled, counted from its beginning."""
    return _due(session, house, case, "resolution", case.created_at)


def _due(session: Session, house: "House", case: Case, clock: str, start: datetime) -> datetime:
    workflow = house.workflows.of(session, case.retailer)
    allowed: timedelta = getattr(workflow.sla, clock)
    hours = workflow.support_hours
    return after(start, allowed, hours.days, zone(hours.timezone))
