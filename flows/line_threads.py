"""Lines as others look at them: whose end a message belongs to, and the thread of one line with who has read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot import leaks
from channels.models import Conversation, InboxRow, OutboxRow
from flows.line_models import Line, LineAccess, LineEnd, LineText

#: Reading on is one look: it is written down once in so long.
ONE_LOOK = timedelta(minutes=10)
#: Texts of a line that are shown.
SHOWN = 300
VIEWED, UNMASKED = "viewed", "unmasked"


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a line's thread."""

    #: in (as somebody wrote it), out (as the other side got it, or words of ours).
    direction: str
    #: Whose end: customer, driver.
    role: str
    at: datetime
    text: str
    #: LineText.fate.
    fate: str
    #: Status of its row.
    status: str
    media: int
    hidden: Sequence[str]


def roles(session: Session, heard: Iterable[int], owed: Iterable[int]) -> dict[tuple[str, int], str]:
    """Whose end of a line these rows belong to: (`in` or `out`, id of the row) -> customer or driver.

    heard: ids of inbox rows; owed: of outbox rows. What has nothing to do with a line is left out.
    """
    found: dict[tuple[str, int], str] = {}
    boxes: tuple[tuple[str, Any, list[int]], ...] = (("in", InboxRow, list(heard)), ("out", OutboxRow, list(owed)))
    for direction, box, ids in boxes:
        if not ids:
            continue
        by_number = (
            select(box.id, LineEnd.role)
            .join(Conversation, Conversation.id == box.conversation_id)
            .join(LineEnd, and_(LineEnd.proxy == Conversation.ours, LineEnd.phone == Conversation.theirs))
            .where(box.id.in_(ids))
            .order_by(LineEnd.id)
        )
        found |= {(direction, row_id): role for row_id, role in session.execute(by_number)}
        same = LineText.inbox_id == InboxRow.id if box is InboxRow else LineText.outbox_key == OutboxRow.key
        by_text = select(box.id, LineText.role).join(LineText, same).where(box.id.in_(ids))
        found |= {(direction, row_id): role for row_id, role in session.execute(by_text)}
    return found


def covered(text: str) -> str:
    """A text as the support staff reads it: what the line keeps to itself is hidden from them as well."""
    return leaks.mask(text, leaks.find(text), lambda kind: f"[{kind} hidden]")


def get(session: Session, retailer: str, line_id: int) -> Line | None:
    """The retailer's line with that id; None also for another retailer's."""
    return session.scalar(select(Line).where(Line.id == line_id, Line.retailer == retailer))


def thread(session: Session, line: Line, *, open_words: bool = False) -> list[Said]:
    """What was said on the line, oldest first, the newest `SHOWN`. open_words: as it was written, nothing hidden."""
    query = select(LineText).where(LineText.line_id == line.id).order_by(LineText.id.desc()).limit(SHOWN)
    texts = list(session.scalars(query))[::-1]
    heard = {one.inbox_id for one in texts if one.inbox_id is not None}
    owed = {one.outbox_key for one in texts if one.outbox_key is not None}
    came = {row.id: row for row in session.scalars(select(InboxRow).where(InboxRow.id.in_(heard)))}
    went = {row.key: row for row in session.scalars(select(OutboxRow).where(OutboxRow.key.in_(owed)))}
    said = []
    for one in texts:
        row: InboxRow | OutboxRow | None
        row = came.get(one.inbox_id or 0) if one.direction == "in" else went.get(one.outbox_key or "")
        if row is None:
            continue
        words = row.text if open_words else covered(row.text)
        said.append(
            Said(one.direction, one.role, one.at, words, one.fate, row.state, len(row.media), tuple(one.hidden))
        )
    return said


def look(session: Session, line: Line, *, agent: str, action: str, now: datetime) -> bool:
    """Write down that somebody looks at the thread. False: it is the same look as a moment ago.

    action: viewed, unmasked (the numbers were shown too: written down each time).
    """
    if action == VIEWED:
        lately = select(LineAccess.id).where(
            LineAccess.line_id == line.id,
            LineAccess.agent == agent,
            LineAccess.action == action,
            LineAccess.at > now - ONE_LOOK,
        )
        if session.scalar(lately.limit(1)) is not None:
            return False
    session.add(LineAccess(line_id=line.id, agent=agent, action=action, at=now))
    session.flush()
    return True


def looks(session: Session, line: Line) -> list[LineAccess]:
    """Who has looked at the line's thread, the newest first."""
    query = select(LineAccess).where(LineAccess.line_id == line.id).order_by(LineAccess.id.desc())
    return list(session.scalars(query.limit(50)))
