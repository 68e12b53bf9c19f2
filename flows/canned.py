"""Replies kept ready: a retailer's own, in each language, with placeholders that are filled in for the case at hand."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.segments import Segments, count
from flows import audit
from flows.agent_models import CannedReply
from flows.house import House
from flows.wording import Wording
from tracking_core.models import Shipment

#: What a reply may name, and what stands there.
PLACEHOLDERS = {
    "order": "the order's number",
    "name": "the shopper's first name",
    "window": "when the parcel is expected, `today between 3 PM and 5 PM`",
    "agent": "the first name of whoever replies",
    "link": "the address of the tracking page",
}
NAME_MAX, TEXT_MAX, REPLIES_MAX = 60, 1000, 500
_BRACED = re.compile(r"\{([^{}]*)\}")


class BadReply(ValueError):
    """The reply cannot be kept. `field` is name, language or text."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def all_of(session: Session, retailer: str, *, language: str | None = None) -> Sequence[CannedReply]:
    """Answer the retailer's replies by name; of one language, or of all."""
    query = select(CannedReply).where(CannedReply.retailer == retailer)
    if language is not None:
        query = query.where(CannedReply.language == language)
    return session.scalars(query.order_by(func.lower(CannedReply.name), CannedReply.language, CannedReply.id)).all()


def get(session: Session, retailer: str, reply_id: int) -> CannedReply | None:
    """Answer the retailer's reply; None for another's."""
    row = session.get(CannedReply, reply_id)
    return row if row is not None and row.retailer == retailer else None


def save(
    session: Session,
    house: House,
    *,
    retailer: str,
    name: str,
    language: str,
    text: str,
    reply_id: int | None = None,
    by: str,
    now: datetime,
) -> CannedReply:
    """Keep a reply, or change the one of that id. Raises BadReply naming the field."""
    name, text = " ".join(name.split()), text.strip().replace("\r\n", "\n")
    _check(session, house, retailer, name, language, text)
    same = select(CannedReply).where(
        CannedReply.retailer == retailer, CannedReply.name == name, CannedReply.language == language
    )
    other = session.scalars(same).one_or_none()
    row = get(session, retailer, reply_id) if reply_id is not None else None
    if other is not None and (row is None or other.id != row.id):
        raise BadReply("name", "There is a reply of that name in that language already.")
    if row is None:
        row = CannedReply(retailer=retailer)
        session.add(row)
    row.name, row.language, row.text, row.updated_at, row.updated_by = name, language, text, now, by
    session.flush()
    _note(session, row, by, "canned.saved", now)
    return row


def delete(session: Session, row: CannedReply, *, by: str, now: datetime) -> None:
    """Keep the reply no more."""
    _note(session, row, by, "canned.deleted", now)
    session.delete(row)


def values(
    session: Session,
    house: House,
    parcel: Shipment | None,
    *,
    retailer: str,
    language: str,
    agent_name: str,
    name: str | None = None,
    now: datetime,
) -> dict[str, str]:
    """Answer what the placeholders mean here; what nobody knows is empty.

    name: the shopper's, where there is no parcel to tell it. The link is made when there is none, so the session must
    be one that may write.
    """
    found = dict.fromkeys(PLACEHOLDERS, "")
    found["agent"] = first_name(agent_name)
    found["name"] = first_name((parcel.customer_name if parcel is not None else name) or "")
    if parcel is not None:
        wording = Wording(house, house.workflows.of(session, retailer), language, now)
        found["order"], found["window"] = parcel.order_number, wording.when(parcel)
        found["link"] = house.links.url(session, "t", parcel.id, now=now)
    return found


def render(text: str, known: Mapping[str, str]) -> str:
    """Fill in the placeholders. What is empty goes with the space before it; other braces stay as they are."""

    def filled(match: re.Match[str]) -> str:
        return known[match[1]] if match[1] in PLACEHOLDERS else match[0]

    said = _BRACED.sub(filled, text)
    said = re.sub(r"[ \t]{2,}", " ", said)
    return re.sub(r"[ \t]+([,.;:!?])", r"\1", said).strip()


def measured(text: str) -> Segments:
    """What the reply costs as a text, its placeholders at a usual length."""
    usual = {"order": "A10012", "name": "Maria", "window": "today between 3 PM and 5 PM", "agent": "Robin"}
    return count(render(text, {**usual, "link": "https://texts.example.com/t/" + "x" * 22}))


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split()[0] if name.split() else ""


def _check(session: Session, house: House, retailer: str, name: str, language: str, text: str) -> None:
    if not 0 < len(name) <= NAME_MAX:
        raise BadReply("name", f"A name has 1 to {NAME_MAX} characters.")
    if language not in house.workflows.of(session, retailer).languages:
        raise BadReply("language", "This is not one of the workflow's languages.")
    if not 0 < len(text) <= TEXT_MAX:
        raise BadReply("text", f"A reply has 1 to {TEXT_MAX} characters.")
    unknown = sorted({word for word in _BRACED.findall(text) if word not in PLACEHOLDERS})
    if unknown:
        known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        raise BadReply("text", f"There is no {{{unknown[0]}}}; there is {known}.")
    held = select(func.count()).where(CannedReply.retailer == retailer)
    if (session.scalar(held) or 0) >= REPLIES_MAX:
        raise BadReply("name", f"There are {REPLIES_MAX} replies already.")


def _note(session: Session, row: CannedReply, by: str, action: str, now: datetime) -> None:
    detail = {"name": row.name, "language": row.language}
    subject = f"canned:{row.id}"
    audit.write(session, retailer=row.retailer, agent=by, action=action, subject=subject, detail=detail, now=now)
