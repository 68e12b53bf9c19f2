"""While a person has the thread, the bot is silent and the texts join the case."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from channels.inbox import ClaimedText
from channels.models import Conversation, OurAddress
from flows import case_words
from flows.case_reasons import OPERATIONS
from flows.driver_reports import is_report
from flows.house import House
from flows.kit import Kit
from flows.models import Case, PendingQuestion
from flows.person_words import tell_out_of_hours
from flows.story_models import Story


def case_thread(message: ClaimedText, kit: Kit) -> bool:  # noqa: ARG001  as all flows
    """Take the texts of somebody whose thread an agent has. Out of hours they read, seldom, when somebody answers."""
    live = _locked(kit)
    case = next((one for one in live if kit.house.desk.has_thread(one)), None)
    if case is None or _is_of_the_pool(kit) or is_report(kit):
        return False
    silence(kit.session, case)
    join(kit, case)
    kit.shipment_id = case.shipment_id
    tell_out_of_hours(kit, case)
    return True


def has_thread(session: Session, retailer: str, address: str) -> bool:
    """Whether an agent talks with that person: then nothing is asked of them that can wait."""
    query = select(Case.id).where(
        Case.retailer == retailer,
        Case.state != "resolved",
        Case.assignee.is_not(None),
        Case.with_bot.is_(False),
        _about(retailer, address),
    )
    return session.scalar(query.limit(1)) is not None


def silence(session: Session, case: Case) -> None:
    """Forget what the bot has asked this person: the answer to come is meant for the agent."""
    if case.phone is None and case.conversation_id is None:
        return
    talks = select(Conversation.id).where(
        Conversation.theirs == case.phone if case.phone else Conversation.id == case.conversation_id
    )
    session.execute(
        delete(PendingQuestion).where(
            PendingQuestion.conversation_id.in_(talks), PendingQuestion.retailer == case.retailer
        ),
        execution_options={"synchronize_session": "fetch"},
    )
    session.execute(
        update(Story)
        .where(Story.conversation_id.in_(talks), Story.retailer == case.retailer, Story.state.in_(("open", "waiting")))
        .values(state="ended"),
        execution_options={"synchronize_session": "fetch"},
    )


def live_case(kit: Kit, *, taken: bool) -> Case | None:
    """The newest unsettled case of this person that they know of. taken: one whose thread an agent has, else one whose
    texts the bot still answers.
    """
    for case in kit.session.scalars(_live(kit).order_by(Case.id.desc())):
        if kit.house.desk.has_thread(case) == taken and (
            taken or case.reason not in OPERATIONS or case.assignee is not None
        ):
            return case
    return None


def handed_back(kit: Kit) -> Case | None:
    """The newest case that an agent keeps while the bot has the thread."""
    query = _live(kit).where(Case.assignee.is_not(None), Case.with_bot.is_(True))
    return kit.session.scalar(query.order_by(Case.id.desc()).limit(1))


def join(kit: Kit, case: Case) -> Case:
    """Add the text to the case."""
    case.conversation_id = kit.conversation.id
    case.language = kit.language
    return kit.house.desk.hear(kit.session, kit.house, case, kit.text.text, inbox=[kit.text.id], now=kit.now)


def heard(kit: Kit) -> None:
    """Whoever has answered the text: the person's unsettled cases are found by its words."""
    case_words.heard(kit.session, kit.retailer, kit.text.sender, kit.text.text)


def ask_later(session: Session, house: House, retailer: str, address: str, *, now: datetime) -> datetime | None:
    """When to look again whether something may be asked of a person; None: now, nobody talks with them."""
    talk = house.workflows.of(session, retailer).conversation
    return now + talk.forget_after if has_thread(session, retailer, address) else None


def _locked(kit: Kit) -> Sequence[Case]:
    """The person's unsettled cases, the newest first. An agent who takes one in this moment has done so before, or
    waits until this text is answered.
    """
    rows = kit.session.scalars(
        _live(kit).order_by(Case.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    return rows[::-1]


def _live(kit: Kit) -> Select[Case]:
    return select(Case).where(
        Case.retailer == kit.retailer,
        Case.state != "resolved",
        or_(Case.conversation_id == kit.conversation.id, Case.phone == kit.text.sender),
    )


def _about(retailer: str, address: str) -> ColumnElement[bool]:
    talks = select(Conversation.id).where(Conversation.theirs == address, Conversation.retailer == retailer)
    return or_(Case.phone == address, Case.conversation_id.in_(talks))


def _is_of_the_pool(kit: Kit) -> bool:
    """Whether the text went to a number that joins customers and drivers: what comes there is never an agent's."""
    pool = select(OurAddress.id).where(OurAddress.address == kit.text.recipient, OurAddress.purpose == "pool")
    return kit.session.scalar(pool) is not None
