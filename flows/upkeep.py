"""What follows from time alone: each tick claims what is due; any number of workers may tick."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import Database
from flows import (
    cases,
    driver_rounds,
    driver_taps,
    email_fallback,
    erasing,
    forgetting_pictures,
    import_jobs,
    lines,
    milestones,
    missing,
    outbound_facts,
    outbound_sending,
    proof_rules,
    surveys,
)
from flows.accounts import Retailer
from flows.house import House
from flows.models import PendingQuestion
from flows.story_models import Story
from tracking_core import positions, upkeep

#: Parcels one tick looks at, so that no transaction is long.
BATCH = 100
#: An open question is kept a while longer than it is of use, for whoever looks into a complaint.
QUESTIONS_KEPT = timedelta(days=1)


def tick(database: Database, house: House, *, now: datetime) -> None:
    """Tell of broken promises, mail what could not be texted, wake snoozed cases, ask what is due to be asked."""

    def missed(session: Session) -> None:
        for retailer in session.scalars(select(Retailer.name).order_by(Retailer.name)).all():
            grace = house.workflows.of(session, retailer).eta.delay_grace
            facts = upkeep.mark_missed(session, now=now, retailer=retailer, grace=grace, limit=BATCH)
            milestones.announce(session, house, facts, retailer=retailer, now=now)
            outbound_facts.after(session, facts, retailer=retailer, now=now)

    def by_mail(session: Session) -> None:
        email_fallback.tick(session, house, now=now)

    def woken(session: Session) -> None:
        cases.wake_due(session, now=now)

    def asked(session: Session) -> None:
        surveys.send_due(session, house, now=now, limit=BATCH)

    def on_lines(session: Session) -> None:
        lines.settle(session, house, now=now)

    def still_missing(session: Session) -> None:
        missing.ask_due(session, house, now=now)

    def on_rounds(session: Session) -> None:
        driver_rounds.tell_rounds(session, house, now=now)

    for work in (missed, by_mail, woken, asked, on_lines, still_missing, on_rounds):
        database.run(work)
    database.run(lambda session: proof_rules.chase(session, house, now=now))


def tidy(database: Database, *, now: datetime) -> None:
    """Flag what has stalled, close what nobody hears of any more, forget what has served its time."""

    def stalled(session: Session) -> None:
        outbound_facts.after_any(session, upkeep.mark_stalled(session, now=now, limit=BATCH), now=now)

    def expired(session: Session) -> None:
        outbound_facts.after_any(session, upkeep.expire(session, now=now, limit=BATCH), now=now)

    def forgotten(session: Session) -> None:
        upkeep.forget_unmatched(session, now=now)
        driver_taps.forget(session, now=now)
        outbound_sending.forget(session, now=now)
        import_jobs.forget(session, now=now)
        session.execute(delete(PendingQuestion).where(PendingQuestion.expires_at < now - QUESTIONS_KEPT))
        session.execute(delete(Story).where(Story.expires_at < now - QUESTIONS_KEPT))

    def erased(session: Session) -> None:
        erasing.erase_due(session, now=now, limit=BATCH)

    for work in (stalled, expired, forgotten, erased):
        database.run(work)
    while database.run(lambda session: forgetting_pictures.forget(session, now=now)) >= forgetting_pictures.BATCH:
        pass  # each batch in a transaction of its own
    while database.run(lambda session: positions.forget(session, now=now)) >= positions.BATCH:
        pass
