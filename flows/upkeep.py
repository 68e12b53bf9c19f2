"""What follows from time alone: each tick claims what is due; any number of workers may tick."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db import Database
from flows import (
    case_upkeep,
    connection_upkeep,
    desk_days,
    driver_rounds,
    driver_taps,
    email_fallback,
    erasing,
    forgetting_pictures,
    import_jobs,
    lines,
    missing,
    outbound_facts,
    outbound_sending,
    proof_rules,
    scorecards,
    store_upkeep,
    surveys,
    watchers,
)
from flows.house import House
from flows.models import PendingQuestion
from flows.story_models import Story
from tracking_core import positions, transit_night, upkeep

#: Parcels one tick looks at, so that no transaction is long.
BATCH = 100
#: An open question is kept a while longer than it is of use, for whoever looks into a complaint.
QUESTIONS_KEPT = timedelta(days=1)


def tick(database: Database, house: House, *, now: datetime) -> None:
    """Look at the parcels that are due, mail what could not be texted, wake cases, ask what is due to be asked."""

    def by_mail(session: Session) -> None:
        email_fallback.tick(session, house, now=now)

    def asked(session: Session) -> None:
        surveys.send_due(session, house, now=now, limit=BATCH)

    def on_lines(session: Session) -> None:
        lines.settle(session, house, now=now)

    def still_missing(session: Session) -> None:
        missing.ask_due(session, house, now=now)

    def on_rounds(session: Session) -> None:
        driver_rounds.tell_rounds(session, house, now=now)

    watchers.tick(database, house, now=now)
    for work in (by_mail, asked, on_lines, still_missing, on_rounds):
        database.run(work)
    database.run(lambda session: proof_rules.chase(session, house, now=now))
    case_upkeep.tick(database, house, now=now)
    connection_upkeep.tick(database, house, now=now)


def tidy(database: Database, house: House | None = None, *, now: datetime) -> None:
    """Flag what has stalled, close what nobody hears of any more, forget what has served its time.

    house: whose retailers' finished days are counted as well; None: nobody's.
    """

    def stalled(session: Session) -> None:
        outbound_facts.after_any(session, upkeep.mark_stalled(session, now=now, limit=BATCH), now=now)

    def expired(session: Session) -> None:
        outbound_facts.after_any(session, upkeep.expire(session, now=now, limit=BATCH), now=now)

    def forgotten(session: Session) -> None:
        upkeep.forget_unmatched(session, now=now)
        driver_taps.forget(session, now=now)
        outbound_sending.forget(session, now=now)
        import_jobs.forget(session, now=now)
        store_upkeep.tidy(session, now=now)
        session.execute(delete(PendingQuestion).where(PendingQuestion.expires_at < now - QUESTIONS_KEPT))
        session.execute(delete(Story).where(Story.expires_at < now - QUESTIONS_KEPT))

    def erased(session: Session) -> None:
        erasing.erase_due(session, now=now, limit=BATCH)

    for work in (stalled, expired, forgotten, erased):
        database.run(work)
    watchers.learn(database, now=now)
    connection_upkeep.tidy(database, now=now)
    case_upkeep.tidy(database)
    while database.run(lambda session: forgetting_pictures.forget(session, now=now)) >= forgetting_pictures.BATCH:
        pass  # each batch in a transaction of its own
    if house is not None:
        desk_days.keep_all(database, house, now=now)
    while database.run(lambda session: positions.forget(session, now=now)) >= positions.BATCH:
        pass
    scorecards.catch_up(database, now=now)
    transit_night.tick(database, now=now)
