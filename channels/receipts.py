"""What providers say later about a text: kept at once, applied in a tick, never moving a text backwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from channels.errors import Action, classify
from channels.messages import Receipt, Status
from channels.models import Contact, OutboxRow, ReceiptRow
from channels.redact import storable
from channels.settle import about_person
from db import insert_once

#: How far along a provider's word says a text is. What is not higher changes nothing.
RANK: dict[str, int] = {
    Status.QUEUED: 0,
    Status.HELD: 0,
    Status.SENDING: 1,
    Status.SENT: 2,
    Status.DELIVERED: 3,
    Status.UNDELIVERED: 3,
    Status.FAILED: 3,
}
TERMINAL = 3
_WITHOUT_ANSWER = (Status.SENDING, Status.UNKNOWN, Status.QUEUED, Status.FAILED, Status.EXPIRED)
#: A text that did not reach the phone is tried once more after this, if it is of use for so long.
DELIVERY_RETRY = timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(days=7)
APPLIED, NOTHING_NEW, CONTRADICTS, ORPHAN, RETRIED = (
    "applied",
    "nothing new",
    "contradicts what was final",
    "nobody's",
    "to be tried again",
)


def take(session: Session, receipt: Receipt, *, now: datetime) -> bool:
    """Keep what a provider says. False: it has said exactly that before. `apply` does the rest, in a tick."""
    row = ReceiptRow(
        channel=receipt.channel,
        provider_id=storable(receipt.provider_id),
        reference=storable(receipt.outbox_id) if receipt.outbox_id else None,
        status=receipt.status,
        raw_status=storable(receipt.raw_status or receipt.status),
        error=storable(receipt.error) if receipt.error else None,
        received_at=now,
    )
    return insert_once(session, row)


def apply(session: Session, now: datetime, limit: int = 200) -> int:
    """A tick: apply what waits, oldest first, and answer how many were. Call it again while it answers `limit`.

    A receipt finds its text by the reference it carries, which also tells us the provider's id while we do not know
    it, else by that id. One whose text is not known yet waits, for at most seven days, and holds up no other.
    """
    waiting = select(ReceiptRow, OutboxRow).join(OutboxRow, OutboxRow.id == _row_of_receipt())
    waiting = waiting.where(ReceiptRow.applied_at.is_(None)).order_by(ReceiptRow.received_at, ReceiptRow.id)
    locked = waiting.limit(limit).with_for_update(of=(ReceiptRow, OutboxRow), skip_locked=True)
    pairs = session.execute(locked.execution_options(populate_existing=True)).all()
    for receipt, row in pairs:
        receipt.note = _apply(session, row, receipt, now)
        receipt.applied_at = now
    session.flush()
    _delivered(session, [row for receipt, row in pairs if receipt.status == Status.DELIVERED])
    _give_up(session, now)
    return len(pairs)


def _row_of_receipt() -> object:
    by_reference, by_id = aliased(OutboxRow), aliased(OutboxRow)
    return func.coalesce(
        select(by_reference.id).where(by_reference.reference == ReceiptRow.reference).scalar_subquery(),
        select(func.min(by_id.id))
        .where(by_id.provider_id == ReceiptRow.provider_id, by_id.channel == ReceiptRow.channel)
        .scalar_subquery(),
    )


def _apply(session: Session, row: OutboxRow, receipt: ReceiptRow, now: datetime) -> str:
    adopted = _adopt(row, receipt, now)
    if row.state not in RANK or row.state in (Status.QUEUED, Status.HELD):
        return NOTHING_NEW  # cancelled, expired, or being tried again: this is about an attempt that is over
    is_, was = RANK.get(receipt.status, 0), RANK[row.state]
    if was == TERMINAL:
        contradicts = is_ == TERMINAL and receipt.status != row.state
        return CONTRADICTS if contradicts else NOTHING_NEW
    if is_ < TERMINAL:
        return APPLIED if adopted else NOTHING_NEW
    if receipt.status == Status.DELIVERED:
        row.state, row.settled_at, row.error_code, row.reason = Status.DELIVERED, now, None, None
        return APPLIED
    return _did_not_arrive(session, row, receipt, now)


def _adopt(row: OutboxRow, receipt: ReceiptRow, now: datetime) -> bool:
    """Whatever it says, it proves that the provider has the text: an attempt without an answer was sent.

    That holds as well when we have given the attempt up meanwhile; a second one that has not begun is not needed.
    """
    if row.provider_id is not None or row.reference != receipt.reference or row.state not in _WITHOUT_ANSWER:
        return False
    row.provider_id, row.state, row.sent_at = receipt.provider_id, Status.SENT, row.sent_at or row.attempted_at or now
    row.look_at, row.lease_until, row.reason, row.error_code, row.settled_at = None, None, None, None, None
    return True


def _did_not_arrive(session: Session, row: OutboxRow, receipt: ReceiptRow, now: datetime) -> str:
    what = classify(receipt.error)
    row.error_code, row.reason = receipt.error, what.words
    again = now + DELIVERY_RETRY
    if what.action is Action.RETRY_DELIVERY and not row.delivery_retried and again < row.valid_until:
        # Planned, not queued: for a quarter of an hour it blocks nobody, and then takes a new place.
        row.state, row.not_before, row.seq = Status.HELD, again, None
        row.provider_id, row.reference, row.delivery_retried = None, None, True
        return RETRIED
    row.state, row.settled_at = receipt.status, now
    session.flush()
    about_person(session, row, what, code=receipt.error or "", now=now)
    return APPLIED


def _delivered(session: Session, rows: Sequence[OutboxRow]) -> None:
    """A phone that got a text can be reached: what was noted against it is forgotten."""
    for retailer in {row.retailer for row in rows}:
        reached = {row.recipient for row in rows if row.retailer == retailer}
        session.execute(
            update(Contact)
            .where(Contact.retailer == retailer, Contact.address.in_(reached), Contact.unreachable_at.is_not(None))
            .values(unreachable_at=None, unreachable_code=None)
        )


def _give_up(session: Session, now: datetime) -> None:
    old = update(ReceiptRow).where(ReceiptRow.applied_at.is_(None), ReceiptRow.received_at <= now - GIVEN_UP_AFTER)
    session.execute(old.values(applied_at=now, note=ORPHAN))
