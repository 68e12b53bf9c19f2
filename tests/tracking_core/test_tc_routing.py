"""The order of a round: every door once, never worse than as given, and short where nothing hinders."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tracking_core.routing import MOST, Door, Pace, best_order, cost, legs_of

PACE = Pace(1.3 / 7, 240)
HERE = (37.8, -122.27)
offsets = st.floats(-0.05, 0.05)
windows = st.one_of(
    st.none(), st.tuples(st.integers(-3600, 20_000), st.integers(0, 7200)).map(lambda said: (said[0], sum(said)))
)
doors_of = st.lists(st.tuples(offsets, offsets, windows), max_size=14)


def made(said: list[tuple[float, float, tuple[int, int] | None]]) -> list[Door]:
    return [Door((HERE[0] + a, HERE[1] + b), *(window or (-math.inf, math.inf))) for a, b, window in said]


@settings(max_examples=60, deadline=None)
@given(doors_of, st.booleans())
def test_every_door_once_and_never_worse_than_as_given(said, known) -> None:  # type: ignore[no-untyped-def]
    doors, start = made(said), HERE if known else None
    found = best_order(start, doors, PACE)
    assert sorted(found) == list(range(len(doors)))
    assert best_order(start, doors, PACE) == found
    legs = legs_of(start, doors, PACE)
    assert cost(found, doors, legs, PACE) <= cost(range(len(doors)), doors, legs, PACE)


def test_a_street_is_driven_from_one_end_to_the_other() -> None:
    places = [3, 1, 4, 0, 5, 2]
    doors = [Door((HERE[0] + 0.002 * place, HERE[1])) for place in places]
    assert [places[one] for one in best_order(HERE, doors, PACE)] == [0, 1, 2, 3, 4, 5]


def test_a_window_that_ends_soon_comes_before_what_is_near() -> None:
    near, far = Door((HERE[0] + 0.001, HERE[1])), Door((HERE[0] - 0.01, HERE[1]), ends_s=300)
    assert best_order(HERE, [near, far], PACE) == [1, 0]
    # Who may come only later is not waited for.
    early = Door((HERE[0] + 0.001, HERE[1]), begins_s=7200)
    assert best_order(HERE, [early, Door((HERE[0] + 0.02, HERE[1]))], PACE) == [1, 0]


def test_a_full_van_is_ordered_without_crossings_worth_speaking_of() -> None:
    dice = random.Random(3)
    doors = [Door((HERE[0] + dice.uniform(-0.05, 0.05), HERE[1] + dice.uniform(-0.05, 0.05))) for _ in range(MOST)]
    legs = legs_of(HERE, doors, PACE)
    found = cost(best_order(HERE, doors, PACE), doors, legs, PACE)[1] - MOST * PACE.stop_s
    assert found < 0.2 * (cost(range(MOST), doors, legs, PACE)[1] - MOST * PACE.stop_s)
    assert best_order(HERE, [*doors, doors[0]], PACE) == list(range(MOST + 1))
