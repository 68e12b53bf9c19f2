"""What a person decides about messages that came to nothing: tried again, taken as arrived, or let be.

Each answers whether it was done: what a provider's word or another person has settled meanwhile stays settled.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, InboxState, OutboundMessage, Status
from channels.models import InboxRow, OutboxRow
from channels.rules import RULES
from db import wake

ARRIVED = "An agent knows that it arrived."
AGAIN = "An agent had it sent again."
LEFT = "An agent has let it be."
#: What tells of a moment is not told after it; an agent's own words and answers may come later than meant.
MAY_BE_LATE = frozenset({Category.REPLY, Category.CASE, Category.CONSENT, Category.PROOF})


class TooLate(ValueError):
    """This text was of use at one moment, and that is over. Write to the person instead."""


class NotAgain(ValueError):
    """This text cannot be sent again: its words are gone, or were another person's on a driver line."""


def arrived(session: Session, row: OutboxRow, *, now: datetime) -> bool:
    """A text of which nobody knew whether it went: a person knows that it did."""
    return _settle(session, row, Status.SENT, now=now, reason=ARRIVED, sent_at=row.attempted_at or now)


def let_be(session: Session, row: OutboxRow, *, now: datetime) -> bool:
    """A text of which nobody knew whether it went: it is not sent again."""
    return _settle(session, row, Status.FAILED, now=now, reason=LEFT)


def send_again(session: Session, row: OutboxRow, *, now: datetime, key: str) -> bool:
    """Send a text again that did not arrive, or of which nobody knows. Raises TooLate, NotAgain.

    One of which nobody knew keeps its row and its place; one that failed becomes a new one, owed once for each key, to
    which consent and the person's STOP apply as to any.
    """
    valid_until = _valid(row, now)
    if row.state == Status.UNKNOWN:
        again = _change(row, Status.UNKNOWN).values(
            state=Status.QUEUED, look_at=None, possible_duplicate=True, reason=AGAIN, valid_until=valid_until
        )
        done = session.execute(again.returning(OutboxRow.id)).first() is not None
        if done:
            wake(session, "outbox")
        return done
    if row.state not in (Status.FAILED, Status.UNDELIVERED, Status.EXPIRED):
        return False
    message = OutboundMessage(
        channel=row.channel,
        sender=row.sender,
        recipient=row.recipient,
        text=row.text,
        category=Category(row.category),
        retailer=row.retailer,
        media=tuple(row.media),
        subject=row.subject,
        valid_until=valid_until,
        shipment_id=row.shipment_id,
    )
    return outbox.enqueue(session, message, key=key, now=now)


def may_go_again(row: OutboxRow, *, now: datetime) -> bool:
    """Whether sending it again could be of use at all."""
    try:
        _valid(row, now)
    except (TooLate, NotAgain):
        return False
    return True


def route_again(session: Session, row: InboxRow) -> bool:
    """Let a text that failed five times be handled once more, from the beginning."""
    fresh = {"attempts": 0, "not_before": None, "lease_until": None, "handled_at": None, "handled_by": None}
    back = update(InboxRow).where(InboxRow.id == row.id, InboxRow.state == InboxState.DEAD)
    done = session.execute(back.values(state=InboxState.RECEIVED, **fresh).returning(InboxRow.id)).first() is not None
    if done:
        wake(session, "inbox")
    return done


def put_aside(session: Session, row: InboxRow, *, now: datetime) -> bool:
    """A text that failed five times has been seen to by a person."""
    seen = update(InboxRow).where(InboxRow.id == row.id, InboxRow.state == InboxState.DEAD)
    seen = seen.values(state=InboxState.HANDLED, handled_by="agent", handled_at=now)
    return session.execute(seen.returning(InboxRow.id)).first() is not None


def _settle(session: Session, row: OutboxRow, state: Status, *, now: datetime, reason: str, **values: object) -> bool:
    change = _change(row, Status.UNKNOWN).values(state=state, look_at=None, settled_at=now, reason=reason, **values)
    done = session.execute(change.returning(OutboxRow.id)).first() is not None
    if done:
        wake(session, "outbox")  # it held its conversation back
    return done


def _change(row: OutboxRow, state: Status) -> Update:
    return update(OutboxRow).where(OutboxRow.id == row.id, OutboxRow.state == state)


def _valid(row: OutboxRow, now: datetime) -> datetime:
    """Until when it is of use when it is sent again now."""
    category = Category(row.category)
    if category is Category.RELAY or not (row.text or row.media):
        raise NotAgain(NotAgain.__doc__)
    if row.valid_until > now:
        return row.valid_until
    if category not in MAY_BE_LATE:
        raise TooLate(TooLate.__doc__)
    return now + RULES[category].validity


def find(session: Session, retailer: str, direction: str, row_id: int) -> InboxRow | OutboxRow | None:
    """The retailer's message of that box, as it is now; None also for another retailer's."""
    box: Any = InboxRow if direction == "in" else OutboxRow
    query = select(box).where(box.id == row_id, box.retailer == retailer)
    found: InboxRow | OutboxRow | None = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return found
