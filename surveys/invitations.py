"""Invitations: whom we ask, when, how often, and what they answered. Transport is somebody else's."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from db import insert_once
from surveys.models import Survey


class SurveyState(StrEnum):
    """Where an invitation is. Skipped, answered and expired are final."""

    PLANNED = "planned"
    SENT = "sent"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class Skipped(StrEnum):
    """Why somebody is not asked."""

    #: Chance: the workflow asks only a share.
    NOT_SAMPLED = "not_sampled"
    #: Asked about another parcel not long ago.
    THROTTLED = "throttled"
    OPTED_OUT = "opted_out"
    #: The number cannot be texted, or its owner's order says not to.
    UNREACHABLE = "unreachable"
    #: Something is wrong already, and a person has it.
    CASE_OPEN = "case_open"
    #: What had been delivered is, by a correction, not.
    NOT_DELIVERED = "not_delivered"
    #: It could not be sent for so long that the question would surprise.
    TOO_LATE = "too_late"
    #: The proof of delivery that must come first never came.
    NO_PROOF = "no_proof"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to ask about which parcel, and whom the answer counts for."""

    retailer: str
    shipment_id: int
    #: E.164, or an e-mail address.
    address: str
    carrier: str | None = None
    service: str | None = None
    driver_id: int | None = None
    #: The best score; 10 means 0-10, any other begins at 1.
    scale: int = 5
    #: sms or email.
    channel: str = "sms"
    #: Whether it came after the promised window; None when nothing was promised.
    late: bool | None = None


def sampled(retailer: str, shipment_id: int, share: float) -> bool:
    """Whether this parcel is among the share (0.0-1.0) that is asked: chance, but always the same for a parcel."""
    digest = hashlib.sha256(f"survey:{retailer}:{shipment_id}".encode()).digest()
    return int.from_bytes(digest[:7], "big") < share * 2**56


def plan(
    session: Session, invitation: Invitation, *, due_at: datetime, sample: float = 1.0, now: datetime
) -> Survey | None:
    """Plan to ask, once per shipment: None when that was decided before. Not among the sample: skipped, and kept so."""
    asked = sampled(invitation.retailer, invitation.shipment_id, sample)
    survey = Survey(
        retailer=invitation.retailer,
        shipment_id=invitation.shipment_id,
        address=invitation.address,
        channel=invitation.channel,
        late=invitation.late,
        carrier=invitation.carrier,
        service=invitation.service,
        driver_id=invitation.driver_id,
        scale=invitation.scale,
        planned_at=now,
        due_at=due_at,
        state=SurveyState.PLANNED.value if asked else SurveyState.SKIPPED.value,
        skipped_for=None if asked else Skipped.NOT_SAMPLED.value,
    )
    return survey if insert_once(session, survey) else None


def due(session: Session, *, now: datetime, limit: int = 100) -> list[Survey]:
    """The invitations whose hour has come, locked, oldest first; rows that others hold are left to them.

    Of several for one person only the first: the next one must see whether that one was sent.
    """
    earlier = aliased(Survey)
    one_before = exists().where(
        earlier.retailer == Survey.retailer,
        earlier.address == Survey.address,
        earlier.state == SurveyState.PLANNED.value,
        (earlier.due_at < Survey.due_at) | ((earlier.due_at == Survey.due_at) & (earlier.id < Survey.id)),
    )
    query = (
        select(Survey)
        .where(Survey.state == SurveyState.PLANNED.value, Survey.due_at <= now, ~one_before)
        .order_by(Survey.due_at, Survey.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Survey)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def postpone(survey: Survey, *, until: datetime) -> None:
    """Ask later: it is night there."""
    survey.due_at = until


def skip(survey: Survey, why: Skipped) -> None:
    """Do not ask."""
    survey.state, survey.skipped_for = SurveyState.SKIPPED.value, why.value


def sent(survey: Survey, *, message_key: str, expires: timedelta, now: datetime) -> None:
    """The question is on its way; an answer counts until `expires` has passed."""
    survey.state, survey.message_key = SurveyState.SENT.value, message_key
    survey.sent_at, survey.expires_at = now, now + expires


def throttled(session: Session, retailer: str, address: str, *, every: timedelta, now: datetime) -> bool:
    """Whether the retailer asked this person less than `every` ago, about whatever parcel."""
    query = select(Survey.id).where(
        Survey.retailer == retailer, Survey.address == address, Survey.sent_at > now - every
    )
    return session.scalar(query.limit(1)) is not None


def open_for(session: Session, retailer: str, address: str, *, now: datetime) -> Survey | None:
    """The question this person may answer now; None when there is none. The newest, if the workflow asks often."""
    query = (
        select(Survey)
        .where(Survey.retailer == retailer, Survey.address == address)
        .where(Survey.state == SurveyState.SENT.value, Survey.expires_at > now)
        .order_by(Survey.sent_at.desc(), Survey.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def last_asked(session: Session, retailer: str, address: str) -> Survey | None:
    """The newest question this person was asked, whatever became of it."""
    query = (
        select(Survey)
        .where(Survey.retailer == retailer, Survey.address == address, Survey.sent_at.is_not(None))
        .order_by(Survey.sent_at.desc(), Survey.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def answer(
    session: Session,
    survey: Survey,
    *,
    score: int,
    comment: str | None,
    reason: str | None = None,
    by: str = "text",
    now: datetime,
) -> bool:
    """Keep the answer: True when it is the first and in time. Of two at once one counts, and the row keeps it."""
    session.flush()
    statement = (
        update(Survey)
        .where(Survey.id == survey.id, Survey.state == SurveyState.SENT.value, Survey.expires_at > now)
        .values(
            state=SurveyState.ANSWERED.value,
            score=score,
            comment=comment,
            reason=reason,
            answered_by=by,
            answered_at=now,
        )
        .returning(Survey.id)
    )
    first = session.execute(statement, execution_options={"synchronize_session": False}).one_or_none()
    session.refresh(survey)
    return first is not None


def wait_for(survey: Survey, step: str | None, *, now: datetime) -> None:
    """Remember which question is open after the score; None: all is said."""
    survey.waits_for, survey.step_at = step, None if step is None else now


def add(survey: Survey, *, reason: str | None = None, comment: str | None = None) -> None:
    """Keep what was said after the score. A reason that is known stays; words are put below those before them."""
    survey.reason = survey.reason or reason
    if comment:
        survey.comment = "\n".join(filter(None, (survey.comment, comment)))


def expire(session: Session, *, now: datetime) -> int:
    """Close the questions nobody answered in time; answers how many."""
    statement = (
        update(Survey)
        .where(Survey.state == SurveyState.SENT.value, Survey.expires_at <= now)
        .values(state=SurveyState.EXPIRED.value)
        .returning(Survey.id)
    )
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def page(
    session: Session,
    retailer: str,
    *,
    carrier: str | None = None,
    service: str | None = None,
    shipment_id: int | None = None,
    driver_ids: Collection[int] | None = None,
    state: str | None = None,
    reason: str | None = None,
    score_at_most: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Survey]:
    """The retailer's surveys that were sent, newest first; the next page begins before the last one's id.

    since, until: bounds of when they were sent, the second one excluded.
    """
    query = select(Survey).where(Survey.retailer == retailer, Survey.sent_at.is_not(None))
    equal = (
        (Survey.carrier, carrier),
        (Survey.service, service),
        (Survey.shipment_id, shipment_id),
        (Survey.state, state),
        (Survey.reason, reason),
    )
    for column, wanted in equal:
        if wanted is not None:
            query = query.where(column == wanted)
    if driver_ids is not None:
        query = query.where(Survey.driver_id.in_(driver_ids))
    if score_at_most is not None:
        query = query.where(Survey.score <= score_at_most)
    if since is not None:
        query = query.where(Survey.sent_at >= since)
    if until is not None:
        query = query.where(Survey.sent_at < until)
    if before_id is not None:
        query = query.where(Survey.id < before_id)
    return list(session.scalars(query.order_by(Survey.id.desc()).limit(limit)))
