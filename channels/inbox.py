"""Everything that comes in: one row, once, in order; taken by one worker at a time, one conversation at a time."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Integer, Text, Update, bindparam, select, text, update
from sqlalchemy.orm import Session

from channels.failpoints import hit
from channels.messages import InboundMessage, InboxState
from channels.models import InboxRow, OurAddress
from channels.redact import redact, storable
from channels.rows import Sql, dialect, place
from db import Json, RowId, UtcDateTime, wake

#: Seconds until the next attempt after the first, second, third and fourth failure; the fifth sets the text aside.
BACK_OFF_S = (1, 5, 30, 120)
MAX_ATTEMPTS = len(BACK_OFF_S) + 1
DEFAULT_RETAILER = "default"
#: An address that changes hands is noticed after this.
_ADDRESSES_KEPT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ClaimedText:
    """A text that one worker holds for a while."""

    id: int
    #: The claim's number: a later claim of the same row has a higher one.
    epoch: int
    conversation_id: int
    retailer: str
    channel: str
    sender: str
    recipient: str
    #: Our side of the conversation: the number that was texted, or the service it came through.
    ours: str
    text: str
    media: tuple[str, ...]
    received_at: datetime
    #: How often it has been claimed, this time included.
    attempts: int

    @property
    def exhausted(self) -> bool:
        """It has ended its workers so often that it must not be tried again: settle it as failed, unhandled."""
        return self.attempts > MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class _Ours:
    retailer: str
    purpose: str


class _Addresses:
    """Our addresses, kept in this process: there are few, they hardly change, and every webhook needs one."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Engine, tuple[datetime, dict[str, _Ours]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self, session: Session, wanted: Sequence[str], now: datetime) -> dict[str, _Ours]:
        """Answer those of the wanted addresses that are ours; the table is read again on a miss or after a minute."""
        engine = session.get_bind().engine
        with self._lock:
            loaded_at, known = self._known.get(engine, (None, {}))
        if loaded_at is None or abs(now - loaded_at) > _ADDRESSES_KEPT or not all(one in known for one in wanted):
            rows = session.execute(select(OurAddress.address, OurAddress.retailer, OurAddress.purpose))
            known = {address: _Ours(retailer, purpose) for address, retailer, purpose in rows}
            with self._lock:
                self._known[engine] = (now, known)
        return {one: known[one] for one in wanted if one in known}


_addresses = _Addresses()


def receive(session: Session, message: InboundMessage, *, now: datetime) -> bool:
    """Store a message that came in. False: it was here already, and nothing has changed.

    Its place in the conversation is taken under the conversation's lock, so that places follow commits. Card numbers
    do not reach the table. The retailer follows from our address; an address nobody owns belongs to `default`.
    """
    ours, retailer = _side(session, message, now)
    values: dict[str, Any] = {
        "retailer": retailer,
        "ours": storable(ours),
        "theirs": storable(message.sender),
        "channel": message.channel,
        "provider_id": storable(message.provider_id),
        "recipient": storable(message.recipient),
        "text": redact(storable(message.text)),
        "media": json.dumps([storable(address) for address in message.media]),
        "now": now,
    }
    if dialect(session) == "postgresql":
        return session.execute(_RECEIVE, values).first() is not None
    if session.execute(_HAVE, values).first() is not None:
        return False
    conversation_id, seq = place(session, retailer=retailer, ours=values["ours"], theirs=values["theirs"])
    session.execute(_PUT, {**values, "conversation_id": conversation_id, "seq": seq})
    return True


def _side(session: Session, message: InboundMessage, now: datetime) -> tuple[str, str]:
    """Answer our side of the conversation and whose it is.

    A proxy of the relay stays itself even inside a service: which number was texted is what it means. A service that
    is not ours says nothing: then the conversation is with the number.
    """
    wanted = [address for address in (message.service, message.recipient) if address]
    known = _addresses.get(session, wanted, now)
    number, service = known.get(message.recipient), known.get(message.service or "")
    by_service = bool(message.service) and (service is not None or number is None)
    if number is not None and number.purpose == "pool":
        by_service = False
    owner = (service if by_service else number) or number or service
    ours = message.service if by_service and message.service else message.recipient
    return ours, owner.retailer if owner else DEFAULT_RETAILER


#: One round trip. A known message leaves even the conversation's counter alone; of two at once, the unique key decides.
_RECEIVE = text(
    """
    WITH place AS (
        INSERT INTO conversation (retailer, ours, theirs, next_seq)
        SELECT :retailer, :ours, :theirs, 2
        WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE channel = :channel AND provider_id = :provider_id)
        ON CONFLICT (ours, theirs) DO UPDATE SET next_seq = conversation.next_seq + 1
        RETURNING id, next_seq - 1 AS seq
    ), put AS (
        INSERT INTO inbox (retailer, conversation_id, seq, channel, provider_id, sender, recipient, text, media,
                           received_at, state, attempts, lease_epoch)
        SELECT :retailer, place.id, place.seq, :channel, :provider_id, :theirs, :recipient, :text,
               CAST(:media AS jsonb), :now, 'received', 0, 0
        FROM place
        ON CONFLICT (channel, provider_id) DO NOTHING
        RETURNING id
    )
    SELECT id, CAST(pg_notify('doorline_inbox', '') AS text) FROM put
    """
).bindparams(bindparam("now", type_=UtcDateTime()))
_HAVE = text("SELECT 1 FROM inbox WHERE channel = :channel AND provider_id = :provider_id")
_PUT = text(
    """
    INSERT INTO inbox (retailer, conversation_id, seq, channel, provider_id, sender, recipient, text, media,
                       received_at, state, attempts, lease_epoch)
    VALUES (:retailer, :conversation_id, :seq, :channel, :provider_id, :theirs, :recipient, :text, :media, :now,
            'received', 0, 0)
    """
).bindparams(bindparam("now", type_=UtcDateTime()))

#: The row that holds a conversation back is looked up row by row, not by a join: that stays quick however the planner
#: misjudges a table that was empty a minute ago.
_CLAIM = Sql(
    """
    WITH due AS MATERIALIZED (
        SELECT o.id FROM inbox o
        WHERE o.state = 'received'
          AND (o.lease_until IS NULL OR o.lease_until <= :now)
          AND (o.not_before IS NULL OR o.not_before <= :now)
          AND (SELECT 1 FROM inbox p WHERE p.conversation_id = o.conversation_id AND p.seq < o.seq
               AND p.state = 'received' LIMIT 1) IS NULL
        ORDER BY o.id LIMIT :limit {skip}
    )
    UPDATE inbox SET lease_owner = :worker, lease_epoch = lease_epoch + 1, lease_until = :until,
                     attempts = attempts + 1
    WHERE id IN (SELECT id FROM due)
    RETURNING id, lease_epoch AS epoch, conversation_id, retailer, channel, sender, recipient,
              (SELECT ours FROM conversation c WHERE c.id = conversation_id) AS ours, text, media, received_at, attempts
    """,
    moments="now until",
    columns={
        "id": RowId,
        "epoch": Integer,
        "conversation_id": RowId,
        "retailer": Text,
        "channel": Text,
        "sender": Text,
        "recipient": Text,
        "ours": Text,
        "text": Text,
        "media": Json,
        "received_at": UtcDateTime(),
        "attempts": Integer,
    },
)


def claim(session: Session, *, worker: str, now: datetime, limit: int, lease_s: float) -> list[ClaimedText]:
    """Take the oldest unhandled text of each conversation, at most `limit`, for `lease_s` seconds; oldest first.

    A text that is leased or backing off holds back its own conversation and nobody else's.
    """
    until = now + timedelta(seconds=lease_s)
    found = session.execute(_CLAIM.on(session), {"worker": worker, "now": now, "until": until, "limit": limit})
    rows = (dict(row) for row in found.mappings())
    return sorted((ClaimedText(**{**row, "media": tuple(row["media"])}) for row in rows), key=lambda one: one.id)


def still_mine(session: Session, claimed: ClaimedText) -> bool:
    """Whether the claim still stands; the row is locked until the transaction ends. Ask before doing anything."""
    hit("inbox_after_claim")
    mine = select(InboxRow.id).where(*_is(claimed)).with_for_update()
    return session.execute(mine).first() is not None


def settle_handled(
    session: Session, claimed: ClaimedText, *, by: str, now: datetime, shipment_id: int | None = None
) -> None:
    """Mark the text as handled by the flow `by`, in the transaction that holds its effects."""
    values: dict[str, Any] = {"state": InboxState.HANDLED, "handled_by": by, "handled_at": now, "error": None}
    if shipment_id is not None:
        values["shipment_id"] = shipment_id
    session.flush()
    session.execute(_settling(claimed).values(**values, lease_until=None))
    hit("inbox_before_commit")


def settle_failed(session: Session, claimed: ClaimedText, *, error: str, now: datetime) -> bool:
    """Note a failed attempt, in a transaction of its own: True when that was the last one and the text is dead.

    error: the name of the error; never its text, which may quote people.
    """
    dead = claimed.attempts >= MAX_ATTEMPTS
    values: dict[str, Any] = {"error": error, "lease_until": None}
    if dead:
        values |= {"state": InboxState.DEAD, "handled_at": now}
        wake(session, "inbox")  # the person's next text may go on now
    else:
        values["not_before"] = now + timedelta(seconds=BACK_OFF_S[claimed.attempts - 1])
    changed = session.execute(_settling(claimed).values(**values).returning(InboxRow.id)).first()
    return dead and changed is not None


def again(session: Session, inbox_id: int) -> None:
    """Let a text that has been handled be handled once more: its sender has said that it was meant otherwise."""
    fresh = {"handled_by": None, "handled_at": None, "attempts": 0, "not_before": None, "lease_until": None}
    back = update(InboxRow).where(InboxRow.id == inbox_id, InboxRow.state == InboxState.HANDLED)
    session.execute(back.values(state=InboxState.RECEIVED, **fresh).execution_options(synchronize_session=False))
    wake(session, "inbox")


def release(session: Session, *, worker: str) -> int:
    """Give back what this worker holds and has not begun: a shutdown costs nobody a lease's wait."""
    mine = update(InboxRow).where(
        InboxRow.state == InboxState.RECEIVED, InboxRow.lease_owner == worker, InboxRow.lease_until.is_not(None)
    )
    given = session.execute(
        mine.values(lease_until=None, attempts=InboxRow.attempts - 1).returning(InboxRow.id),
        execution_options={"synchronize_session": False},
    )
    back = len(given.all())
    if back:
        wake(session, "inbox")
    return back


def _is(claimed: ClaimedText) -> tuple[ColumnElement[bool], ...]:
    return (
        InboxRow.id == claimed.id,
        InboxRow.lease_epoch == claimed.epoch,
        InboxRow.state == InboxState.RECEIVED,
    )


def _settling(claimed: ClaimedText) -> Update:
    return update(InboxRow).where(*_is(claimed)).execution_options(synchronize_session=False)
