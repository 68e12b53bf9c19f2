"""Models of how long is left: the plain one everything is measured against, and ours, several that weigh each other."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracking_core.transit_csv import Floats
from tracking_core.transit_features import DAY, HOUR, Design, promise_tells
from tracking_core.transit_lines import straight

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

#: Fewer known outcomes than this teach a tree nothing: medians answer.
FEWEST = 40
#: From so many outcomes on, fewer and quicker members do, and windows learn from the latest of them.
MANY = 40_000
LOWER, UPPER = 0.1, 0.9
#: Where neither outcomes nor a promise are known: kilometres an hour with all the waiting, and with no distance at all.
SPEED_KMH, UNKNOWN_S = 25.0, 3 * DAY

SLOW: dict[str, Any] = {
    "learning_rate": 0.05,
    "max_iter": 200,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 30,
    "l2_regularization": 5.0,
    "early_stopping": False,
}
#: Small trees that see half of the columns at a time: where there is little to learn they learn little by mistake.
CALM: dict[str, Any] = SLOW | {"learning_rate": 0.06, "max_iter": 120, "max_leaf_nodes": 8, "max_features": 0.5}
QUICK: dict[str, Any] = SLOW | {"learning_rate": 0.1, "max_iter": 100, "max_leaf_nodes": 31}


@dataclass(slots=True)
class Predictions:
    """What was predicted for each row of a design before its outcome was known. Seconds; NaN before the first block."""

    members: dict[str, Floats] = field(default_factory=dict)

    def of(self, name: str, n: int) -> Floats:
        """The member's column, made when new."""
        return self.members.setdefault(name, np.full(n, np.nan))


def fit(x: Floats, y: Floats, categories: Flags | None, **said: Any) -> Callable[[Floats], Floats]:
    """Fit gradient boosting and answer its prediction. Columns without any value are left out of account."""
    # Waiting threads must not spin: beside other work that makes a fit a hundred times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    given = np.isfinite(x).any(axis=0)
    model = HistGradientBoostingRegressor(random_state=0, categorical_features=categories, **said)
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(np.where(given, x, 0.0), y)

    def predict(asked: Floats) -> Floats:
        with threadpool_limits(limits=1):
            return np.asarray(model.predict(np.where(given, asked, 0.0)), dtype=np.float64)

    return predict


def guess(design: Design, distance_km: Floats | None, rows: Rows) -> Floats:
    """Seconds left where nothing has been learnt yet: the promise, else the distance, else a few days."""
    left = design.to_promise[rows].copy()
    if distance_km is not None:
        left = np.where(np.isfinite(left), left, np.abs(distance_km[design.rows[rows]]) / SPEED_KMH * HOUR)
    return np.where(np.isfinite(left), left, UNKNOWN_S)


def anchor(design: Design, known: Rows) -> Floats:
    """What is learnt is the difference to this: the promise where it says more than nothing, else zero. Seconds."""
    promised = np.isfinite(design.to_promise)
    usable = known[promised[known]]
    if promised.mean() < 0.5 or not promise_tells(design.left[usable], design.to_promise[usable]):
        return np.zeros(len(promised))
    return np.where(promised, design.to_promise, float(np.median(design.left[known])))


def learn(design: Design, known: Rows, asked: Rows, made: Predictions, cold: Floats) -> None:
    """Learn from the known rows and write what each member predicts for the asked ones. cold: `guess` of the asked."""
    n, left = len(design.at), design.left
    if len(known) < FEWEST:
        _medians(design, known, asked, made, cold)
        return
    base = anchor(design, known)
    plain = fit(design.plain[known], left[known], design.is_category, loss="absolute_error")
    made.of("plain", n)[asked] = plain(design.plain[asked])
    both = np.column_stack([design.rich, design.plain[:, design.is_category]])
    categories = np.arange(both.shape[1]) >= design.rich.shape[1]
    many = len(known) > MANY
    shape = QUICK if many else SLOW
    rich = fit(both[known], (left - base)[known], categories, loss="absolute_error", **shape)
    made.of("rich", n)[asked] = rich(both[asked]) + base[asked]
    if not many:
        _more(design, known, asked, made, base)
    latest = known[np.argsort(design.done[known], kind="stable")[-MANY:]]
    ratio = not base.any() and left[known].min() >= 0
    shift = float(np.median(left[known])) * 0.05 + 1.0
    target = np.log(left[latest] + shift) if ratio else (left - base)[latest]
    for name, level in (("lower", LOWER), ("upper", UPPER)):
        edge = fit(design.rich[latest], target, None, loss="quantile", quantile=level, **shape)(design.rich[asked])
        made.of(name, n)[asked] = np.exp(np.minimum(edge, 40.0)) - shift if ratio else edge + base[asked]


def _more(design: Design, known: Rows, asked: Rows, made: Predictions, base: Floats) -> None:
    """Members that see it otherwise: ratios instead of differences, the promise, a straight line."""
    n, left = len(design.at), design.left
    shift = float(np.median(left[known])) * 0.05 + 1.0
    positive = left[known].min() >= 0
    target = np.log(left[known] + shift) if positive else left[known]
    if positive and not base.any():
        made.of("line", n)[asked] = np.exp(np.minimum(straight(design, known, target)(asked), 40.0)) - shift
    else:
        made.of("line", n)[asked] = straight(design, known, (left - base)[known])(asked) + base[asked]
    if positive:
        ratio = fit(design.rich[known], target, None, loss="squared_error", **SLOW)
        made.of("ratio", n)[asked] = np.exp(np.minimum(ratio(design.rich[asked]), 40.0)) - shift
        ratio = fit(design.plain[known], target, design.is_category, loss="squared_error")
        made.of("plain ratio", n)[asked] = np.exp(np.minimum(ratio(design.plain[asked]), 40.0)) - shift
        if not base.any():
            calm = fit(design.plain[known], target, design.is_category, loss="absolute_error", **CALM)
            made.of("calm", n)[asked] = np.exp(np.minimum(calm(design.plain[asked]), 40.0)) - shift
    if base.any():
        missed = fit(design.plain[known], (left - base)[known], design.is_category, loss="absolute_error")
        made.of("missed", n)[asked] = missed(design.plain[asked]) + base[asked]


def _medians(design: Design, known: Rows, asked: Rows, made: Predictions, cold: Floats) -> None:
    """Too little is known for trees: by how much the guess was off in the middle, and at either side."""
    n, left = len(design.at), design.left
    if not len(known):
        spread = np.maximum(np.abs(cold) * 0.5, HOUR)
        values = {"plain": cold, "rich": cold, "lower": cold - spread, "upper": cold + spread}
    else:
        base = anchor(design, known)
        off = (left - base)[known]
        values = {
            name: base[asked] + np.quantile(off, at) for name, at in (("lower", LOWER), ("rich", 0.5), ("upper", UPPER))
        }
        # So few rows are one leaf to the library: it answers their median.
        values["plain"] = np.full(len(asked), np.median(left[known]))
    for name, column in values.items():
        made.of(name, n)[asked] = column
