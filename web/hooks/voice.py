"""Twilio's calls: verify, ask the story what to do, say it in TwiML. What it decides is committed before we answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels import twilio_voice
from channels.messages import MalformedWebhook, WebhookRequest
from channels.models import Conversation, OurAddress
from channels.twilio_voice import Sentence
from flows import calls, desk_calls
from flows.accounts import DEFAULT
from flows.call_pins import DIGITS
from flows.call_words import Said
from flows.house import House
from flows.models import Dialogue
from web.context import Parts, parts
from web.hooks.twilio import EMPTY, TWIML, verified
from web.wording import words

blueprint = Blueprint("twilio_voice_hooks", __name__, url_prefix="/hooks/twilio/voice")

#: The lines of the words' files that are read aloud at the main number, in order.
LINES = ("voice.brand", "voice.texts", "voice.hint")
T = TypeVar("T")
Done = calls.Speak | calls.AskPin | calls.Connect | calls.Offer | calls.Join


@blueprint.post("")
def incoming() -> Response:
    """Somebody calls a number of ours."""
    house = parts()
    asked = verified(house)[1]
    sid, called, caller = _sid(asked), asked.field("To"), twilio_voice.caller(asked)

    def work(session: Session, now: datetime) -> Done | calls.Greet:
        first = calls.incoming(session, house.house, sid=sid, called=called, caller=caller, now=now)
        return desk_calls.or_ask(session, house.house, first, sid=sid, called=called, now=now) or first

    done = _run(house, work)
    if isinstance(done, calls.Greet):
        with house.database.read() as session:
            return _answer(twilio_voice.incoming(greeting(session, house.house, called=called, caller=caller)))
    return _answer(_said(done, house, sid))


@blueprint.post("/pin")
def pin() -> Response:
    """The caller has typed a PIN."""
    house = parts()
    asked = verified(house)[1]
    sid, digits = _sid(asked), asked.field("Digits")

    def work(session: Session, now: datetime) -> Done:
        ours = desk_calls.typed(session, house.house, sid=sid, digits=digits, now=now)
        return ours or calls.typed(session, house.house, sid=sid, digits=digits, now=now)

    return _answer(_said(_run(house, work), house, sid))


@blueprint.post("/whisper")
def whisper() -> Response:
    """The other end has picked up (no digits yet), or pressed a key. `call` in the query is the caller's leg."""
    house = parts()
    asked = verified(house)[1]
    sid = request.args.get("call", "")
    # An empty field is a key that was not pressed, not a question that was not asked.
    pressed = asked.field("Digits") if any(name == "Digits" for name, _ in asked.form) else None

    def work(session: Session, now: datetime) -> Done:
        ours = desk_calls.whisper(session, house.house, sid=sid, pressed=pressed, now=now)
        return ours or calls.whisper(session, house.house, sid=sid, pressed=pressed, now=now)

    return _answer(_said(_run(house, work), house, sid))


@blueprint.post("/status")
def status() -> Response:
    """The call to the other end is over (`DialCallStatus`), or the caller's own leg is (`CallStatus`)."""
    house = parts()
    asked = verified(house)[1]
    said = asked.field("DialCallStatus")
    if not said:
        sid, leg, seconds = _sid(asked), asked.field("CallStatus"), _seconds(asked, "CallDuration")

        def over(session: Session, now: datetime) -> None:
            if leg not in calls.LEG_OVER or not desk_calls.leg_over(session, sid=sid, seconds=seconds, now=now):
                calls.leg_over(session, sid=sid, status=leg, seconds=seconds, now=now)

        _run(house, over)
        return _answer(EMPTY)

    def work(session: Session, now: datetime) -> calls.Speak:
        told: dict[str, Any] = {
            "sid": _sid(asked),
            "status": said,
            "seconds": _seconds(asked, "DialCallDuration"),
            "bridged": asked.field("DialBridged").lower() != "false",
            "now": now,
        }
        return desk_calls.ended(session, house.house, **told) or calls.ended(session, house.house, **told)

    ended = _run(house, work)
    return _answer(_said(ended, house, ""))


def greeting(session: Session, house: House, *, called: str, caller: str) -> list[Sentence]:
    """Answer what the main number says: in the caller's language when we know it, else in the retailer's first."""
    retailer = session.scalar(select(OurAddress.retailer).where(OurAddress.address == called)) or DEFAULT
    workflow = house.workflows.of(session, retailer)
    known = session.scalar(
        select(Dialogue.language)
        .join(Conversation, Conversation.id == Dialogue.conversation_id)
        .where(Conversation.retailer == retailer, Conversation.theirs == caller)
        .order_by(Dialogue.updated_at.desc())
        .limit(1)
    )
    said = words(known or workflow.language)
    return [Sentence(said(line, brand=workflow.brand), said.language) for line in LINES]


def _said(done: Done, house: Parts, sid: str) -> str:
    """Answer the TwiML of what the story has decided. sid: of the caller's leg."""
    whispered = f"{_url(house, 'whisper')}?call={quote(sid, safe='')}"
    match done:
        case calls.Speak(said):
            return twilio_voice.incoming(_sentences(said)) if said else twilio_voice.hung_up()
        case calls.AskPin(said, otherwise):
            return twilio_voice.ask_digits(
                _sentences(said), digits=DIGITS, typed_url=_url(house, "pin"), otherwise=_sentences(otherwise)
            )
        case calls.Connect(ours, number):
            return twilio_voice.connect(
                caller_id=ours, number=number, whisper_url=whispered, ended_url=_url(house, "status")
            )
        case calls.Offer(said):
            return twilio_voice.whisper(_sentences(said), pressed_url=whispered)
        case calls.Join():
            return twilio_voice.accepted()


def _sentences(said: Said) -> list[Sentence]:
    return [Sentence(text, language) for text, language in said]


def _url(house: Parts, what: str) -> str:
    return f"{house.settings.public_base_url}/hooks/twilio/voice/{what}"


def _run(house: Parts, work: Callable[[Session, datetime], T]) -> T:
    now = house.clock()
    return house.database.run(lambda session: work(session, now))


def _sid(asked: WebhookRequest) -> str:
    sid = asked.field("CallSid")
    if not sid:
        raise MalformedWebhook("a call without its CallSid")
    return sid


def _seconds(asked: WebhookRequest, name: str) -> int | None:
    said = asked.field(name)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None


def _answer(twiml: str) -> Response:
    return Response(twiml, content_type=TWIML)
