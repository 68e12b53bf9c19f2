"""Texts that are meant for the other end of a line.

`docs/who-is-meant.md` explains the order in which that is decided; the row keeps which rule it was.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.answers import choice
from channels.inbox import ClaimedText
from channels.models import InboxRow
from flows import bringing_pictures, relay_main
from flows.kit import Kit
from flows.line_choice import DRIVER
from flows.line_models import Line, LineEnd
from flows.line_opening import open_line
from flows.line_states import OPEN, OUT, end_of, may_be_open, reopen
from flows.line_words import Sides
from flows.relay_replies import LEAK, after
from flows.relaying import Fate, pass_on
from tracking_core.states import ShipmentState

SEND, DROP = 1, 2


def relay(message: ClaimedText, kit: Kit) -> bool:
    """Take what somebody says to the other end of a line; what comes to a closed line goes on to the bot."""
    end = end_of(kit.session, message.recipient, message.sender)
    if end is None:
        return relay_main.on_main_number(message, kit)
    line = kit.session.get_one(Line, end.line_id)
    if line.state != OPEN:
        again = _open_again(kit, end, line)
        if again is None:
            return _closed(kit, end, line)
        line = again
    if _answered(message, kit, end, line):
        return True
    passed = pass_on(
        kit.session,
        kit.house,
        line,
        role=end.role,
        text=message.text,
        pictures=kit.pictures,
        key=f"relay:{message.id}",
        now=kit.now,
        inbox_id=message.id,
    )
    if passed.fate is Fate.CLOSED:
        moved = end_of(kit.session, message.recipient, message.sender)
        if moved is not None and moved.id != end.id:  # the parcel has a new driver, and the line has just followed
            return relay(message, kit)
        return _closed(kit, end, line)
    after(kit, line, end.role, passed)
    return True


def _open_again(kit: Kit, end: LineEnd, line: Line) -> Line | None:
    """The line of the same two, opened anew because one of them speaks: at its number, else at another one."""
    if reopen(kit.session, kit.house, line, now=kit.now):
        return line
    sides = Sides.of(kit.session, kit.house, line, now=kit.now)
    if not may_be_open(sides):
        return None
    out = [one for one in sides.parcels if one.driver_id == line.driver_id and ShipmentState(one.state) in OUT]
    found = [open_line(kit.session, kit.house, one, opened_by=end.role, now=kit.now) for one in out[:1]]
    return next((one for one in found if isinstance(one, Line) and one.customer_phone == line.customer_phone), None)


def on_line(session: Session, message: ClaimedText) -> bool:
    """Whether the text was sent to the number of a line that is open for its sender."""
    end = end_of(session, message.recipient, message.sender)
    return end is not None and end.ended_at is None


def whose(session: Session, claimed: ClaimedText) -> ClaimedText:
    """The text as one to the line's retailer: numbers of the pool serve all of them, and the line says whose it is."""
    end = end_of(session, claimed.recipient, claimed.sender)
    line = session.get_one(Line, end.line_id) if end is not None else None
    if line is None or line.retailer == claimed.retailer:
        return claimed
    session.execute(update(InboxRow).where(InboxRow.id == claimed.id).values(retailer=line.retailer))
    return replace(claimed, retailer=line.retailer)


def _answered(message: ClaimedText, kit: Kit, end: LineEnd, line: Line) -> bool:
    """Take the answer to "send it, or drop it?"; any other text stands for itself, and the question stays open."""
    question = kit.question()
    picked = choice(message.text, DROP) if question is not None and question.story == LEAK else None
    if question is None or picked is None:
        return False
    asked: dict[str, Any] = question.options[0]
    kit.forget_question()
    kit.rule = "relay:answer"
    if picked == SEND:
        row = kit.session.scalars(select(InboxRow).where(InboxRow.id == asked["inbox_id"])).one()
        pictures = [one for one in bringing_pictures.of_text(kit.session, row.id) if one.is_ready]
        passed = pass_on(
            kit.session,
            kit.house,
            line,
            role=end.role,
            text=row.text,
            pictures=pictures,
            key=f"relay:{row.id}",
            now=kit.now,
            inbox_id=row.id,
            confirmed=True,
        )
        kit.shipment_id = passed.shipment_id
        if passed.fate is Fate.CLOSED:
            return _closed(kit, end, line)
    else:
        sides = Sides.of(kit.session, kit.house, line, now=kit.now)
        sides.note("in", end.role, fate="dropped", inbox_id=asked["inbox_id"])
        sides.tell(end.role, "line_dropped", key=f"relay:{message.id}:dropped")
        kit.shipment_id = sides.shipment_id
    return True


def _closed(kit: Kit, end: LineEnd, line: Line) -> bool:
    """Say that nobody is at the other end; a driver who has handed the parcel over hears so each time.

    Anybody else hears it once, and the bot answers what was said.
    """
    sides = Sides.of(kit.session, kit.house, line, now=kit.now)
    if end.role == DRIVER and line.closed_why == "driver_changed":
        kit.rule = "relay:refused"
        kit.reply("line_not_yours", orders=sides.orders())
        return True
    if end.told_closed_at is None:
        end.told_closed_at = kit.now
        sides.tell(end.role, "line_closed", key=f"line:{line.id}:closed:{end.role}:{kit.now.isoformat()}")
    return False
