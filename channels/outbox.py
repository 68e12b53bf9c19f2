"""Everything that goes out: owed once for each reason, in order, and only while it is of use and welcome."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, text, update
from sqlalchemy.orm import Session

from channels.messages import Category, OutboundMessage, Status
from channels.models import UNDELIVERED, BlockedPair, Contact, Conversation, OutboxRow, RetailerInShadow
from channels.redact import storable
from channels.rows import place
from channels.rules import MILESTONE_VALIDITY, RULES, Rule
from channels.segments import count
from db import insert_once, wake

__all__ = [
    "MILESTONE_VALIDITY", "RULES", "Rule", "cancel", "enqueue", "expire", "knows", "mark_fallback", "promote",
    "undelivered_without_fallback",
]  # fmt: skip

OPTED_OUT = "The person has opted out."
BLOCKED = "The person has blocked this sender."
TOO_LATE = "It was too late for this text."
IN_SHADOW = "Shadow mode: kept, not sent."


def enqueue(
    session: Session,
    message: OutboundMessage,
    *,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    shadow: bool = False,
) -> bool:
    """Owe a message, in the caller's transaction. False: it is owed already, for the same reason.

    key: a sentence that says why, such as `milestone:42:out_for_delivery:1`. not_before: planned for later; until then
    it has no place in its conversation and blocks nobody. shadow: kept, never sent; so is every message of a retailer
    in shadow. A planned one lives as any other until its hour comes. A message to somebody who has opted out (or
    blocked the sender) is kept as `cancelled`, so that the ledger shows it; `consent` goes all the same.
    """
    if session.scalar(select(OutboxRow.id).where(OutboxRow.key == key)) is not None:
        return False
    rule = RULES[message.category]
    valid_until = message.valid_until or max(now, not_before or now) + rule.validity
    state, reason, in_shadow = _first_state(session, message, now, not_before, valid_until, shadow=shadow)
    queued = state is Status.QUEUED
    ours = message.ours or message.sender
    conversation_id, seq = place(
        session, retailer=message.retailer, ours=ours, theirs=message.recipient, places=int(queued)
    )
    body = storable(message.text)
    row = OutboxRow(
        key=key,
        retailer=message.retailer,
        conversation_id=conversation_id,
        seq=seq if queued else None,
        channel=message.channel,
        sender=message.sender,
        recipient=message.recipient,
        subject=message.subject,
        text=body,
        media=list(message.media),
        category=message.category.value,
        priority=rule.priority,
        segments=count(body).segments if message.channel == "sms" else 0,
        shipment_id=message.shipment_id,
        created_at=now,
        not_before=not_before if state is Status.HELD else None,
        valid_until=valid_until,
        state=state.value,
        reason=reason,
        shadow=in_shadow,
        settled_at=None if queued or state is Status.HELD else now,
    )
    if not insert_once(session, row):
        return False
    if queued:
        _let_pass(session, conversation_id, rule.priority)
        wake(session, "outbox")
    return True


def _first_state(
    session: Session,
    message: OutboundMessage,
    now: datetime,
    not_before: datetime | None,
    valid_until: datetime,
    *,
    shadow: bool,
) -> tuple[Status, str | None, bool]:
    """Answer the state a message begins in, why, and whether it is one that is never sent."""
    out, blocked, retailer_too = session.execute(
        select(
            exists().where(
                Contact.retailer == message.retailer,
                Contact.address == message.recipient,
                Contact.opted_out_at.is_not(None),
            ),
            exists().where(BlockedPair.ours == message.sender, BlockedPair.theirs == message.recipient),
            exists().where(RetailerInShadow.retailer == message.retailer),
        )
    ).one()
    shadow = shadow or retailer_too
    if valid_until <= now:
        return Status.EXPIRED, TOO_LATE, shadow
    if (out or blocked) and message.category is not Category.CONSENT:
        return Status.CANCELLED, OPTED_OUT if out else BLOCKED, shadow
    if not_before is not None and not_before > now:
        return Status.HELD, None, shadow
    return (Status.SHADOW, IN_SHADOW, True) if shadow else (Status.QUEUED, None, False)


def _let_pass(session: Session, conversation_id: int, priority: int) -> None:
    """Lend the newcomer's priority to those before it in its conversation: order stays, and nobody urgent waits.

    A claimed row is about to go anyway; leaving it alone also keeps locks in one order.
    """
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.conversation_id == conversation_id,
            OutboxRow.state == Status.QUEUED,
            OutboxRow.priority > priority,
            OutboxRow.lease_until.is_(None),
        )
        .values(priority=priority)
        .execution_options(synchronize_session=False)
    )


def cancel(
    session: Session,
    *,
    now: datetime,
    reason: str,
    recipient: str | None = None,
    retailer: str | None = None,
    shipment_id: int | None = None,
    category: Category | None = None,
    only_held: bool = False,
    but: Category | None = None,
) -> int:
    """Cancel what is queued or planned and fits every given filter; answers how many. Needs one filter at least.

    A claimed row whose sending has not begun is cancelled too. only_held: leave what is due. but: leave this category.
    """
    filters: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (OutboxRow.recipient, recipient),
            (OutboxRow.retailer, retailer),
            (OutboxRow.shipment_id, shipment_id),
            (OutboxRow.category, category),
        )
        if value is not None
    ]
    if not filters:
        raise ValueError("cancelling needs to know what: a recipient, a retailer, a shipment or a category")
    if recipient is not None:  # found by the person's conversations: there is no index over all recipients
        filters.append(OutboxRow.conversation_id.in_(select(Conversation.id).where(Conversation.theirs == recipient)))
    if but is not None:
        filters.append(OutboxRow.category != but)
    return _cancel(session, and_(*filters), now=now, reason=reason, only_held=only_held)


def _cancel(
    session: Session, which: ColumnElement[bool], *, now: datetime, reason: str, only_held: bool = False
) -> int:
    # Two statements, so that each finds its own partial index.
    states = (Status.HELD,) if only_held else (Status.HELD, Status.QUEUED)
    done = 0
    for state in states:
        change = update(OutboxRow).where(OutboxRow.state == state, which)
        change = change.values(state=Status.CANCELLED, reason=reason, settled_at=now, lease_until=None)
        done += len(session.execute(change.returning(OutboxRow.id)).all())
    return done


def promote(session: Session, now: datetime, limit: int = 500) -> int:
    """Give planned rows that are due their place in their conversation; answers how many are queued now.

    Conversations are locked before rows, as everywhere; one that is busy is left for the next tick. Those written in
    shadow mode are settled as `shadow` instead, and counted too.
    """
    due = and_(OutboxRow.state == Status.HELD, OutboxRow.not_before <= now)
    talks = select(OutboxRow.conversation_id).where(due).order_by(OutboxRow.not_before).limit(limit)
    free = select(Conversation.id).where(Conversation.id.in_(talks.scalar_subquery()))
    ids = session.scalars(free.order_by(Conversation.id).with_for_update(skip_locked=True)).all()
    rows = session.execute(
        select(OutboxRow.id, OutboxRow.conversation_id, OutboxRow.priority, OutboxRow.shadow)
        .where(due, OutboxRow.conversation_id.in_(ids), OutboxRow.valid_until > now)
        .order_by(OutboxRow.conversation_id, OutboxRow.not_before, OutboxRow.id)
        .limit(limit)
    ).all()
    kept = _keep(session, [row.id for row in rows if row.shadow], now)
    promoted = kept + sum(_promote(session, *row[:3]) for row in rows if not row.shadow)
    if promoted:
        wake(session, "outbox")
    return promoted


def _keep(session: Session, ids: Sequence[int], now: datetime) -> int:
    """The hour of these has come, and they go to nobody."""
    if not ids:
        return 0
    change = update(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == Status.HELD)
    change = change.values(state=Status.SHADOW, reason=IN_SHADOW, settled_at=now).returning(OutboxRow.id)
    return len(session.execute(change.execution_options(synchronize_session=False)).all())


def _promote(session: Session, row_id: int, conversation_id: int, priority: int) -> bool:
    step = update(Conversation).where(Conversation.id == conversation_id).values(next_seq=Conversation.next_seq + 1)
    seq = session.scalars(step.returning(Conversation.next_seq)).one() - 1
    change = update(OutboxRow).where(OutboxRow.id == row_id, OutboxRow.state == Status.HELD)
    change = change.values(state=Status.QUEUED, seq=seq, not_before=None).returning(OutboxRow.id)
    if session.execute(change.execution_options(synchronize_session=False)).first() is None:
        return False
    _let_pass(session, conversation_id, priority)
    return True


def expire(session: Session, now: datetime) -> int:
    """Set aside what has waited beyond its use, and what its recipient no longer wants; answers how many."""
    late = and_(
        OutboxRow.state.in_((Status.QUEUED, Status.HELD)),
        OutboxRow.valid_until <= now,
        or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until <= now),
    )
    expired = _settle_free(session, late, Status.EXPIRED, TOO_LATE, now)
    # Queued in the very moment of a STOP: the claim passes over them already, here the ledger learns it.
    out = exists().where(
        Contact.retailer == OutboxRow.retailer,
        Contact.address == OutboxRow.recipient,
        Contact.opted_out_at.is_not(None),
    )
    blocked = exists().where(BlockedPair.ours == OutboxRow.sender, BlockedPair.theirs == OutboxRow.recipient)
    for state in (Status.HELD, Status.QUEUED):  # two statements, so that each finds its own partial index
        unwelcome = and_(OutboxRow.state == state, OutboxRow.category != Category.CONSENT)
        expired += _settle_free(session, and_(unwelcome, out), Status.CANCELLED, OPTED_OUT, now)
        expired += _settle_free(session, and_(unwelcome, blocked), Status.CANCELLED, BLOCKED, now)
    return expired


def _settle_free(session: Session, which: ColumnElement[bool], state: Status, reason: str, now: datetime) -> int:
    """Settle those of the rows that nobody holds: who holds no conversation waits for no message."""
    free = select(OutboxRow.id).where(which).order_by(OutboxRow.id).with_for_update(of=OutboxRow, skip_locked=True)
    ids = session.scalars(free).all()
    if ids:
        change = update(OutboxRow).where(OutboxRow.id.in_(ids)).execution_options(synchronize_session=False)
        session.execute(change.values(state=state, reason=reason, settled_at=now, lease_until=None))
    return len(ids)


def undelivered_without_fallback(session: Session, limit: int = 100) -> Sequence[OutboxRow]:
    """Answer milestone texts that failed for good and that nobody has replaced yet, oldest first, locked.

    Call it in a writing transaction, see to each (an e-mail, or nothing), and `mark_fallback` it there: whatever
    happens, each is seen to once. Rows that another worker holds are passed over.
    """
    find = select(OutboxRow).where(text(UNDELIVERED)).order_by(OutboxRow.id).limit(limit)
    return session.scalars(find.with_for_update(skip_locked=True)).all()


def mark_fallback(session: Session, row: OutboxRow) -> None:
    """Note that another way to tell the person has been seen to (or that there is none)."""
    row.fallback_done = True
    session.flush()


def knows(session: Session, channel: str, provider_id: str) -> bool:
    """Whether a row of ours has this provider's id: an adapter that looks for a lost one passes over the others."""
    known: Any = select(OutboxRow.id).where(OutboxRow.provider_id == provider_id, OutboxRow.channel == channel)
    return session.execute(known.limit(1)).first() is not None
