"""How good the estimates would have been: python -m tracking_core.backtest FILE.csv

The last fifth of the shipments by creation is estimated at each milestone from nothing but what had happened by then.
Progress goes to stderr; the last line of stdout is one JSON object.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tracking_core.transit_blending import CARRIED, agreed, carried
from tracking_core.transit_csv import Complaints, Floats, Table, Unreadable, read
from tracking_core.transit_features import Design, design
from tracking_core.transit_fitting import MANY, Predictions, guess, learn
from tracking_core.transit_windows import grain, hindsight, rolling, sides

TEST_SHARE = 0.2
#: At which shares of the rows before the test the past is replayed, so that members and windows have a record.
REPLAYS, REPLAYS_OF_MANY = (0.4, 0.6, 0.8), (0.7,)
#: In how many parts the test is walked through; before each everything is learnt anew.
PARTS, PARTS_OF_MANY = 4, 2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Replay:
    """What the test rows of one milestone were told. Seconds from the milestone; one entry per test row."""

    left: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    #: What the plain model said, and what had been promised (NaN without).
    plain: Floats
    to_promise: Floats
    #: The windows before calibration.
    raw_lower: Floats
    raw_upper: Floats

    def figures(self) -> dict[str, float | int | None]:
        """The row of the table, named as in the contract."""
        promised = np.isfinite(self.to_promise)
        held = (self.left >= self.lower) & (self.left <= self.upper)
        return {
            "n": len(self.left),
            "mae_s": _mae(self.left - self.centre),
            "baseline_mae_s": _mae(self.left - self.plain),
            "promised_mae_s": _mae((self.left - self.to_promise)[promised]) if promised.any() else None,
            "coverage_80": round(float(held.mean()), 4),
            "width_80_s": round(float((self.upper - self.lower).mean()), 1),
            "hindsight_width_80_s": round(hindsight(self.left, self.raw_lower, self.raw_upper), 1),
        }


def run(table: Table, say: Say) -> dict[str, object]:
    """Replay all milestones. Answers the contract's object; milestones no test row has reached are left out."""
    split = len(table) - math.ceil(len(table) * TEST_SHARE)
    milestones = {}
    for name, replayed in replay_all(table, split, say).items():
        milestones[name] = replayed.figures()
        say(f"{name}: {json.dumps(milestones[name])}")
    return {"n_train": split, "n_test": len(table) - split, "milestones": milestones}


def replay_all(table: Table, split: int, say: Say) -> Mapping[str, Replay]:
    """The replays by milestone, `created` first. split: place of the first test row."""
    found, earlier = {}, list[tuple[Floats, Floats]]()
    for name in ("created", *table.reached):
        made = replay(table, name, split, say, earlier)
        if made is None:
            say(f"{name}: no test row has reached it; left out")
        else:
            found[name] = made
            if len(earlier) > 1:
                say(f"{name}: {_on_the_same(table, split, earlier)}")
    return found


def _on_the_same(table: Table, split: int, earlier: list[tuple[Floats, Floats]]) -> str:
    """How the error went since the milestone before, on the rows that have both: the figures are of all rows each."""
    (first, said_first), (second, said_second) = earlier[-2:]
    errors = [
        np.abs(table.delivered - when - said)[split:] for when, said in ((first, said_first), (second, said_second))
    ]
    both = np.isfinite(errors[0]) & np.isfinite(errors[1])
    if not both.any():
        return "no row has this milestone and the one before"
    before, now = (float(column[both].mean()) for column in errors)
    return (
        f"on the {both.sum()} rows that have the milestone before as well the error went from {before:.1f} to {now:.1f}"
    )


def replay(table: Table, milestone: str, split: int, say: Say, earlier: list[tuple[Floats, Floats]]) -> Replay | None:
    """Estimate the test rows of one milestone in the order of time; None when there are none.

    earlier: when the milestones before were reached and what was said then, per row of the table; this one is added.
    """
    when = table.created if milestone == "created" else table.reached[milestone]
    if not np.isfinite(when[split:]).any():
        return None
    columns = design(table, milestone)
    tested = columns.rows >= split
    made = Predictions()
    begins = float(columns.at[tested].min())
    edges = _edges(columns, tested, begins)
    distance = table.numbers.get("distance_km")
    for since, until in zip(edges, [*edges[1:], math.inf], strict=True):
        asked = np.flatnonzero((columns.at >= since) & (columns.at < until))
        if not len(asked):
            continue
        known = np.flatnonzero(columns.done <= since)
        learn(columns, known, asked, made, guess(columns, distance, asked))
        say(f"{milestone}: {len(known)} outcomes known, {len(asked)} estimated")
    lowest = -math.inf if table.signed else 0.0  # nothing arrives before it is on its way
    members = {name: np.maximum(column, lowest) for name, column in made.members.items()}
    centre = _centre(table, columns, members, earlier, lowest)
    earlier.append((when, _spread(centre, columns, len(table))))
    return _calibrated(table, columns, tested, members, centre, begins)


def _centre(
    table: Table, columns: Design, members: dict[str, Floats], earlier: list[tuple[Floats, Floats]], lowest: float
) -> Floats:
    """The common word of the members and of the earlier estimates."""
    before = carried(columns.at, [(when[columns.rows], said[columns.rows]) for when, said in earlier])
    more = {CARRIED: np.maximum(before, lowest)} if np.isfinite(before).any() else {}
    carriers = table.names["carrier"][columns.rows] if "carrier" in table.names else None
    centre = agreed(columns.left, columns.at, columns.done, members | more, carriers)
    return np.maximum(centre, lowest)


def _spread(values: Floats, columns: Design, n: int) -> Floats:
    """The values of a design's rows at their places in the table."""
    whole = np.full(n, np.nan)
    whole[columns.rows] = values
    return whole


def _calibrated(
    table: Table, columns: Design, tested: np.ndarray, members: dict[str, Floats], centre: Floats, begins: float
) -> Replay:
    lower, upper, plain = (members[name] for name in ("lower", "upper", "plain"))
    least = grain(table.delivered) / 2
    raw_lower, raw_upper = np.minimum(lower, centre - least), np.maximum(upper, centre + least)
    before, after = sides(centre, raw_lower, raw_upper, least)
    windows = rolling(columns.left, centre, before, after, columns.at, columns.done, begins, least)
    lowest = -math.inf if table.signed else 0.0
    return Replay(
        left=columns.left[tested],
        centre=centre[tested],
        lower=np.maximum(windows.lower[tested], lowest),
        upper=windows.upper[tested],
        plain=plain[tested],
        to_promise=columns.to_promise[tested],
        raw_lower=np.maximum(raw_lower[tested], lowest),
        raw_upper=raw_upper[tested],
    )


def _edges(columns: Design, tested: np.ndarray, begins: float) -> list[float]:
    """Moments at which everything is learnt anew: some before the test begins, its beginning, some within."""
    many = len(columns.at) > MANY
    earlier = columns.at[columns.at < begins]
    edges = (
        [float(np.quantile(earlier, share)) for share in (REPLAYS_OF_MANY if many else REPLAYS)] if len(earlier) else []
    )
    parts = PARTS_OF_MANY if many else PARTS
    within = [float(np.quantile(columns.at[tested], part / parts)) for part in range(1, parts)]
    return sorted({*edges, begins, *within})


def _mae(errors: Floats) -> float:
    return round(float(np.abs(errors).mean()), 1)


def tell(words: str) -> None:
    """Say it on stderr, at once."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 when the file cannot be used."""
    asked = argparse.ArgumentParser(prog="python -m tracking_core.backtest", description=__doc__)
    asked.add_argument("file", type=Path)
    said = asked.parse_args(arguments)
    complaints = Complaints()
    try:
        table = read(said.file, complaints)
    except Unreadable as error:
        tell(f"backtest: {error}")
        return 2
    for words in complaints:
        tell(words)
    sys.stdout.write(json.dumps(run(table, tell)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
