"""Delivered, says the scan, and it is not there: whom we ask again, when, and what ends it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels import consent, outbox
from channels.messages import Category, OutboundMessage
from channels.models import Conversation
from db import insert_once
from flows import cases
from flows.case_thread import ask_later
from flows.house import House
from flows.kit import Kit
from flows.missing_models import MissingParcel
from flows.models import Case, PendingQuestion
from flows.quiet_hours import next_allowed
from flows.story_models import Story
from flows.wording import Wording
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: The reason of the case, and the name of the story.
NAME: Final = "not_received"
#: The step of the story that hears the answer to our question.
STILL: Final = "still"
#: So long an answer to it counts.
ANSWER_WITHIN: Final = timedelta(hours=72)
#: Who comes with a parcel delivered this many waiting times ago has waited enough.
LONG_AGO: Final = 2
#: When something else is being talked about, we ask a little later.
LATER: Final = timedelta(minutes=10)
LIVE: Final = ("waiting", "asked")


def wait(kit: Kit, parcel: Shipment) -> MissingParcel:
    """Remember to ask again after the hours the workflow names. Once per parcel: the first word sets the time."""
    fresh = MissingParcel(
        retailer=kit.retailer,
        shipment_id=parcel.id,
        conversation_id=kit.conversation.id,
        sender=kit.text.recipient,
        state="waiting",
        due_at=kit.now + kit.workflow.not_received.ask_again_after,
        language=kit.language,
        said_at=kit.now,
        asked_at=None,
    )
    if insert_once(kit.session, fresh):
        return fresh
    known = of_parcel(kit, parcel.id)
    assert known is not None  # the insert failed on it
    if known.state not in LIVE:
        known.state, known.due_at, known.said_at, known.asked_at = "waiting", fresh.due_at, kit.now, None
    return known


def of_parcel(kit: Kit, shipment_id: int) -> MissingParcel | None:
    """What we know of this parcel's being missing, by this person."""
    query = select(MissingParcel).where(
        MissingParcel.shipment_id == shipment_id, MissingParcel.conversation_id == kit.conversation.id
    )
    return kit.session.scalar(query.with_for_update())


def waited_enough(kit: Kit, parcel: Shipment) -> bool:
    """Whether waiting longer would be no help: it was delivered long ago, or the waiting is over already."""
    after = kit.workflow.not_received.ask_again_after
    known = of_parcel(kit, parcel.id)
    if known is not None and (known.state not in LIVE or known.asked_at is not None):
        return True
    delivered = parcel.delivered_at
    return delivered is not None and kit.now - delivered >= LONG_AGO * after


def found(kit: Kit) -> Shipment | None:
    """Close what this person was missing; answers the parcel. None: nothing of theirs was."""
    query = select(MissingParcel).where(
        MissingParcel.conversation_id == kit.conversation.id,
        MissingParcel.state.in_((*LIVE, "handed_over")),
    )
    row = kit.session.scalars(query.order_by(MissingParcel.id.desc()).limit(1).with_for_update()).one_or_none()
    case = _open_case(kit.session, kit.retailer, row.shipment_id) if row is not None else _case_of_person(kit)
    if row is None and case is None:
        return None
    if row is not None:
        row.state = "found"
    if case is not None:
        cases.note(kit.session, kit.house, case, agent=cases.CUSTOMER, text=kit.text.text, now=kit.now)
        cases.resolve(kit.session, kit.house, case, agent=cases.SYSTEM, reason="found", now=kit.now)
    shipment_id = row.shipment_id if row is not None else case.shipment_id if case is not None else None
    return kit.session.get(Shipment, shipment_id) if shipment_id is not None else None


def handed_over(kit: Kit, shipment_id: int) -> None:
    """A person has it now: we do not ask any more."""
    row = of_parcel(kit, shipment_id)
    if row is not None:
        row.state = "handed_over"


def ask_due(session: Session, house: House, *, now: datetime, limit: int = 50) -> int:
    """Ask those whose hours are over whether it has turned up; answers how many."""
    query = (
        select(MissingParcel)
        .where(MissingParcel.state.in_(LIVE), MissingParcel.due_at <= now)
        .order_by(MissingParcel.conversation_id, MissingParcel.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return sum(_look_at(session, house, row, now) for row in session.scalars(query).all())


def _look_at(session: Session, house: House, row: MissingParcel, now: datetime) -> bool:
    if row.state == "asked":
        row.state = "silent"  # who has it does not write
        return False
    parcel = session.get_one(Shipment, row.shipment_id)
    if _open_case(session, row.retailer, row.shipment_id) is not None:
        row.state = "handed_over"
        return False
    if parcel.state != ShipmentState.DELIVERED:
        row.state = "silent"  # the scan was taken back: it is on its way, and its texts tell the rest
        return False
    workflow = house.workflows.of(session, row.retailer)
    conversation = session.get_one(Conversation, row.conversation_id)
    if consent.is_opted_out(session, row.retailer, conversation.theirs):
        _hand_over_silently(session, house, row, conversation, now)
        return False
    wording = Wording(house, workflow, row.language, now)
    later = max(next_allowed(now, wording.zone(parcel), workflow.quiet_hours), _free_at(session, row, now))
    later = max(later, ask_later(session, house, row.retailer, conversation.theirs, now=now) or later)
    if later > now:
        row.due_at = later
        return False
    _ask(session, house, row, conversation, parcel, now)
    return True


def _ask(
    session: Session, house: House, row: MissingParcel, conversation: Conversation, parcel: Shipment, now: datetime
) -> None:
    workflow = house.workflows.of(session, row.retailer)
    words = house.texts.fitting(
        "not_received_still", row.language, workflow, {"order": parcel.order_number, "again": False}
    )
    message = OutboundMessage(
        channel="sms",
        sender=row.sender,
        ours=conversation.ours,
        recipient=conversation.theirs,
        text=words,
        category=Category.REPLY,
        retailer=row.retailer,
        shipment_id=parcel.id,
        valid_until=now + timedelta(hours=12),
    )
    outbox.enqueue(session, message, key=f"missing:{row.id}:{int(row.said_at.timestamp())}", now=now)
    row.state, row.asked_at, row.due_at = "asked", now, now + ANSWER_WITHIN
    session.add(
        Story(
            conversation_id=row.conversation_id,
            retailer=row.retailer,
            story=NAME,
            step=STILL,
            state="open",
            shipment_id=parcel.id,
            data={"first": "", "inbox": []},
            misses=0,
            returns=0,
            started_at=now,
            touched_at=now,
            expires_at=now + ANSWER_WITHIN,
        )
    )
    session.flush()


def _hand_over_silently(
    session: Session, house: House, row: MissingParcel, conversation: Conversation, now: datetime
) -> None:
    """They may not be texted any more, so nobody can ask them: a person decides."""
    cases.open_case(
        session,
        house,
        retailer=row.retailer,
        reason=NAME,
        shipment_id=row.shipment_id,
        phone=conversation.theirs,
        language=row.language,
        text=None,
        evidence={"missing_since": row.said_at.isoformat()},
        now=now,
    )
    row.state = "handed_over"


def _free_at(session: Session, row: MissingParcel, now: datetime) -> datetime:
    """When nothing else is being talked about: a question of ours, or a story, is open until somebody forgets it."""
    questions = select(func.max(PendingQuestion.expires_at)).where(
        PendingQuestion.conversation_id == row.conversation_id, PendingQuestion.expires_at > now
    )
    stories = select(Story).where(Story.conversation_id == row.conversation_id, Story.state == "open")
    open_story = session.scalars(stories.with_for_update()).one_or_none()
    if open_story is not None and open_story.expires_at > now:
        return now + LATER
    if open_story is not None:
        open_story.state = "ended"
        session.flush()
    return now + LATER if session.scalar(questions) is not None else now


def _open_case(session: Session, retailer: str, shipment_id: int) -> Case | None:
    query = select(Case).where(
        Case.retailer == retailer,
        Case.subject == f"shipment:{shipment_id}",
        Case.reason == NAME,
        Case.state != "resolved",
    )
    return session.scalars(query).one_or_none()


def _case_of_person(kit: Kit) -> Case | None:
    query = select(Case).where(
        Case.retailer == kit.retailer, Case.phone == kit.text.sender, Case.reason == NAME, Case.state != "resolved"
    )
    return kit.session.scalars(query.order_by(Case.id.desc()).limit(1)).one_or_none()
