"""The clocks of a case: by when the customer must hear from a person, and the case be settled. In support hours.

Three run side by side: the first reply from the beginning, the next reply from each word the customer has to wait for,
the resolution from the beginning. What the customer waits for goes on while the case is snoozed; the resolution rests.
`Case.due_at` is the next of them to end.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows import support_hours
from flows.case_states import CaseState, Priority
from flows.desk_models import CaseClock
from flows.models import Case
from flows.workflow import Workflow
from flows.workflow_desk import Clock

if TYPE_CHECKING:
    from flows.house import House

FIRST_REPLY: Clock = "first_reply"
NEXT_REPLY: Clock = "next_reply"
RESOLUTION: Clock = "resolution"
#: `soon` begins when so much of the allowed support time has passed.
SOON = 0.8


def of_case(session: Session, case: Case) -> list[CaseClock]:
    """Every clock the case has had, oldest first."""
    return list(session.scalars(select(CaseClock).where(CaseClock.case_id == case.id).order_by(CaseClock.id)))


def first_reply_due(session: Session, house: "House", case: Case, *, now: datetime) -> datetime:
    """By when the customer of a case that begins now must have heard from a person."""
    workflow = house.workflows.of(session, case.retailer)
    return _after(workflow, now, workflow.sla.allowed(Priority(case.priority), FIRST_REPLY))


def begin(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """A case has just been opened."""
    for kind in (FIRST_REPLY, RESOLUTION):
        _start(session, house, case, kind, now)
    _show(session, case)


def heard(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """The customer has said something and waits for an answer."""
    running = _running(session, house, case)
    if not {FIRST_REPLY, NEXT_REPLY} & running.keys():
        _start(session, house, case, NEXT_REPLY, now)
    _show(session, case)


def answered(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """A person has written to the customer, or done the first thing about a case that no customer waits for."""
    running = _running(session, house, case)
    for kind in (FIRST_REPLY, NEXT_REPLY):
        if kind in running:
            running[kind].ended_at = now
    _show(session, case)


def rest(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """The case is set aside: what must be settled waits, what the customer must hear does not."""
    clock = _running(session, house, case).get(RESOLUTION)
    if clock is not None and clock.due_at is not None:
        workflow = house.workflows.of(session, case.retailer)
        clock.left_s = int(_between(workflow, now, clock.due_at).total_seconds())
        clock.due_at = clock.soon_at = None
    _show(session, case)


def go_on(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """The case is back: what was left of the time to settle it begins to pass again."""
    clock = _running(session, house, case).get(RESOLUTION)
    if clock is not None and clock.left_s is not None:
        workflow = house.workflows.of(session, case.retailer)
        _set(workflow, clock, now, timedelta(seconds=clock.left_s), timedelta(seconds=clock.allowed_s))
        clock.left_s = None
    _show(session, case)


def end(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """The case is settled: nothing is owed any more. What it was due by last stays readable."""
    for clock in _running(session, house, case).values():
        clock.ended_at, clock.left_s = now, None
    session.flush()


def begin_again(session: Session, house: "House", case: Case, *, waits: bool, now: datetime) -> None:
    """A settled case is taken up again. waits: the customer has written and waits for an answer."""
    _start(session, house, case, RESOLUTION, now)
    if waits:
        _start(session, house, case, NEXT_REPLY, now)
    _show(session, case)


def weigh_again(session: Session, house: "House", case: Case, *, now: datetime) -> None:
    """The priority has changed: what runs gets the new time, less the support time that has passed."""
    workflow = house.workflows.of(session, case.retailer)
    for kind, clock in _running(session, house, case).items():
        before = timedelta(seconds=clock.allowed_s)
        allowed = workflow.sla.allowed(Priority(case.priority), kind)
        clock.allowed_s = int(allowed.total_seconds())
        if clock.left_s is not None:
            clock.left_s += int((allowed - before).total_seconds())
        elif clock.due_at is not None:
            left = _between(workflow, now, clock.due_at) + allowed - before
            _set(workflow, clock, now, left, allowed)
    _show(session, case)


def overdue(session: Session, *, now: datetime, limit: int) -> list[CaseClock]:
    """Clocks that have run out and whose breach nobody has noted yet, the oldest first."""
    query = select(CaseClock).where(
        CaseClock.ended_at.is_(None), CaseClock.due_at <= now, CaseClock.breached_at.is_(None)
    )
    return list(session.scalars(query.order_by(CaseClock.due_at, CaseClock.id).limit(limit)))


def note_breach(session: Session, clock_id: int, *, now: datetime) -> CaseClock | None:
    """Mark a clock as breached, once. The case's row is locked. None: done before, or answered meanwhile."""
    query = select(CaseClock).where(CaseClock.id == clock_id).execution_options(populate_existing=True)
    clock = session.scalar(query.with_for_update())
    if clock is None or clock.ended_at is not None or clock.breached_at is not None:
        return None
    if clock.due_at is None or clock.due_at > now:
        return None
    clock.breached_at = now
    session.flush()
    return clock


def _running(session: Session, house: "House", case: Case) -> dict[Clock, CaseClock]:
    """The clocks that have not ended, by kind. A case older than its clocks gets them now."""
    found = of_case(session, case)
    if not found and case.state != CaseState.RESOLVED:
        if case.first_reply_at is None:
            found.append(_start(session, house, case, FIRST_REPLY, case.created_at))
        found.append(_start(session, house, case, RESOLUTION, case.created_at))
    return {cast("Clock", one.kind): one for one in found if one.ended_at is None}


def _start(session: Session, house: "House", case: Case, kind: Clock, start: datetime) -> CaseClock:
    workflow = house.workflows.of(session, case.retailer)
    allowed = workflow.sla.allowed(Priority(case.priority), kind)
    last = select(func.max(CaseClock.nth)).where(CaseClock.case_id == case.id, CaseClock.kind == kind)
    clock = CaseClock(
        retailer=case.retailer,
        case_id=case.id,
        kind=kind,
        nth=(session.scalar(last) or 0) + 1,
        started_at=start,
        allowed_s=int(allowed.total_seconds()),
    )
    _set(workflow, clock, start, allowed, allowed)
    session.add(clock)
    session.flush()
    return clock


def _set(workflow: Workflow, clock: CaseClock, start: datetime, left: timedelta, allowed: timedelta) -> None:
    """Let the clock run out when `left` has passed since `start`; `soon` is a fifth of `allowed` before that."""
    clock.due_at = _after(workflow, start, left)
    clock.soon_at = _after(workflow, start, left - (1 - SOON) * allowed)


def _show(session: Session, case: Case) -> None:
    """Copy the next clock to end onto the case, where the queues look."""
    session.flush()
    query = select(CaseClock).where(
        CaseClock.case_id == case.id, CaseClock.ended_at.is_(None), CaseClock.due_at.is_not(None)
    )
    following = session.scalar(query.order_by(CaseClock.due_at, CaseClock.id).limit(1))
    case.due_at = following.due_at if following is not None else None
    case.soon_at = following.soon_at if following is not None else None
    session.flush()


def _after(workflow: Workflow, start: datetime, duration: timedelta) -> datetime:
    """Duration may be negative: the moment that lies so many support hours before `start`, near enough for a sort."""
    hours = workflow.support_hours
    if duration < timedelta():
        return start + duration
    return support_hours.after(start, duration, hours.days, hours.zone, hours.holidays)


def _between(workflow: Workflow, start: datetime, end: datetime) -> timedelta:
    hours = workflow.support_hours
    return support_hours.between(start, end, hours.days, hours.zone, hours.holidays)
