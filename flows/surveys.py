"""Asking how it went: planned when a parcel has been delivered, asked when it is welcome, once, and seldom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from channels import consent
from channels.messages import Category
from channels.models import Conversation
from flows import proof_rules
from flows.case_states import CaseState
from flows.house import House
from flows.models import Case, PendingQuestion
from flows.quiet_hours import next_allowed
from flows.telling import EMAIL, SMS, Telling
from surveys import invitations
from surveys.invitations import Invitation, Skipped, SurveyState
from surveys.models import Survey
from surveys.score import lowest
from tracking_core.facts import Fact, StateChanged
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: A question that could not be asked for so long after its hour would only surprise.
STALE_AFTER = timedelta(days=3)
#: How often to look whether the proof has come that must come first.
LOOK_AGAIN = timedelta(minutes=5)
UNSETTLED = tuple(state.value for state in CaseState if state is not CaseState.RESOLVED)


def plan(session: Session, house: House, shipment: Shipment, *, now: datetime) -> bool:
    """Plan to ask whoever got the parcel, once: by text, else by mail. False: decided before, not delivered, no way."""
    workflow = house.workflows.of(session, shipment.retailer)
    way = _way(Telling(session, house, workflow, shipment.retailer, now), shipment)
    if shipment.state != ShipmentState.DELIVERED or way is None:
        return False
    rules = workflow.survey
    invitation = Invitation(
        retailer=shipment.retailer,
        shipment_id=shipment.id,
        address=_address(way, shipment),
        channel=way,
        late=_was_late(shipment),
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


def open_survey(session: Session, shipment: Shipment, now: datetime) -> Survey | None:
    """The question about this parcel that may be answered on its page now; None when there is none.

    Its address is `house.links.url(session, "s", survey.id, now=now)`, made when it was sent: reading is enough.
    """
    survey = session.scalar(select(Survey).where(Survey.shipment_id == shipment.id))
    if survey is None or survey.state != SurveyState.SENT or survey.expires_at is None:
        return None
    return survey if survey.expires_at > now else None


def _way(telling: Telling, shipment: Shipment) -> str | None:
    """By text where that may be, else by mail; None: by neither."""
    ways = telling.ways(shipment)
    return next((way for way in (SMS, EMAIL) if way in ways), None)


def _address(way: str, shipment: Shipment) -> str:
    return (shipment.customer_phone if way == SMS else shipment.customer_email) or ""


def _was_late(shipment: Shipment) -> bool | None:
    if shipment.promised_to is None or shipment.delivered_at is None:
        return None
    return shipment.delivered_at > shipment.promised_to


def _ask(session: Session, house: House, survey: Survey, now: datetime) -> bool:
    shipment = session.get_one(Shipment, survey.shipment_id)
    workflow = house.workflows.of(session, survey.retailer)
    telling = Telling(session, house, workflow, survey.retailer, now)
    # The order's phone may have been corrected since, or its owner have opted out: who is asked now is throttled.
    way = _way(telling, shipment)
    if way is not None:
        survey.channel, survey.address = way, _address(way, shipment)
    why = _why_not(session, telling, survey, shipment, way)
    if why is not None or way is None:
        invitations.skip(survey, why or Skipped.UNREACHABLE)
        return False
    waits_until = _waits_until(session, telling, survey, shipment)
    if waits_until is not None:
        invitations.postpone(survey, until=waits_until)
        return False
    key = f"survey:{survey.id}:ask"
    values = {"order": shipment.order_number, "low": lowest(survey.scale), "high": survey.scale}
    link = house.links.url(session, "s", survey.id, now=now)
    if way == EMAIL:
        values = {"order": shipment.order_number, "link": link}
    telling.tell(way, shipment, "survey_ask", values, category=Category.SURVEY, key=key, awake=True)
    invitations.sent(survey, message_key=key, expires=workflow.survey.expires, now=now)
    return True


def _why_not(session: Session, telling: Telling, survey: Survey, shipment: Shipment, way: str | None) -> Skipped | None:
    now, rules = telling.now, telling.workflow.survey
    if shipment.state != ShipmentState.DELIVERED:
        return Skipped.NOT_DELIVERED
    if way is None:
        opted_out = consent.is_opted_out(session, survey.retailer, survey.address)
        return Skipped.OPTED_OUT if opted_out else Skipped.UNREACHABLE
    if now - (survey.planned_at + rules.after) > STALE_AFTER:
        return Skipped.NO_PROOF if _lacks_proof(session, telling.house, shipment) else Skipped.TOO_LATE
    if invitations.throttled(session, survey.retailer, survey.address, every=rules.every, now=now):
        return Skipped.THROTTLED
    return Skipped.CASE_OPEN if _has_case(session, survey, shipment) else None


def _waits_until(session: Session, telling: Telling, survey: Survey, shipment: Shipment) -> datetime | None:
    """When to look again: a question is open, the proof is not there, or it is night. None: now is the time."""
    now, quiet = telling.now, telling.workflow.quiet_hours
    if _lacks_proof(session, telling.house, shipment):
        return now + LOOK_AGAIN
    if survey.channel == EMAIL:
        return None  # a mail wakes nobody, and no number answers it
    open_until = _question_open_until(session, survey, now)
    if open_until is not None:
        return open_until  # a number would answer the older question: one at a time
    if quiet is None or Category.SURVEY in quiet.never_held:
        return None
    # Not queued for the morning: by then a case may be open, and this must see it.
    allowed = next_allowed(now, telling.wording(shipment).zone(shipment), quiet)
    return allowed if allowed > now else None


def _lacks_proof(session: Session, house: House, shipment: Shipment) -> bool:
    """Whether our own driver still owes a proof that this delivery requires; a carrier's comes or does not."""
    return shipment.driver_id is not None and bool(proof_rules.missing(session, house, shipment))


def _has_case(session: Session, survey: Survey, shipment: Shipment) -> bool:
    """Whether a person is busy with this parcel, or with whoever got it."""
    about = Case.shipment_id == survey.shipment_id
    if shipment.customer_phone is not None:
        about = or_(about, Case.phone == shipment.customer_phone)
    query = select(Case.id).where(Case.retailer == survey.retailer, Case.state.in_(UNSETTLED), about)
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
