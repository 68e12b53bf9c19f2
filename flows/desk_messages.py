"""Messages the desk looks after: what is dead, unclear, lost or planned, one person's, one message's story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels import mending
from channels.messages import InboxState, Status
from channels.models import Conversation, InboxRow, OutboxRow, ReceiptRow
from flows import audit, desk_acts, thread
from flows.thread import ThreadMessage

#: What is looked after -> (box, states). What did not arrive is both: refused, and sent but not delivered.
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "unknown": ("out", (Status.UNKNOWN.value,)),
    "dead": ("in", (InboxState.DEAD.value,)),
    "failed": ("out", (Status.UNDELIVERED.value, Status.FAILED.value)),
    "held": ("out", (Status.HELD.value,)),
}
#: People one ending of a phone number may mean before it is too short to be looked for.
PEOPLE_MAX = 50
#: Rows a count looks at; more are "1000+".
COUNTED_MAX = 1000
#: What an agent may decide -> where it applies.
VERDICTS = {
    "arrived": ("unknown",),
    "let_be": ("unknown",),
    "again": ("unknown", "failed", "undelivered", "expired"),
    "route": ("dead",),
    "aside": ("dead",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider said of a message, in the order it came."""

    at: datetime
    status: str
    #: As the provider calls it.
    raw: str
    error: str | None
    #: What we made of it.
    note: str | None


def page(
    session: Session, retailer: str, kind: str, *, before_id: int | None = None, limit: int = 50
) -> list[ThreadMessage]:
    """The retailer's messages of a kind, newest first."""
    direction, states = KINDS[kind]
    box: Any = InboxRow if direction == "in" else OutboxRow
    query = select(box).where(box.retailer == retailer, box.state.in_(states))
    if before_id is not None:
        query = query.where(box.id < before_id)
    return thread.shown(session, session.scalars(query.order_by(box.id.desc()).limit(limit)).all())


def counts(session: Session, retailer: str) -> dict[str, int]:
    """How many there are of each kind, counted up to COUNTED_MAX."""
    found = {}
    for kind, (direction, states) in KINDS.items():
        box: Any = InboxRow if direction == "in" else OutboxRow
        some = select(box.id).where(box.retailer == retailer, box.state.in_(states)).limit(COUNTED_MAX).subquery()
        found[kind] = session.scalar(select(func.count()).select_from(some)) or 0
    return found


def of_digits(session: Session, retailer: str, digits: str, *, limit: int = 50) -> list[ThreadMessage] | None:
    """The newest messages with whoever's number ends so, newest first; None: that means too many people."""
    talks = select(Conversation.id).where(
        Conversation.retailer == retailer, Conversation.theirs.endswith(digits, autoescape=True)
    )
    ids = session.scalars(talks.limit(PEOPLE_MAX + 1)).all()
    if len(ids) > PEOPLE_MAX:
        return None
    rows: list[InboxRow | OutboxRow] = []
    boxes: tuple[tuple[Any, Any], ...] = ((InboxRow, InboxRow.received_at), (OutboxRow, OutboxRow.created_at))
    for box, at in boxes:
        query = select(box).where(box.retailer == retailer, box.conversation_id.in_(ids))
        rows += session.scalars(query.order_by(at.desc(), box.id.desc()).limit(limit))
    found = thread.shown(session, rows)
    return sorted(found, key=lambda one: (one.created_at, one.direction, one.id), reverse=True)[:limit]


def receipts(session: Session, row: OutboxRow) -> Sequence[Told]:
    """What the provider said of it, oldest first."""
    if row.provider_id is None:
        return ()
    query = select(ReceiptRow).where(ReceiptRow.provider_id == row.provider_id, ReceiptRow.channel == row.channel)
    query = query.order_by(ReceiptRow.received_at, ReceiptRow.id)
    return [
        Told(one.received_at, one.status, one.raw_status, one.error, one.note)
        for one in session.scalars(query.limit(50))
    ]


def verdicts(row: InboxRow | OutboxRow, *, now: datetime) -> list[str]:
    """What an agent may decide about it; what can only be refused is not offered."""
    found = [verdict for verdict, states in VERDICTS.items() if row.state in states]
    if isinstance(row, OutboxRow) and "again" in found and not mending.may_go_again(row, now=now):
        found.remove("again")
    return found


def decide(session: Session, row: InboxRow | OutboxRow, verdict: str, *, agent: str, key: str, now: datetime) -> bool:
    """Carry out what the agent decided, once for each key. False: it has been settled meanwhile, or may not be.

    Raises channels.mending.TooLate, NotAgain.
    """
    if row.state not in VERDICTS[verdict]:
        return False
    act = desk_acts.begin(session, row.retailer, key, f"message.{verdict}", agent=agent, now=now)
    if act is None:
        return True
    before = row.state
    done = _carry_out(session, row, verdict, now=now)
    act.became = "done" if done else "too late"
    direction = "in" if isinstance(row, InboxRow) else "out"
    if done:
        audit.write(
            session,
            retailer=row.retailer,
            agent=agent,
            action=f"message.{verdict}",
            subject=f"message:{direction}:{row.id}",
            detail={"was": before, "category": getattr(row, "category", None)},
            now=now,
        )
    return done


def _carry_out(session: Session, row: InboxRow | OutboxRow, verdict: str, *, now: datetime) -> bool:
    if isinstance(row, InboxRow):
        return mending.route_again(session, row) if verdict == "route" else mending.put_aside(session, row, now=now)
    if verdict == "arrived":
        return mending.arrived(session, row, now=now)
    if verdict == "let_be":
        return mending.let_be(session, row, now=now)
    return mending.send_again(session, row, now=now, key=f"again:{row.id}:{now.isoformat()}")
