"""Whether a source may be asked now: one row for each, so that any number of workers ask it once."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from flows.connection_models import SourceAsked
from tracking_core.polling import pause_after_failure


def may_ask(session: Session, retailer: str, source: str, *, now: datetime) -> bool:
    """Whether nobody has to wait for the source at the moment."""
    row = _row(session, retailer, source, now)
    return row.next_at <= now


def claim(session: Session, retailer: str, source: str, *, lease: timedelta, now: datetime) -> SourceAsked | None:
    """Answer the row of a source that is due, ours for the lease; None when it is not, or another worker has it."""
    _row(session, retailer, source, now)
    query = select(SourceAsked).where(
        SourceAsked.retailer == retailer, SourceAsked.source == source, SourceAsked.next_at <= now
    )
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is not None:
        row.next_at = now + lease
    return row


def answered(
    session: Session,
    retailer: str,
    source: str,
    *,
    now: datetime,
    next_at: datetime | None = None,
    until: datetime | None = None,
    found: int = 0,
) -> None:
    """The source has answered in full. next_at: when to ask next; None: whenever something is due. until: for which
    moment that holds; None: now. found: how much of it was new to us.
    """
    row = _row(session, retailer, source, now)
    row.failures, row.done_at, row.next_at = 0, until or now, next_at or now
    row.found += found


def failed(session: Session, retailer: str, source: str, *, retry_after_s: float | None, now: datetime) -> None:
    """The source could not be asked: it rests, longer each time."""
    row = _row(session, retailer, source, now)
    row.failures += 1
    row.next_at = now + pause_after_failure(row.failures, retry_after_s)


def _row(session: Session, retailer: str, source: str, now: datetime) -> SourceAsked:
    query = select(SourceAsked).where(SourceAsked.retailer == retailer, SourceAsked.source == source)
    known = session.scalars(query).one_or_none()
    if known is not None:
        return known
    fresh = SourceAsked(retailer=retailer, source=source, next_at=now, done_at=None, failures=0, found=0)
    return fresh if insert_once(session, fresh) else session.scalars(query).one()
