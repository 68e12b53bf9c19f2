"""Sends of which nobody knows whether they went: asked about at set times, and settled by the category's rule.

Never sent again before the last look. A callback that carries the attempt's reference settles it sooner, in
`channels.receipts`.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, Channel, OutboundMessage, SendError, Status
from channels.models import OutboxRow
from db import Database, wake

log = logging.getLogger(__name__)
#: While one worker asks about a row, the others leave it alone for so long.
_ASKING = timedelta(seconds=60)
#: A provider that cannot be asked is asked again after this, and given up on after that.
_ASK_AGAIN = timedelta(seconds=60)
_GIVEN_UP_AFTER = timedelta(hours=24)
NOBODY_KNOWS = "Nobody knows whether this was sent: the provider could not be asked."
NOT_FOUND = "The provider knows nothing of it."


def lose(session: Session, *, now: datetime, looks_s: Sequence[float], limit: int = 200) -> int:
    """Call unknown what was being sent when its lease ended: its worker is gone, or its answer was."""
    lost = select(OutboxRow).where(OutboxRow.state == Status.SENDING, OutboxRow.lease_until <= now)
    rows = session.scalars(lost.order_by(OutboxRow.id).limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.state, row.lease_until, row.looks = Status.UNKNOWN, None, 0
        row.look_at = (row.attempted_at or now) + timedelta(seconds=looks_s[0])
        row.reason = "The worker that was sending it did not live to tell."
    session.flush()
    return len(rows)


def settle_unknown(
    database: Database, channels: Mapping[str, Channel], *, now: datetime, looks_s: Sequence[float], limit: int = 50
) -> int:
    """A tick: ask the channels about rows that are due for a look; answers how many are settled now.

    looks_s: seconds after the attempt at which to look, rising; at least one. Channels are asked with nothing open.
    """
    with database.write() as session:
        lose(session, now=now, looks_s=looks_s)
        rows = _due(session, now, limit)
    settled = 0
    for row in rows:
        channel = channels.get(row.channel)
        if channel is None:
            continue
        try:
            found = channel.find(_asked(row))
        except SendError as error:
            log.warning("outbox: row %d cannot be asked about: %s", row.id, error.code)
            _ask_again(database, row, now)
            continue
        with database.write() as session:
            settled += _looked(session, row, found, now=now, looks_s=looks_s)
    return settled


def _due(session: Session, now: datetime, limit: int) -> list[OutboxRow]:
    """Take the rows to ask about, so that no other worker asks at the same time; nothing else is changed yet."""
    due = select(OutboxRow).where(OutboxRow.state == Status.UNKNOWN, OutboxRow.look_at <= now)
    rows = list(session.scalars(due.order_by(OutboxRow.look_at).limit(limit).with_for_update(skip_locked=True)))
    for row in rows:
        row.look_at = now + _ASKING
    session.flush()
    session.expunge_all()
    return rows


def _asked(row: OutboxRow) -> OutboundMessage:
    return OutboundMessage(
        row.channel,
        row.sender,
        row.recipient,
        row.text,
        Category(row.category),
        row.retailer,
        tuple(row.media),
        row.subject,
        row.valid_until,
        row.shipment_id,
        row.reference or "",
        row.attempted_at,
    )


def _ask_again(database: Database, row: OutboxRow, now: datetime) -> None:
    """The look does not count: nobody was asked. After a day a person must decide, and the row waits for that."""
    given_up = now - (row.attempted_at or now) >= _GIVEN_UP_AFTER
    with database.write() as session:
        _change(session, row, look_at=None if given_up else now + _ASK_AGAIN, reason=NOBODY_KNOWS)


def _looked(session: Session, row: OutboxRow, found: str | None, *, now: datetime, looks_s: Sequence[float]) -> bool:
    if found is not None and not outbox.knows(session, row.channel, found):
        sent_at = row.attempted_at or now
        return _change(
            session,
            row,
            state=Status.SENT,
            provider_id=found,
            sent_at=sent_at,
            look_at=None,
            reason=None,
            error_code=None,
        )
    looks = row.looks + 1
    if looks < len(looks_s):
        look_at = (row.attempted_at or now) + timedelta(seconds=looks_s[looks])
        _change(session, row, looks=looks, look_at=look_at)
        return False
    return _decide(session, row, looks, now)


def _decide(session: Session, row: OutboxRow, looks: int, now: datetime) -> bool:
    """Nobody has seen it: send it once more if its category and the clock allow, else let it be."""
    rule = outbox.RULES[Category(row.category)]
    ended = {"looks": looks, "look_at": None, "settled_at": now}
    if row.possible_duplicate or not rule.resend_on_unknown:
        return _change(session, row, state=Status.FAILED, reason=f"{NOT_FOUND} It is not sent again.", **ended)
    if row.valid_until <= now:
        return _change(session, row, state=Status.EXPIRED, reason=f"{NOT_FOUND} {outbox.TOO_LATE}", **ended)
    again = _change(
        session,
        row,
        state=Status.QUEUED,
        looks=looks,
        look_at=None,
        possible_duplicate=True,
        reason=f"{NOT_FOUND} It is sent again.",
    )
    if again:
        wake(session, "outbox")
    return again


def _change(session: Session, row: OutboxRow, **values: object) -> bool:
    """Write, unless the row has moved on since it was taken: a callback has come, or another worker looked."""
    change = update(OutboxRow).where(
        OutboxRow.id == row.id,
        OutboxRow.state == Status.UNKNOWN,
        OutboxRow.lease_epoch == row.lease_epoch,
        OutboxRow.looks == row.looks,
    )
    change = change.values(**values).execution_options(synchronize_session=False)
    return session.execute(change.returning(OutboxRow.id)).first() is not None
