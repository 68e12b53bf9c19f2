"""What follows from time alone: each tick claims what is due; any number of workers may tick."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import Database
from flows import cases, email_fallback, milestones, surveys
from flows.accounts import Retailer
from flows.house import House
from flows.models import PendingQuestion
from tracking_core import upkeep

#: Parcels one tick looks at, so that no transaction is long.
BATCH = 100
#: An open question is kept a while longer than it is of use, for whoever looks into a complaint.
QUESTIONS_KEPT = timedelta(days=1)


def tick(database: Database, house: House, *, now: datetime) -> None:
    """Tell of promises that time has broken, mail what could not be texted, wake snoozed cases, ask how it went."""

    def missed(session: Session) -> None:
        for retailer in session.scalars(select(Retailer.name).order_by(Retailer.name)).all():
            grace = house.workflows.of(session, retailer).eta.delay_grace
            facts = upkeep.mark_missed(session, now=now, retailer=retailer, grace=grace, limit=BATCH)
            milestones.announce(session, house, facts, retailer=retailer, now=now)

    def by_mail(session: Session) -> None:
        email_fallback.tick(session, house, now=now)

    def woken(session: Session) -> None:
        cases.wake_due(session, now=now)

    def asked(session: Session) -> None:
        surveys.send_due(session, house, now=now, limit=BATCH)

    for work in (missed, by_mail, woken, asked):
        database.run(work)


def tidy(database: Database, *, now: datetime) -> None:
    """Flag what has stalled, close what nobody hears of any more, forget what has served its time."""

    def stalled(session: Session) -> None:
        upkeep.mark_stalled(session, now=now, limit=BATCH)

    def expired(session: Session) -> None:
        upkeep.expire(session, now=now, limit=BATCH)

    def forgotten(session: Session) -> None:
        upkeep.forget_unmatched(session, now=now)
        session.execute(delete(PendingQuestion).where(PendingQuestion.expires_at < now - QUESTIONS_KEPT))

    for work in (stalled, expired, forgotten):
        database.run(work)
