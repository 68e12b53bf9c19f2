"""Windows that keep their word while the world drifts: scaled by how the latest known outcomes lay in theirs. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

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
QUICK, MOST_STEP = 3.0, 0.03
#: The level stays between these, so that a run of bad luck does not make windows useless.
LEAST_LEVEL, MOST_LEVEL = 0.6, 0.95
#: Shapes and levels are chosen from other outcomes than they are judged by: so much more than 80 % is asked, over the
#: root of the number of outcomes.
FEW = 0.3
#: An outcome counts half as much for the factor when so many have come after it: a world that drifts is seen in time.
HALVED = 150
#: The shape of the windows is chosen anew after so many outcomes; with fewer than the second number it stays symmetric.
RESHAPED, SHAPED_FROM = 50, 150
#: Shapes that are tried: how even widths are made, and how much of what misses may miss to the left.
EVEN, LEANING = (0.0, 0.5, 1.0), (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
#: Another shape than the first must have been narrower by so much.
NARROWER = 0.99
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


def scores(off: Floats, before: Floats, after: Floats, least: float) -> Floats:
    """By what factor a window's sides must be scaled to hold what came `off` seconds after its centre.

    Within the grain of the record any window holds: 0.
    """
    return np.where(np.abs(off) <= least, 0.0, np.where(off < 0, -off / before, off / after))


def level_of(known: Floats, level: float) -> float:
    """The score that so many of the known ones stay under, allowing for their number. known is not empty."""
    return float(np.quantile(known, min(1.0, level * (1 + 1 / len(known))), method="higher"))


def lately(known: Floats, level: float) -> float:
    """As `level_of`, with the later ones counting for more. known: in the order of time, the latest last."""
    weight = 0.5 ** (np.arange(len(known))[::-1] / HALVED)
    order = np.argsort(known, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    wanted = min(1.0, level * (1 + 1 / _worth(len(known))))
    return float(known[order[min(int(np.searchsorted(reached, wanted)), len(known) - 1)]])


def _worth(n: int) -> float:
    """How many equal outcomes n fading ones are worth."""
    fading = math.exp(-math.log(2) / HALVED)
    whole, squares = (1 - fading**n) / (1 - fading), (1 - fading ** (2 * n)) / (1 - fading**2)
    return whole * whole / squares


def cautious(level: float, n: float) -> float:
    """The level to ask of n known outcomes: few of them may have been lucky, so they are asked for more."""
    return min(level + FEW / math.sqrt(n), 1.0)


@dataclass(frozen=True, slots=True)
class Shape:
    """How raw sides are changed before they are scaled: made more alike, weighed against each other, or added to."""

    #: 0 leaves the sides as they are, 1 makes all the same.
    even: float = 0.0
    #: The usual sides, in seconds, that even ones are.
    usual_before: float = 0.0
    usual_after: float = 0.0
    times_before: float = 1.0
    times_after: float = 1.0
    plus_before: float = 0.0
    plus_after: float = 0.0

    def of(self, before: Floats, after: Floats, least: float) -> tuple[Floats, Floats]:
        """The sides in this shape, in seconds; never less than a share of the usual ones."""
        one = ((1 - self.even) * before + self.even * self.usual_before) * self.times_before + self.plus_before
        other = ((1 - self.even) * after + self.even * self.usual_after) * self.times_after + self.plus_after
        floor = max(LEAST_SIDE * (self.usual_before + self.usual_after), least, 1e-6)
        return np.maximum(one, floor), np.maximum(other, floor)


def narrowest(off: Floats, before: Floats, after: Floats, least: float) -> Shape:
    """The shape in which the windows that hold 80 % of these outcomes are narrowest in the mean."""
    usual = float(before.mean()), float(after.mean())
    best = Shape(0.0, *usual)
    least_width = _mean_width(best, off, before, after, least) * NARROWER
    for shape in _shapes(off, before, after, least, usual):
        width = _mean_width(shape, off, before, after, least)
        if width < least_width:
            best, least_width = shape, width
    return best


def _mean_width(shape: Shape, off: Floats, before: Floats, after: Floats, least: float) -> float:
    one, other = shape.of(before, after, least)
    return level_of(scores(off, one, other, least), COVERAGE) * float((one + other).mean())


def _shapes(off: Floats, before: Floats, after: Floats, least: float, usual: tuple[float, float]) -> Iterator[Shape]:
    """Shapes to try. off, before, after: known outcomes."""
    leaning = LEANING if len(off) >= SHAPED_FROM else ()
    miss = 1 - COVERAGE
    for even in EVEN:
        yield Shape(even, *usual)
        one, other = Shape(even, *usual).of(before, after, least)
        early, late = np.sort(-off / one), np.sort(off / other)
        plus_early, plus_late = np.sort(-off - one), np.sort(off - other)
        for share in leaning:
            places = [min(int((1 - part * miss) * len(off)), len(off) - 1) for part in (share, 1 - share)]
            times = max(float(early[places[0]]), LEAST_SIDE), max(float(late[places[1]]), LEAST_SIDE)
            yield Shape(even, *usual, *times)
            if even < 1:
                yield Shape(even, *usual, 1.0, 1.0, float(plus_early[places[0]]), float(plus_late[places[1]]))
        if even == 0 and not leaning:
            outside = level_of(np.maximum(-off - one, off - other), COVERAGE)
            yield Shape(0.0, *usual, 1.0, 1.0, outside, outside)


@dataclass(slots=True)
class Record:
    """What is known of the raw windows, in the order in which it became known."""

    rows: NDArray[np.intp]
    at: Floats
    off: Floats
    before: Floats
    after: Floats
    least: float
    shape: Shape = field(default_factory=Shape)
    shaped_at: int = -RESHAPED
    #: The score of every known outcome in the present shape.
    scores: Floats = field(default_factory=lambda: np.empty(0))

    def fitting(self, upto: int, level: float) -> tuple[Shape, float]:
        """The shape that windows have now and the factor that lets so many of the latest outcomes hold."""
        if upto == 0:
            return self.shape, 1.0
        latest = slice(max(0, upto - LATEST), upto)
        if upto - self.shaped_at >= min(RESHAPED, upto):
            off, before, after = self.off[latest], self.before[latest], self.after[latest]
            self.shape = narrowest(off, before, after, self.least)
            self.shaped_at = upto
            self.scores = scores(self.off, *self.shape.of(self.before, self.after, self.least), self.least)
        return self.shape, lately(self.scores[latest], cautious(level, _worth(min(upto, LATEST))))


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
        shape, factor = record.fitting(upto, min(max(1 - missed_share, LEAST_LEVEL), MOST_LEVEL))
        one, other = shape.of(before[place], after[place], least)
        lower[place] = centre[place] - max(factor * float(one), least)
        upper[place] = centre[place] + max(factor * float(other), least)
    return Windows(lower, upper)


def _record(left: Floats, centre: Floats, before: Floats, after: Floats, done: Floats, least: float) -> Record:
    off = left - centre
    known = np.flatnonzero(np.isfinite(off))
    known = known[np.argsort(done[known], kind="stable")]
    return Record(known, done[known], off[known], before[known], after[known], least)


def hindsight(left: Floats, lower: Floats, upper: Floats) -> float:
    """Mean width, in seconds, of the raw windows with the smallest constant to either side that lets 80 % hold."""
    outside = np.sort(np.maximum(lower - left, left - upper))
    constant = outside[int(np.ceil(COVERAGE * len(outside))) - 1]
    return float(np.mean(np.maximum(upper - lower + 2 * constant, 0.0)))
