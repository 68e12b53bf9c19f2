"""What becomes of lines because time passed: they close, their failures are told, their open questions end."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from channels.messages import Status
from channels.models import Contact, OutboxRow
from channels.outbox import BLOCKED
from flows.house import House
from flows.line_models import Line, LineParcel, LineText
from flows.line_opening import driver_changed
from flows.line_states import OPEN, OUT, close, leave, locked
from flows.line_words import OTHER, Sides
from flows.models import PendingQuestion
from flows.relay_replies import LEAK
from tracking_core.models import Driver, Shipment

#: Lines, texts or questions one tick looks at, so that no transaction is long.
BATCH = 100
#: A text of which nothing was heard for so long is not watched any more: providers tell within a day.
WATCHED_FOR = timedelta(hours=26)
#: Ways in which a text ends before it arrives. A STOP cancels too, and is told by itself.
LOST = (Status.FAILED, Status.UNDELIVERED, Status.EXPIRED)
#: Words of a text that are quoted when it did not arrive.
QUOTED = 40


def settle(session: Session, house: House, *, now: datetime) -> None:
    """A tick: move on and close lines, tell senders what did not arrive, let old questions go."""
    _hand_over(session, house, now)
    _leave(session, house, now)
    _close_due(session, house, now)
    _tell_lost(session, house, now)
    _end_questions(session, house, now)


def _of_line() -> Any:
    return and_(LineParcel.line_id == Line.id, LineParcel.left_at.is_(None), Shipment.id == LineParcel.shipment_id)


def _hand_over(session: Session, house: House, now: datetime) -> None:
    """Parcels whose driver or customer is another by now, by whatever door that came."""
    other = or_(
        Shipment.driver_id.is_(None),
        Shipment.driver_id != Line.driver_id,
        Shipment.customer_phone.is_(None),
        Shipment.customer_phone != Line.customer_phone,
    )
    query = select(Shipment, Line.driver_id).join(LineParcel, LineParcel.shipment_id == Shipment.id)
    query = query.join(Line, Line.id == LineParcel.line_id)
    query = query.where(Line.state == OPEN, LineParcel.left_at.is_(None), other).order_by(Line.id).limit(BATCH)
    for shipment, before in session.execute(query).unique().all():
        driver_changed(session, house, shipment, before=None if before == shipment.driver_id else before, now=now)


def _leave(session: Session, house: House, now: datetime) -> None:
    """People who have opted out by any way, their provider's included."""
    query = (
        select(Contact.retailer, Contact.address)
        .join(Line, Line.retailer == Contact.retailer)
        .join(Driver, Driver.id == Line.driver_id)
        .where(
            Line.state == OPEN,
            Contact.opted_out_at.is_not(None),
            or_(Contact.address == Line.customer_phone, Contact.address == Driver.phone),
        )
    )
    for retailer, phone in session.execute(query.distinct().limit(BATCH)).all():
        leave(session, house, retailer=retailer, phone=phone, now=now)


def _close_due(session: Session, house: House, now: datetime) -> None:
    """A line whose parcels are all off the road ends a while after the last of them; one that is out again goes on."""
    is_out = exists().where(_of_line(), Shipment.state.in_(OUT))
    again = select(Line).where(Line.state == OPEN, Line.closes_at.is_not(None), is_out).order_by(Line.id)
    for line in session.scalars(again.limit(BATCH)).all():
        locked(session, line).closes_at = None
    ended = select(Line).where(Line.state == OPEN, Line.closes_at.is_(None), ~is_out).order_by(Line.id)
    for line in session.scalars(ended.limit(BATCH)).all():
        query = select(Shipment.state_at, Shipment.created_at).where(
            LineParcel.line_id == line.id, LineParcel.left_at.is_(None), Shipment.id == LineParcel.shipment_id
        )
        last = max((state_at or created_at for state_at, created_at in session.execute(query)), default=now)
        locked(session, line).closes_at = last + house.workflows.of(session, line.retailer).relay.closes_after
    session.flush()
    due = select(Line).where(Line.state == OPEN, Line.closes_at <= now, ~is_out).order_by(Line.id)
    for line in session.scalars(due.limit(BATCH)).all():
        close(session, house, line, why="over", now=now)


def _tell_lost(session: Session, house: House, now: datetime) -> None:
    """Whoever wrote a text that did not arrive hears of it, once."""
    watched = (
        select(LineText, OutboxRow)
        .join(OutboxRow, OutboxRow.key == LineText.outbox_key)
        .where(LineText.watched)
        .order_by(LineText.id)
    )
    done = or_(OutboxRow.state.in_((*LOST, Status.DELIVERED, Status.CANCELLED)), LineText.at < now - WATCHED_FOR)
    for text, row in session.execute(watched.where(done).limit(BATCH).with_for_update(of=LineText, skip_locked=True)):
        text.watched = False
        if row.state in LOST or row.reason == BLOCKED:
            sides = Sides.of(session, house, session.get_one(Line, text.line_id), now=now)
            sender = OTHER[text.role]
            quoted = " ".join(row.text.split())
            quoted = quoted if len(quoted) <= QUOTED else f"{quoted[:QUOTED].rstrip()}..."
            sides.tell(sender, "line_not_arrived", key=f"relay:lost:{row.id}", role=text.role, words=quoted)
    session.flush()


def _end_questions(session: Session, house: House, now: datetime) -> None:
    """A text that waited for "send it, or drop it?" in vain is dropped, and its sender told."""
    query = select(PendingQuestion).where(PendingQuestion.story == LEAK, PendingQuestion.expires_at <= now)
    for question in session.scalars(query.limit(BATCH).with_for_update(skip_locked=True)).all():
        asked = question.options[0]
        sides = Sides.of(session, house, session.get_one(Line, asked["line_id"]), now=now)
        sides.note("in", asked["role"], fate="dropped", inbox_id=asked["inbox_id"])
        sides.tell(asked["role"], "line_dropped", key=f"relay:{asked['inbox_id']}:dropped")
        session.delete(question)
    session.flush()
