"""Calls to a number of a line: the other end rings, takes the call by pressing a key, or both get a text.

Nobody hears or sees a number that is not ours. Whoever hides theirs is known by a PIN. What is said here is decided
here; how it is said to a telephone is the channel's business.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from channels import calls as call_log
from channels import consent
from channels.models import OurAddress
from channels.phones import Phone
from db import insert_once
from flows import call_pins, lines
from flows.accounts import DEFAULT
from flows.call_models import Call
from flows.call_words import Said, Speech
from flows.house import House
from flows.line_choice import CUSTOMER, DRIVER, POOL
from flows.line_models import Line, LineText
from flows.line_states import OPEN, OUT, close, leave, locked, reopen, wrong_parcels
from flows.line_words import OTHER, Sides
from tracking_core.models import Driver, Shipment

#: What a provider says of the call to the other end -> what became of it when nobody pressed the key.
_UNREACHED = {"busy": "busy", "failed": "failed", "canceled": "cancelled"}
#: What a provider says when the caller's own leg is over.
LEG_OVER = frozenset({"completed", "canceled", "busy", "failed", "no-answer"})
ACCEPT = "1"


@dataclass(frozen=True)
class Greet:
    """Say what the main number says to everybody."""


@dataclass(frozen=True)
class Speak:
    """Say this and hang up; nothing to say: just hang up."""

    said: Said = ()


@dataclass(frozen=True)
class AskPin:
    """Ask for the PIN."""

    said: Said
    otherwise: Said


@dataclass(frozen=True)
class Connect:
    """Ring the other end, which sees our number."""

    ours: str
    number: str


@dataclass(frozen=True)
class Offer:
    """Tell the one who is called who it is, and wait for the key."""

    said: Said


@dataclass(frozen=True)
class Join:
    """The two may speak."""


def incoming(
    session: Session, house: House, *, sid: str, called: str, caller: str, now: datetime
) -> Greet | Speak | AskPin | Connect:
    """Somebody calls a number of ours. caller: E.164, or whatever stands there instead."""
    ours = session.scalar(select(OurAddress).where(OurAddress.address == called))
    phone = _phone(caller)
    if ours is None or ours.purpose != POOL:
        return _to_main(session, house, sid, called, phone, ours.retailer if ours else DEFAULT, now)
    call = _call(session, sid, called, phone, now)
    end = lines.end_of(session, called, phone) if phone else None
    if end is None:
        return _ask(session, house, call, "call_pin_ask", now)
    return _connect(session, house, call, session.get_one(Line, end.line_id), end.role, end.phone, now)


def typed(session: Session, house: House, *, sid: str, digits: str, now: datetime) -> Speak | AskPin | Connect:
    """The caller has typed a PIN."""
    call = _known(session, sid)
    if call is None or call.outcome is not None:
        return Speak()
    if call_pins.too_many_tries(session, call.ours, now=now):
        return _no_pin(session, house, call, now)
    end = call_pins.whose(session, house, call.ours, digits.strip())
    if end is not None:
        call.caller = end.phone
        return _connect(session, house, call, session.get_one(Line, end.line_id), end.role, end.phone, now)
    call.tries += 1
    session.flush()
    if call.tries >= call_pins.TRIES:
        return _no_pin(session, house, call, now)
    return _ask(session, house, call, "call_pin_again", now)


def whisper(session: Session, house: House, *, sid: str, pressed: str | None, now: datetime) -> Offer | Join | Speak:
    """The other end has picked up; pressed: the key, None before there was one. sid: of the caller's leg."""
    call = _known(session, sid)
    if call is None or call.line_id is None or call.role is None or call.outcome is not None:
        return Speak()
    line = locked(session, session.get_one(Line, call.line_id))
    if line.state != OPEN:  # closed, or handed to another driver, while it rang
        return Speak()
    if pressed is None:
        return Offer(Speech.to(Sides.of(session, house, line, now=now), OTHER[call.role]).whisper(call.role))
    if pressed != ACCEPT:
        return Speak()
    call.accepted_at = call.accepted_at or now
    return Join()


def ended(
    session: Session, house: House, *, sid: str, status: str, seconds: int | None, bridged: bool, now: datetime
) -> Speak:
    """The call to the other end is over: unless the two have spoken, the caller hears so and both get a text.

    status: the provider's word for it. bridged: whether the provider says that they were joined.
    """
    call = _known(session, sid)
    if call is None or call.line_id is None or call.role is None:
        return Speak()
    if call.outcome is None:
        joined = call.accepted_at is not None and bridged
        call.seconds = seconds if joined else None
        _settle(session, call, "connected" if joined else _UNREACHED.get(status, "no_answer"), now)
    if call.outcome in {"connected", "cancelled", "closed"}:
        return Speak()
    sides = Sides.of(session, house, session.get_one(Line, call.line_id), now=now)
    if sides.line.state != OPEN:
        return Speak(Speech.to(sides, call.role).closed(OTHER[call.role]))
    for role in OTHER:
        words = "call_missed_caller" if role == call.role else "call_missed_called"
        sides.tell(role, words, key=f"call:{sid}:missed:{role}", role=OTHER[role])
    return Speak(Speech.to(sides, call.role).not_reached(OTHER[call.role]))


def leg_over(session: Session, *, sid: str, status: str, seconds: int | None, now: datetime) -> None:
    """The caller's own leg is over. It settles what nothing else has: somebody hung up while it rang, or at the PIN."""
    call = _known(session, sid) if status in LEG_OVER else None
    if call is None or call.outcome is not None:
        return
    joined = call.accepted_at is not None
    call.seconds = seconds if joined else None
    _settle(session, call, "connected" if joined else "cancelled", now)


def _to_main(
    session: Session, house: House, sid: str, called: str, phone: str | None, retailer: str, now: datetime
) -> Greet | Speak | Connect:
    """A driver who calls the main number is connected where it is clear with whom."""
    mine = select(Driver.id).where(Driver.retailer == retailer, Driver.phone == phone)
    if phone is None or session.scalar(select(mine.exists())) is not True:
        return Greet()
    open_lines = lines.open_lines_of(session, retailer, phone, role=DRIVER)
    if len(open_lines) == 1:
        call = _call(session, sid, called, phone, now)
        return _connect(session, house, call, open_lines[0], DRIVER, phone, now)
    out = exists().where(Shipment.driver_id.in_(mine), Shipment.state.in_(OUT))
    if not open_lines and not session.scalar(select(out)):
        return Greet()  # no round today: somebody who drives for us calls like everybody else
    return Speak(Speech.of(session, house, retailer, phone).driver_how())


def _connect(
    session: Session, house: House, call: Call, line: Line, role: str, caller: str, now: datetime
) -> Connect | Speak:
    line = _usable(session, house, line, now)
    sides = Sides.of(session, house, line, now=now)
    call.line_id, call.role = line.id, role
    inbox_id = call_log.log(
        session,
        sid=call.sid,
        retailer=line.retailer,
        caller=caller,
        called=call.ours,
        shipment_id=sides.shipment_id,
        now=now,
    )
    if line.state != OPEN:
        _settle(session, call, "closed", now)
        return Speak(Speech.to(sides, role).closed(OTHER[role]))
    if session.scalar(select(LineText.id).where(LineText.inbox_id == inbox_id)) is None:
        sides.note("in", role, fate="call", inbox_id=inbox_id)
    return Connect(line.proxy or call.ours, sides.phone(OTHER[role]))


def _usable(session: Session, house: House, line: Line, now: datetime) -> Line:
    """The line as it is to be taken: opened again where that may be, closed where it must not go on."""
    line = locked(session, line)
    if line.state != OPEN:
        reopen(session, house, line, now=now)
        return line
    sides = Sides.of(session, house, line, now=now)
    wrong = {one.id for one in wrong_parcels(sides)}
    if all(one.id in wrong for one in sides.parcels):
        close(session, house, line, why="driver_changed", now=now)
        return line
    for role in (CUSTOMER, DRIVER):
        if consent.is_opted_out(session, line.retailer, sides.phone(role)):
            leave(session, house, retailer=line.retailer, phone=sides.phone(role), now=now)
    return line


def _ask(session: Session, house: House, call: Call, words: str, now: datetime) -> AskPin | Speak:
    if call_pins.too_many_tries(session, call.ours, now=now):
        return _no_pin(session, house, call, now)
    speech = Speech.at(session, house, call.ours, call.caller)
    return AskPin(speech.pin(words), speech.pin("call_no_pin"))


def _no_pin(session: Session, house: House, call: Call, now: datetime) -> Speak:
    _settle(session, call, "no_pin", now)
    return Speak(Speech.at(session, house, call.ours, call.caller).pin("call_no_pin"))


def _settle(session: Session, call: Call, outcome: str, now: datetime) -> None:
    call.outcome, call.ended_at = outcome, now
    session.flush()
    call_log.settle(session, sid=call.sid, outcome=outcome)


def _call(session: Session, sid: str, called: str, caller: str | None, now: datetime) -> Call:
    row = Call(sid=sid, ours=called, caller=caller, tries=0, began_at=now)
    if insert_once(session, row):
        return row
    return session.scalars(select(Call).where(Call.sid == sid).with_for_update()).one()


def _known(session: Session, sid: str) -> Call | None:
    return session.scalar(select(Call).where(Call.sid == sid).with_for_update())


def _phone(said: str) -> str | None:
    """The caller's number; None where it is hidden, or not one."""
    if not said.startswith("+"):
        return None
    try:
        return Phone.parse(said)
    except ValueError:
        return None
