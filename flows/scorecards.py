"""How carriers, services, lanes and drivers do: facts of finished parcels with what shoppers said of them."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.messages import Category
from channels.models import OutboxRow
from db import Database
from flows.line_models import LineText
from surveys.figures import Z95, Figure, rating, share
from surveys.models import Survey
from tracking_core import delivery_facts, scorecards
from tracking_core.facts import Fact, StateChanged
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.reasons import Reason
from tracking_core.scorecard_models import DeliveryFact
from tracking_core.scorecards import KEYS, By, Tally
from tracking_core.states import FINAL, ShipmentState

#: Below so many parcels no rate is shown: it would be about single parcels, not about who carries them.
FEWEST = 30
#: What a customer can help a driver with.
HELPABLE = frozenset({Reason.ACCESS_BLOCKED.value, Reason.ADDRESS_WRONG.value, Reason.RECIPIENT_UNAVAILABLE.value})


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean between its bounds (95 %), and how many values it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Card:
    """How one carrier and service, lane, service or driver did. Shares are 0 to 1; None: nothing is known of it."""

    #: In the order of `scorecards.KEYS`; a driver's id is an id.
    key: tuple[Any, ...]
    parcels: int
    delivered: int
    lost: int
    returned: int
    on_time_first: Figure | None
    on_time_last: Figure | None
    #: On time against the last promise, late ones left out that were somebody else's fault.
    on_time_own: Figure | None
    first_attempt: Figure | None
    #: Without the failures that were somebody else's fault.
    first_attempt_own: Figure | None
    #: p50, p80, p95 of the time from the first scan to the door.
    transit_s: tuple[float, float, float] | None
    #: Of the carrier's last estimate: how much later than it the parcel came, and how far off it was, on average.
    estimate_bias_s: float | None
    estimate_error_s: float | None
    estimates: int
    proofs_good: Figure | None
    #: 1 to 5 stars.
    rating: Figure | None
    #: Currency -> mean cost of a delivered parcel, in hundredths.
    cost: Mapping[str, Mean]
    #: Parcels that could be handed over because of what the customer told the driver, and those that failed at first.
    saved: int
    failed: int
    #: (party at fault, reason, parcels), the most frequent first.
    failures: Sequence[tuple[str, str, int]]

    @property
    def is_enough(self) -> bool:
        """Whether it rests on enough parcels to be looked at."""
        return self.parcels >= FEWEST


def cards(
    session: Session, retailer: str, by: By, *, since: datetime, until: datetime, carrier: str | None = None
) -> list[Card]:
    """The scorecards of what ended from `since` up to, without, `until`; the largest first, 200 at most."""
    found = scorecards.tallies(session, retailer, by, since=since, until=until, carrier=carrier)
    scores = _scores(session, retailer, by, since=since, until=until)
    return [_card(one, scores.get(one.key, [])) for one in found]


def driver_names(session: Session, retailer: str, ids: Sequence[int]) -> dict[int, str]:
    """Drivers' names by id; those of the same name with the last two figures of their numbers."""
    query = select(Driver.id, Driver.name, Driver.phone).where(Driver.retailer == retailer, Driver.id.in_(ids))
    rows = session.execute(query).all()
    same = Counter(row.name for row in rows)
    return {row.id: row.name if same[row.name] == 1 else f"{row.name} (…{row.phone[-2:]})" for row in rows}


def after(session: Session, facts: Sequence[Fact], *, now: datetime) -> None:
    """Write down how parcels ended that have just ended, or are open again; in the caller's transaction."""
    ended = {fact.shipment_id for fact in facts if isinstance(fact, StateChanged) and _ends(fact)}
    if ended:
        _write(session, list(session.scalars(select(Shipment).where(Shipment.id.in_(sorted(ended))))), now)


def catch_up(database: Database, *, now: datetime, limit: int = delivery_facts.BATCH) -> int:
    """Write down what is missing or was not settled when it was written; answers how many. Safe to repeat."""
    total, more = 0, True
    while more and total < 100 * limit:
        with database.write() as session:
            found = delivery_facts.due(session, now=now, limit=limit)
            _write(session, found, now)
        total, more = total + len(found), len(found) == limit
    return total


def mean_of(count: int, total: float, squares: float) -> Mean | None:
    """A mean with its normal interval (95 %) from sums; None without values."""
    if not count:
        return None
    mean = total / count
    spread = math.sqrt(max(squares / count - mean * mean, 0.0) / count) * Z95 if count > 1 else math.inf
    return Mean(mean, max(0.0, mean - spread), mean + spread, count)


def _ends(fact: StateChanged) -> bool:
    return fact.after in FINAL or fact.before in FINAL


def _write(session: Session, parcels: Sequence[Shipment], now: datetime) -> None:
    delivered = [one for one in parcels if one.state == ShipmentState.DELIVERED]
    delivery_facts.write(session, parcels, saved=_saved(session, delivered), now=now)


def _saved(session: Session, delivered: Sequence[Shipment]) -> frozenset[int]:
    """Those that a driver could not hand over until the customer had told something: over the line, or us for them."""
    ids = [one.id for one in delivered]
    if not ids:
        return frozenset()
    troubles = (
        select(ShipmentEvent.shipment_id, func.min(ShipmentEvent.occurred_at))
        .where(ShipmentEvent.shipment_id.in_(ids), ShipmentEvent.reason.in_(HELPABLE))
        .group_by(ShipmentEvent.shipment_id)
    )
    began = {row[0]: row[1] for row in session.execute(troubles)}
    if not began:
        return frozenset()
    # What was told is erased before a parcel is looked at the last time: what was found then stands.
    known = select(DeliveryFact.shipment_id).where(DeliveryFact.shipment_id.in_(sorted(began)), DeliveryFact.saved)
    found = set(session.scalars(known)) | _helped_over_the_line(session, began)
    return frozenset(found | {one.id for one in delivered if one.id in began and _was_told(one, began[one.id])})


def _helped_over_the_line(session: Session, began: Mapping[int, datetime]) -> set[int]:
    """Parcels about which the customer wrote to the driver after the trouble began. Our own words are no help."""
    told = (
        select(OutboxRow.shipment_id, OutboxRow.created_at, Shipment.delivered_at)
        .join(LineText, LineText.outbox_key == OutboxRow.key)
        .join(Shipment, Shipment.id == OutboxRow.shipment_id)
        .where(
            OutboxRow.shipment_id.in_(sorted(began)),
            OutboxRow.category == Category.RELAY.value,
            LineText.role == "driver",
            LineText.fate == "passed",
        )
    )
    return {
        shipment_id
        for shipment_id, at, ended in session.execute(told)
        if shipment_id is not None and began[shipment_id] <= at <= (ended or at)
    }


def _was_told(parcel: Shipment, began: datetime) -> bool:
    """Whether the customer told us after the trouble began how to deliver, for a driver of ours to read."""
    told = parcel.delivery.get("told") or {}
    if parcel.driver_id is None or told.get("text") != parcel.delivery.get("instructions"):
        return False  # nobody of ours reads it, or the retailer has written something else since
    return told.get("by") == "customer" and began <= datetime.fromisoformat(told["at"]) <= (
        parcel.delivered_at or began
    )


def _scores(
    session: Session, retailer: str, by: By, *, since: datetime, until: datetime
) -> dict[tuple[Any, ...], list[tuple[int, int, int]]]:
    """Key -> (score, scale, how often)."""
    keys = KEYS[by]
    query = (
        select(*keys, Survey.score, Survey.scale, func.count())
        .join(DeliveryFact, DeliveryFact.shipment_id == Survey.shipment_id)
        .where(
            Survey.retailer == retailer,
            Survey.score.is_not(None),
            Survey.sent_at >= since - timedelta(days=1),
            DeliveryFact.ended_at >= since,
            DeliveryFact.ended_at < until,
        )
        .group_by(*keys, Survey.score, Survey.scale)
    )
    found: dict[tuple[Any, ...], list[tuple[int, int, int]]] = {}
    for *key, score, scale, count in session.execute(query):
        found.setdefault(tuple(key), []).append((score, scale, count))
    return found


def _card(one: Tally, scores: Sequence[tuple[int, int, int]]) -> Card:
    middle, most, nearly_all = (one.transit_s(part) for part in (0.5, 0.8, 0.95))
    stars = rating([(score, scale) for score, scale, count in scores for _ in range(count)])
    costs = {currency: mean_of(*sums) for currency, sums in one.costs.items()}
    return Card(
        key=one.key,
        parcels=one.parcels,
        delivered=one.delivered,
        lost=one.lost,
        returned=one.returned,
        on_time_first=share(one.kept_first, one.promised_first),
        on_time_last=share(one.kept_last, one.promised_last),
        on_time_own=share(one.kept_last, one.judged_last),
        first_attempt=share(one.first_try, one.tried),
        first_attempt_own=share(one.first_try, one.judged_tries),
        transit_s=None if middle is None or most is None or nearly_all is None else (middle, most, nearly_all),
        estimate_bias_s=one.estimate_error_s / one.estimates if one.estimates else None,
        estimate_error_s=one.estimate_error_abs_s / one.estimates if one.estimates else None,
        estimates=one.estimates,
        proofs_good=share(one.proofs_good, one.proofs_known),
        rating=stars,
        cost={currency: mean for currency, mean in costs.items() if mean is not None},
        saved=one.saved,
        failed=one.failed,
        failures=sorted(((*names, count) for names, count in one.failures.items()), key=lambda row: (-row[2], *row)),
    )
