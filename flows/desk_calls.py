"""An agent speaks with a shopper, and neither sees the other's number.

The agent asks for a call and gets a code. Whoever dials our number from whatever telephone and keys the code in is
joined with the shopper, who sees our number and takes the call by a key. Nothing is recorded; the case notes the call.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from channels.models import OurAddress
from db import insert_once
from flows import call_pins
from flows.call_models import Call
from flows.call_words import Said, aloud
from flows.calls import ACCEPT, AskPin, Connect, Greet, Join, Offer, Speak
from flows.case_history import say
from flows.desk_call_models import DeskCall
from flows.desk_deeds import CannotDo
from flows.house import House
from flows.models import Case
from tracking_core.models import Shipment

#: A code is good for so long.
GOOD_FOR = timedelta(minutes=10)
#: Kind of the case's line about a call.
CALLED = "called"
_OUTCOMES = {"busy": "busy", "failed": "failed", "canceled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Code:
    """What the agent dials and keys in. Shown once."""

    number: str
    digits: str
    until: datetime


def offer(session: Session, house: House, case: Case, *, agent: str, now: datetime) -> Code:
    """Let the agent call the case's shopper within ten minutes; an earlier code of theirs is void. Raises CannotDo."""
    phone = _phone(session, case)
    ours = session.scalar(
        select(OurAddress.address)
        .where(OurAddress.retailer == case.retailer, OurAddress.purpose == "main")
        .order_by(OurAddress.id.desc())
        .limit(1)
    )
    if phone is None or ours is None:
        raise CannotDo("There is no telephone number to call." if phone is None else "No number of ours can call.")
    if not house.settings.twilio_account_sid:
        raise CannotDo("Calls need a telephone provider; in demo mode there is none.")
    waiting = update(DeskCall).where(DeskCall.agent == agent, DeskCall.retailer == case.retailer)
    session.execute(waiting.where(DeskCall.sid.is_(None), DeskCall.expires_at > now).values(expires_at=now))
    digits = f"{secrets.randbelow(10**call_pins.DIGITS):0{call_pins.DIGITS}}"
    row = DeskCall(
        retailer=case.retailer,
        case_id=case.id,
        agent=agent,
        ours=ours,
        phone=phone,
        code_hash=_digest(house, ours, digits),
        made_at=now,
        expires_at=now + GOOD_FOR,
    )
    session.add(row)
    session.flush()
    return Code(ours, digits, row.expires_at)


def ask(session: Session, house: House, *, sid: str, called: str, now: datetime) -> AskPin | None:
    """Somebody calls a main number: where an agent is about to call, the code is asked for. None: nobody is."""
    waiting = session.scalar(_waiting(called, now).limit(1))
    if waiting is None or call_pins.too_many_tries(session, called, now=now):
        return None
    insert_once(session, Call(sid=sid, ours=called, caller=None, tries=0, began_at=now))
    words = _words(house, session, waiting.retailer, "call_desk_ask")
    return AskPin(words, _words(house, session, waiting.retailer, "call_no_pin"))


def typed(session: Session, house: House, *, sid: str, digits: str, now: datetime) -> AskPin | Connect | Speak | None:
    """A code was keyed in at a main number. None: the call is none of ours."""
    call = session.scalar(select(Call).where(Call.sid == sid).with_for_update())
    if call is None or call.outcome is not None or _is_pool(session, call.ours):
        return None
    said = _digest(house, call.ours, digits.strip()).encode()
    rows = session.scalars(_waiting(call.ours, now).with_for_update()).all()
    right = [row for row in rows if hmac.compare_digest(row.code_hash.encode(), said)]
    if len(right) == 1:
        right[0].sid = sid
        session.flush()
        return Connect(call.ours, right[0].phone)
    call.tries += 1
    session.flush()
    retailer = rows[0].retailer if rows else None
    tried = call.tries >= call_pins.TRIES or call_pins.too_many_tries(session, call.ours, now=now)
    if retailer is None or tried:
        call.outcome, call.ended_at = "no_pin", now
        return Speak(_words(house, session, retailer, "call_no_pin") if retailer else ())
    again = _words(house, session, retailer, "call_pin_again")
    return AskPin(again, _words(house, session, retailer, "call_no_pin"))


def whisper(
    session: Session, house: House, *, sid: str, pressed: str | None, now: datetime
) -> Offer | Join | Speak | None:
    """The shopper has picked up; pressed: the key, None before there was one. None: the call is none of ours."""
    row = _of(session, sid)
    if row is None or row.outcome is not None:
        return None
    if pressed is None:
        case = session.get_one(Case, row.case_id)
        parcel = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
        orders = aloud(parcel.order_number) if parcel is not None else ""
        workflow = house.workflows.of(session, row.retailer)
        language = case.language or workflow.language
        words = house.texts.phrase("call_desk_whisper", language, workflow, orders=orders)
        return Offer([(words, language)])
    if pressed != ACCEPT:
        return Speak()
    row.accepted_at = row.accepted_at or now
    return Join()


def ended(
    session: Session, house: House, *, sid: str, status: str, seconds: int | None, bridged: bool, now: datetime
) -> Speak | None:
    """The call to the shopper is over: the case says so, and an agent who was not joined hears it. None: not ours."""
    row = _of(session, sid)
    if row is None:
        return None
    if row.outcome is None:
        joined = row.accepted_at is not None and bridged
        row.seconds = seconds if joined else None
        _settle(session, row, "connected" if joined else _OUTCOMES.get(status, "no_answer"), now)
    if row.outcome == "connected":
        return Speak()
    return Speak(_words(house, session, row.retailer, "call_desk_missed"))


def leg_over(session: Session, *, sid: str, seconds: int | None, now: datetime) -> bool:
    """The agent's own leg is over; settles what nothing else has. False: the call is none of ours."""
    row = _of(session, sid)
    if row is None:
        return False
    if row.outcome is None:
        row.seconds = seconds if row.accepted_at is not None else None
        _settle(session, row, "connected" if row.accepted_at is not None else "cancelled", now)
    return True


def or_ask(session: Session, house: House, done: object, *, sid: str, called: str, now: datetime) -> AskPin | None:
    """Where nobody but the greeting would answer, whether an agent's code is asked for first."""
    return ask(session, house, sid=sid, called=called, now=now) if isinstance(done, Greet) else None


def _settle(session: Session, row: DeskCall, outcome: str, now: datetime) -> None:
    row.outcome = outcome
    call = session.scalar(select(Call).where(Call.sid == row.sid))
    if call is not None:
        call.outcome, call.ended_at, call.seconds = outcome, now, row.seconds
    session.flush()
    case = session.get_one(Case, row.case_id)
    say(session, case, CALLED, by=row.agent, text=outcome, evidence={"call": row.id, "seconds": row.seconds}, now=now)


def _of(session: Session, sid: str) -> DeskCall | None:
    return session.scalar(select(DeskCall).where(DeskCall.sid == sid).with_for_update())


def _waiting(ours: str, now: datetime) -> Select[DeskCall]:
    return select(DeskCall).where(DeskCall.ours == ours, DeskCall.expires_at > now, DeskCall.sid.is_(None))


def _phone(session: Session, case: Case) -> str | None:
    if case.phone:
        return case.phone
    parcel = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    return parcel.customer_phone if parcel is not None else None


def _is_pool(session: Session, ours: str) -> bool:
    purpose = session.scalar(select(OurAddress.purpose).where(OurAddress.address == ours))
    return purpose is None or purpose == "pool"


def _words(house: House, session: Session, retailer: str, phrase: str) -> Said:
    workflow = house.workflows.of(session, retailer)
    return [(house.texts.phrase(phrase, workflow.language, workflow), workflow.language)]


def _digest(house: House, ours: str, digits: str) -> str:
    key = hashlib.sha256(b"doorline desk calls\0" + house.settings.secret_key.encode()).digest()
    return hmac.new(key, f"{ours}:{digits}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
