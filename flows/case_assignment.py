"""Giving new cases to agents by turns: to whoever is on and has waited longest for one."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from flows.accounts import Agent, Retailer
from flows.case_acts import assign, release
from flows.case_core import SYSTEM
from flows.case_states import CaseState
from flows.models import Case

if TYPE_CHECKING:
    from flows.house import House

#: Who takes cases; whoever may only read takes none.
WORKING = ("agent", "lead", "admin")
ON, AWAY = "on", "away"
BATCH = 50


def give(session: Session, house: "House", case: Case, *, now: datetime) -> str | None:
    """Give a case that nobody has to the agent whose turn it is; answers their e-mail.

    None: the workflow gives none, or nobody is there. The bot keeps the thread until the agent takes it up.
    """
    rules = house.workflows.of(session, case.retailer).cases
    if rules.assign == "off" or case.assignee is not None:
        return None
    there = (
        select(Agent)
        .where(
            Agent.retailer == case.retailer,
            Agent.role.in_(WORKING),
            Agent.disabled_at.is_(None),
            Agent.availability == ON,
            Agent.seen_at > now - rules.on_for,
        )
        # All of them, in one order: two cases that are opened at once do not both see the same turn.
        .order_by(Agent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    session.flush()
    on = session.scalars(there).all()
    if not on:
        return None
    chosen = min(on, key=lambda one: (one.given_at is not None, one.given_at or now, one.id))
    # After everybody's last turn, whatever two machines think the time is.
    chosen.given_at = max([now, *(one.given_at + timedelta(microseconds=1) for one in on if one.given_at is not None)])
    assign(session, house, case, agent=chosen.email, by=SYSTEM, now=now)
    return chosen.email


def give_waiting(session: Session, house: "House", *, now: datetime, limit: int = BATCH) -> int:
    """Give what came while nobody was there, what is due first first; answers how many found somebody."""
    given = 0
    for retailer in session.scalars(select(Retailer.name).order_by(Retailer.name)).all():
        if house.workflows.of(session, retailer).cases.assign == "off":
            continue
        waiting = (
            select(Case)
            .where(Case.retailer == retailer, Case.state == CaseState.OPEN.value, Case.assignee.is_(None))
            .order_by(Case.due_at, Case.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        for case in session.scalars(waiting).all():
            if give(session, house, case, now=now) is None:
                break
            given += 1
    return given


def cannot_take(session: Session, house: "House", retailer: str, agent: str) -> str | None:
    """Why somebody takes no cases of the retailer, in words; None: they may.

    Agents who are switched off or may only read never do. Whoever is no agent here may be one of another desk that
    works through the API, unless the workflow says `cases: {agents: known}`.
    """
    found = session.scalar(select(Agent).where(Agent.retailer == retailer, Agent.email == agent.strip().lower()))
    if found is None:
        only_known = house.workflows.of(session, retailer).cases.agents == "known"
        return "is no agent of this retailer" if only_known else None
    if found.disabled_at is not None:
        return "is an agent who has been switched off"
    return None if found.role in WORKING else "is an agent who may only read"


def take_from_the_gone(session: Session, house: "House", *, now: datetime, limit: int = BATCH) -> int:
    """Let the cases wait for somebody whose agents have been switched off or may only read; answers how many."""
    gone = (
        select(Case)
        .join(Agent, (Agent.retailer == Case.retailer) & (Agent.email == Case.assignee))
        .where(
            or_(Agent.disabled_at.is_not(None), Agent.role.not_in(WORKING)),
            Case.state.in_((CaseState.CLAIMED.value, CaseState.SNOOZED.value)),
        )
        .order_by(Case.id)
        .limit(limit)
        .with_for_update(of=Case, skip_locked=True)
    )
    cases = session.scalars(gone).all()
    for case in cases:
        release(session, house, case, by=SYSTEM, now=now)
    return len(cases)
