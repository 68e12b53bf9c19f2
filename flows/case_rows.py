"""What a list shows of each case: its parcel, what was said last, how much it burns and whether it is news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.case_seen import unread
from flows.models import Case, CaseEntry
from tracking_core.models import Shipment

Heat = Literal["fine", "soon", "breached", "paused", "over"]
#: So much of the last words is shown.
WORDS_MAX = 200
#: Lines that say something, rather than that something was done.
_SAYING = ("opened", "joined", "reply", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list."""

    case: Case
    #: The case's parcel, else the newest one of the same phone; None: nobody knows of one.
    parcel: Shipment | None
    #: Something has happened since the agent looked.
    unread: bool
    #: Where `case.due_at` stands; paused: nothing is due while it is snoozed, over: resolved.
    heat: Heat
    #: The newest words of the customer, an agent or a fact, at most 200 characters; None: there are none.
    last_words: str | None
    #: When the last thing happened.
    last_at: datetime


def rows_of(session: Session, retailer: str, cases: Sequence[Case], *, agent: str, now: datetime) -> list[Row]:
    """Answer what a list shows of these cases, in their order, with the same few queries for any number of them."""
    if not cases:
        return []
    parcels, news = _parcels(session, retailer, cases), unread(session, cases, agent=agent)
    said, last = _entries(session, cases)
    return [
        Row(
            case=case,
            parcel=parcels.get(case.shipment_id or case.phone),
            unread=case.id in news,
            heat=heat(case, now=now),
            last_words=_short(said[case.id].text) if case.id in said else None,
            last_at=last[case.id].at if case.id in last else case.created_at,
        )
        for case in cases
    ]


def heat(case: Case, *, now: datetime) -> Heat:
    """How near the case is to being overdue."""
    if case.state == "resolved":
        return "over"
    if case.due_at is None:
        return "paused"
    if case.due_at <= now:
        return "breached"
    return "soon" if case.soon_at is not None and case.soon_at <= now else "fine"


def _parcels(session: Session, retailer: str, cases: Sequence[Case]) -> Mapping[int | str | None, Shipment]:
    """By shipment id, and by phone for those that are about no parcel."""
    ids = {case.shipment_id for case in cases if case.shipment_id is not None}
    phones = {case.phone for case in cases if case.shipment_id is None and case.phone}
    found: dict[int | str | None, Shipment] = {}
    if phones:
        newest = (
            select(func.max(Shipment.id))
            .where(Shipment.retailer == retailer, Shipment.customer_phone.in_(phones))
            .group_by(Shipment.customer_phone)
        )
        for parcel in session.scalars(select(Shipment).where(Shipment.id.in_(newest))):
            found[parcel.customer_phone] = parcel
    if ids:
        for parcel in session.scalars(select(Shipment).where(Shipment.retailer == retailer, Shipment.id.in_(ids))):
            found[parcel.id] = parcel
    return found


def _entries(session: Session, cases: Sequence[Case]) -> tuple[dict[int, CaseEntry], dict[int, CaseEntry]]:
    """Case -> the newest line with words, and the newest line."""
    speaking = (
        select(func.max(CaseEntry.id))
        .where(
            CaseEntry.case_id.in_([case.id for case in cases]),
            CaseEntry.kind.in_(_SAYING),
            CaseEntry.text.is_not(None),
        )
        .group_by(CaseEntry.case_id)
    )
    wanted = {*session.scalars(speaking).all(), *(case.last_entry_id for case in cases)}
    lines = {line.id: line for line in session.scalars(select(CaseEntry).where(CaseEntry.id.in_(wanted)))}
    newest = {line.case_id: line for case in cases if (line := lines.get(case.last_entry_id)) is not None}
    said: dict[int, CaseEntry] = {}
    for line in sorted(lines.values(), key=lambda one: one.id):
        if line.kind in _SAYING and line.text:
            said[line.case_id] = line
    return said, newest


def _short(text: str | None) -> str | None:
    plain = " ".join((text or "").split())
    return (plain if len(plain) <= WORDS_MAX else plain[: WORDS_MAX - 1] + "…") or None
