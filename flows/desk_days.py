"""What of a day is much to count and does not change once it is over: parcels, texts, talks. Counted once, kept.

The last days are always counted anew: a text is answered late, a lost webhook is found. `keep` is called by a tick, so
that the overview finds everything but those; where it does not, it counts itself.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from channels.models import InboxRow
from db import Database, insert_once
from flows.accounts import Retailer
from flows.figure_models import DeskDay
from flows.house import House
from flows.local_days import Days, day_of
from flows.models import Case
from tracking_core.models import Shipment

#: Texts of drivers, on driver lines and calls are no questions to the retailer.
NO_QUESTIONS = ("relay", "driver", "call_pin", "agent")
CALLS = "call"
#: A person had the thread when these were handled.
BY_A_PERSON = "case_thread"
#: A day is counted for good when it has been over for so long.
SETTLED_AFTER = timedelta(hours=48)
#: Days the overview looks back at most.
LOOKED_BACK = 90
#: parcels, texts, talks, with_person.
Counts = tuple[int, int, int, int]
NONE: Counts = (0, 0, 0, 0)


def counts(session: Session, retailer: str, days: Days) -> dict[date, Counts]:
    """The counts of each of these days, from what is kept and from the rows themselves."""
    query = select(DeskDay).where(
        DeskDay.retailer == retailer, DeskDay.zone == days.zone.key, DeskDay.day.between(days.first, days.last)
    )
    kept = {one.day: (one.parcels, one.texts, one.talks, one.with_person) for one in session.scalars(query)}
    found = dict(kept)
    for run in _runs(one for one in days.all if one not in kept):
        found |= _counted(session, retailer, Days(days.zone, run[0], run[-1]))
    return {one: found.get(one, NONE) for one in days.all}


def keep(database: Database, retailer: str, days: Days, *, now: datetime) -> int:
    """Count those of the days that are over for good and not kept yet; answers how many were.

    Counting happens in a transaction that only reads, so that nobody waits for it.
    """
    with database.read() as session:
        query = select(DeskDay.day).where(DeskDay.retailer == retailer, DeskDay.zone == days.zone.key)
        known = set(session.scalars(query))
        missing = [one for one in days.all if one not in known and _is_settled(days, one, now)]
        found: dict[date, Counts] = {}
        for run in _runs(missing):
            found |= _counted(session, retailer, Days(days.zone, run[0], run[-1]))
    if missing:
        with database.write() as session:
            for one in missing:
                parcels, texts, talks, with_person = found.get(one, NONE)
                insert_once(
                    session,
                    DeskDay(
                        retailer=retailer,
                        zone=days.zone.key,
                        day=one,
                        parcels=parcels,
                        texts=texts,
                        talks=talks,
                        with_person=with_person,
                        counted_at=now,
                    ),
                )
    return len(missing)


def keep_all(database: Database, house: House, *, now: datetime) -> None:
    """A tick: keep the settled days of every retailer, on the clock of its support hours."""
    with database.read() as session:
        retailers = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
        zones = {one: house.workflows.of(session, one).support_hours.timezone for one in retailers}
    for retailer, zone in zones.items():
        keep(database, retailer, Days.until_today(ZoneInfo(zone), LOOKED_BACK, now=now), now=now)


def _is_settled(days: Days, day: date, now: datetime) -> bool:
    return Days(days.zone, day, day).until + SETTLED_AFTER <= now


def _runs(days: Iterable[date]) -> list[Sequence[date]]:
    """Days without a gap between them, together: each is one question to the database."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return list(runs)


def _counted(session: Session, retailer: str, days: Days) -> dict[date, Counts]:
    found = dict.fromkeys(days.all, NONE)
    for one, texts, talks, with_person in _talks(session, retailer, days):
        found[one] = (0, texts, talks, with_person)
    day = days.of(session, Shipment.created_at)
    query = select(day, func.count()).where(Shipment.retailer == retailer, days.within(Shipment.created_at))
    for said, parcels in session.execute(query.group_by("day")):
        found[day_of(said)] = (parcels, *found[day_of(said)][1:])
    return found


def _talks(session: Session, retailer: str, days: Days) -> list[tuple[date, int, int, int]]:
    """Read from `ix_inbox_log` alone: it carries who took each text, and in which conversation."""
    by = InboxRow.handled_by
    heard = (
        select(
            days.of(session, InboxRow.received_at),
            InboxRow.conversation_id.label("talk"),
            func.count().label("texts"),
            func.max(case((by == BY_A_PERSON, 1), else_=0)).label("person"),
        )
        .where(
            InboxRow.retailer == retailer,
            days.within(InboxRow.received_at),
            or_(by.is_(None), and_(by.not_in(NO_QUESTIONS), ~by.startswith(CALLS))),
        )
        .group_by("day", InboxRow.conversation_id)
        .subquery()
    )
    opened = (
        select(days.of(session, Case.created_at), Case.conversation_id.label("talk"))
        .where(Case.retailer == retailer, days.within(Case.created_at), Case.conversation_id.is_not(None))
        .distinct()
        .subquery()
    )
    needed = case((or_(heard.c.person == 1, opened.c.talk.is_not(None)), 1), else_=0)
    query = (
        select(heard.c.day, func.sum(heard.c.texts), func.count(), func.sum(needed))
        .select_from(heard)
        .outerjoin(opened, and_(opened.c.day == heard.c.day, opened.c.talk == heard.c.talk))
        .group_by(heard.c.day)
    )
    return [(day_of(said), int(texts), talks, int(person)) for said, texts, talks, person in session.execute(query)]
