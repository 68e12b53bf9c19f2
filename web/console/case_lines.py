"""The thread of a case as its page shows it: every channel and everything that was done, in one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from channels.phones import mask
from flows import cases, picture_links, thread
from flows.house import House
from flows.models import Case, CaseEntry
from flows.thread import ThreadMessage
from tracking_core.models import Shipment
from web.console import clocks
from web.console.showing import BAD, RESOLUTIONS, ROLE_WORDS, STATUS_WORDS, in_words

#: How many messages of a thread are shown.
THREAD_MAX = 200
#: Kinds of case entries that the thread shows by themselves; a reply is there as the message it became.
SAID_ELSEWHERE = frozenset({"reply"})
ENTRY_WORDS = {
    "opened": "opened the case",
    "joined": "came again",
    "claimed": "took the case",
    "assigned": "gave the case to",
    "released": "gave the case back to everybody",
    "weighed": "set the priority to",
    "snoozed": "set it aside until",
    "woke": "brought it back",
    "handed_back": "handed the thread back to the bot",
    "breached": "noted that it is overdue:",
    "resolved": "resolved it",
    "reopened": "took it up again",
}
CLOCK_WORDS = {"first_reply": "first reply", "next_reply": "next reply", "resolution": "resolution"}
NOBODYS = {"doorline": "Doorline", "customer": "The customer", "driver": "The driver", "api": "A program"}
CALLS = {
    "call": "called",
    "call:connected": "called, and they spoke",
    "call:no_answer": "called; nobody answered",
    "call:busy": "called; it was busy",
    "call:failed": "called; it could not be connected",
    "call:cancelled": "called, and hung up",
    "call:no_pin": "called without a code",
    "call:closed": "called on a closed line",
    "call:main": "called the main number",
}
CALL_OUTCOMES = {
    "connected": "they spoke",
    "no_answer": "nobody answered",
    "busy": "it was busy",
    "failed": "it could not be connected",
    "cancelled": "the agent hung up",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's page: a message, a note, or something that was done."""

    #: Unique within the page, and always the same for the same line.
    key: str
    #: in, out, note, event.
    kind: str
    at: datetime
    by: str
    text: str
    #: Delivery, in words; empty when nothing is to be said.
    status: str = ""
    bad: bool = False
    media: Sequence[str] = ()
    #: sms, mms, email, voice; empty for what is no message.
    channel: str = ""
    segments: int = 0
    #: customer, driver, bot, agent, desk: for the look of it.
    who: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Who is who in a thread."""

    #: Agents by e-mail.
    agents: Mapping[str, str]
    #: The present agent's e-mail.
    me: str
    customer: str | None
    customer_phone: str | None
    customer_email: str | None
    driver: str | None
    driver_phone: str | None

    def agent(self, email: str) -> str:
        """What an agent, or whoever acted instead, is called here."""
        return "You" if email == self.me else NOBODYS.get(email) or self.agents.get(email, email)


def lines(
    session: Session, house: House, case: Case, parcel: Shipment | None, names: Names, *, now: datetime
) -> list[Line]:
    """Everything that was said and done about the case, oldest first; pictures by addresses that stay for an hour."""
    said = _messages(session, case, parcel)
    history = cases.entries(session, case)
    writers = {one.at: one.by for one in history if one.kind == "reply"}
    until = picture_links.stable_until(house, now)
    pictures = [picture_links.addresses(house, one.media, one.picture_ids, until=until) for one in said]
    shown = [_of_message(one, names, writers, media) for one, media in zip(said, pictures, strict=True)]
    shown += [_of_entry(one, names) for one in history if one.kind not in SAID_ELSEWHERE]
    return sorted(shown, key=lambda line: line.at)


def _messages(session: Session, case: Case, parcel: Shipment | None) -> list[ThreadMessage]:
    """What was said with the person, and with the driver about the case's own parcel, each message once."""
    asked: list[dict[str, Any]] = []
    if case.phone:
        asked.append({"phone": case.phone})
    elif case.conversation_id is not None:
        asked.append({"conversation_id": case.conversation_id})
    if case.shipment_id is not None and parcel is not None:
        asked.append({"shipment_id": case.shipment_id})
    found = {
        (one.direction, one.id): one
        for of in asked
        for one in thread.page(session, retailer=case.retailer, **of, newest=True, limit=THREAD_MAX)
    }
    return sorted(found.values(), key=lambda one: (one.created_at, one.direction, one.id))[-THREAD_MAX:]


def _of_message(message: ThreadMessage, names: Names, writers: Mapping[datetime, str], media: Sequence[str]) -> Line:
    incoming = message.direction == "in"
    who = _party(message.sender if incoming else message.recipient, message.role, names)
    status, reason = STATUS_WORDS.get(message.status, message.status), message.reason
    text = message.text
    if incoming:
        by = who[1]
        if message.channel == "voice":
            text, status = CALLS.get(message.handled_by or "", "called"), ""
    else:
        writer = writers.get(message.created_at) if message.category == "case" else None
        by = names.agent(writer) if writer else "Agent" if message.category == "case" else "Doorline"
        if who[0] != "customer":
            by += f" to {who[1].replace('The ', 'the ', 1) if who[1] in ROLE_WORDS.values() else who[1]}"
    return Line(
        key=f"{message.direction}-{message.id}",
        kind=message.direction,
        at=message.created_at,
        by=by,
        text=text,
        status=f"{status}: {reason}" if status and reason else status,
        bad=message.status in BAD,
        media=[urlsplit(url).path for url in media],
        channel=message.channel,
        segments=0 if incoming or message.channel == "email" else message.segments or 0,
        who=who[0] if incoming else "agent" if message.category == "case" else "bot",
    )


def _party(address: str, role: str | None, names: Names) -> tuple[str, str]:
    """(customer, driver or other, what they are called): never a number."""
    if role is not None:
        return role, ROLE_WORDS[role]
    if names.driver_phone is not None and address == names.driver_phone:
        return "driver", f"{names.driver}, the driver" if names.driver else ROLE_WORDS["driver"]
    if address in (names.customer_phone, names.customer_email):
        return "customer", names.customer or mask(address)
    return "other", mask(address)


def _of_entry(entry: CaseEntry, names: Names) -> Line:
    key, by = f"entry-{entry.id}", names.agent(entry.by)
    if entry.kind == "note":
        return Line(key, "note", entry.at, f"Note by {by}", entry.text or "", who="desk")
    if entry.kind == "done":
        return Line(key, "event", entry.at, by, entry.text or "", who="desk")
    words = ENTRY_WORDS.get(entry.kind, in_words(entry.kind).lower())
    text = entry.text or ""
    if entry.kind == "resolved" and text:
        words += f": {RESOLUTIONS.get(text, in_words(text))}"
    elif entry.kind == "assigned":
        words += f" {names.agent(text)}"
    elif entry.kind == "weighed":
        words += f" {text}"
    elif entry.kind == "snoozed" and text:
        words += f" {clocks.moment(datetime.fromisoformat(text))}"
    elif entry.kind == "called":
        words = f"called the customer: {CALL_OUTCOMES.get(text, text)}"
    elif entry.kind == "breached":
        words += f" {CLOCK_WORDS.get(text, text)}"
    elif entry.kind in {"opened", "joined"} and text and entry.by not in {"customer", "driver"}:
        words += f": {text}"
    return Line(key, "event", entry.at, by, words, who="desk", bad=entry.kind == "breached")
