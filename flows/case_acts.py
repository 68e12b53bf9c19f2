"""What people do to cases: each act locks the row, moves it by the table, keeps the clocks and leaves a line."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flows import case_clock
from flows.accounts import Agent
from flows.case_core import CUSTOMER, NOBODYS, SYSTEM, AlreadyTaken, NotNow, Twin, lock, move
from flows.case_history import say
from flows.case_replies import send
from flows.case_states import CaseAction, CaseState, Priority
from flows.models import Case, CaseEntry

if TYPE_CHECKING:
    from flows.house import House


def claim(session: Session, house: "House", case: Case, *, agent: str, now: datetime) -> Case:
    """Give the case, and with it the thread, to the agent. Of two at once one wins.

    Raises AlreadyTaken, and NotNow when it is resolved. The agent's own case again changes nothing, but takes the
    thread back from the bot.
    """
    agent = agent.strip().lower()
    if case.state == CaseState.CLAIMED and case.assignee == agent and not case.with_bot:
        return case
    session.flush()
    statement = (
        update(Case)
        .where(Case.id == case.id, Case.state != CaseState.RESOLVED.value)
        .where(or_(Case.assignee.is_(None), Case.assignee == agent))
        .values(state=CaseState.CLAIMED.value, assignee=agent, snoozed_until=None, with_bot=False)
        .returning(Case.id)
    )
    won = session.execute(statement, execution_options={"synchronize_session": False}).one_or_none()
    session.refresh(case)
    if won is None:
        if case.state == CaseState.RESOLVED:
            raise NotNow(case.state, CaseAction.CLAIM)
        raise AlreadyTaken(case.assignee)
    case_clock.go_on(session, house, case, now=now)
    say(session, case, "claimed", by=agent, now=now)
    return case


def reply(
    session: Session,
    house: "House",
    case: Case,
    *,
    agent: str,
    text: str,
    media: Sequence[str] = (),
    signed: bool = False,
    now: datetime,
) -> CaseEntry:
    """Owe the customer the agent's words, from the number the customer used. Raises NotNow, Unreachable.

    media: addresses of pictures. signed: words of a person in the console, who says who writes (`cases.sign`); what
    comes through the API goes out as it is. Who writes in a case of their own has the thread again.
    """
    move(session, case, CaseAction.REPLY)
    if case.assignee == agent:
        case.with_bot = False
    if case.first_reply_at is None:
        case.first_reply_at = now
    case_clock.answered(session, house, case, now=now)
    return send(session, house, case, agent=agent, text=text, media=media, signed=signed, now=now)


def note(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:
    """Write something down for colleagues; the customer never sees it."""
    move(session, case, CaseAction.NOTE)
    _first_thing(session, house, case, agent=agent, now=now)
    return say(session, case, "note", by=agent, text=text, now=now)


def snooze(session: Session, house: "House", case: Case, *, agent: str, until: datetime, now: datetime) -> Case:
    """Set the case aside until a moment to come; `wake_due` brings it back, and so does a word of the customer.

    The time to settle it rests meanwhile; what the customer waits to hear is due as before. Raises NotNow, ValueError.
    """
    if until <= now:
        raise ValueError("A case is snoozed until a moment to come.")
    move(session, case, CaseAction.SNOOZE)
    case.snoozed_until = until
    _first_thing(session, house, case, agent=agent, now=now)
    case_clock.rest(session, house, case, now=now)
    say(session, case, "snoozed", by=agent, text=until.isoformat(), now=now)
    return case


def resolve(
    session: Session,
    house: "House",
    case: Case,
    *,
    agent: str,
    reason: str,
    text: str | None = None,
    signed: bool = False,
    now: datetime,
) -> Case:
    """Settle the case and hand the thread back; a closing text, if any, goes to the customer.

    Raises NotNow, Unreachable.
    """
    move(session, case, CaseAction.RESOLVE)
    if text:
        case.first_reply_at = case.first_reply_at or now
        send(session, house, case, agent=agent, text=text, signed=signed, now=now)
    case_clock.end(session, house, case, now=now)
    case.resolution, case.resolved_at, case.snoozed_until, case.with_bot = reason, now, None, False
    say(session, case, "resolved", by=agent, text=reason, now=now)
    return case


def reopen(session: Session, house: "House", case: Case, *, agent: str, now: datetime) -> Case:
    """Take a resolved case up again; who had it has it, if they are still an agent.

    Raises NotNow, also when another case of the same subject and reason has been opened since.
    """
    drop_the_gone(session, case)
    try:
        with session.begin_nested():
            move(session, case, CaseAction.REOPEN)
            session.flush()
    except IntegrityError as error:
        session.refresh(case)
        raise Twin(case) from error
    case.resolved_at, case.resolution = None, None
    case_clock.begin_again(session, house, case, waits=agent == CUSTOMER, now=now)
    say(session, case, "reopened", by=agent, now=now)
    return case


def assign(session: Session, house: "House", case: Case, *, agent: str, by: str, now: datetime) -> Case:
    """Give the case to an agent, whoever has it: a lead's act. Raises NotNow.

    The bot keeps the thread until that agent claims it or writes: nobody is left talking to an empty chair.
    """
    agent = agent.strip().lower()
    lock(session, case)
    if case.assignee == agent and case.state != CaseState.RESOLVED:
        return case
    case.assignee = agent
    move(session, case, CaseAction.ASSIGN)
    case.with_bot = agent != by
    case_clock.weigh_again(session, house, case, now=now)
    say(session, case, "assigned", by=by, text=agent, now=now)
    return case


def release(session: Session, house: "House", case: Case, *, by: str, now: datetime) -> Case:  # noqa: ARG001  as all
    """Take the case from whoever has it: it waits for somebody. Raises NotNow."""
    lock(session, case)
    before, case.assignee = case.assignee, None
    move(session, case, CaseAction.RELEASE)
    case.with_bot = False
    say(session, case, "released", by=by, text=before, now=now)
    return case


def hand_back(
    session: Session,
    house: "House",
    case: Case,
    *,
    agent: str,
    text: str | None = None,
    signed: bool = False,
    now: datetime,
) -> Case:
    """Hand the thread back to the bot, with an optional last text; the case stays as it is, and whose it is.

    The next reply, a claim, or the customer's wish for a person takes the thread again. Raises NotNow, Unreachable.
    """
    move(session, case, CaseAction.HAND_BACK)
    if text:
        reply(session, house, case, agent=agent, text=text, signed=signed, now=now)
    if not case.with_bot:
        case.with_bot = True
        say(session, case, "handed_back", by=agent, now=now)
    return case


def weigh(session: Session, house: "House", case: Case, *, agent: str, priority: str, now: datetime) -> Case:
    """Set how much the case burns; its clocks follow. Raises NotNow, ValueError for no priority."""
    wanted = Priority(priority)
    move(session, case, CaseAction.WEIGH)
    if case.priority != wanted.value:
        case.priority = wanted.value
        case_clock.weigh_again(session, house, case, now=now)
        say(session, case, "weighed", by=agent, text=wanted.value, now=now)
    return case


def wake_due(session: Session, house: "House", *, now: datetime, limit: int = 200) -> int:
    """Bring back the cases whose snooze is over; answers how many."""
    query = (
        select(Case)
        .where(Case.state == CaseState.SNOOZED.value, Case.snoozed_until <= now)
        .order_by(Case.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    cases = list(session.scalars(query))
    for case in cases:
        drop_the_gone(session, case)
        move(session, case, CaseAction.WAKE)
        case.snoozed_until = None
        case_clock.go_on(session, house, case, now=now)
        say(session, case, "woke", by=SYSTEM, now=now)
    return len(cases)


def drop_the_gone(session: Session, case: Case) -> None:
    """Nobody has a case whose agent was switched off: it waits for somebody."""
    gone = select(Agent.id).where(
        Agent.retailer == case.retailer, Agent.email == case.assignee, Agent.disabled_at.is_not(None)
    )
    if case.assignee is not None and session.scalar(gone) is not None:
        case.assignee, case.with_bot = None, False


def _first_thing(session: Session, house: "House", case: Case, *, agent: str, now: datetime) -> None:
    """Where no customer waits, the first thing an agent does is the answer: somebody looks after it."""
    if agent in NOBODYS or case.first_reply_at is not None:
        return
    waits = select(CaseEntry.id).where(CaseEntry.case_id == case.id, CaseEntry.by == CUSTOMER)
    if session.scalar(waits.limit(1)) is None:
        case_clock.answered(session, house, case, now=now)
