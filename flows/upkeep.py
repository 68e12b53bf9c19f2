"""What follows from time alone: each tick claims what is due; any number of workers may tick."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db import Database
from flows import cases, email_fallback, milestones, surveys
from flows.house import House
from flows.models import PendingQuestion
from tracking_core import upkeep
from tracking_core.facts import Fact
from tracking_core.models import Shipment

#: Parcels one tick looks at, so that no transaction is long.
BATCH = 100
#: An open question is kept a while longer than it is of use, for whoever looks into a complaint.
QUESTIONS_KEPT = timedelta(days=1)


def tick(database: Database, house: House, *, now: datetime) -> None:
    """Tell of promises that time has broken, mail what could not be texted, wake snoozed cases, ask how it went."""

    def missed(session: Session) -> None:
        _announce(session, house, upkeep.mark_missed(session, now=now, limit=BATCH), now=now)

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


def _announce(session: Session, house: House, facts: list[Fact], *, now: datetime) -> None:
    """Tell each retailer's shoppers; the facts of a tick may be of many retailers."""
    by_retailer: dict[str, list[Fact]] = {}
    for fact in facts:
        shipment = session.get_one(Shipment, fact.shipment_id)
        by_retailer.setdefault(shipment.retailer, []).append(fact)
    for retailer, own in sorted(by_retailer.items()):
        milestones.announce(session, house, own, retailer=retailer, now=now)
