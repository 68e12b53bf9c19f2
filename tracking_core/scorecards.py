"""What the rows of finished parcels add up to: by carrier and service, by lane, by service, or by driver."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Float, and_, cast, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracking_core.delivery_facts import seconds_of
from tracking_core.reasons import Party
from tracking_core.scorecard_models import DeliveryFact as Fact
from tracking_core.states import ShipmentState

By = Literal["carrier", "service", "lane", "driver"]
#: What a row is one of.
KEYS: Mapping[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "carrier": (Fact.carrier, Fact.service),
    "service": (Fact.service,),
    "lane": (Fact.lane, Fact.carrier),
    "driver": (Fact.driver_id,),
}
#: Rows of one answer, those with the most parcels first.
MOST_ROWS = 200
#: Ends that are a delivery that was tried, or should have been: what was cancelled says nothing of who carries.
COUNTED = (ShipmentState.DELIVERED, ShipmentState.RETURNED, ShipmentState.LOST, ShipmentState.EXPIRED)
#: Whose faults are held against the carrier. A failure that nobody gave a reason for is its own to explain.
AGAINST = Party.CARRIER

DELIVERED = Fact.state == ShipmentState.DELIVERED
NOT_ITS_FAULT = and_(Fact.party.is_not(None), Fact.party != AGAINST)


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))


CAME = (Fact.state == ShipmentState.DELIVERED) | (Fact.failed_tries > 0)
AT_FIRST = and_(DELIVERED, Fact.failed_tries == 0)
#: What is counted of each group, by the names of `Tally`.
SUMS: dict[str, ColumnElement[Any]] = {
    "parcels": func.count(),
    "delivered": _count(DELIVERED),
    "lost": _count(Fact.state.in_([ShipmentState.LOST.value, ShipmentState.EXPIRED.value])),
    "returned": _count(Fact.state == ShipmentState.RETURNED),
    "promised_first": _count(Fact.kept_first.is_not(None)),
    "kept_first": _count(Fact.kept_first.is_(True)),
    "promised_last": _count(Fact.kept_last.is_not(None)),
    "kept_last": _count(Fact.kept_last.is_(True)),
    "judged_last": _count(Fact.kept_last.is_not(None), ~and_(Fact.kept_last.is_(False), NOT_ITS_FAULT)),
    "tried": _count(CAME),
    "first_try": _count(AT_FIRST),
    "judged_tries": _count(CAME, ~and_(Fact.failed_tries > 0, NOT_ITS_FAULT)),
    "estimates": func.count(Fact.estimate_error_s),
    "estimate_error_s": func.coalesce(func.sum(Fact.estimate_error_s), 0),
    "estimate_error_abs_s": func.coalesce(func.sum(func.abs(Fact.estimate_error_s)), 0),
    "proofs_known": _count(Fact.proofs_good.is_not(None)),
    "proofs_good": _count(Fact.proofs_good.is_(True)),
    "saved": _count(Fact.saved.is_(True)),
    "failed": _count(Fact.failed_tries > 0),
}
PAID = and_(DELIVERED, Fact.cost_minor.is_not(None), Fact.currency.is_not(None))
COST = cast(Fact.cost_minor, Float)
#: The lowest and the highest name of a currency, how many, the sum, the sum of squares.
COSTS: list[ColumnElement[Any]] = [
    func.min(Fact.currency).filter(PAID),
    func.max(Fact.currency).filter(PAID),
    _count(PAID),
    func.sum(Fact.cost_minor).filter(PAID),
    func.sum(COST * COST).filter(PAID),
]


@dataclass
class Tally:
    """What one group's parcels add up to. Sums of times in seconds, of money in hundredths."""

    key: tuple[Any, ...]
    #: Parcels that were delivered, came back, were lost or never heard of again.
    parcels: int = 0
    delivered: int = 0
    lost: int = 0
    returned: int = 0
    #: Delivered parcels of which a first window is known, and those delivered by its end; the same for the last one.
    promised_first: int = 0
    kept_first: int = 0
    promised_last: int = 0
    kept_last: int = 0
    #: The same as the last two, without the late ones that were somebody else's fault.
    judged_last: int = 0
    #: Parcels somebody came to the door with, and those handed over at the first try.
    tried: int = 0
    first_try: int = 0
    #: The same, without the failures that were somebody else's fault.
    judged_tries: int = 0
    estimates: int = 0
    estimate_error_s: float = 0.0
    estimate_error_abs_s: float = 0.0
    proofs_known: int = 0
    proofs_good: int = 0
    saved: int = 0
    failed: int = 0
    #: Of delivered parcels with a cost, by currency: how many, the sum, the sum of squares.
    costs: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    #: (bucket of the time from the first scan to the door, how many), ascending.
    transit: list[tuple[int, int]] = field(default_factory=list)
    #: (party at fault, reason) -> parcels with a failed attempt for it.
    failures: dict[tuple[str, str], int] = field(default_factory=dict)

    def transit_s(self, share: float) -> float | None:
        """The time by which that share (0 to 1) of the parcels was there, in seconds; None without any."""
        total = sum(count for _, count in self.transit)
        if not total:
            return None
        seen, wanted = 0, share * total
        for bucket, count in self.transit:
            seen += count
            if seen >= wanted:
                return seconds_of(bucket)
        return seconds_of(self.transit[-1][0])


def tallies(
    session: Session,
    retailer: str,
    by: By,
    *,
    since: datetime,
    until: datetime,
    carrier: str | None = None,
    limit: int = MOST_ROWS,
    brief: bool = False,
) -> list[Tally]:
    """Add up the retailer's parcels that ended from `since` up to, without, `until`: the largest groups first.

    brief: times under way and failures are left empty, for who needs neither.
    """
    keys = KEYS[by]
    where = _within(retailer, since, until, carrier)
    if by == "driver":
        where = and_(where, Fact.driver_id.is_not(None))
    sums, mixed = _sums(session, keys, where, limit)
    found = {tally.key: tally for tally in sums}
    if found:
        # To look each row's key up in a list costs more than to count all: only where groups were left out.
        among = and_(where, _among(keys, found)) if len(found) == limit else where
        if mixed:
            _add_costs(session, keys, among, found)
        if not brief:
            _add_transit(session, keys, among, found)
            _add_failures(session, keys, among, found)
    return list(found.values())


def _within(retailer: str, since: datetime, until: datetime, carrier: str | None) -> ColumnElement[bool]:
    where = and_(
        Fact.retailer == retailer,
        Fact.ended_at >= since,
        Fact.ended_at < until,
        Fact.state.in_([state.value for state in COUNTED]),
    )
    return where if carrier is None else and_(where, Fact.carrier == carrier)


def _among(keys: Sequence[InstrumentedAttribute[Any]], found: Iterable[tuple[Any, ...]]) -> ColumnElement[bool]:
    if len(keys) == 1:
        return keys[0].in_([key[0] for key in found])
    return tuple_(*keys).in_(list(found))


def _sums(
    session: Session, keys: Sequence[InstrumentedAttribute[Any]], where: ColumnElement[bool], limit: int
) -> tuple[list[Tally], bool]:
    """The counts and sums of each group; True beside them when costs are in several currencies and still to be added.

    Rows are looked at as seldom as may be: a look at all of a year's takes longer than to count one thing more.
    """
    query = (
        select(*keys, *(column.label(name) for name, column in SUMS.items()), *COSTS)
        .where(where)
        .group_by(*keys)
        .order_by(func.count().desc(), *keys)
        .limit(limit)
    )
    width, end, mixed = len(keys), -len(COSTS), False
    found = []
    for row in session.execute(query):
        tally = Tally(tuple(row[:width]))
        for name, value in zip(SUMS, row[width:end], strict=True):
            setattr(tally, name, int(value))  # sums are decimals with one database and integers with the other
        first, last, count, total, squares = row[end:]
        if first is not None:
            tally.costs[first] = (count, int(total), float(squares))
        mixed = mixed or first != last
        found.append(tally)
    return found, mixed


def _add_costs(
    session: Session,
    keys: Sequence[InstrumentedAttribute[Any]],
    where: ColumnElement[bool],
    found: Mapping[tuple[Any, ...], Tally],
) -> None:
    """Put the costs by currency in the place of the sums over all."""
    for tally in found.values():
        tally.costs.clear()
    query = (
        select(*keys, Fact.currency, func.count(), func.sum(Fact.cost_minor), func.sum(COST * COST))
        .where(where, PAID)
        .group_by(*keys, Fact.currency)
    )
    for *key, currency, count, total, squares in session.execute(query):
        found[tuple(key)].costs[currency] = (count, int(total), float(squares))


def _add_transit(
    session: Session,
    keys: Sequence[InstrumentedAttribute[Any]],
    where: ColumnElement[bool],
    found: Mapping[tuple[Any, ...], Tally],
) -> None:
    query = (
        select(*keys, Fact.transit_bucket, func.count())
        .where(where, Fact.transit_bucket.is_not(None))
        .group_by(*keys, Fact.transit_bucket)
    )
    for *key, bucket, count in session.execute(query):
        found[tuple(key)].transit.append((bucket, count))
    for tally in found.values():
        tally.transit.sort()


def _add_failures(
    session: Session,
    keys: Sequence[InstrumentedAttribute[Any]],
    where: ColumnElement[bool],
    found: Mapping[tuple[Any, ...], Tally],
) -> None:
    query = (
        select(*keys, Fact.party, Fact.reason, func.count())
        .where(where, Fact.failed_tries > 0)
        .group_by(*keys, Fact.party, Fact.reason)
    )
    for *key, party, reason, count in session.execute(query):
        found[tuple(key)].failures[party or "unknown", reason or "unknown"] = count
