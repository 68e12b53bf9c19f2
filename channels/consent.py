"""Who may be texted: one contact per retailer and person, and a record of every word said about it."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from channels import outbox
from channels.consent_words import ConsentWord, read_word
from channels.messages import Category
from channels.models import BlockedPair, ConsentRecord, Contact, Conversation, InboxRow, OurAddress
from channels.talks import hold
from db import insert_once

__all__ = [
    "ConsentWord", "block_pair", "contact", "first_text", "is_opted_out", "mark_unreachable", "opt_in", "opt_out",
    "read_word",
]  # fmt: skip


def contact(session: Session, retailer: str, address: str, *, now: datetime) -> Contact:  # noqa: ARG001  see below
    """Answer what this person has told this retailer; the row is made when it is missing.

    now: part of the signature so that callers need not change when contacts gain a date of birth of their own.
    """
    find = select(Contact).where(Contact.retailer == retailer, Contact.address == address)
    found = session.scalar(find)
    if found is not None:
        return found
    fresh = Contact(retailer=retailer, address=address)
    return fresh if insert_once(session, fresh) else session.scalars(find).one()


def is_opted_out(session: Session, retailer: str, address: str) -> bool:
    """Whether the person has opted out of this retailer's texts."""
    out = select(Contact.id).where(
        Contact.retailer == retailer, Contact.address == address, Contact.opted_out_at.is_not(None)
    )
    return session.execute(out).first() is not None


def opt_out(
    session: Session, *, retailer: str, address: str, by: str, now: datetime, inbox_id: int | None = None
) -> bool:
    """Opt a person out and cancel what is queued or planned for them, in this transaction. False: they were out.

    by: stop, words, page, provider, agent, api. inbox_id: the text that said it; the number of ours it was sent to is
    blocked for this person as well. Texts of category `consent` still go: the confirmation is one.
    """
    # Whoever is queueing a text for this person right now commits first, and is then cancelled below.
    hold(session, [address])
    ours = _ours(session, inbox_id)
    if ours is not None:
        block_pair(session, ours=ours, theirs=address, now=now)
    person = contact(session, retailer, address, now=now)
    changed = session.execute(
        update(Contact)
        .where(Contact.id == person.id, Contact.opted_out_at.is_(None))
        .values(opted_out_at=now, opted_out_by=by)
        .returning(Contact.id)
    ).first()
    if changed is not None:
        session.add(
            ConsentRecord(retailer=retailer, address=address, action="opted_out", by=by, inbox_id=inbox_id, at=now)
        )
    outbox.cancel(
        session, now=now, reason="The person has opted out.", recipient=address, retailer=retailer, but=Category.CONSENT
    )
    return changed is not None


def opt_in(
    session: Session,
    *,
    retailer: str,
    address: str,
    by: str,
    now: datetime,
    inbox_id: int | None = None,
    lift_blocks: bool = True,
) -> bool:
    """Opt a person in again. False: they were not out.

    by: start, page, agent, api. inbox_id: the text that said it; it lifts the block of the number it was sent to, as
    the provider does. Without one the blocks of all the retailer's numbers are lifted here, though the provider may
    keep its own. lift_blocks: False where somebody says yes who never stopped a number, only the texts.
    """
    hold(session, [address])
    ours = _ours(session, inbox_id)
    lifted = delete(BlockedPair).where(BlockedPair.theirs == address)
    if ours is not None:
        session.execute(lifted.where(BlockedPair.ours == ours))
    elif lift_blocks:
        own = select(OurAddress.address).where(OurAddress.retailer == retailer)
        session.execute(lifted.where(BlockedPair.ours.in_(own)))
    changed = session.execute(
        update(Contact)
        .where(Contact.retailer == retailer, Contact.address == address, Contact.opted_out_at.is_not(None))
        .values(opted_out_at=None, opted_out_by=None)
        .returning(Contact.id)
    ).first()
    if changed is None:
        return False
    session.add(ConsentRecord(retailer=retailer, address=address, action="opted_in", by=by, inbox_id=inbox_id, at=now))
    return True


def first_text(session: Session, retailer: str, address: str, *, now: datetime) -> bool:
    """Whether this is the retailer's first text ever to that person; from now on it is not. It carries the hint."""
    person = contact(session, retailer, address, now=now)
    first = (
        update(Contact)
        .where(Contact.id == person.id, Contact.first_told_at.is_(None))
        .values(first_told_at=now)
        .returning(Contact.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(first).first() is not None


def block_pair(session: Session, *, ours: str, theirs: str, now: datetime) -> bool:
    """Note that this address of ours must not text this person. False: it was noted."""
    return insert_once(session, BlockedPair(ours=ours, theirs=theirs, since=now))


def mark_unreachable(session: Session, *, retailer: str, address: str, code: str, now: datetime) -> None:
    """Note the provider's word that this address cannot be texted; flows choose another way from then on."""
    person = contact(session, retailer, address, now=now)
    session.execute(update(Contact).where(Contact.id == person.id).values(unreachable_code=code, unreachable_at=now))


def _ours(session: Session, inbox_id: int | None) -> str | None:
    """Answer the address of ours that an inbound text was sent to."""
    if inbox_id is None:
        return None
    find = select(Conversation.ours).join(InboxRow, InboxRow.conversation_id == Conversation.id)
    return session.scalar(find.where(InboxRow.id == inbox_id))
