"""What surveys teach, worked out for one period: figures with their intervals, by week, carrier, driver and reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.figures import Figure, net_promoters, rating, share
from surveys.models import Survey
from surveys.questions import is_happy
from surveys.score import NPS_SCALE
from tracking_core.models import Driver

#: Days that can be looked at.
PERIODS = (30, 90, 365)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """One question that was sent, as much of it as is counted."""

    sent_at: datetime
    carrier: str | None
    driver_id: int | None
    late: bool | None
    scale: int
    #: None: not answered.
    score: int | None
    reason: str | None


@dataclass(frozen=True)
class Row:
    """One group of questions: a carrier's, a driver's, a week's."""

    name: str
    sent: int
    answered: int
    #: Share of those who are satisfied; None without an answer.
    satisfied: Figure | None
    #: 1-5; None without an answer.
    rating: Figure | None


@dataclass(frozen=True)
class Report:
    """Everything on the page."""

    days: int
    total: Row
    response: Figure | None
    #: Of the scores on 0-10, where there are any.
    promoters: Figure | None
    #: Monday -> its week's figures, oldest first, weeks without a question too.
    weeks: Sequence[tuple[date, Row]]
    carriers: Sequence[Row]
    drivers: Sequence[Row]
    #: On time, then late; what nothing was promised about is in neither.
    punctuality: Sequence[Row]
    #: Reason -> how often, the most frequent first.
    reasons: Sequence[tuple[str, int]]


def report(session: Session, retailer: str, *, days: int, now: datetime) -> Report:
    """Put the figures together of the questions sent in the last `days`."""
    asked = _asked(session, retailer, since=now - days * DAY)
    names = _names(session, retailer, {one.driver_id for one in asked if one.driver_id is not None})
    scores = [one.score for one in asked if one.score is not None and one.scale == NPS_SCALE]
    total = _row("All", asked)
    return Report(
        days=days,
        total=total,
        response=share(total.answered, total.sent),
        promoters=net_promoters(scores),
        weeks=_weeks(asked, since=now - days * DAY, now=now),
        carriers=_by(asked, lambda one: one.carrier or "No carrier named"),
        drivers=_by([one for one in asked if one.driver_id in names], lambda one: names[one.driver_id or 0]),
        punctuality=[
            _row(name, [one for one in asked if one.late is late])
            for name, late in (("On time", False), ("Late", True))
        ],
        reasons=Counter(one.reason for one in asked if one.reason).most_common(),
    )


def _asked(session: Session, retailer: str, *, since: datetime) -> list[Asked]:
    query = select(
        Survey.sent_at, Survey.carrier, Survey.driver_id, Survey.late, Survey.scale, Survey.score, Survey.reason
    ).where(Survey.retailer == retailer, Survey.sent_at >= since)
    return [Asked(row[0] or since, *row[1:]) for row in session.execute(query)]


def _names(session: Session, retailer: str, ids: set[int]) -> dict[int, str]:
    """Names by id; of several drivers with one name each carries its id, so that nobody is counted for another."""
    found = {
        driver.id: driver.name
        for driver in session.scalars(select(Driver).where(Driver.retailer == retailer, Driver.id.in_(ids)))
    }
    often = Counter(found.values())
    return {key: name if often[name] == 1 else f"{name} (#{key})" for key, name in found.items()}


def _row(name: str, asked: Sequence[Asked]) -> Row:
    said = [(one.score, one.scale) for one in asked if one.score is not None]
    happy = sum(is_happy(score, scale) for score, scale in said)
    return Row(name, len(asked), len(said), share(happy, len(said)), rating(said))


def _by(asked: Iterable[Asked], name_of: Callable[[Asked], str]) -> list[Row]:
    """A row for each name, the one with the most answers first."""
    groups: dict[str, list[Asked]] = {}
    for one in asked:
        groups.setdefault(name_of(one), []).append(one)
    rows = [_row(name, members) for name, members in groups.items()]
    return sorted(rows, key=lambda row: (-row.answered, -row.sent, row.name))


def _weeks(asked: Sequence[Asked], *, since: datetime, now: datetime) -> list[tuple[date, Row]]:
    groups: dict[date, list[Asked]] = {}
    for one in asked:
        groups.setdefault(_monday(one.sent_at), []).append(one)
    found, week = [], _monday(since)
    while week <= _monday(now):
        found.append((week, _row(week.isoformat(), groups.get(week, []))))
        week += 7 * DAY
    return found


def _monday(at: datetime) -> date:
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())
