"""What the desk's overview says: how much comes in, what is settled without a person, how soon people answer.

Every figure is read from an index over the retailer's rows of the days in question, so that it is true the moment it is
shown; only what is much to count and over for good is counted once (`flows.desk_days`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from flows import desk_days, percentiles
from flows.case_states import CaseState
from flows.desk_models import CaseClock
from flows.local_days import Days, day_of
from flows.models import Case
from surveys.models import Survey
from surveys.questions import is_happy

#: Days that can be looked at.
PERIODS = (7, 30, desk_days.LOOKED_BACK)
#: How old an open case is, from the youngest: (up to, what it is called).
AGES: tuple[tuple[timedelta | None, str], ...] = (
    (timedelta(hours=1), "under 1 h"),
    (timedelta(hours=4), "1 to 4 h"),
    (timedelta(days=1), "4 to 24 h"),
    (timedelta(days=3), "1 to 3 d"),
    (None, "over 3 d"),
)


@dataclass
class Day:
    """One day, or several added up."""

    #: None: several.
    day: date | None = None
    #: Parcels that became known.
    parcels: int = 0
    #: Texts and mails of shoppers that came in.
    texts: int = 0
    #: Shoppers who wrote, each once a day.
    talks: int = 0
    #: Those whom a person had to serve: they wrote in a case's thread, or a case was opened for them that day.
    with_person: int = 0
    #: Cases that were opened.
    cases: int = 0
    #: Clocks of cases that began and have ended in time, or too late.
    replies_met: int = 0
    replies_missed: int = 0
    resolutions_met: int = 0
    resolutions_missed: int = 0
    #: Surveys answered, by the day they were asked, and how many of them satisfied.
    answers: int = 0
    satisfied: int = 0
    #: Seconds until an agent's first words, of cases opened on the day; None of none, and for several days.
    reply_p50_s: float | None = None
    reply_p90_s: float | None = None

    @property
    def contact_rate(self) -> float | None:
        """Texts in for each hundred parcels."""
        return 100 * self.texts / self.parcels if self.parcels else None

    @property
    def alone(self) -> float | None:
        """Share of talks settled without a person, 0 to 1."""
        return 1 - self.with_person / self.talks if self.talks else None

    @property
    def reply_met(self) -> float | None:
        """Share of first replies in time."""
        return _share(self.replies_met, self.replies_missed)

    @property
    def resolution_met(self) -> float | None:
        """Share of cases resolved in time."""
        return _share(self.resolutions_met, self.resolutions_missed)

    @property
    def csat(self) -> float | None:
        """Share of answers that are satisfied."""
        return self.satisfied / self.answers if self.answers else None


@dataclass(frozen=True)
class Open:
    """Cases of one reason that nobody has settled, by age in the order of AGES."""

    reason: str
    by_age: Sequence[int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_age)


@dataclass(frozen=True)
class Report:
    """Everything on the overview."""

    days: Days
    by_day: Sequence[Day]
    total: Day
    #: The reason with the most cases first.
    open_cases: Sequence[Open]
    #: Seconds until an agent's first words, of cases opened in these days; None of none.
    first_reply_n: int
    first_reply_p50_s: float | None
    first_reply_p90_s: float | None


def report(session: Session, retailer: str, days: Days, *, now: datetime) -> Report:
    """Put the figures together."""
    found = {one: Day(one) for one in days.all}
    for read in (_counted, _cases, _clocks, _answers, _replies):
        read(session, retailer, days, found, now)
    by_day = list(found.values())
    count, (half, most) = _first_reply(session, retailer, days)
    return Report(
        days=days,
        by_day=by_day,
        total=_sum(by_day),
        open_cases=_open(session, retailer, now),
        first_reply_n=count,
        first_reply_p50_s=half,
        first_reply_p90_s=most,
    )


def _share(met: int, missed: int) -> float | None:
    return met / (met + missed) if met + missed else None


def _sum(days: Sequence[Day]) -> Day:
    total = Day()
    for name in Day.__dataclass_fields__:
        if name not in {"day", "reply_p50_s", "reply_p90_s"}:
            setattr(total, name, sum(getattr(one, name) for one in days))
    return total


def _counted(session: Session, retailer: str, days: Days, found: dict[date, Day], _now: datetime) -> None:
    for day, counts in desk_days.counts(session, retailer, days).items():
        one = found[day]
        one.parcels, one.texts, one.talks, one.with_person = counts


def _cases(session: Session, retailer: str, days: Days, found: dict[date, Day], _now: datetime) -> None:
    day = days.of(session, Case.created_at)
    query = select(day, func.count()).where(Case.retailer == retailer, days.within(Case.created_at))
    for said, count in session.execute(query.group_by("day")):
        found[day_of(said)].cases = count


def _clocks(session: Session, retailer: str, days: Days, found: dict[date, Day], now: datetime) -> None:
    """A clock that still runs in time is neither met nor missed."""
    day = days.of(session, CaseClock.started_at)
    missed = or_(CaseClock.breached_at.is_not(None), and_(CaseClock.ended_at.is_(None), CaseClock.due_at < now))
    met = and_(CaseClock.ended_at.is_not(None), CaseClock.breached_at.is_(None))
    query = select(
        day,
        CaseClock.kind,
        func.sum(case((missed, 0), (met, 1), else_=0)),
        func.sum(case((missed, 1), else_=0)),
    ).where(
        CaseClock.retailer == retailer,
        CaseClock.kind.in_(("first_reply", "resolution")),
        days.within(CaseClock.started_at),
    )
    for said, kind, good, bad in session.execute(query.group_by("day", CaseClock.kind)):
        one = found[day_of(said)]
        if kind == "first_reply":
            one.replies_met, one.replies_missed = int(good), int(bad)
        else:
            one.resolutions_met, one.resolutions_missed = int(good), int(bad)


def _answers(session: Session, retailer: str, days: Days, found: dict[date, Day], _now: datetime) -> None:
    day = days.of(session, Survey.sent_at)
    query = select(day, Survey.score, Survey.scale, func.count()).where(
        Survey.retailer == retailer, days.within(Survey.sent_at), Survey.score.is_not(None)
    )
    for said, score, scale, count in session.execute(query.group_by("day", Survey.score, Survey.scale)):
        one = found[day_of(said)]
        one.answers += count
        one.satisfied += count if is_happy(score or 0, scale) else 0


def _replies(session: Session, retailer: str, days: Days, found: dict[date, Day], _now: datetime) -> None:
    took: Any = percentiles.seconds_between(session, Case.created_at, Case.first_reply_at)
    mine = (Case.retailer == retailer, days.within(Case.created_at), Case.first_reply_at.is_not(None))
    for said, (half, most) in percentiles.by_key(session, days.of(session, Case.created_at), took, mine, (0.5, 0.9)):
        found[day_of(said)].reply_p50_s, found[day_of(said)].reply_p90_s = half, most


def _first_reply(session: Session, retailer: str, days: Days) -> tuple[int, tuple[float | None, ...]]:
    took: Any = percentiles.seconds_between(session, Case.created_at, Case.first_reply_at)
    query = select(took).where(
        Case.retailer == retailer, days.within(Case.created_at), Case.first_reply_at.is_not(None)
    )
    return percentiles.of(session, query.order_by(None), (0.5, 0.9))


def _open(session: Session, retailer: str, now: datetime) -> list[Open]:
    steps = [(Case.created_at > now - until, place) for place, (until, _) in enumerate(AGES) if until is not None]
    age = case(*steps, else_=len(AGES) - 1).label("age")
    query = select(Case.reason, age, func.count()).where(
        Case.retailer == retailer, Case.state != CaseState.RESOLVED.value
    )
    found: dict[str, list[int]] = {}
    for reason, place, count in session.execute(query.group_by(Case.reason, "age")):
        found.setdefault(reason, [0] * len(AGES))[place] = count
    rows = [Open(reason, by_age) for reason, by_age in found.items()]
    return sorted(rows, key=lambda one: (-one.total, one.reason))
