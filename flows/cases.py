"""What a person must settle: cases are opened by stories and settled by agents, each step kept."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from channels.models import Conversation
from db import insert_once
from flows import case_clock
from flows.case_reading import entries, evidence_of, get, page
from flows.case_replies import Unreachable, say, send
from flows.case_states import CaseAction, CaseState, Priority, advance
from flows.models import Case, CaseEntry

if TYPE_CHECKING:
    from flows.house import House

__all__ = ["AlreadyTaken", "NotNow", "Unreachable", "entries", "evidence_of", "get", "page"]

#: A word of the customer about a case resolved less long ago opens it again.
REOPENS_FOR = timedelta(days=3)
SYSTEM = "doorline"
CUSTOMER = "customer"
#: What burns by itself, where the caller does not say. Anything else is medium.
PRIORITIES = {
    "not_received": Priority.HIGH,
    "damaged": Priority.HIGH,
    "wrong_or_missing_item": Priority.HIGH,
    "complaint": Priority.HIGH,
    "talk_to_person": Priority.HIGH,
    "driver_stop": Priority.HIGH,
    "lost": Priority.HIGH,
    "bad_survey": Priority.HIGH,
    "return_or_refund": Priority.MEDIUM,
    "out_of_scope": Priority.LOW,
}


class AlreadyTaken(ValueError):
    """Another agent has this case."""

    def __init__(self, assignee: str | None) -> None:
        super().__init__(f"{assignee} has this case already." if assignee else AlreadyTaken.__doc__)
        #: Who has it.
        self.assignee = assignee


class NotNow(ValueError):
    """The case is not in a state where that can be done."""

    def __init__(self, state: str, action: CaseAction) -> None:
        super().__init__(f"A case that is {state} does not take {action.value}.")


def open_case(
    session: Session,
    house: "House",
    *,
    retailer: str,
    reason: str,
    priority: str | None = None,
    shipment_id: int | None = None,
    conversation_id: int | None = None,
    phone: str | None = None,
    language: str | None = None,
    text: str | None = None,
    evidence: dict[str, Any] | None = None,
    by: str = SYSTEM,
    subject: str | None = None,
    now: datetime,
) -> Case:
    """Open a case, or join the open one of the same subject and reason; one resolved within three days is reopened.

    The subject is the shipment, else the phone, else the conversation; `subject` names another, such as `webhook:3`.
    by: `doorline`, `customer` or an agent's e-mail. Raises ValueError when there is no subject at all.
    """
    phone = phone or _phone_of(session, conversation_id)
    case = Case(
        retailer=retailer,
        subject=subject or _subject(shipment_id, conversation_id, phone),
        state=CaseState.OPEN.value,
        priority=Priority(priority).value if priority else PRIORITIES.get(reason, Priority.MEDIUM).value,
        reason=reason,
        shipment_id=shipment_id,
        conversation_id=conversation_id,
        phone=phone,
        language=language,
        created_at=now,
    )
    case.due_at = case_clock.first_reply_due(session, house, case, now=now)
    while True:
        known = _live(session, case)
        if known is not None:
            _join(session, house, known, case, text=text, evidence=evidence, by=by, now=now)
            return known
        known = _resolved_lately(session, case, now=now)
        if known is not None:
            say(session, known, "joined", by=by, text=text, evidence=evidence, now=now)
            return reopen(session, house, known, agent=by, now=now)
        if insert_once(session, case):
            say(session, case, "opened", by=by, text=text, evidence=evidence, now=now)
            return case


def claim(session: Session, house: "House", case: Case, *, agent: str, now: datetime) -> Case:  # noqa: ARG001  as all
    """Give the case to the agent. Of two at once one wins. Raises AlreadyTaken, and NotNow when it is resolved."""
    agent = agent.strip().lower()
    if case.state == CaseState.CLAIMED and case.assignee == agent:
        return case
    session.flush()
    statement = (
        update(Case)
        .where(Case.id == case.id, Case.state != CaseState.RESOLVED.value)
        .where(or_(Case.assignee.is_(None), Case.assignee == agent))
        .values(state=CaseState.CLAIMED.value, assignee=agent, snoozed_until=None)
        .returning(Case.id)
    )
    won = session.execute(statement, execution_options={"synchronize_session": False}).one_or_none()
    session.refresh(case)
    if won is None:
        if case.state == CaseState.RESOLVED:
            raise NotNow(case.state, CaseAction.CLAIM)
        raise AlreadyTaken(case.assignee)
    say(session, case, "claimed", by=agent, now=now)
    return case


def reply(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:
    """Owe the customer the agent's words, from the number the customer used. Raises NotNow, Unreachable."""
    _move(session, case, CaseAction.REPLY)
    entry = send(session, house, case, agent=agent, text=text, now=now)
    if case.first_reply_at is None:
        case.first_reply_at = now
    case.due_at = case_clock.resolution_due(session, house, case)
    session.flush()
    return entry


def note(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:  # noqa: ARG001
    """Write something down for colleagues; the customer never sees it."""
    _move(session, case, CaseAction.NOTE)
    return say(session, case, "note", by=agent, text=text, now=now)


def snooze(session: Session, house: "House", case: Case, *, agent: str, until: datetime, now: datetime) -> Case:  # noqa: ARG001
    """Set the case aside until a moment to come; `wake_due` brings it back. Raises NotNow, ValueError."""
    if until <= now:
        raise ValueError("A case is snoozed until a moment to come.")
    _move(session, case, CaseAction.SNOOZE)
    case.snoozed_until = until
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
    now: datetime,
) -> Case:
    """Settle the case; a closing text, if any, goes to the customer. Raises NotNow, Unreachable."""
    _move(session, case, CaseAction.RESOLVE)
    if text:
        send(session, house, case, agent=agent, text=text, now=now)
    case.resolution, case.resolved_at, case.snoozed_until = reason, now, None
    say(session, case, "resolved", by=agent, text=reason, now=now)
    return case


def reopen(session: Session, house: "House", case: Case, *, agent: str, now: datetime) -> Case:
    """Take a resolved case up again; who had it has it. Raises NotNow."""
    _move(session, case, CaseAction.REOPEN)
    case.resolved_at, case.resolution = None, None
    case.due_at = case_clock.next_reply_due(session, house, case, now=now)
    say(session, case, "reopened", by=agent, now=now)
    return case


def wake_due(session: Session, *, now: datetime, limit: int = 200) -> int:
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
        _move(session, case, CaseAction.WAKE)
        case.snoozed_until = None
        say(session, case, "woke", by=SYSTEM, now=now)
    return len(cases)


def _subject(shipment_id: int | None, conversation_id: int | None, phone: str | None) -> str:
    if shipment_id is not None:
        return f"shipment:{shipment_id}"
    if phone:
        return f"phone:{phone}"
    if conversation_id is not None:
        return f"conversation:{conversation_id}"
    raise ValueError("A case is about a shipment, a phone or a conversation.")


def _phone_of(session: Session, conversation_id: int | None) -> str | None:
    conversation = session.get(Conversation, conversation_id) if conversation_id is not None else None
    return conversation.theirs if conversation is not None and conversation.theirs.startswith("+") else None


def _same(case: Case) -> Any:
    return select(Case).where(Case.retailer == case.retailer, Case.subject == case.subject, Case.reason == case.reason)


def _live(session: Session, case: Case) -> Case | None:
    query = _same(case).where(Case.state != CaseState.RESOLVED.value).with_for_update()
    found: Case | None = session.scalars(query).one_or_none()
    return found


def _resolved_lately(session: Session, case: Case, *, now: datetime) -> Case | None:
    query = _same(case).where(Case.state == CaseState.RESOLVED.value, Case.resolved_at > now - REOPENS_FOR)
    found: Case | None = session.scalars(query.order_by(Case.id.desc()).limit(1).with_for_update()).one_or_none()
    return found


def _join(
    session: Session,
    house: "House",
    known: Case,
    later: Case,
    *,
    text: str | None,
    evidence: dict[str, Any] | None,
    by: str,
    now: datetime,
) -> None:
    _move(session, known, CaseAction.JOIN)
    known.snoozed_until = None
    if Priority(later.priority).rank > Priority(known.priority).rank:
        known.priority = later.priority
    # A later text may tell what the first fact did not know: whom and where to answer.
    known.conversation_id = later.conversation_id or known.conversation_id
    known.phone = known.phone or later.phone
    known.language = later.language or known.language
    if by == CUSTOMER and known.first_reply_at is not None:
        known.due_at = case_clock.next_reply_due(session, house, known, now=now)
    say(session, known, "joined", by=by, text=text, evidence=evidence, now=now)


def _move(session: Session, case: Case, action: CaseAction) -> None:
    """Advance the state, the row locked and fresh, so that two agents never act on what only one of them sees."""
    session.flush()
    session.refresh(case, with_for_update=True)
    after = advance(CaseState(case.state), action, assigned=case.assignee is not None)
    if after is None:
        raise NotNow(case.state, action)
    case.state = after.value
