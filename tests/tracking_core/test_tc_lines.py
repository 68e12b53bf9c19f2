"""What the straight line adds, which earlier estimate is trusted, and how quickly windows follow the world."""

import numpy as np
import pytest

from tracking_core.transit_blending import CARRIED, PLAIN, blend
from tracking_core.transit_csv import Floats
from tracking_core.transit_features import Design
from tracking_core.transit_fitting import fit
from tracking_core.transit_lines import straight
from tracking_core.transit_windows import HALVED, lately


def count(n: int) -> Floats:
    return np.arange(n).astype(np.float64)


def kept(values: Floats, names: Floats) -> Design:
    """A design of one number and one name, an hour apart, with a hole in every tenth number."""
    n = len(values)
    hours, weekdays = count(n) % 24, count(n) // 24 % 7
    numbers = np.where(np.arange(n) % 10 == 9, np.nan, values)
    plain = np.column_stack([hours, weekdays, numbers, names])
    at = count(n) * 3600
    flags = np.array([False, False, False, True])
    return Design(np.arange(n), at, at + 1.0, np.full(n, np.nan), plain, flags, plain[:, :3])


def test_a_line_says_what_lies_beyond_all_that_was_seen() -> None:
    values = np.linspace(0.0, 400.0, 400)
    names = count(400) % 2
    truth = 5.0 * values + 300.0 * names
    design = kept(values, names)
    known, asked = np.arange(300), np.array([391, 396, 398])
    line = straight(design, known, truth[known])(asked)
    trees = fit(design.plain[known], truth[known], design.is_category)(design.plain[asked])
    assert np.abs(line - truth[asked]).max() < np.abs(trees - truth[asked]).min() / 2


def test_a_few_wild_outcomes_do_not_tilt_the_line() -> None:
    values = np.random.default_rng(1).uniform(0, 100, 400)
    design = kept(values, np.zeros(400))
    truth = 10.0 * values
    target = truth.copy()
    target[np.argsort(values)[-8:]] *= 30.0
    said = straight(design, np.arange(400), target)(np.array([0, 1, 2, 3]))
    assert said == pytest.approx(truth[:4], abs=100)


def test_a_column_that_is_empty_or_always_the_same_is_no_matter() -> None:
    design = kept(np.full(100, np.nan), np.full(100, np.nan))
    said = straight(design, np.arange(80), count(80) % 24)(np.array([90, 91]))
    assert np.isfinite(said).all()


@pytest.mark.parametrize(("carried_off", "followed"), [(95.0, True), (104.0, True), (300.0, False)])
def test_what_was_said_before_is_trusted_while_it_is_as_good(carried_off: float, followed: bool) -> None:
    n = 600
    at, left = count(n) * 60, np.full(n, 5000.0)
    swings = np.where(np.arange(n) % 2, 1.0, -1.0)
    members = {PLAIN: left + 100.0 * swings, CARRIED: left + carried_off * swings}
    said = blend(left, at, at + 30.0, members)
    late = np.abs(said - left)[-100:].mean()
    # The one that is trusted keeps at least three tenths of the say, so that a far worse one would be seen.
    assert (late < 104.0) if followed else late == pytest.approx(100.0, abs=1.0)


def test_a_change_is_seen_within_few_outcomes() -> None:
    calm, wild = np.linspace(0.0, 1.0, 1000 - 2 * HALVED), np.linspace(2.0, 3.0, 2 * HALVED)
    after = lately(np.concatenate([calm, wild]), 0.8)
    assert after > 2.4, "two half-lives after the change most of what counts lies behind it"
    assert lately(np.concatenate([wild, calm]), 0.8) < 1.0
    assert np.quantile(np.concatenate([calm, wild]), 0.8) < 2.4


def test_a_single_outcome_is_an_answer() -> None:
    assert lately(np.array([0.7]), 0.8) == 0.7
