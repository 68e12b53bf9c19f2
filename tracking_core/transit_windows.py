"""Windows that keep their word while the world drifts: scaled by how the latest known outcomes lay in theirs. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking_core.transit_csv import Floats

#: Four windows out of five hold.
COVERAGE = 0.8
#: How many of the latest outcomes decide.
LATEST = 1000
#: How quickly the level follows misses: three in a thousand of each.
STEP = 0.003
#: With a short record the level follows faster: so much over the number of its outcomes, and no more than this.
QUICK, MOST_STEP = 6.0, 0.03
#: The level stays between these, so that a run of bad luck does not make windows useless.
LEAST_LEVEL, MOST_LEVEL = 0.6, 0.95
#: A side of a window is at least so much of the usual width before it is scaled.
LEAST_SIDE = 0.05
#: Steps in which moments may have been written down, in seconds.
GRAINS = (86_400.0, 3600.0, 60.0, 1.0)


@dataclass(frozen=True, slots=True)
class Windows:
    """Seconds from the milestone, one entry per row."""

    lower: Floats
    upper: Floats


def grain(delivered: Floats) -> float:
    """The step in which deliveries are written down: a day where all stand at one hour of the day, down to a second."""
    for step in GRAINS[:-1]:
        rest = np.mod(delivered, step)
        if len(rest) and np.all(rest == rest[0]):
            return step
    return GRAINS[-1]


def sides(centre: Floats, lower: Floats, upper: Floats, least: float) -> tuple[Floats, Floats]:
    """How far a raw window reaches before and after its centre, never less than a share of the usual width."""
    width = np.abs(upper - lower)
    usual = float(np.nanmedian(width)) if np.isfinite(width).any() else 0.0
    floor = max(LEAST_SIDE * usual, least, 1e-6)
    return np.maximum(centre - lower, floor), np.maximum(upper - centre, floor)


def scores(left: Floats, centre: Floats, before: Floats, after: Floats, least: float) -> tuple[Floats, Floats]:
    """What it takes for raw windows to hold what came: a factor for their sides, and seconds added to them.

    Within the grain of the record any window holds: a factor of 0, and minus infinity of seconds.
    """
    off = left - centre
    within = np.abs(off) <= least
    factor = np.where(within, 0.0, np.where(off < 0, -off / before, off / after))
    seconds = np.where(within, -np.inf, np.where(off < 0, -off - before, off - after))
    return factor, np.where(np.isfinite(off), seconds, np.nan)


def level_of(known: Floats, level: float) -> float:
    """The score that so many of the known ones stay under, allowing for their number. known is not empty."""
    return float(np.quantile(known, min(1.0, level * (1 + 1 / len(known))), method="higher"))


@dataclass(slots=True)
class Record:
    """What is known of the raw windows, in the order in which it became known."""

    rows: NDArray[np.intp]
    at: Floats
    factor: Floats
    seconds: Floats
    width: Floats

    def fitting(self, upto: int, level: float) -> tuple[float, float]:
        """The factor and the seconds by which windows are changed now: whichever of the two makes them narrower."""
        latest = slice(max(0, upto - LATEST), upto)
        if upto == 0:
            return 1.0, 0.0
        factor, seconds = level_of(self.factor[latest], level), level_of(self.seconds[latest], level)
        usual = float(self.width[latest].mean())
        return (1.0, seconds) if usual + 2 * seconds < usual * factor else (factor, 0.0)


def rolling(
    left: Floats, centre: Floats, before: Floats, after: Floats, at: Floats, done: Floats, first: float, least: float
) -> Windows:
    """The window of each row from the moment `first` on, fitted to what was known when it was made.

    at: when it was made. done: when its outcome became known. All in seconds. Rows without a centre get none.
    """
    lower, upper = (np.full(len(left), np.nan) for _ in range(2))
    # What came before it was asked for can be held against a window only once there is one.
    record = _record(left, centre, before, after, np.maximum(done, at), least)
    asked = np.flatnonzero(np.isfinite(centre) & (at >= first))
    asked = asked[np.argsort(at[asked], kind="stable")]
    missed_share, heard = 1 - COVERAGE, int(np.searchsorted(record.at, first))
    step = min(max(QUICK / max(heard, 1), STEP), MOST_STEP)
    for place in asked:
        upto = int(np.searchsorted(record.at, at[place], side="left"))
        for old in record.rows[heard:upto]:
            if np.isfinite(lower[old]):
                missed = not lower[old] <= left[old] <= upper[old]
                missed_share += step * (1 - COVERAGE - missed)
        heard = max(heard, upto)
        factor, seconds = record.fitting(upto, min(max(1 - missed_share, LEAST_LEVEL), MOST_LEVEL))
        lower[place] = centre[place] - max(factor * before[place] + seconds, least)
        upper[place] = centre[place] + max(factor * after[place] + seconds, least)
    return Windows(lower, upper)


def _record(left: Floats, centre: Floats, before: Floats, after: Floats, done: Floats, least: float) -> Record:
    factor, seconds = scores(left, centre, before, after, least)
    known = np.flatnonzero(np.isfinite(factor))
    known = known[np.argsort(done[known], kind="stable")]
    return Record(known, done[known], factor[known], seconds[known], (before + after)[known])


def hindsight(left: Floats, lower: Floats, upper: Floats) -> float:
    """Mean width, in seconds, of the raw windows with the smallest constant to either side that lets 80 % hold."""
    outside = np.sort(np.maximum(lower - left, left - upper))
    constant = outside[int(np.ceil(COVERAGE * len(outside))) - 1]
    return float(np.mean(np.maximum(upper - lower + 2 * constant, 0.0)))
