"""After a restore: what was sent since the backup is found out before anything more is sent.

A restored outbox says `queued` for texts that went out after the backup was taken. So the provider is asked, person by
person, what they were sent, and what is found there is written down as sent. What nobody knows of is then sent, if it
is still of use; what is too old expires.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import SendError, Status
from channels.models import Heartbeat, OutboxRow
from channels.twilio_listing import Listing, SentText
from db import Database, utc_now

log = logging.getLogger("doorline.channels")

#: A worker gives a sign of life every few seconds and takes it back when it ends in order. One this old, and no other:
#: the machine stopped in the middle, or this database is a copy.
SILENCE = timedelta(minutes=15)
CLOCK_SKEW = timedelta(seconds=5)
AGAIN_S = 10.0
TRIAL_PREFIX = "Sent from your Twilio trial account - "


@dataclass(frozen=True, slots=True)
class _Owed:
    id: int
    recipient: str
    text: str
    created_at: datetime


class Restored:
    """Asked once, before the first text goes out. Made before this worker's own first sign of life."""

    def __init__(
        self, database: Database, listing: Listing | None, *, forced: bool, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """forced: the operator says that it is a restore. listing: who can be asked; None: nobody."""
        self._database, self._listing, self._clock = database, listing, clock
        self._needed = forced or self._looks_like_a_copy()

    def _looks_like_a_copy(self) -> bool:
        try:
            with self._database.read() as session:
                newest = session.scalar(select(func.max(Heartbeat.at)))
        except SQLAlchemyError:
            return False
        return newest is not None and self._clock() - newest > SILENCE

    def settle(self, stop: threading.Event) -> bool:
        """Return when all is known and sending may begin; False when `stop` was set before."""
        while self._needed and not stop.is_set():
            try:
                found = self.compare()
                log.warning("reconciled before sending: %s texts had been sent already", found)
                self._needed = False
            except SendError as error:
                log.warning("nothing is sent until the provider says what it has sent (%s)", error.code)
                stop.wait(AGAIN_S)
        return not stop.is_set()

    def compare(self) -> int:
        """Write down as sent what the provider has sent; answers how many. Raises SendError when it cannot be asked."""
        now = self._clock()
        with self._database.write() as session:
            outbox.expire(session, now)
            owed = _owed(session, now)
        if self._listing is None:
            return 0
        found = 0
        by_person: dict[str, list[_Owed]] = {}
        for one in owed:
            by_person.setdefault(one.recipient, []).append(one)
        for person, rows in by_person.items():
            sent = self._listing.sent(person, min(row.created_at for row in rows) - CLOCK_SKEW)
            with self._database.write() as session:
                found += _adopt(session, rows, sent)
        return found


def _owed(session: Session, now: datetime) -> list[_Owed]:
    """Texts that would go out now. Those whose sending had begun have a way of their own."""
    due = or_(OutboxRow.state == Status.QUEUED, (OutboxRow.state == Status.HELD) & (OutboxRow.not_before <= now))
    query = select(OutboxRow.id, OutboxRow.recipient, OutboxRow.text, OutboxRow.created_at)
    query = query.where(due, OutboxRow.channel == "sms", OutboxRow.shadow.is_(False)).order_by(OutboxRow.id)
    return [_Owed(*row) for row in session.execute(query)]


def _adopt(session: Session, rows: Sequence[_Owed], sent: Sequence[SentText]) -> int:
    """Match what is owed to one person with what they were sent: each text of the provider's is one of ours, once."""
    known = select(OutboxRow.provider_id).where(OutboxRow.provider_id.in_([one.provider_id for one in sent]))
    ours = set(session.scalars(known))
    left = [one for one in sent if one.provider_id not in ours]
    found = 0
    for row in rows:
        same = next((one for one in left if _is(one, row)), None)
        if same is None:
            continue
        left.remove(same)
        change = update(OutboxRow).where(OutboxRow.id == row.id, OutboxRow.state.in_((Status.QUEUED, Status.HELD)))
        change = change.values(
            state=Status.SENT,
            provider_id=same.provider_id,
            sent_at=same.at,
            settled_at=same.at,
            reason="Sent before the restore.",
            lease_until=None,
        )
        found += len(session.execute(change.returning(OutboxRow.id)).all())
    return found


def _is(one: SentText, row: _Owed) -> bool:
    return one.at >= row.created_at - CLOCK_SKEW and one.text in {row.text, TRIAL_PREFIX + row.text}
