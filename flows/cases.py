"""What a person must settle: cases are opened by stories and settled by agents, each step kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from channels import outbox
from channels.messages import Category, OutboundMessage
from channels.models import Conversation
from channels.segments import to_gsm
from db import insert_once
from flows import case_clock
from flows.accounts import main_sender
from flows.case_states import CaseAction, CaseState, Priority, advance
from flows.models import Case, CaseEntry
from flows.senders import sender_of_mail
from tracking_core.models import Shipment

if TYPE_CHECKING:
    from flows.house import House

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


class AlreadyTaken(ValueError):  # noqa: N818  named as the rest of the house names its errors
    """Another agent has this case."""

    def __init__(self, assignee: str | None) -> None:
        super().__init__(f"{assignee} has this case already." if assignee else AlreadyTaken.__doc__)
        #: Who has it.
        self.assignee = assignee


class NotNow(ValueError):  # noqa: N818  see above
    """The case is not in a state where that can be done."""

    def __init__(self, state: str, action: CaseAction) -> None:
        super().__init__(f"A case that is {state} does not take {action.value}.")


class Unreachable(ValueError):  # noqa: N818  see above
    """The case has nobody a reply could be sent to."""


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
    now: datetime,
) -> Case:
    """Open a case, or join the open one of the same subject and reason; one resolved within three days is reopened.

    The subject is the shipment, else the phone, else the conversation. by: `doorline`, `customer` or an agent's
    e-mail. Raises ValueError when there is no subject at all.
    """
    phone = phone or _phone_of(session, conversation_id)
    case = Case(
        retailer=retailer,
        subject=_subject(shipment_id, conversation_id, phone),
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
            _say(session, known, "joined", by=by, text=text, evidence=evidence, now=now)
            return reopen(session, house, known, agent=by, now=now)
        if insert_once(session, case):
            _say(session, case, "opened", by=by, text=text, evidence=evidence, now=now)
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
    _say(session, case, "claimed", by=agent, now=now)
    return case


def reply(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:
    """Owe the customer the agent's words, from the number the customer used. Raises NotNow, Unreachable."""
    _move(session, case, CaseAction.REPLY)
    entry = _send(session, house, case, agent=agent, text=text, now=now)
    if case.first_reply_at is None:
        case.first_reply_at = now
    case.due_at = case_clock.resolution_due(session, house, case)
    session.flush()
    return entry


def note(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:  # noqa: ARG001
    """Write something down for colleagues; the customer never sees it."""
    _move(session, case, CaseAction.NOTE)
    return _say(session, case, "note", by=agent, text=text, now=now)


def snooze(session: Session, house: "House", case: Case, *, agent: str, until: datetime, now: datetime) -> Case:  # noqa: ARG001
    """Set the case aside until a moment to come; `wake_due` brings it back. Raises NotNow, ValueError."""
    if until <= now:
        raise ValueError("A case is snoozed until a moment to come.")
    _move(session, case, CaseAction.SNOOZE)
    case.snoozed_until = until
    _say(session, case, "snoozed", by=agent, text=until.isoformat(), now=now)
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
        _send(session, house, case, agent=agent, text=text, now=now)
    case.resolution, case.resolved_at, case.snoozed_until = reason, now, None
    _say(session, case, "resolved", by=agent, text=reason, now=now)
    return case


def reopen(session: Session, house: "House", case: Case, *, agent: str, now: datetime) -> Case:
    """Take a resolved case up again; who had it has it. Raises NotNow."""
    _move(session, case, CaseAction.REOPEN)
    case.resolved_at, case.resolution = None, None
    case.due_at = case_clock.next_reply_due(session, house, case, now=now)
    _say(session, case, "reopened", by=agent, now=now)
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
        _say(session, case, "woke", by=SYSTEM, now=now)
    return len(cases)


def page(
    session: Session, retailer: str, *, state: str | None = None, before_id: int | None = None, limit: int = 50
) -> list[Case]:
    """The retailer's cases, newest first, at most `limit`; the next page begins before the last one's id."""
    query = select(Case).where(Case.retailer == retailer)
    if state is not None:
        query = query.where(Case.state == state)
    if before_id is not None:
        query = query.where(Case.id < before_id)
    return list(session.scalars(query.order_by(Case.id.desc()).limit(limit)))


def get(session: Session, retailer: str, case_id: int, *, lock: bool = False) -> Case | None:
    """The retailer's case with that id; None also for another retailer's. lock: nobody else may move it meanwhile."""
    query = select(Case).where(Case.id == case_id, Case.retailer == retailer)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def entries(session: Session, case: Case) -> list[CaseEntry]:
    """The case's history, oldest first."""
    return list(session.scalars(select(CaseEntry).where(CaseEntry.case_id == case.id).order_by(CaseEntry.id)))


def evidence_of(lines: Sequence[CaseEntry]) -> dict[str, Any]:
    """Everything attached to the case, later facts over earlier ones; lists grow."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, value in line.evidence.items():
            before = found.get(name)
            if isinstance(before, list) and isinstance(value, list):
                found[name] = before + [item for item in value if item not in before]
            else:
                found[name] = value
    return found


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
    return select(Case).where(
        Case.retailer == case.retailer, Case.subject == case.subject, Case.reason == case.reason
    )


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
    _say(session, known, "joined", by=by, text=text, evidence=evidence, now=now)


def _move(session: Session, case: Case, action: CaseAction) -> None:
    """Advance the state, the row locked and fresh, so that two agents never act on what only one of them sees."""
    session.flush()
    session.refresh(case, with_for_update=True)
    after = advance(CaseState(case.state), action, assigned=case.assignee is not None)
    if after is None:
        raise NotNow(case.state, action)
    case.state = after.value


def _say(
    session: Session,
    case: Case,
    kind: str,
    *,
    by: str,
    text: str | None = None,
    evidence: dict[str, Any] | None = None,
    now: datetime,
) -> CaseEntry:
    entry = CaseEntry(case_id=case.id, kind=kind, by=by, text=text, evidence=dict(evidence or {}), at=now)
    session.add(entry)
    session.flush()
    return entry


def _send(session: Session, house: "House", case: Case, *, agent: str, text: str, now: datetime) -> CaseEntry:
    channel, sender, recipient = _way_back(session, house, case)
    entry = _say(session, case, "reply", by=agent, text=text, now=now)
    message = OutboundMessage(
        channel=channel,
        sender=sender,
        recipient=recipient,
        text=to_gsm(text) if channel == "sms" else text,
        subject=_subject_line(session, house, case) if channel == "email" else None,
        category=Category.CASE,
        retailer=case.retailer,
        shipment_id=case.shipment_id,
    )
    outbox.enqueue(session, message, key=f"case:{case.id}:reply:{entry.id}", now=now)
    return entry


def _subject_line(session: Session, house: "House", case: Case) -> str:
    brand = house.workflows.of(session, case.retailer).brand
    shipment = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    return f"{brand}: {shipment.order_number}" if shipment is not None else brand


def _way_back(session: Session, house: "House", case: Case) -> tuple[str, str, str]:
    """(channel, our address, their address): the conversation they used, else the retailer's own sender, else mail."""
    conversation = session.get(Conversation, case.conversation_id) if case.conversation_id is not None else None
    if conversation is not None:
        return "sms" if conversation.theirs.startswith("+") else "email", conversation.ours, conversation.theirs
    shipment = session.get(Shipment, case.shipment_id) if case.shipment_id is not None else None
    phone = case.phone or (shipment.customer_phone if shipment is not None else None)
    sender = main_sender(session, case.retailer)
    if phone and sender:
        return "sms", _last_used(session, case.retailer, phone) or sender, phone
    if shipment is not None and shipment.customer_email and house.email_configured:
        return "email", sender_of_mail(session, house, case.retailer), shipment.customer_email
    raise Unreachable(Unreachable.__doc__)


def _last_used(session: Session, retailer: str, phone: str) -> str | None:
    query = (
        select(Conversation.ours)
        .where(Conversation.retailer == retailer, Conversation.theirs == phone)
        .order_by(Conversation.id.desc())
        .limit(1)
    )
    return session.scalar(query)
