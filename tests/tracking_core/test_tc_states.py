"""The state table: every state under every status, in all four moods, written out a second time."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking_core.states import (
    FINAL,
    MAIN_LINE,
    NEARNESS,
    OPEN,
    REJOINS,
    ShipmentState,
    advance,
    state_of,
)

MAIN = [
    "created",
    "processed",
    "shipped",
    "in_transit",
    "at_local_hub",
    "out_for_delivery",
    "arriving",
    "at_address",
    "delivered",
]
ASIDE = [
    "available_for_pickup",
    "on_hold",
    "attempt_failed",
    "exception",
    "returning",
    "returned",
    "cancelled",
    "lost",
    "expired",
]
ALL = MAIN + ASIDE
#: Written by hand: state -> the statuses that move it when their time is not before the state's.
FORWARD = {
    **{state: MAIN[place + 1 :] + ASIDE for place, state in enumerate(MAIN[:-1])},
    "available_for_pickup": [*MAIN[3:], *(s for s in ASIDE if s != "available_for_pickup")],
    "attempt_failed": [*MAIN[3:], *(s for s in ASIDE if s != "attempt_failed")],
    "on_hold": [*MAIN[1:], *(s for s in ASIDE if s != "on_hold")],
    "exception": [*MAIN[1:], *(s for s in ASIDE if s != "exception")],
    "returning": ["returned", "cancelled", "lost"],
    **dict.fromkeys(("delivered", "returned", "cancelled", "lost", "expired"), ()),
}
#: The same for an event from before: only the main line goes on.
FORWARD_EARLIER = {
    **{state: MAIN[place + 1 :] for place, state in enumerate(MAIN[:-1])},
    **dict.fromkeys([*ASIDE, "delivered"], ()),
}


def test_vocabulary_is_the_contracts() -> None:
    assert [s.value for s in ShipmentState] == ALL
    assert {s.value for s in FINAL} == {"delivered", "returned", "cancelled", "lost", "expired"}
    assert set(ShipmentState) == FINAL | OPEN
    assert [s.value for s in MAIN_LINE] == MAIN


@pytest.mark.parametrize("state", ALL)
@pytest.mark.parametrize("later", [True, False])
def test_every_state_under_every_status(state: str, later: bool) -> None:
    expected = (FORWARD if later else FORWARD_EARLIER)[state]
    moved = [s for s in ALL if advance(ShipmentState(state), s, later=later) is not None]
    assert sorted(moved) == sorted(expected)
    for status in moved:
        assert advance(ShipmentState(state), status, later=later) == status


def test_a_correction_moves_anywhere_but_to_where_we_are() -> None:
    for state, status, later in itertools.product(ALL, ALL, [True, False]):
        moved = advance(ShipmentState(state), status, correction=True, later=later)
        assert moved == (None if state == status else status)


@pytest.mark.parametrize("state", ALL)
@pytest.mark.parametrize("status", ["update", "unknown", "", "Delivered", "delivered ", "\x00", "退回"])
def test_no_state_is_no_move(state: str, status: str) -> None:
    assert advance(ShipmentState(state), status) is None
    assert advance(ShipmentState(state), status, correction=True) is None
    assert state_of(status) is None


@given(st.sampled_from(ShipmentState), st.text(), st.booleans(), st.booleans())
def test_total(state: ShipmentState, status: str, correction: bool, later: bool) -> None:
    answer = advance(state, status, correction=correction, later=later)
    assert answer is None or (answer == status and answer is not state)


@given(st.permutations(MAIN[1:]))
def test_the_main_line_ends_at_its_farthest_step_in_any_order(statuses: list[str]) -> None:
    state = ShipmentState.CREATED
    for status in statuses:
        state = advance(state, status, later=False) or state
    assert state is ShipmentState.DELIVERED


@given(st.sampled_from(sorted(FINAL)), st.lists(st.sampled_from([*ALL, "update", "unknown"])), st.booleans())
def test_nothing_downgrades_a_final_state(state: ShipmentState, statuses: list[str], later: bool) -> None:
    assert [advance(state, status, later=later) for status in statuses] == [None] * len(statuses)


def test_properties() -> None:
    assert [s.rank for s in MAIN_LINE] == list(range(9))
    assert {s.rank for s in map(ShipmentState, ASIDE)} == {-1}
    assert {s.value for s in ShipmentState if s.is_failure} == {
        "attempt_failed",
        "exception",
        "returning",
        "returned",
        "cancelled",
        "lost",
        "expired",
    }
    assert set(NEARNESS) == OPEN
    assert set(REJOINS) == {s for s in OPEN if s.rank < 0} - {ShipmentState.RETURNING}
    near = sorted(OPEN, key=lambda s: s.nearness, reverse=True)
    assert near[:3] == [ShipmentState.AT_ADDRESS, ShipmentState.ARRIVING, ShipmentState.OUT_FOR_DELIVERY]
