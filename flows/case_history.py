"""One line more in a case's history: whoever has not seen it finds it new, it can be searched, and systems are told."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from flows import case_seen, case_words, outbound_events
from flows.case_core import NOBODYS
from flows.models import Case, CaseEntry

#: Kind of a line -> the event that tells the retailer's systems of it. A note is nobody's business but the desk's.
EVENTS = {
    "opened": "case.opened",
    "joined": "case.updated",
    "claimed": "case.claimed",
    "assigned": "case.updated",
    "released": "case.updated",
    "weighed": "case.updated",
    "reply": "case.replied",
    "snoozed": "case.snoozed",
    "woke": "case.updated",
    "handed_back": "case.handed_back",
    "breached": "case.breached",
    "resolved": "case.resolved",
    "reopened": "case.reopened",
}


def say(
    session: Session,
    case: Case,
    kind: str,
    *,
    by: str,
    text: str | None = None,
    evidence: dict[str, Any] | None = None,
    now: datetime,
) -> CaseEntry:
    """Add a line to the case's history. Say it last: what is told to others is the case as it is then."""
    entry = CaseEntry(case_id=case.id, kind=kind, by=by, text=text, evidence=dict(evidence or {}), at=now)
    session.add(entry)
    session.flush()
    case.last_entry_id = entry.id
    session.flush()
    case_words.add(session, case, text if kind not in {"snoozed", "assigned"} else None)
    if by not in NOBODYS:
        case_seen.mark_seen(session, case, agent=by, now=now)
    _tell(session, case, entry, now=now)
    return entry


def _tell(session: Session, case: Case, entry: CaseEntry, *, now: datetime) -> None:
    kind = EVENTS.get(entry.kind)
    if kind is None:
        return
    outbound_events.tell(
        session,
        retailer=case.retailer,
        kind=kind,
        subject={"case_id": case.id, "shipment_id": case.shipment_id},
        payload={
            "what": entry.kind,
            "by": entry.by,
            "state": case.state,
            "priority": case.priority,
            "reason": case.reason,
            "assignee": case.assignee,
            "due_at": case.due_at.isoformat() if case.due_at is not None else None,
            "resolution": case.resolution,
        },
        key=f"case:{case.id}:{entry.id}",
        now=now,
    )
