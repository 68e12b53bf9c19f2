"""What follows when a clock of a case has run out: one line, one event, one mail."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from flows import case_alerts, case_clock
from flows.case_core import SYSTEM, lock
from flows.case_history import say
from flows.models import Case

if TYPE_CHECKING:
    from flows.house import House

BATCH = 100


def sweep(session: Session, house: "House", *, now: datetime, limit: int = BATCH) -> int:
    """Note every clock that has run out, each once however many workers look; answers how many were noted."""
    return sum(
        _note(session, house, one.id, one.case_id, now) for one in case_clock.overdue(session, now=now, limit=limit)
    )


def _note(session: Session, house: "House", clock_id: int, case_id: int, now: datetime) -> bool:
    case = session.get(Case, case_id)
    if case is None:
        return False
    lock(session, case)  # before its clocks, as everybody who acts on a case does
    clock = case_clock.note_breach(session, clock_id, now=now)
    if clock is None:
        return False
    found = {"clock": clock.kind, "nth": clock.nth, "due_at": clock.due_at.isoformat() if clock.due_at else None}
    say(session, case, "breached", by=SYSTEM, text=clock.kind, evidence=found, now=now)
    case_alerts.alert(session, house, case, "breached", now=now)
    return True
