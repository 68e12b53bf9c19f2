"""Our numbers: what each is for, how much goes over it, who complains, and how full the pool of the driver line is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from channels.messages import Status
from channels.models import BlockedPair, InboxRow, OurAddress, OutboxRow, SenderPace
from flows.accounts import DEFAULT
from flows.line_choice import POOL
from flows.line_models import Line, LineEnd
from tracking_core.models import Driver

#: Use is looked at over so long.
LOOKED_AT = timedelta(days=7)
#: The person has stopped this sender; a carrier filtered the text.
STOPPED, FILTERED = "21610", "30007"
#: A number is suspect from so many texts on, and when so many of them are stopped or filtered.
SUSPECT_FROM, SUSPECT_SHARE = 20, 0.01
LINES_MAX = 50


@dataclass(frozen=True)
class Number:
    """One number, service or mailbox of ours."""

    address: str
    #: main, service, mail, pool, former.
    purpose: str
    came_in: int
    went_out: int
    #: Of those: not delivered for whatever reason; stopped by the person; filtered by a carrier.
    lost: int
    stopped: int
    filtered: int
    #: People who have blocked it.
    blocked: int
    #: It rests until then, and why.
    paused_until: datetime | None
    paused_for: str | None
    #: Texts a second after the provider asked us to slow down.
    slowed_to: float | None
    #: Of a pool number: people to whom it means something now, and those for whom it still rests.
    people: int = 0
    resting: int = 0

    @property
    def stopped_share(self) -> float:
        """Share of what went out that met a STOP."""
        return self.stopped / self.went_out if self.went_out else 0.0

    @property
    def filtered_share(self) -> float:
        """Share of what went out that a carrier filtered."""
        return self.filtered / self.went_out if self.went_out else 0.0

    @property
    def suspect(self) -> str:
        """Why somebody should look at it; "" when nothing speaks against it."""
        if self.went_out >= SUSPECT_FROM and self.filtered_share >= SUSPECT_SHARE:
            return "Carriers filter its texts: look at their words, and at its registration."
        if self.went_out >= SUSPECT_FROM and self.stopped_share >= SUSPECT_SHARE:
            return "Many people have stopped it: fewer texts, or clearer ones."
        return ""


@dataclass(frozen=True)
class OpenLine:
    """An open driver line of the retailer."""

    id: int
    #: None: the pool had no number left.
    proxy: str | None
    tag: str | None
    driver: str
    customer_phone: str
    opened_at: datetime
    closes_at: datetime | None


@dataclass(frozen=True)
class Numbers:
    """Everything on the page."""

    own: Sequence[Number]
    pool: Sequence[Number]
    lines: Sequence[OpenLine]
    #: Open lines in all, and those for which the pool had no number.
    open_lines: int
    without_number: int


def numbers(session: Session, retailer: str, *, now: datetime) -> Numbers:
    """Put it together: the retailer's own numbers, and the pool, which all retailers share."""
    query = select(OurAddress).where(or_(OurAddress.retailer == retailer, OurAddress.purpose == POOL))
    rows = session.scalars(query.order_by(OurAddress.purpose, OurAddress.id)).all()
    addresses = [row.address for row in rows]
    heard, owed = _heard(session, retailer, now), _owed(session, retailer, now)
    paces = {one.sender: one for one in session.scalars(select(SenderPace).where(SenderPace.sender.in_(addresses)))}
    blocked = _counted(
        session,
        select(BlockedPair.ours, func.count()).where(BlockedPair.ours.in_(addresses)).group_by(BlockedPair.ours),
    )
    in_use = select(LineEnd.proxy, func.count()).where(LineEnd.ended_at.is_(None)).group_by(LineEnd.proxy)
    rests = select(LineEnd.proxy, func.count()).where(LineEnd.rests_until > now, LineEnd.ended_at.is_not(None))
    people, resting = _counted(session, in_use), _counted(session, rests.group_by(LineEnd.proxy))
    found = []
    for row in rows:
        pace = paces.get(row.address)
        paused = pace is not None and pace.paused_until is not None and pace.paused_until > now
        out, lost, stopped, filtered = owed.get(row.address, (0, 0, 0, 0))
        found.append(
            Number(
                address=row.address,
                purpose=row.purpose,
                came_in=heard.get(row.address, 0),
                went_out=out,
                lost=lost,
                stopped=stopped,
                filtered=filtered,
                blocked=blocked.get(row.address, 0),
                paused_until=pace.paused_until if pace is not None and paused else None,
                paused_for=pace.pause_reason if pace is not None and paused else None,
                slowed_to=pace.slowed_to if pace is not None else None,
                people=people.get(row.address, 0),
                resting=resting.get(row.address, 0),
            )
        )
    mine = (Line.retailer == retailer, Line.state == "open")
    return Numbers(
        own=[one for one in found if one.purpose != POOL],
        pool=[one for one in found if one.purpose == POOL],
        lines=_lines(session, retailer),
        open_lines=session.scalar(select(func.count()).where(*mine)) or 0,
        without_number=session.scalar(select(func.count()).where(*mine, Line.proxy.is_(None))) or 0,
    )


def is_shared(retailer: str) -> bool:
    """Whether the pool belongs to somebody else, as it does for all but the default retailer."""
    return retailer != DEFAULT


def _heard(session: Session, retailer: str, now: datetime) -> dict[str, int]:
    query = select(InboxRow.recipient, func.count()).where(
        InboxRow.retailer == retailer, InboxRow.received_at >= now - LOOKED_AT
    )
    return _counted(session, query.group_by(InboxRow.recipient))


def _owed(session: Session, retailer: str, now: datetime) -> dict[str, tuple[int, int, int, int]]:
    """Sender -> (sent, lost, stopped, filtered), of what was handed to a provider."""
    lost = OutboxRow.state.in_((Status.UNDELIVERED.value, Status.FAILED.value))

    def many(which: ColumnElement[bool]) -> ColumnElement[int]:
        found: ColumnElement[int] = func.sum(case((which, 1), else_=0))
        return found

    query = (
        select(
            OutboxRow.sender,
            func.count(),
            many(lost),
            many(OutboxRow.error_code == STOPPED),
            many(OutboxRow.error_code == FILTERED),
        )
        .where(
            OutboxRow.retailer == retailer,
            OutboxRow.created_at >= now - LOOKED_AT,
            OutboxRow.attempted_at.is_not(None) | OutboxRow.sent_at.is_not(None),
        )
        .group_by(OutboxRow.sender)
    )
    return {row[0]: (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in session.execute(query)}


def _lines(session: Session, retailer: str) -> list[OpenLine]:
    query = (
        select(Line, Driver.name)
        .join(Driver, Driver.id == Line.driver_id)
        .where(Line.retailer == retailer, Line.state == "open")
        .order_by(Line.opened_at.desc(), Line.id.desc())
        .limit(LINES_MAX)
    )
    return [
        OpenLine(line.id, line.proxy, line.tag, name, line.customer_phone, line.opened_at, line.closes_at)
        for line, name in session.execute(query)
    ]


def _counted(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in session.execute(query)}
