"""The queues of the desk: which cases an agent looks at, what burns first, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy.orm import Session

from flows.models import Case
from tracking_core.models import Shipment

#: mine: unsettled, the agent's own, not snoozed. unassigned: nobody has it. soon: four fifths of the time are gone.
#: breached: overdue. all: unsettled, whoever has it. snoozed; resolved: what they say.
#: mine, unassigned, soon and breached begin with what is due first, all with the last activity, snoozed with what
#: wakes first, resolved with what was settled last.
Queue = Literal["mine", "unassigned", "soon", "breached", "all", "snoozed", "resolved"]
QUEUES: tuple[Queue, ...] = get_args(Queue)
Heat = Literal["fine", "soon", "breached", "paused", "over"]


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
class Row:
    """One case in a queue."""

    case: Case
    #: The case's parcel, else the newest one of the same phone; None: nobody knows of one.
    parcel: Shipment | None
    #: Something has happened since the agent looked.
    unread: bool
    #: Where `case.due_at` stands; paused: nothing is due while it is snoozed, over: resolved.
    heat: Heat
    #: The newest words of the customer, or what happened, at most 200 characters; None: there are none.
    last_words: str | None
    #: When the last thing happened.
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a queue."""

    rows: Sequence[Row]
    #: Where the next part begins; None: this was the last one.
    next: str | None


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
    raise NotImplementedError


def counts(session: Session, retailer: str, *, agent: str, now: datetime) -> dict[Queue, int]:
    """How many cases are in each queue but `resolved`, which only grows."""
    raise NotImplementedError
