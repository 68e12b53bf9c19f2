"""What was said, both boxes together: one thread per person, parcel or conversation, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from channels import segments
from channels.messages import Category, Status
from channels.models import Conversation, InboxRow, OutboxRow
from flows import bringing_pictures, line_threads

Direction = Literal["in", "out"]
#: In the place of a text that tells a PIN: only its reader may know it.
PIN_COVER = "[PIN]"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a thread: everything after it comes later."""

    at: datetime
    #: `in` sorts before `out`: a question before its answer of the same instant.
    direction: Direction
    id: int


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a thread, whichever way it went."""

    #: Row id within its box; with `direction` it is unique.
    id: int
    direction: Direction
    #: sms, mms (a text with pictures), email, voice.
    channel: str
    #: Of what we sent; None for what came in.
    category: str | None
    sender: str
    recipient: str
    text: str
    #: Addresses we gave out; only of what we sent.
    media: Sequence[str]
    #: Pictures that came in and can be shown; where the provider keeps them is told to nobody.
    picture_ids: Sequence[int]
    status: str
    #: Why it is where it is, when something is to be said.
    reason: str | None
    provider_id: str | None
    segments: int
    shipment_id: int | None
    #: The flow that took it; only for what came in.
    handled_by: str | None
    conversation_id: int
    created_at: datetime
    sent_at: datetime | None
    #: Whose end of a masked line it is: customer, driver; their number is then left out. None: of no line.
    role: str | None = None

    @property
    def place(self) -> Place:
        """Where it stands in the thread."""
        return Place(self.created_at, self.direction, self.id)


def page(
    session: Session,
    *,
    retailer: str,
    phone: str | None = None,
    shipment_id: int | None = None,
    conversation_id: int | None = None,
    status: str | None = None,
    after: Place | None = None,
    limit: int = 50,
    newest: bool = False,
) -> list[ThreadMessage]:
    """The retailer's messages, oldest first, at most `limit`; the next page begins after the last one's place.

    phone: the person's, E.164 (or a mail address). What belongs to a masked line shows a role where a number would be,
    and hides what the line hides. newest: the last `limit` instead of the first, still oldest first.
    """
    found: list[ThreadMessage] = []
    boxes: tuple[tuple[str, Any, Any], ...] = (
        ("in", InboxRow, InboxRow.received_at),
        ("out", OutboxRow, OutboxRow.created_at),
    )
    # Each box is cut to the page before the two are merged: a long history costs a page, not the history.
    for direction, box, at in boxes:
        wanted = ((box.conversation_id, conversation_id), (box.shipment_id, shipment_id))
        query = select(box).where(box.retailer == retailer)
        if status is not None:
            query = query.where(_has_status(box, status))
        query = query.where(*(column == value for column, value in wanted if value is not None))
        if phone is not None:
            # A number of the pool serves several retailers: the box says whose a message is, not the conversation.
            theirs = select(Conversation.id).where(Conversation.theirs == phone)
            query = query.where(box.conversation_id.in_(theirs))
        if after is not None:
            query = query.where(_past(after, direction, at, box.id))
        query = query.order_by(at.desc(), box.id.desc()) if newest else query.order_by(at, box.id)
        found += [_message(row) for row in session.scalars(query.limit(limit))]
    found.sort(key=lambda one: (one.created_at, one.direction, one.id))
    return _masked(session, _with_pictures(session, found[-limit:] if newest else found[:limit]))


def shown(session: Session, rows: Sequence[InboxRow | OutboxRow]) -> list[ThreadMessage]:
    """These rows as a thread shows them, in their order: what a masked line hides is hidden, PINs are covered."""
    return _masked(session, _with_pictures(session, [_message(row) for row in rows]))


def _masked(session: Session, messages: list[ThreadMessage]) -> list[ThreadMessage]:
    heard = [one.id for one in messages if one.direction == "in"]
    roles = line_threads.roles(session, heard, [one.id for one in messages if one.direction == "out"])
    return [_as_role(one, roles.get((one.direction, one.id))) for one in messages]


def _as_role(message: ThreadMessage, role: str | None) -> ThreadMessage:
    if role is None:
        return message
    if message.direction == "in":
        return replace(message, role=role, sender=role, text=line_threads.covered(message.text))
    return replace(message, role=role, recipient=role)


def _with_pictures(session: Session, messages: list[ThreadMessage]) -> list[ThreadMessage]:
    wanted = [one.id for one in messages if one.direction == "in" and one.channel == "mms"]
    sent = bringing_pictures.of_texts(session, wanted) if wanted else {}
    return [
        replace(one, picture_ids=tuple(picture.id for picture in sent[one.id] if picture.is_ready))
        if one.direction == "in" and one.id in sent
        else one
        for one in messages
    ]


def _has_status(box: Any, status: str) -> ColumnElement[bool]:
    """Whether a row reads that status: what is planned in shadow mode is not waiting to be sent, it is shadow."""
    found: ColumnElement[bool] = box.state == status
    if box is InboxRow:
        return found
    if status == Status.SHADOW:
        return or_(found, and_(box.state == Status.HELD, box.shadow))
    return and_(found, ~box.shadow) if status == Status.HELD else found


def _past(after: Place, direction: str, at: Any, row_id: Any) -> ColumnElement[bool]:
    later: ColumnElement[bool]
    if direction == after.direction:
        later = or_(at > after.at, and_(at == after.at, row_id > after.id))
    else:
        later = at >= after.at if direction > after.direction else at > after.at
    return later


def _message(row: InboxRow | OutboxRow) -> ThreadMessage:
    return _came_in(row) if isinstance(row, InboxRow) else _went_out(row)


def _came_in(row: InboxRow) -> ThreadMessage:
    return ThreadMessage(
        id=row.id,
        direction="in",
        channel=_shown(row.channel, row.media),
        category=None,
        sender=row.sender,
        recipient=row.recipient,
        text=row.text,
        media=(),
        picture_ids=(),
        status=row.state,
        reason=row.error,
        provider_id=row.provider_id,
        segments=segments.count(row.text).segments if row.channel == "sms" else 0,
        shipment_id=row.shipment_id,
        handled_by=row.handled_by,
        conversation_id=row.conversation_id,
        created_at=row.received_at,
        sent_at=None,
    )


def _went_out(row: OutboxRow) -> ThreadMessage:
    return ThreadMessage(
        id=row.id,
        direction="out",
        channel=_shown(row.channel, row.media),
        category=row.category,
        sender=row.sender,
        recipient=row.recipient,
        text=PIN_COVER if row.category == Category.PIN else row.text,
        media=tuple(row.media),
        picture_ids=(),
        status=Status.SHADOW if row.shadow and row.state == Status.HELD else row.state,
        reason=row.reason,
        provider_id=row.provider_id,
        segments=row.segments,
        shipment_id=row.shipment_id,
        handled_by=None,
        conversation_id=row.conversation_id,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def _shown(channel: str, media: Sequence[str]) -> str:
    return "mms" if channel == "sms" and media else channel
