"""How a case begins: one open case per subject and reason, which every later fact of the same joins."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import Conversation
from db import insert_once
from flows import case_alerts, case_assignment, case_clock, languages
from flows import evidence as parcels
from flows.case_acts import reopen
from flows.case_core import CUSTOMER, SYSTEM, move
from flows.case_history import say
from flows.case_reasons import priority_of
from flows.case_states import CaseAction, CaseState, Priority
from flows.models import Case
from tracking_core.models import Shipment

if TYPE_CHECKING:
    from flows.house import House


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
    """Open a case, or join the open one of the same subject and reason; a customer's word reopens one resolved lately.

    The subject is the shipment, else the phone, else the conversation; `subject` names another, as `webhook:3` does,
    for a case that nobody can be answered in. What is known of the parcel is known of the case: its owner's phone and
    language, where the caller says no other. priority: what the caller knows; None: as the workflow says for the
    reason, else as `flows.case_reasons` does. by: `doorline`, `customer`, `driver`, `api` or an agent's e-mail. Opens
    whatever the workflow's rules say: `raise_case` asks them. Raises ValueError when there is no subject at all.
    """
    workflow = house.workflows.of(session, retailer)
    phone = phone or _phone_of(session, conversation_id)
    subject = subject or _subject(shipment_id, conversation_id, phone)
    parcel = session.get(Shipment, shipment_id) if shipment_id is not None else None
    if parcel is not None:
        phone = phone or parcel.customer_phone
        language = language or languages.of_shipment(session, parcel, workflow)
    case = Case(
        retailer=retailer,
        subject=subject,
        state=CaseState.OPEN.value,
        priority=Priority(priority or workflow.cases.rule(reason).priority or priority_of(reason)).value,
        reason=reason,
        shipment_id=shipment_id,
        conversation_id=conversation_id,
        phone=phone,
        language=language,
        channel=_channel(session, conversation_id, phone, parcel),
        created_at=now,
    )
    case.due_at = case_clock.first_reply_due(session, house, case, now=now)
    while True:
        known = _live(session, case)
        if known is not None:
            _join(session, house, known, case, text=text, evidence=evidence, by=by, now=now)
            return known
        known = _resolved_lately(session, case, since=now - workflow.cases.reopen_within) if by == CUSTOMER else None
        if known is not None:
            say(session, known, "joined", by=by, text=text, evidence=evidence, now=now)
            return reopen(session, house, known, agent=by, now=now)
        if insert_once(session, case):
            _begin(session, house, case, text=text, evidence=evidence, by=by, now=now)
            return case


def raise_case(
    session: Session,
    house: "House",
    *,
    retailer: str,
    reason: str,
    shipment_id: int,
    text: str | None = None,
    evidence: dict[str, Any] | None = None,
    priority: str | None = None,
    now: datetime,
) -> Case | None:
    """Open a case for what has gone wrong with a parcel, where the workflow wants one; None where it does not.

    Whoever calls has waited for `cases.rules.<reason>.after` and looked again. The case carries the parcel's
    timeline, promises and proofs besides the evidence given.
    """
    if house.workflows.of(session, retailer).cases.rule(reason).open == "off":
        return None
    known = parcels.pack(session, session.get(Shipment, shipment_id), inbox=())
    return open_case(
        session,
        house,
        retailer=retailer,
        reason=reason,
        priority=priority,
        shipment_id=shipment_id,
        text=text,
        evidence={**known, **(evidence or {})},
        now=now,
    )


def known_by_api(session: Session, retailer: str, shipment_id: int | None, order_number: str | None) -> Shipment | None:
    """Answer the retailer's parcel with that id, else the newest of that order; None: there is none."""
    query = select(Shipment).where(Shipment.retailer == retailer)
    if shipment_id is not None:
        return session.scalar(query.where(Shipment.id == shipment_id))
    return session.scalar(query.where(Shipment.order_number == order_number).order_by(Shipment.id.desc()).limit(1))


def join(
    session: Session,
    house: "House",
    case: Case,
    *,
    text: str | None,
    evidence: dict[str, Any] | None,
    by: str,
    now: datetime,
) -> Case:
    """Add a fact to a case that is not settled. Raises NotNow."""
    later = Case(priority=case.priority, conversation_id=None, phone=None, language=None, channel=None)
    _join(session, house, case, later, text=text, evidence=evidence, by=by, now=now)
    return case


def _begin(
    session: Session,
    house: "House",
    case: Case,
    *,
    text: str | None,
    evidence: dict[str, Any] | None,
    by: str,
    now: datetime,
) -> None:
    case_clock.begin(session, house, case, now=now)
    say(session, case, "opened", by=by, text=text, evidence=evidence, now=now)
    case_assignment.give(session, house, case, now=now)
    case_alerts.alert(session, house, case, "opened", now=now)


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
    before = move(session, known, CaseAction.JOIN)
    known.snoozed_until = None
    if before is CaseState.SNOOZED:
        case_clock.go_on(session, house, known, now=now)
    if Priority(later.priority).rank > Priority(known.priority).rank:
        known.priority = later.priority
        case_clock.weigh_again(session, house, known, now=now)
    # A later text may tell what the first fact did not know: whom and where to answer.
    known.conversation_id = later.conversation_id or known.conversation_id
    known.phone = known.phone or later.phone
    known.language = later.language or known.language
    known.channel = later.channel or known.channel
    if by == CUSTOMER:
        case_clock.heard(session, house, known, now=now)
    say(session, known, "joined", by=by, text=text, evidence=evidence, now=now)


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


def _channel(session: Session, conversation_id: int | None, phone: str | None, parcel: Shipment | None) -> str | None:
    conversation = session.get(Conversation, conversation_id) if conversation_id is not None else None
    if phone or (conversation is not None and conversation.theirs.startswith("+")):
        return "sms"
    by_mail = conversation is not None or (parcel is not None and parcel.customer_email is not None)
    return "email" if by_mail else None


def _same(case: Case) -> Any:
    return select(Case).where(Case.retailer == case.retailer, Case.subject == case.subject, Case.reason == case.reason)


def _live(session: Session, case: Case) -> Case | None:
    query = _same(case).where(Case.state != CaseState.RESOLVED.value).with_for_update()
    found: Case | None = session.scalars(query).one_or_none()
    return found


def _resolved_lately(session: Session, case: Case, *, since: datetime) -> Case | None:
    """The one that was settled last. Only the customer's word opens it again: a new fact is a new case."""
    query = _same(case).where(Case.state == CaseState.RESOLVED.value, Case.resolved_at > since)
    found: Case | None = session.scalars(query.order_by(Case.id.desc()).limit(1).with_for_update()).one_or_none()
    return found
