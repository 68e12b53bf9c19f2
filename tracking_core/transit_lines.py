"""A straight line through logarithms: one more member that sees it otherwise than trees do. Pure.

Trees cannot say what lies beyond what they have seen, and cut in pieces what simply grows; a line can, and does not.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tracking_core.transit_csv import Floats
from tracking_core.transit_features import Design

Rows = NDArray[np.intp]

#: Names that have a column of their own, the most frequent ones of each given column.
MOST_NAMES = 30
#: How strongly columns are held back; the best for the known rows is taken.
STRENGTHS = (1.0, 10.0, 100.0, 1000.0)
#: No column counts for more than so many standard deviations, no outcome for more than so many middle misses.
FAR, WILD = 6.0, 4.0
#: How often wild outcomes are drawn in anew.
AGAIN = 3
#: Places of the hour and the weekday among the given columns.
HOUR_AT, WEEKDAY_AT = 0, 1


def straight(design: Design, known: Rows, target: Floats) -> Callable[[Rows], Floats]:
    """Learn a ridge regression of `target` (one per known row) and answer it for other rows.

    What lies far off is drawn in and learnt from again, so that a few wild outcomes do not tilt the line.
    """
    # Only who learns pays for what it takes.
    from sklearn.linear_model import RidgeCV
    from threadpoolctl import threadpool_limits

    shape = _Columns(design, known)
    seen = shape.of(known)
    mean, spread = seen.mean(axis=0), seen.std(axis=0)
    used = spread > 1e-12
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.clip(((seen - mean) / spread)[:, used], -FAR, FAR)
    with threadpool_limits(limits=1):
        line = RidgeCV(alphas=STRENGTHS).fit(seen, target)
        for _ in range(AGAIN):
            said = line.predict(seen)
            most = WILD * float(np.median(np.abs(target - said))) + 1e-9
            line = RidgeCV(alphas=STRENGTHS).fit(seen, np.clip(target, said - most, said + most))

    def predict(rows: Rows) -> Floats:
        asked = np.clip((shape.of(rows)[:, used] - mean[used]) / spread[used], -FAR, FAR)
        with threadpool_limits(limits=1):
            return np.asarray(line.predict(asked), dtype=np.float64)

    return predict


class _Columns:
    """A design's columns as a line can read them: numbers, their logarithms, and a column for each name and hour."""

    def __init__(self, design: Design, known: Rows) -> None:
        """Whatever is counted is counted in the known rows alone."""
        self.design = design
        rich = design.rich[known]
        self.given = np.flatnonzero(np.isfinite(rich).any(axis=0))
        self.middle = np.nanmedian(rich[:, self.given], axis=0)
        self.gaps = ~np.isfinite(rich[:, self.given]).all(axis=0)
        self.logged = np.flatnonzero(np.nanmin(rich[:, self.given], axis=0) >= 0)
        self.names: list[tuple[int, Floats]] = []
        for place in np.flatnonzero(design.is_category):
            names = design.plain[known, place]
            kinds, counts = np.unique(names[np.isfinite(names)], return_counts=True)
            self.names.append((int(place), kinds[np.argsort(-counts, kind="stable")[:MOST_NAMES]]))

    def of(self, rows: Rows) -> Floats:
        """The columns of these rows; none is missing."""
        rich, plain = self.design.rich[np.ix_(rows, self.given)], self.design.plain[rows]
        missing = ~np.isfinite(rich)
        numbers = np.where(missing, self.middle, rich)
        found = [numbers, np.log1p(np.maximum(numbers[:, self.logged], 0.0)), missing[:, self.gaps]]
        found += [plain[:, [place]] == kinds[None, :] for place, kinds in self.names]
        found += [np.floor(plain[:, [HOUR_AT]]) == np.arange(24)[None, :]]
        found += [plain[:, [WEEKDAY_AT]] == np.arange(7)[None, :]]
        return np.column_stack([part.astype(np.float64) for part in found])
