"""The case's states: a total table, and hours counted while people are at work."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from flows.case_states import TABLE, CaseAction, CaseState, Priority, advance
from flows.support_hours import after, is_open

PACIFIC = ZoneInfo("America/Los_Angeles")
#: Monday to Friday 8 to 18, Saturday 9 to 13.
WEEK = {**dict.fromkeys(range(5), ((480, 1080),)), 5: ((540, 780),)}


@pytest.mark.parametrize(("state", "action"), list(product(CaseState, CaseAction)))
@pytest.mark.parametrize("assigned", [True, False])
def test_every_pair_answers_and_none_raises(state: CaseState, action: CaseAction, assigned: bool) -> None:
    after_it = advance(state, action, assigned=assigned)
    assert after_it is None or after_it in CaseState
    assert (after_it is None) == ((state, action) not in TABLE)
    if assigned:
        assert after_it is not CaseState.OPEN


def test_only_reopening_brings_a_resolved_case_back() -> None:
    out = {action: advance(CaseState.RESOLVED, action) for action in CaseAction}
    assert {action for action, state in out.items() if state not in (None, CaseState.RESOLVED)} == {CaseAction.REOPEN}


def test_what_opens_a_case_gives_it_back_to_its_agent() -> None:
    assert advance(CaseState.SNOOZED, CaseAction.WAKE) is CaseState.OPEN
    assert advance(CaseState.SNOOZED, CaseAction.WAKE, assigned=True) is CaseState.CLAIMED
    assert advance(CaseState.RESOLVED, CaseAction.REOPEN, assigned=True) is CaseState.CLAIMED


def test_priorities_are_in_order() -> None:
    assert sorted(Priority, key=lambda one: one.rank) == [Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.URGENT]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-12-01T09:00", 1, "2026-12-01T10:00"),  # Tuesday, in the middle of the day
        ("2026-12-01T07:00", 1, "2026-12-01T09:00"),  # before opening
        ("2026-12-01T17:30", 1, "2026-12-02T08:30"),  # over the night
        ("2026-12-04T17:30", 1, "2026-12-05T09:30"),  # Friday evening into Saturday
        ("2026-12-05T12:30", 1, "2026-12-07T08:30"),  # Saturday over the weekend
        ("2026-12-06T12:00", 1, "2026-12-07T09:00"),  # a day off
        ("2026-12-01T08:00", 10, "2026-12-01T18:00"),  # to the very end of a day
        ("2026-12-01T08:00", 58, "2026-12-08T12:00"),  # a week has 54 hours
        ("2026-12-01T18:00", 0.5, "2026-12-02T08:30"),  # the end of a span is closed
    ],
)
def test_hours_pass_while_people_are_at_work(start: str, hours: float, expected: str) -> None:
    assert after(at(start), timedelta(hours=hours), WEEK, PACIFIC) == at(expected)


@pytest.mark.parametrize(("start", "expected"), [("2026-03-08T00:00", 6), ("2026-11-01T00:00", 4)])
def test_real_time_passes_where_clocks_change(start: str, expected: int) -> None:
    """Five real hours after midnight it is six on the wall in spring, four in autumn."""
    found = after(at(start), timedelta(hours=5), dict.fromkeys(range(7), ((0, 1440),)), PACIFIC)
    assert found.astimezone(PACIFIC).hour == expected


def test_without_opening_hours_time_simply_passes() -> None:
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert after(start, timedelta(hours=1), {}, PACIFIC) == start + timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-12-01T08:00", True), ("2026-12-01T07:59", False), ("2026-12-01T18:00", False), ("2026-12-06T12:00", False)],
)
def test_open_is_from_the_first_minute_to_before_the_last(moment: str, expected: bool) -> None:
    assert is_open(at(moment), WEEK, PACIFIC) is expected
