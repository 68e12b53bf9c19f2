"""What the console shows: rows turned into words, numbers hidden but for two digits."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from channels.phones import mask
from flows import cases, picture_links, thread
from flows.case_states import CaseState, Priority
from flows.house import House
from flows.models import Case, CaseEntry
from flows.thread import ThreadMessage
from tracking_core import shipments
from tracking_core.models import Shipment

#: How many messages of a thread are shown.
THREAD_MAX = 200
STATUS_WORDS = {
    "queued": "waiting to be sent",
    "held": "held until quiet hours end",
    "sending": "on its way out",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "failed": "not sent",
    "unknown": "unclear whether it was sent",
    "cancelled": "cancelled",
    "expired": "not sent: too late to be of use",
    "shadow": "not sent: shadow mode",
    "received": "not answered yet",
    "handled": "",
    "dead": "set aside after five failures",
}
BAD = frozenset({"undelivered", "failed", "unknown", "expired", "dead"})
#: Kinds of case entries that the thread shows by themselves; a reply is there as the message it became.
SAID_ELSEWHERE = frozenset({"reply"})
ENTRY_WORDS = {
    "opened": "opened the case",
    "joined": "came again",
    "claimed": "took the case",
    "note": "noted",
    "snoozed": "set it aside",
    "woke": "brought it back",
    "resolved": "resolved it",
    "reopened": "took it up again",
}
#: The ends of a masked line.
ROLE_WORDS = {"customer": "The customer", "driver": "The driver"}
REASON_WORDS = {
    "talk_to_person": "Wants a person",
    "dead_message": "A text could not be handled",
    "relay_pool_exhausted": "The driver line is out of numbers",
    "proof_missing": "Delivered without its proof",
    "proof_failed": "A proof of delivery did not pass",
}
RESOLUTIONS = {
    "answered": "Answered",
    "redelivery_arranged": "New delivery arranged",
    "refund_or_replacement": "Refund or replacement",
    "with_the_carrier": "With the carrier",
    "no_answer": "The customer did not answer",
    "nothing_to_do": "Nothing to do",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's page: a message, a note, or something that was done."""

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


def in_words(name: str) -> str:
    """Turn a name such as `attempt_failed` into words."""
    return REASON_WORDS.get(name, name.replace("_", " ").capitalize())


def etag(page: str) -> str:
    """Answer what tells two states of a page apart."""
    return hashlib.sha256(page.encode()).hexdigest()[:32]


def counts(session: Session, retailer: str) -> dict[str, int]:
    """How many cases the retailer has in each state."""
    query = select(Case.state, func.count()).where(Case.retailer == retailer).group_by(Case.state)
    found = dict(session.execute(query).all())
    return {state.value: found.get(state.value, 0) for state in CaseState}


def queue(
    session: Session, retailer: str, *, state: str | None, before: int | None, limit: int
) -> list[tuple[Case, Shipment | None]]:
    """The newest cases with their parcels; of these, what burns most and is due first comes first."""
    found = cases.page(session, retailer, state=state, before_id=before, limit=limit)
    ids = {case.shipment_id for case in found if case.shipment_id is not None}
    phones = {case.phone for case in found if case.shipment_id is None and case.phone}
    # The same choice as on the case's page (`parcel_of`), in two queries for the whole queue.
    newest = select(func.max(Shipment.id)).where(Shipment.retailer == retailer, Shipment.customer_phone.in_(phones))
    query = select(Shipment).where(
        Shipment.retailer == retailer,
        or_(Shipment.id.in_(ids), Shipment.id.in_(newest.group_by(Shipment.customer_phone))),
    )
    parcels: dict[int | str | None, Shipment] = {}
    for parcel in session.scalars(query.order_by(Shipment.id)):  # of one phone's parcels the newest stays
        parcels[parcel.id] = parcels[parcel.customer_phone] = parcel
    found.sort(key=_urgency)
    return [(case, parcels.get(case.shipment_id or case.phone)) for case in found]


def _urgency(case: Case) -> tuple[bool, int, datetime]:
    return case.state == CaseState.RESOLVED.value, -Priority(case.priority).rank, case.due_at or case.created_at


def parcel_of(session: Session, case: Case) -> Shipment | None:
    """The parcel the case is about; else the newest one of the person's, so that the agent has something to look at."""
    if case.shipment_id is not None:
        return shipments.get(session, case.retailer, case.shipment_id)
    newest = shipments.page(session, case.retailer, phone=case.phone, limit=1) if case.phone else []
    return newest[0] if newest else None


def lines(session: Session, house: House, case: Case, *, now: datetime) -> list[Line]:
    """Everything that was said and done about the case, oldest first; pictures by addresses that stay for an hour."""
    of: dict[str, Any] = {"conversation_id": case.conversation_id, "shipment_id": case.shipment_id}
    if case.phone:
        of = {"phone": case.phone}
    elif case.conversation_id is not None:
        of.pop("shipment_id")
    said = thread.page(session, retailer=case.retailer, **of, newest=True, limit=THREAD_MAX)
    done = [entry for entry in cases.entries(session, case) if entry.kind not in SAID_ELSEWHERE]
    until = picture_links.stable_until(house, now)
    pictures = [picture_links.addresses(house, one.media, one.picture_ids, until=until) for one in said]
    shown = [_of_message(one, case.phone, media) for one, media in zip(said, pictures, strict=True)]
    shown += [_of_entry(one) for one in done]
    return sorted(shown, key=lambda line: line.at)


def _of_message(message: ThreadMessage, phone: str | None, media: Sequence[str]) -> Line:
    incoming = message.direction == "in"
    if incoming:
        by = ROLE_WORDS.get(message.role or "") or mask(message.sender)
    else:
        by = "Agent" if message.category == "case" else "Doorline"
        if message.role:
            by += f" to {ROLE_WORDS[message.role].lower()}"
        elif message.recipient != phone:
            by += f" to {mask(message.recipient)}"
    status, reason = STATUS_WORDS.get(message.status, message.status), message.reason
    bad = message.status in BAD
    return Line(
        kind=message.direction,
        at=message.created_at,
        by=by,
        text=message.text,
        status=f"{status}: {reason}" if status and reason else status,
        bad=bad,
        media=[urlsplit(url).path for url in media],
        channel=message.channel,
        segments=0 if incoming or message.channel == "email" else message.segments or 0,
    )


def _of_entry(entry: CaseEntry) -> Line:
    kind = "note" if entry.kind == "note" else "event"
    words = ENTRY_WORDS.get(entry.kind, in_words(entry.kind).lower())
    if kind == "event" and entry.kind == "resolved" and entry.text:
        words += f": {RESOLUTIONS.get(entry.text, entry.text)}"
    by = {"doorline": "Doorline", "customer": "The customer"}.get(entry.by, entry.by)
    if kind == "note":
        return Line(kind=kind, at=entry.at, by=f"Note by {by}", text=entry.text or "")
    return Line(kind=kind, at=entry.at, by=by, text=words)
