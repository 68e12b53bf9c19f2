"""The backtest: what it reads, what it must not know, and what it answers on small and dirty sets."""

import csv
import json
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking_core import backtest, eta_plots
from tracking_core.transit_blending import agreed, carried
from tracking_core.transit_csv import Complaints, Table, Unreadable, moment, read
from tracking_core.transit_features import design, known_means
from tracking_core.transit_windows import grain, hindsight, rolling, sides

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
FIGURES = {"n", "mae_s", "baseline_mae_s", "promised_mae_s", "coverage_80", "width_80_s", "hindsight_width_80_s"}


def made(n: int, *, seed: int = 1, drift: float = 0.0) -> list[dict[str, str]]:
    """Shipments of three carriers with a state on the way, a promise, and columns of all kinds."""
    dice, rows = random.Random(seed), []
    for number in range(n):
        begun = FIRST + timedelta(hours=number)
        carrier = dice.choice(["a", "b", "c"])
        takes = {"a": 20, "b": 40, "c": 70}[carrier] * dice.lognormvariate(0, 0.3) * (1 + drift * number / n)
        out = begun + timedelta(hours=takes * 0.9)
        rows.append(
            {
                "shipment_id": f"s{number}",
                "carrier": carrier,
                "service": "",
                "distance_km": str(dice.randrange(2000)),
                "promised_at": (begun + timedelta(hours=60)).isoformat(),
                "created_at": begun.isoformat(),
                "out_for_delivery_at": out.isoformat(),
                "on_hold_at": "",
                "delivered_at": (begun + timedelta(hours=takes)).isoformat(),
                "x_kind": dice.choice(["red", "green", ""]),
                "x_weight": dice.choice(["", f"{dice.random():.3f}"]),
                "x_empty": "",
                "nobody_knows": "y",
            }
        )
    return rows


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def loaded(path: Path) -> tuple[Table, Complaints]:
    complaints = Complaints()
    return read(path, complaints), complaints


def test_the_command_answers_one_object_and_says_the_rest_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = made(250, drift=0.3)
    random.Random(5).shuffle(rows)
    assert backtest.main([str(written(tmp_path / "a.csv", rows))]) == 0
    out, err = capsys.readouterr()
    said = json.loads(out.splitlines()[-1])
    assert (said["n_train"], said["n_test"]) == (200, 50)
    assert list(said["milestones"]) == ["created", "out_for_delivery"]
    for row in said["milestones"].values():
        assert set(row) == FIGURES
        assert row["n"] == 50
        assert row["coverage_80"] == pytest.approx(0.8, abs=0.15)
        assert row["mae_s"] < 1.1 * row["baseline_mae_s"]
    created, out_ = said["milestones"].values()
    assert out_["mae_s"] < created["mae_s"] < created["promised_mae_s"]
    assert "on_hold: no test row has reached it" in err


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_tiny_sets_are_answered(tmp_path: Path, n: int) -> None:
    table, _ = loaded(written(tmp_path / "a.csv", made(n)))
    said = backtest.run(table, lambda _: None)
    assert said["n_test"] == math.ceil(n / 5)
    assert said["n_train"] + said["n_test"] == n
    for row in said["milestones"].values():
        assert all(value is None or math.isfinite(value) for value in row.values())


def test_columns_that_are_missing_are_missed_by_nobody(tmp_path: Path) -> None:
    bare = [{name: row[name] for name in ("created_at", "delivered_at")} for row in made(60)]
    table, _ = loaded(written(tmp_path / "a.csv", bare))
    assert backtest.run(table, lambda _: None)["milestones"]["created"]["promised_mae_s"] is None


def test_bad_lines_are_named_and_left_out(tmp_path: Path) -> None:
    rows = made(40)
    rows[3]["created_at"] = "yesterday"
    rows[4]["delivered_at"] = ""
    rows[5]["delivered_at"] = "2026-13-45T00:00:00Z"
    rows[6]["shipment_id"] = "s1"
    rows[7]["promised_at"] = "soon"
    rows[8]["delivered_at"] = (FIRST - timedelta(days=9)).isoformat()
    rows[9]["out_for_delivery_at"] = (FIRST + timedelta(days=900)).isoformat()
    rows[10]["created_at"] = "2026-01-01T12:00:00+05:30"
    path = written(tmp_path / "a.csv", rows)
    with path.open("a") as file:
        file.write("\n" + "," * 40 + "x\n")
    table, complaints = loaded(path)
    assert len(table) == 35
    said = "\n".join(complaints)
    for line, words in ((5, "created_at is no date"), (6, "empty"), (7, "delivered_at is no date"), (8, "again")):
        assert f"line {line}: " in said
        assert words in said
    assert "promised_at is no date; taken as missing" in said
    assert np.isnan(table.reached["out_for_delivery"][table.ids.index("s9")])
    assert table.created[table.ids.index("s10")] == datetime(2026, 1, 1, 6, 30, tzinfo=UTC).timestamp()
    assert list(table.created) == sorted(table.created)


@pytest.mark.parametrize("text", ["", "created_at\n", "created_at,delivered_at\n", "a,b\n1,2\n"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(Unreadable):
        loaded(path)
    assert backtest.main([str(path)]) == 2
    assert backtest.main([str(tmp_path / "nothing.csv")]) == 2


def test_moments() -> None:
    assert moment("2026-01-01") == moment("2026-01-01T00:00:00Z") == moment("2026-01-01T02:00:00+02:00")
    assert math.isnan(moment(""))


def test_nothing_is_known_before_it_has_happened(tmp_path: Path) -> None:
    """Outcomes that come after a moment, changed at will, change no column of that moment."""
    rows = made(120)
    table, _ = loaded(written(tmp_path / "a.csv", rows))
    cut = table.created[80]
    for row in rows:
        if datetime.fromisoformat(row["delivered_at"]).timestamp() >= cut:
            row["delivered_at"] = (datetime.fromisoformat(row["delivered_at"]) + timedelta(days=50)).isoformat()
    other, _ = loaded(written(tmp_path / "b.csv", rows))
    one, two = design(table, "created"), design(other, "created")
    before = one.at <= cut
    assert before.sum() == 81
    assert np.array_equal(one.rich[before], two.rich[before], equal_nan=True)
    assert np.array_equal(one.plain[before], two.plain[before], equal_nan=True)


def test_means_know_only_what_was_over() -> None:
    at, done = np.array([0.0, 10.0, 20.0, 30.0]), np.array([15.0, 12.0, 25.0, 40.0])
    target = np.array([4.0, 8.0, np.nan, 1.0])
    whole, latest, count = known_means(np.zeros(4, dtype=np.int64), at, done, target, lately=(1,))
    assert list(count) == [0, 0, 2, 2]
    assert list(whole[2:]) == [6.0, 6.0]
    assert list(latest[2:]) == [4.0, 4.0]
    assert np.isnan(whole[:2]).all()


def test_windows_hold_although_the_world_drifts() -> None:
    dice = np.random.default_rng(3)
    n = 6000
    at = np.arange(n) * 600.0
    left = dice.lognormal(8, 0.4, n) * np.where(np.arange(n) > 4000, 1.8, 1.0)
    centre = np.full(n, np.exp(8.0))
    before, after = sides(centre, centre * 0.6, centre * 1.67, 0.5)
    said = rolling(left, centre, before, after, at, at + left, at[3000], 0.5)
    tested = slice(3000, n)
    held = (left >= said.lower) & (left <= said.upper)
    raw = (left >= centre * 0.6) & (left <= centre * 1.67)
    assert raw[tested].mean() < 0.7
    assert held[tested].mean() == pytest.approx(0.8, abs=0.02)
    assert np.isnan(said.lower[:3000]).all()


def test_later_outcomes_move_neither_centre_nor_window_of_what_was_before() -> None:
    dice = np.random.default_rng(4)
    n, cut = 700, 500
    at = np.arange(n) * 600.0
    left = dice.lognormal(9, 0.5, n)
    other = np.where(at + left >= at[cut], left * 7 + 1e6, left)
    said = {name: left * dice.lognormal(0.1, spread, n) for name, spread in (("plain", 0.4), ("rich", 0.2))}
    said |= {"late": np.where(np.arange(n) < 300, np.nan, said["rich"] * 1.01)}
    carriers = dice.integers(0, 3, n)
    answers = []
    for outcome in (left, other):
        centre = agreed(outcome, at, at + outcome, said, carriers)
        before, after = sides(said["plain"], said["plain"] * 0.6, said["plain"] * 1.6, 0.5)
        window = rolling(outcome, centre, before, after, at, at + outcome, at[200], 0.5)
        answers.append(np.stack([centre, window.lower, window.upper])[:, : cut + 1])
    assert np.array_equal(answers[0], answers[1], equal_nan=True)


def test_the_better_members_are_believed_and_the_plain_one_while_nothing_is_known() -> None:
    dice = np.random.default_rng(5)
    n = 1500
    at = np.arange(n) * 600.0
    left = dice.lognormal(9, 0.5, n)
    said = {
        name: left + dice.normal(0, 1, n) * spread for name, spread in (("plain", 4e3), ("good", 1e3), ("bad", 2e4))
    }
    centre = agreed(left, at, at + left, said, None)
    assert np.array_equal(centre[:10], said["plain"][:10])
    error = {name: np.abs(left - column)[500:].mean() for name, column in said.items()}
    assert np.abs(left - centre)[500:].mean() < 0.5 * error["plain"] < error["bad"]


def test_an_earlier_estimate_counts_down() -> None:
    at = np.array([100.0, 100.0, 100.0])
    first = np.array([0.0, 0.0, 0.0]), np.array([500.0, np.nan, 300.0])
    second = np.array([40.0, 40.0, 140.0]), np.array([200.0, 90.0, 50.0])
    assert list(carried(at, [first, second])) == [140.0, 30.0, 200.0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=40))
def test_the_hindsight_width_is_the_narrowest_that_holds(rows: list[tuple[float, float, float]]) -> None:
    left, one, other = (np.array(column) for column in zip(*rows, strict=True))
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    width = hindsight(left, lower, upper)
    outside = np.maximum(lower - left, left - upper)
    constant = np.sort(outside)[math.ceil(0.8 * len(left)) - 1]
    assert (outside <= constant).mean() >= 0.8
    assert width == pytest.approx(np.maximum(upper - lower + 2 * constant, 0).mean())


@pytest.mark.parametrize(("step", "expected"), [(86_400, 86_400), (3600, 3600), (60, 60), (1, 1)])
def test_the_grain_of_a_record(step: int, expected: float) -> None:
    assert grain(np.array([5.0 + step * k for k in (1, 2, 5, 9)])) == expected


def test_plots_are_drawn(tmp_path: Path) -> None:
    path = written(tmp_path / "a&b.csv", made(60))
    assert eta_plots.main([str(path), str(tmp_path / "plots"), "--name", "set"]) == 0
    for name in ("set-reliability.svg", "set-errors.svg"):
        assert (tmp_path / "plots" / name).read_text().startswith("<svg")
