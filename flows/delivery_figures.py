"""How well texts arrive: what became of them by day and by code, how long they take, and what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from channels.errors import classify
from channels.messages import Category, InboxState, Status
from channels.models import Heartbeat, InboxRow, OutboxRow
from flows import percentiles
from flows.connection_models import ConnectionNote, ConnectionTally
from flows.connections import REFUSED
from flows.import_models import ImportJob
from flows.local_days import Days, day_of
from tracking_core.models import Shipment

#: Days that can be looked at.
PERIODS = (1, 7, 30)
LATELY = timedelta(days=7)
#: What took longer was planned for later (quiet hours), and says nothing about how quick we are.
AT_ONCE = timedelta(hours=1)
#: A worker beats every 5 s; one that has missed two is not there.
ALIVE_FOR = timedelta(seconds=15)
#: Groups of states a chart can show: what was accepted and nothing more is known, what arrived, what did not.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "delivered": (Status.DELIVERED.value,),
    "sent": (Status.SENT.value,),
    "undelivered": (Status.UNDELIVERED.value,),
    "failed": (Status.FAILED.value, Status.EXPIRED.value),
    "waiting": (Status.QUEUED.value, Status.SENDING.value, Status.HELD.value, Status.UNKNOWN.value),
}


@dataclass(frozen=True)
class ByDay:
    """What became of one day's texts; mails are counted with them."""

    day: date
    #: Group -> how many; cancelled and shadow ones are in none.
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Code:
    """One reason for which texts did not arrive."""

    code: str
    words: str
    count: int


@dataclass(frozen=True)
class Latency:
    """Seconds from the scan that raised a text to the provider's taking it."""

    n: int
    p50_s: float | None
    p95_s: float | None
    #: Texts that went more than an hour later, because they were held back.
    later: int


@dataclass(frozen=True)
class Waiting:
    """What waits at this moment; ages in seconds, 0 for nothing."""

    inbox: int
    inbox_oldest_s: int
    outbox: int
    outbox_oldest_s: int
    unknown: int
    held: int
    imports: int


@dataclass(frozen=True)
class Worker:
    """One worker process."""

    name: str
    age_s: int
    nlu: str

    @property
    def alive(self) -> bool:
        """Whether it has given a sign of life lately."""
        return self.age_s <= ALIVE_FOR.total_seconds()


@dataclass(frozen=True)
class Health:
    """Everything on the page."""

    days: Days
    by_day: Sequence[ByDay]
    codes: Sequence[Code]
    #: (carrier or None, texts that arrived, those that did not), of texts about parcels; the most texts first.
    carriers: Sequence[tuple[str | None, int, int]]
    latency: Latency
    waiting: Waiting
    #: Source -> requests refused for their signature.
    refused: Sequence[tuple[str, int]]
    workers: Sequence[Worker] = field(default=())


def health(session: Session, retailer: str, days: Days, *, now: datetime) -> Health:
    """Put it together for a retailer; workers serve the whole installation.

    Latency and carriers are those of the newest LATELY days at most: older ones say little, and are much to read.
    """
    lately = Days(days.zone, max(days.first, days.last - LATELY + timedelta(days=1)), days.last)
    return Health(
        days=days,
        by_day=_by_day(session, retailer, days),
        codes=_codes(session, retailer, days),
        carriers=_carriers(session, retailer, lately),
        latency=_latency(session, retailer, lately),
        waiting=_waiting(session, retailer, now),
        refused=_refused(session, retailer, days),
        workers=[
            Worker(beat.worker, max(0, int((now - beat.at).total_seconds())), beat.nlu)
            for beat in session.scalars(select(Heartbeat).order_by(Heartbeat.worker))
        ],
    )


def _by_day(session: Session, retailer: str, days: Days) -> list[ByDay]:
    day = days.of(session, OutboxRow.created_at)
    query = select(day, OutboxRow.state, func.count()).where(
        OutboxRow.retailer == retailer, days.within(OutboxRow.created_at)
    )
    group_of = {state: group for group, states in GROUPS.items() for state in states}
    found: dict[date, dict[str, int]] = {one: dict.fromkeys(GROUPS, 0) for one in days.all}
    for said, state, count in session.execute(query.group_by("day", OutboxRow.state)):
        if state in group_of:
            found[day_of(said)][group_of[state]] += count
    return [ByDay(one, counts) for one, counts in found.items()]


def _codes(session: Session, retailer: str, days: Days) -> list[Code]:
    query = (
        select(OutboxRow.error_code, func.count())
        .where(
            OutboxRow.retailer == retailer,
            OutboxRow.state.in_((Status.UNDELIVERED.value, Status.FAILED.value)),
            days.within(OutboxRow.created_at),
        )
        .group_by(OutboxRow.error_code)
    )
    rows = [
        Code(code or "–", classify(code).words if code else "Nobody gave a reason.", count)
        for code, count in session.execute(query)
    ]
    return sorted(rows, key=lambda one: (-one.count, one.code))


def _carriers(session: Session, retailer: str, days: Days) -> list[tuple[str | None, int, int]]:
    arrived = func.sum(case((OutboxRow.state == Status.DELIVERED.value, 1), else_=0))
    lost = func.sum(case((OutboxRow.state.in_((Status.UNDELIVERED.value, Status.FAILED.value)), 1), else_=0))
    query = (
        select(Shipment.carrier, arrived, lost)
        .join(Shipment, Shipment.id == OutboxRow.shipment_id)
        .where(OutboxRow.retailer == retailer, days.within(OutboxRow.created_at))
        .group_by(Shipment.carrier)
    )
    rows = [(carrier, int(good or 0), int(bad or 0)) for carrier, good, bad in session.execute(query)]
    return sorted(rows, key=lambda one: -(one[1] + one[2]))[:12]


def _latency(session: Session, retailer: str, days: Days) -> Latency:
    took = percentiles.seconds_between(session, OutboxRow.created_at, OutboxRow.sent_at)
    mine = (
        OutboxRow.retailer == retailer,
        days.within(OutboxRow.created_at),
        OutboxRow.category == Category.MILESTONE.value,
        OutboxRow.sent_at.is_not(None),
    )
    at_once = AT_ONCE.total_seconds()
    count, (half, most) = percentiles.of(session, select(took).where(*mine, took <= at_once), (0.5, 0.95))
    later = session.scalar(select(func.count()).select_from(OutboxRow).where(*mine, took > at_once)) or 0
    return Latency(count, half, most, later)


def _waiting(session: Session, retailer: str, now: datetime) -> Waiting:
    heard = select(func.count(), func.min(InboxRow.received_at)).where(
        InboxRow.retailer == retailer, InboxRow.state == InboxState.RECEIVED.value
    )
    owed = select(func.count(), func.min(func.coalesce(OutboxRow.not_before, OutboxRow.created_at))).where(
        OutboxRow.retailer == retailer,
        OutboxRow.state == Status.QUEUED.value,
        or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= now),
    )
    inbox, inbox_since = session.execute(heard).one()
    outbox, outbox_since = session.execute(owed).one()
    of_state = select(func.count()).select_from(OutboxRow).where(OutboxRow.retailer == retailer)
    jobs = select(func.count()).where(ImportJob.retailer == retailer, ImportJob.state.in_(("queued", "working")))
    return Waiting(
        inbox=inbox,
        inbox_oldest_s=_age(inbox_since, now),
        outbox=outbox,
        outbox_oldest_s=_age(outbox_since, now),
        unknown=session.scalar(of_state.where(OutboxRow.state == Status.UNKNOWN.value)) or 0,
        held=session.scalar(of_state.where(OutboxRow.state == Status.HELD.value)) or 0,
        imports=session.scalar(jobs) or 0,
    )


def _refused(session: Session, retailer: str, days: Days) -> list[tuple[str, int]]:
    """Counted by the day in UTC: what has been added up already, and what still waits for that."""
    found: dict[str, int] = {}
    tallied = select(ConnectionTally.source, func.sum(ConnectionTally.count)).where(
        ConnectionTally.retailer == retailer,
        ConnectionTally.kind == REFUSED,
        ConnectionTally.day.between(days.since.date(), days.until.date()),
    )
    fresh = select(ConnectionNote.source, func.sum(ConnectionNote.count)).where(
        ConnectionNote.retailer == retailer, ConnectionNote.kind == REFUSED, days.within(ConnectionNote.at)
    )
    for query in (tallied.group_by(ConnectionTally.source), fresh.group_by(ConnectionNote.source)):
        for source, count in session.execute(query):
            found[source] = found.get(source, 0) + int(count)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _age(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))
