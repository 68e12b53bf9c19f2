"""Windows that keep their word while the world drifts: scaled by how the latest known outcomes lay in theirs. Pure."""

from dataclasses import dataclass

import numpy as np

from tracking_core.transit_csv import Floats

#: Four windows out of five hold.
COVERAGE = 0.8
#: How many of the latest outcomes decide.
LATEST = 1000
#: How quickly the level follows misses: three in a thousand of each.
STEP = 0.003
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
    #: By how much the sides were scaled.
    scale: Floats


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


def scores(left: Floats, centre: Floats, before: Floats, after: Floats, least: float) -> Floats:
    """By how much a raw window must be scaled to hold what came; 0 within the grain of the record."""
    off = left - centre
    return np.where(np.abs(off) <= least, 0.0, np.where(off < 0, -off / before, off / after))


def level_of(known: Floats, level: float) -> float:
    """The score that so many of the known ones stay under, allowing for their number; 1 when there are none."""
    if not len(known):
        return 1.0
    return float(np.quantile(known, min(1.0, level * (1 + 1 / len(known))), method="higher"))


def rolling(
    left: Floats, centre: Floats, before: Floats, after: Floats, at: Floats, done: Floats, first: float, least: float
) -> Windows:
    """The window of each row from the moment `first` on, scaled by what was known when it was made.

    at: when it was made. done: when its outcome became known. All in seconds. Rows without a centre get none.
    """
    n = len(left)
    lower, upper, scale = (np.full(n, np.nan) for _ in range(3))
    score = scores(left, centre, before, after, least)
    known = np.flatnonzero(np.isfinite(score))
    known = known[np.argsort(done[known], kind="stable")]
    known_at, known_score = done[known], score[known]
    asked = np.flatnonzero(np.isfinite(centre) & (at >= first))
    asked = asked[np.argsort(at[asked], kind="stable")]
    missed_share, heard = 1 - COVERAGE, int(np.searchsorted(known_at, first))
    for place in asked:
        upto = int(np.searchsorted(known_at, at[place], side="left"))
        for old in known[heard:upto]:
            if np.isfinite(lower[old]):
                missed = not lower[old] <= left[old] <= upper[old]
                missed_share += STEP * (1 - COVERAGE - missed)
        heard = max(heard, upto)
        level = min(max(1 - missed_share, LEAST_LEVEL), MOST_LEVEL)
        scale[place] = level_of(known_score[max(0, upto - LATEST) : upto], level)
        lower[place] = centre[place] - max(scale[place] * before[place], least)
        upper[place] = centre[place] + max(scale[place] * after[place], least)
    return Windows(lower, upper, scale)


def hindsight(left: Floats, lower: Floats, upper: Floats) -> float:
    """Mean width, in seconds, of the raw windows with the smallest constant to either side that lets 80 % hold."""
    outside = np.sort(np.maximum(lower - left, left - upper))
    constant = outside[int(np.ceil(COVERAGE * len(outside))) - 1]
    return float(np.mean(np.maximum(upper - lower + 2 * constant, 0.0)))
