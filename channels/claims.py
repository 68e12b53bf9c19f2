"""Taking rows of the outbox to send: claimed for a while, then `sending`, each by one statement for a whole batch."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Integer, Text, text, update
from sqlalchemy.orm import Session

from channels.messages import Category, OutboundMessage, Status
from channels.models import OutboxRow
from channels.rows import Sql, batch, dialect
from db import Json, RowId, UtcDateTime

#: An attempt with unknown outcome holds back what follows in its conversation for so long.
UNKNOWN_BLOCKS = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the outbox that one worker holds for a while."""

    id: int
    #: The claim's number; together with the id it names one attempt.
    epoch: int
    priority: int
    channel: str
    sender: str
    recipient: str
    subject: str | None
    text: str
    media: list[str]
    category: str
    retailer: str
    shipment_id: int | None
    valid_until: datetime
    #: Attempts before this one.
    attempts: int
    possible_duplicate: bool

    def message(self, reference: str = "", attempted_at: datetime | None = None) -> OutboundMessage:
        """Answer what the channel is to send."""
        return OutboundMessage(
            self.channel,
            self.sender,
            self.recipient,
            self.text,
            Category(self.category),
            self.retailer,
            tuple(self.media),
            self.subject,
            self.valid_until,
            self.shipment_id,
            reference,
            attempted_at,
        )


#: Not opted out and not blocked, for the row `{0}`. Looked up row by row, not joined: quick whatever the planner thinks
#: of tables that were empty a minute ago.
_WELCOME = """
    ({0}.category = 'consent' OR (
        (SELECT 1 FROM contact c WHERE c.retailer = {0}.retailer AND c.address = {0}.recipient
         AND c.opted_out_at IS NOT NULL LIMIT 1) IS NULL
        AND (SELECT 1 FROM blocked_pair b WHERE b.ours = {0}.sender AND b.theirs = {0}.recipient LIMIT 1) IS NULL))
"""
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT o.id FROM outbox o
        WHERE o.state = 'queued'
          AND (o.lease_until IS NULL OR o.lease_until <= :now)
          AND (o.not_before IS NULL OR o.not_before <= :now)
          AND o.valid_until > :now
          AND o.channel IN :channels
          AND (SELECT 1 FROM outbox p WHERE p.conversation_id = o.conversation_id AND p.seq < o.seq
               AND p.state IN ('queued', 'sending', 'unknown')
               AND (p.state <> 'unknown' OR p.attempted_at > :blocking)
               AND (p.state <> 'queued' OR p.valid_until > :now) LIMIT 1) IS NULL
          AND {lane}
          AND {welcome}
        ORDER BY o.priority, o.id LIMIT :limit {{skip}}
    )
    UPDATE outbox SET lease_owner = :worker, lease_epoch = lease_epoch + 1, lease_until = :until
    WHERE id IN (SELECT id FROM due)
    RETURNING id, lease_epoch AS epoch, priority, channel, sender, recipient, subject, text, media, category, retailer,
              shipment_id, valid_until, attempts, possible_duplicate
"""
_COLUMNS = {
    "id": RowId,
    "epoch": Integer,
    "priority": Integer,
    "channel": Text,
    "sender": Text,
    "recipient": Text,
    "subject": Text,
    "text": Text,
    "media": Json,
    "category": Text,
    "retailer": Text,
    "shipment_id": RowId,
    "valid_until": UtcDateTime(),
    "attempts": Integer,
    "possible_duplicate": Boolean,
}
#: A sender that needs pacing, or rests, has a row and a claim of its own: others never wait for it.
_UNPACED = """
    (SELECT 1 FROM sender_pace s WHERE s.sender = o.sender AND (s.per_second IS NOT NULL OR s.slowed_to IS NOT NULL
     OR s.paused_until > :now) LIMIT 1) IS NULL
"""


def _claiming(lane: str) -> Sql:
    words = _CLAIM.format(lane=lane, welcome=_WELCOME.format("o"))
    return Sql(words, moments="now until blocking", lists="channels", columns=_COLUMNS)


_CLAIM_UNPACED = _claiming(_UNPACED)
_CLAIM_OF_SENDER = _claiming("o.sender = :sender")

#: A queue is mostly empty, so the planner takes ten thousand waiting rows for five and sorts them all, each time. The
#: index has them in order: walking it stops at the first few that may go. For the rest of the transaction only.
_IN_ORDER = text("SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)")

_BEGIN = Sql(
    f"""
    UPDATE outbox SET state = 'sending', reference = {{given}}, attempted_at = :now, attempts = attempts + 1,
                      not_before = NULL, lease_until = :until
    WHERE {{chosen}} AND outbox.lease_epoch = {{epoch}} AND outbox.state || '' = 'queued'
      AND outbox.lease_owner = :worker AND outbox.lease_until > :now AND outbox.valid_until > :now
      AND {_WELCOME.format("outbox")}
    RETURNING outbox.id
    """,  # noqa: S608  no part of it comes from outside
    moments="now until",
)


def claim(
    session: Session,
    *,
    worker: str,
    channels: Iterable[str],
    now: datetime,
    limit: int,
    lease_s: float,
    sender: str | None = None,
) -> list[Claimed]:
    """Take up to `limit` rows that may go now, the most urgent first: the first unsettled one of each conversation.

    sender: only this sender's; without it, those of all senders that need no pacing.
    """
    values = {
        "worker": worker,
        "channels": list(channels),
        "now": now,
        "until": now + timedelta(seconds=lease_s),
        "blocking": now - UNKNOWN_BLOCKS,
        "limit": limit,
    }
    if dialect(session) == "postgresql":
        session.execute(_IN_ORDER)
    if sender is None:
        found = session.execute(_CLAIM_UNPACED.on(session), values)
    else:
        found = session.execute(_CLAIM_OF_SENDER.on(session), {**values, "sender": sender})
    return sorted((Claimed(*row) for row in found), key=lambda one: (one.priority, one.id))


def begin(
    session: Session, claimed: Sequence[Claimed], *, worker: str, now: datetime, lease_s: float
) -> list[tuple[Claimed, str]]:
    """Mark claimed rows as being sent and answer those that may be, each with the reference of its attempt.

    Left out: what another worker has claimed since, what has lapsed, what was cancelled, whose recipient has opted
    out. Only once this has committed may the channel be called.
    """
    references = {one.id: secrets.token_hex(16) for one in claimed}
    values = batch(session, ((one.id, one.epoch, references[one.id]) for one in claimed))
    until = now + timedelta(seconds=lease_s)
    found = session.execute(_BEGIN.on(session), {**values, "worker": worker, "now": now, "until": until})
    begun = set(found.scalars())
    return [(one, references[one.id]) for one in claimed if one.id in begun]


def release(session: Session, *, worker: str) -> int:
    """Give back what this worker has claimed and not begun."""
    mine = update(OutboxRow).where(
        OutboxRow.state == Status.QUEUED, OutboxRow.lease_owner == worker, OutboxRow.lease_until.is_not(None)
    )
    mine = mine.values(lease_until=None).execution_options(synchronize_session=False)
    return len(session.execute(mine.returning(OutboxRow.id)).all())
