"""A whole retailer in shadow: everything is decided and written down, and nothing leaves the house."""

from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from channels.messages import Status
from channels.models import Contact, Conversation, OutboxRow, RetailerInShadow
from channels.outbox import IN_SHADOW
from db import insert_once

#: What never reached anybody.
NEVER_SENT = (Status.SHADOW, Status.CANCELLED, Status.EXPIRED, Status.HELD)


def enter(session: Session, retailer: str, *, now: datetime) -> bool:
    """Put the retailer into shadow. What waits to be sent stays unsent for good. False: it was in shadow already."""
    if not insert_once(session, RetailerInShadow(retailer=retailer, since=now)):
        return False
    planned = update(OutboxRow).where(OutboxRow.retailer == retailer, OutboxRow.state == Status.HELD)
    session.execute(planned.values(shadow=True).execution_options(synchronize_session=False))
    due = update(OutboxRow).where(
        OutboxRow.retailer == retailer, OutboxRow.state == Status.QUEUED, OutboxRow.lease_until.is_(None)
    )
    kept = due.values(state=Status.SHADOW, shadow=True, reason=IN_SHADOW, settled_at=now)
    session.execute(kept.execution_options(synchronize_session=False))
    return True


def leave(session: Session, retailer: str) -> bool:
    """Let the retailer's messages go out from now on; nothing of the past does. False: it was not in shadow."""
    gone = delete(RetailerInShadow).where(RetailerInShadow.retailer == retailer).returning(RetailerInShadow.retailer)
    if session.execute(gone).first() is None:
        return False
    forget_first_texts(session, retailer)
    return True


def forget_first_texts(session: Session, retailer: str, *, address: str | None = None) -> None:
    """Whoever has read nothing of ours yet is told at the first real text how to opt out.

    address: only that person.
    """
    reached = exists(
        select(OutboxRow.id)
        .join(Conversation, Conversation.id == OutboxRow.conversation_id)
        .where(
            Conversation.theirs == Contact.address,
            OutboxRow.retailer == Contact.retailer,
            OutboxRow.state.not_in(NEVER_SENT),
        )
    )
    change = update(Contact).where(Contact.retailer == retailer, Contact.first_told_at.is_not(None), ~reached)
    if address is not None:
        change = change.where(Contact.address == address)
    session.execute(change.values(first_told_at=None).execution_options(synchronize_session=False))
