"""What another carrier on a lane would have cost or saved, by what both have done there."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows.scorecards import FEWEST, Mean, mean_of
from surveys.figures import Figure, share
from tracking_core import scorecards
from tracking_core.scorecards import Tally


@dataclass(frozen=True, slots=True)
class Change:
    """One carrier in the place of another on one lane, had it done as it did with its own parcels there.

    It is a comparison, no promise: the two did not carry the same parcels.
    """

    lane: str
    present: str
    other: str
    #: Parcels of each that were counted.
    parcels: int
    other_parcels: int
    #: Shares against the last promise.
    on_time: Figure
    other_on_time: Figure
    #: So many more of the present one's parcels in a hundred would have come in time, between its bounds (95 %).
    more_in_time: Mean
    #: So much less each delivered parcel would have cost, in hundredths; None where costs are not known of both.
    saving: Mean | None
    currency: str | None

    @property
    def is_clear(self) -> bool:
        """Whether the difference in time is more than chance makes."""
        return self.more_in_time.low > 0 or self.more_in_time.high < 0

    @property
    def is_cheaper(self) -> bool:
        """Whether it would have cost less, by more than chance makes."""
        return self.saving is not None and self.saving.low > 0

    @property
    def more_in_all(self) -> float:
        """So many more of the present one's parcels would have come in time."""
        return self.more_in_time.value / 100 * self.parcels

    @property
    def saving_in_all(self) -> float | None:
        """So much less all of the present one's parcels would have cost, in hundredths; below 0: more."""
        return None if self.saving is None else self.saving.value * self.parcels


def changes(session: Session, retailer: str, *, since: datetime, until: datetime) -> list[Change]:
    """Each pair of carriers with enough parcels on a lane, the clearest gains in time first."""
    lanes: dict[str, list[Tally]] = defaultdict(list)
    for tally in scorecards.tallies(session, retailer, "lane", since=since, until=until, brief=True):
        if tally.key[0] and tally.promised_last >= FEWEST:
            lanes[tally.key[0]].append(tally)
    found = [
        _change(lane, present, other)
        for lane, tallies in lanes.items()
        for present in tallies
        for other in tallies
        if present is not other
    ]
    return sorted(found, key=lambda one: (not one.is_clear, -one.more_in_time.value, one.lane, one.present, one.other))


def _change(lane: str, present: Tally, other: Tally) -> Change:
    mine, its = share(present.kept_last, present.promised_last), share(other.kept_last, other.promised_last)
    assert mine is not None and its is not None, "lanes with too few promises are left out before"
    saving, currency = _saving(present, other)
    return Change(
        lane=lane,
        present=present.key[1],
        other=other.key[1],
        parcels=present.promised_last,
        other_parcels=other.promised_last,
        on_time=mine,
        other_on_time=its,
        more_in_time=_difference(its, mine),
        saving=saving,
        currency=currency,
    )


def _difference(one: Figure, other: Figure) -> Mean:
    """One share less another, in parcels of a hundred, with Newcombe's interval (1998, his tenth method)."""
    low = math.hypot(one.value - one.low, other.high - other.value)
    high = math.hypot(one.high - one.value, other.value - other.low)
    gap = one.value - other.value
    return Mean(100 * gap, 100 * (gap - low), 100 * (gap + high), min(one.n, other.n))


def _saving(present: Tally, other: Tally) -> tuple[Mean | None, str | None]:
    """The difference of the mean costs in the currency most parcels were paid in."""
    shared = [name for name in present.costs if name in other.costs]
    for currency in sorted(shared, key=lambda name: -present.costs[name][0]):
        mine, its = mean_of(*present.costs[currency]), mean_of(*other.costs[currency])
        if mine is None or its is None or min(mine.n, its.n) < FEWEST:
            continue
        half = math.hypot(_half(mine), _half(its))
        gap = mine.value - its.value
        return Mean(gap, gap - half, gap + half, min(mine.n, its.n)), currency
    return None, None


def _half(one: Mean) -> float:
    return one.high - one.value


def clearest(found: Sequence[Change], *, most: int = 20) -> list[Change]:
    """Those worth showing: more in time, or cheaper and not clearly later, by more than chance makes; else none.

    Gains in time come first.
    """
    gains = [one for one in found if one.is_clear and one.more_in_time.value > 0]
    cheaper = [one for one in found if one.is_cheaper and not one.is_clear]
    return [*gains, *cheaper][:most]
