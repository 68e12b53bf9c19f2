"""Which number of the pool joins two people: one that means nothing else to either of them, now or until lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.models import BlockedPair, OurAddress
from channels.phones import area
from db import insert_once
from flows.accounts import DEFAULT
from flows.line_models import Line, LineEnd, LineParcel

if TYPE_CHECKING:
    from tracking_core.models import Driver

POOL = "pool"
CUSTOMER, DRIVER = "customer", "driver"


@dataclass(frozen=True)
class Pair:
    """Two people to be joined, and for which parcels."""

    retailer: str
    driver: "Driver"
    customer_phone: str
    shipment_ids: tuple[int, ...]

    @property
    def phones(self) -> dict[str, str]:
        """Role -> phone."""
        return {CUSTOMER: self.customer_phone, DRIVER: self.driver.phone}


def pool(session: Session, retailer: str) -> list[str]:
    """The numbers that may join the retailer's people: its own, else those of the installation."""
    query = select(OurAddress.address).where(OurAddress.purpose == POOL).order_by(OurAddress.id)
    own = session.scalars(query.where(OurAddress.retailer == retailer)).all()
    return list(own or session.scalars(query.where(OurAddress.retailer == DEFAULT)).all())


def candidates(session: Session, pair: Pair, *, now: datetime) -> list[str]:
    """The numbers that may be given to the pair, best first: one the two had before, or this customer had for this
    parcel; then the customer's area; then the least used.
    """
    numbers = pool(session, pair.retailer)
    phones = tuple(pair.phones.values())
    blocked = set(
        session.scalars(select(BlockedPair.ours).where(BlockedPair.ours.in_(numbers), BlockedPair.theirs.in_(phones)))
    )
    taken, had = _history(session, pair, numbers, now)
    free = [one for one in numbers if one not in blocked and one not in taken]
    used = _usage(session, free)
    home = area(pair.customer_phone)
    rank = {one: (one not in had, area(one) != home, used.get(one, 0), place) for place, one in enumerate(free)}
    return sorted(free, key=lambda one: rank[one])


def take(session: Session, line: Line, pair: Pair, numbers: Iterable[str], *, now: datetime) -> str | None:
    """Give the line the first number that is still free for both; None when there is none.

    Uniqueness decides: of two openings at once that want one number for one person, one goes on to the next number.
    """
    for proxy in numbers:
        if _join(session, line, pair, proxy, now):
            return proxy
    return None


def _join(session: Session, line: Line, pair: Pair, proxy: str, now: datetime) -> bool:
    ends: list[LineEnd] = []
    # In the order of phones, so that two openings that cross wait for one another and not in a circle.
    for role, phone in sorted(pair.phones.items(), key=lambda item: item[1]):
        end = LineEnd(line_id=line.id, proxy=proxy, phone=phone, role=role, began_at=now, ended_at=None)
        if not insert_once(session, end):
            for other in ends:
                session.delete(other)
            session.flush()
            return False
        ends.append(end)
    return True


def _history(session: Session, pair: Pair, numbers: Sequence[str], now: datetime) -> tuple[set[str], set[str]]:
    """(numbers that mean something else to one of the two, numbers that meant this before)."""
    mine = select(LineParcel.line_id).where(LineParcel.shipment_id.in_(pair.shipment_ids))
    query = (
        select(LineEnd, Line, LineEnd.line_id.in_(mine))
        .join(Line, Line.id == LineEnd.line_id)
        .where(
            LineEnd.phone.in_(tuple(pair.phones.values())),
            LineEnd.proxy.in_(numbers),
        )
    )
    taken, had = set(), set()
    for end, line, same_parcel in session.execute(query):
        same_pair = line.driver_id == pair.driver.id and line.customer_phone == pair.customer_phone
        # Whoever waits for a parcel may go on texting the number they have, whoever drives now.
        meant_this = same_pair or (same_parcel and end.role == CUSTOMER)
        if end.ended_at is None or (not meant_this and end.rests_until is not None and end.rests_until > now):
            taken.add(end.proxy)
        elif meant_this:
            had.add(end.proxy)
    return taken, had


def _usage(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    query = (
        select(LineEnd.proxy, func.count())
        .where(LineEnd.proxy.in_(numbers), LineEnd.ended_at.is_(None))
        .group_by(LineEnd.proxy)
    )
    return dict(session.execute(query).all())
