"""Asking how it went: planned when a parcel has been delivered, asked when it is welcome, once, and seldom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from channels import consent
from channels.messages import Category
from channels.models import Conversation
from flows.case_states import CaseState
from flows.house import House
from flows.models import Case, PendingQuestion
from flows.quiet_hours import next_allowed
from flows.telling import SMS, Telling
from surveys import invitations
from surveys.invitations import Invitation, Skipped
from surveys.models import Survey
from surveys.score import lowest
from tracking_core.facts import Fact, StateChanged
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: A question that could not be asked for so long after its hour would only surprise.
STALE_AFTER = timedelta(days=3)
UNSETTLED = tuple(state.value for state in CaseState if state is not CaseState.RESOLVED)


def plan(session: Session, house: House, shipment: Shipment, *, now: datetime) -> bool:
    """Plan to ask whoever got the parcel, once. False: decided before, not delivered, or nobody may be texted."""
    workflow = house.workflows.of(session, shipment.retailer)
    if shipment.state != ShipmentState.DELIVERED or shipment.customer_phone is None:
        return False
    if SMS not in Telling(session, house, workflow, shipment.retailer, now).ways(shipment):
        return False
    rules = workflow.survey
    invitation = Invitation(
        retailer=shipment.retailer,
        shipment_id=shipment.id,
        address=shipment.customer_phone,
        carrier=shipment.carrier,
        service=shipment.service,
        driver_id=shipment.driver_id,
        scale=rules.scale,
    )
    return invitations.plan(session, invitation, due_at=now + rules.after, sample=rules.sample, now=now) is not None


def plan_after(session: Session, house: House, facts: Sequence[Fact], *, now: datetime) -> int:
    """Plan to ask about every parcel that was delivered just now and told of; answers how many are newly planned."""
    delivered = {
        fact.shipment_id
        for fact in facts
        if isinstance(fact, StateChanged) and fact.after is ShipmentState.DELIVERED and not fact.silent
    }
    parcels = [session.get_one(Shipment, shipment_id) for shipment_id in sorted(delivered)]
    return sum(plan(session, house, parcel, now=now) for parcel in parcels)


def send_due(session: Session, house: House, *, now: datetime, limit: int = 50) -> int:
    """Ask those whose hour has come and who may be asked; answers how many. Close what nobody answered in time.

    Whoever is not asked now is either skipped for good, with the reason, or asked when their night is over.
    """
    invitations.expire(session, now=now)
    # By person, as everybody who owes texts to several people does: two of them never wait for each other.
    due = sorted(invitations.due(session, now=now, limit=limit), key=lambda one: (one.retailer, one.address))
    asked = sum(_ask(session, house, survey, now) for survey in due)
    session.flush()
    return asked


def _ask(session: Session, house: House, survey: Survey, now: datetime) -> bool:
    shipment = session.get_one(Shipment, survey.shipment_id)
    workflow = house.workflows.of(session, survey.retailer)
    telling = Telling(session, house, workflow, survey.retailer, now)
    # The order's phone may have been corrected since; it is that person who is asked, and throttled.
    survey.address = shipment.customer_phone or survey.address
    why = _why_not(session, telling, survey, shipment)
    if why is not None:
        invitations.skip(survey, why)
        return False
    waits_until = _question_open_until(session, survey, now)
    if waits_until is not None:
        # A number would answer the older question: one at a time.
        invitations.postpone(survey, until=waits_until)
        return False
    wording = telling.wording(shipment)
    quiet = workflow.quiet_hours
    if quiet is not None and Category.SURVEY not in quiet.never_held:
        allowed = next_allowed(now, wording.zone(shipment), quiet)
        if allowed > now:
            # Not queued for the morning: by then a case may be open, and this must see it.
            invitations.postpone(survey, until=allowed)
            return False
    key = f"survey:{survey.id}:ask"
    values = {"order": shipment.order_number, "low": lowest(survey.scale), "high": survey.scale}
    telling.tell(SMS, shipment, "survey_ask", values, category=Category.SURVEY, key=key, awake=True)
    invitations.sent(survey, message_key=key, expires=workflow.survey.expires, now=now)
    return True


def _why_not(session: Session, telling: Telling, survey: Survey, shipment: Shipment) -> Skipped | None:
    now, rules = telling.now, telling.workflow.survey
    if shipment.state != ShipmentState.DELIVERED:
        return Skipped.NOT_DELIVERED
    if consent.is_opted_out(session, survey.retailer, survey.address):
        return Skipped.OPTED_OUT
    if SMS not in telling.ways(shipment):
        return Skipped.UNREACHABLE
    if now - survey.due_at > STALE_AFTER:
        return Skipped.TOO_LATE
    if invitations.throttled(session, survey.retailer, survey.address, every=rules.every, now=now):
        return Skipped.THROTTLED
    return Skipped.CASE_OPEN if _has_case(session, survey) else None


def _has_case(session: Session, survey: Survey) -> bool:
    """Whether a person is busy with this parcel, or with whoever got it."""
    query = select(Case.id).where(
        Case.retailer == survey.retailer,
        Case.state.in_(UNSETTLED),
        or_(Case.shipment_id == survey.shipment_id, Case.phone == survey.address),
    )
    return session.scalar(query.limit(1)) is not None


def _question_open_until(session: Session, survey: Survey, now: datetime) -> datetime | None:
    """Until when the bot remembers another question that it has open with this person; None when it has none."""
    query = (
        select(func.max(PendingQuestion.expires_at))
        .join(Conversation, Conversation.id == PendingQuestion.conversation_id)
        .where(
            PendingQuestion.retailer == survey.retailer,
            Conversation.theirs == survey.address,
            PendingQuestion.expires_at > now,
        )
    )
    return session.scalar(query)
