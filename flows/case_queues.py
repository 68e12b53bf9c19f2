"""The queues of the desk: which cases an agent looks at, what burns first, page by page."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from db import UtcDateTime
from flows.case_rows import Row, rows_of
from flows.models import Case

__all__ = ["QUEUES", "Filters", "Page", "Queue", "Row", "counts", "cursor_of", "narrowed", "place_of", "queue"]

#: mine: unsettled, the agent's own, not snoozed. unassigned: nobody has it. soon: four fifths of the time are gone.
#: breached: overdue. all: unsettled, whoever has it. snoozed; resolved: what they say.
#: mine, unassigned, soon and breached begin with what is due first, all with the last activity, snoozed with what
#: wakes first, resolved with what was settled last.
Queue = Literal["mine", "unassigned", "soon", "breached", "all", "snoozed", "resolved"]
QUEUES: tuple[Queue, ...] = get_args(Queue)
#: Stands for whoever has no agent in a filter.
NOBODY = "nobody"
#: Counting further than a badge can show costs time and says nothing.
COUNTED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What else must be true of a case; None: anything."""

    #: open, claimed, snoozed, resolved; narrows the queue.
    state: str | None = None
    reason: str | None = None
    #: low, medium, high, urgent.
    priority: str | None = None
    #: E-mail of an agent; the word `nobody`: nobody has it.
    assignee: str | None = None
    #: sms, email.
    channel: str | None = None
    #: Two letters.
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a queue."""

    rows: Sequence[Row]
    #: Where the next part begins; None: this was the last one.
    next: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """By which column a queue is sorted, and which way."""

    column: Any
    descending: bool = False


_DUE = _Order(Case.due_at)
_ORDERS: dict[Queue, _Order] = {
    "mine": _DUE,
    "unassigned": _DUE,
    "soon": _DUE,
    "breached": _DUE,
    "all": _Order(Case.last_entry_id, descending=True),
    "snoozed": _Order(Case.snoozed_until),
    "resolved": _Order(Case.resolved_at, descending=True),
}


def queue(
    session: Session,
    retailer: str,
    name: Queue,
    *,
    agent: str,
    now: datetime,
    filters: Filters | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Answer a part of a queue. agent: e-mail of who looks: whose `mine` it is and what is unread.

    cursor: the `next` of the part before. Raises ValueError for a queue nobody knows and a cursor that is none of ours.
    """
    if name not in _ORDERS:
        raise ValueError(f"{name!r} is no queue")
    query = narrowed(select(Case).where(Case.retailer == retailer, _inside(name, agent, now)), filters)
    return _part(session, retailer, query, _ORDERS[name], agent=agent, now=now, cursor=cursor, limit=limit)


def counts(session: Session, retailer: str, *, agent: str, now: datetime) -> dict[Queue, int]:
    """How many cases are in each queue but `resolved`, which only grows.

    `COUNTED_MAX`, a thousand, stands for that many or more.
    """
    names = [name for name in QUEUES if name != "resolved"]
    counted = []
    for name in names:
        some = select(Case.id).where(Case.retailer == retailer, _inside(name, agent, now)).limit(COUNTED_MAX).subquery()
        counted.append(select(func.count()).select_from(some).scalar_subquery())
    return dict(zip(names, session.execute(select(*counted)).one(), strict=True))


def narrowed(query: Select[Case], filters: Filters | None) -> Select[Case]:
    """The query, with what the filters say besides."""
    if filters is None:
        return query
    for column, wanted in (
        (Case.state, filters.state),
        (Case.reason, filters.reason),
        (Case.priority, filters.priority),
        (Case.channel, filters.channel),
        (Case.language, filters.language),
    ):
        query = query.where(column == wanted) if wanted else query
    if filters.assignee == NOBODY:
        return query.where(Case.assignee.is_(None))
    return query.where(Case.assignee == filters.assignee) if filters.assignee else query


def _part(
    session: Session,
    retailer: str,
    query: Select[Case],
    order: Any,
    *,
    agent: str,
    now: datetime,
    cursor: str | None,
    limit: int,
) -> Page:
    column, key = order.column, tuple_(order.column, Case.id)
    if cursor is not None:
        place = place_of(cursor, column)
        query = query.where(key < place if order.descending else key > place)
    ways = (column.desc(), Case.id.desc()) if order.descending else (column, Case.id)
    found = session.scalars(query.order_by(*ways).limit(limit + 1)).all()
    shown = found[:limit]
    following = cursor_of(getattr(shown[-1], column.key), shown[-1].id) if len(found) > limit else None
    return Page(rows_of(session, retailer, shown, agent=agent, now=now), following)


def _inside(name: Queue, agent: str, now: datetime) -> ColumnElement[bool]:
    """What is true of the cases of a queue; the partial indices of `Case` are made for these words."""
    live = Case.state != "resolved"
    rules: dict[Queue, ColumnElement[bool]] = {
        "mine": and_(Case.state.in_(("open", "claimed")), Case.assignee == agent, Case.due_at.is_not(None)),
        "unassigned": and_(Case.state == "open", Case.assignee.is_(None), Case.due_at.is_not(None)),
        "soon": and_(live, Case.due_at > now, Case.soon_at <= now),
        "breached": and_(live, Case.due_at <= now),
        "all": live,
        "snoozed": and_(Case.state == "snoozed", Case.snoozed_until.is_not(None)),
        "resolved": and_(Case.state == "resolved", Case.resolved_at.is_not(None)),
    }
    return rules[name]


def cursor_of(value: datetime | int, row_id: int) -> str:
    """The place after a row, as an opaque word."""
    said = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([said, row_id]).encode()).rstrip(b"=").decode()


def place_of(cursor: str, column: Any) -> Any:
    """The place of a cursor as the database compares it. Raises ValueError."""
    timed = isinstance(column.type, UtcDateTime)
    try:
        said = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        value = _value(said[0], timed=timed) if isinstance(said, list) and len(said) == 2 else None
    except (ValueError, RecursionError):
        said, value = [], None
    if value is None or not _is_id(said[1]):
        raise ValueError("that is no place in a queue")
    return tuple_(value, said[1], types=[column.type, Case.id.type])


def _value(said: object, *, timed: bool) -> datetime | int | None:
    if not timed:
        return said if isinstance(said, int) and _is_id(said + 1) else None
    at = datetime.fromisoformat(said) if isinstance(said, str) else None
    return at if at is not None and at.tzinfo is not None else None


def _is_id(said: object) -> bool:
    return isinstance(said, int) and 0 < said < 2**63
