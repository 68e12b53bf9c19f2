"""The times that are offered: real ones, by the clock of the place, also on the days when the clocks change."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.slots import Slot, slots
from flows.workflow_values import ClockRange

OAKLAND = ZoneInfo("America/Los_Angeles")
WINDOWS = ClockRange.read_all("08:00-12:00, 12:00-16:00, 16:00-20:00")
ZONES = ["America/Los_Angeles", "America/New_York", "Europe/Madrid", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


def local(*at: int, zone: ZoneInfo = OAKLAND) -> datetime:
    return datetime(*at, tzinfo=zone)


def said(found: list[Slot], zone: ZoneInfo = OAKLAND) -> list[str]:
    return [f"{one.begins.astimezone(zone):%a %H:%M}-{one.ends.astimezone(zone):%H:%M}" for one in found]


def test_from_the_first_day_that_has_one() -> None:
    found = slots(windows=WINDOWS, days=2, earliest=local(2026, 12, 1, 10, 0), zone=OAKLAND)
    assert said(found) == [
        "Tue 12:00-16:00",
        "Tue 16:00-20:00",
        "Wed 08:00-12:00",
        "Wed 12:00-16:00",
        "Wed 16:00-20:00",
    ]
    late = slots(windows=WINDOWS, days=1, earliest=local(2026, 12, 1, 16, 1), zone=OAKLAND)
    assert said(late) == ["Wed 08:00-12:00", "Wed 12:00-16:00", "Wed 16:00-20:00"]


def test_the_window_that_stands_is_not_offered_but_a_wider_one_hides_nothing() -> None:
    early = local(2026, 12, 1, 7, 0)
    known = (local(2026, 12, 1, 14, 0), local(2026, 12, 1, 16, 0))
    assert "Tue 12:00-16:00" not in said(slots(windows=WINDOWS, days=1, earliest=early, zone=OAKLAND, known=known))
    day = (local(2026, 12, 1, 8, 0), local(2026, 12, 1, 20, 0))
    assert len(slots(windows=WINDOWS, days=1, earliest=early, zone=OAKLAND, known=day)) == 3


def test_clocks_that_change_move_the_wall_and_not_the_window() -> None:
    spring = slots(windows=WINDOWS, days=1, earliest=local(2027, 3, 14, 0, 0), zone=OAKLAND)
    assert said(spring)[0] == "Sun 08:00-12:00" and spring[0].begins == datetime(2027, 3, 14, 15, tzinfo=UTC)
    night = ClockRange.read_all("02:00-03:00")
    assert said(slots(windows=night, days=1, earliest=local(2027, 3, 14, 0, 0), zone=OAKLAND)) == ["Mon 02:00-03:00"]
    midnight = ClockRange.read_all("20:00-24:00")
    found = slots(windows=midnight, days=1, earliest=local(2026, 11, 1, 9, 0), zone=OAKLAND)
    assert found[0].ends - found[0].begins == timedelta(hours=4)


def test_without_windows_there_is_nothing() -> None:
    assert slots(windows=(), days=3, earliest=local(2026, 12, 1, 9, 0), zone=OAKLAND) == []


ranges = st.lists(
    st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=4
).map(lambda pairs: tuple(ClockRange(a * 60, b * 60) for a, b in pairs))


@given(
    windows=ranges,
    days=st.integers(1, 14),
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    zone=st.sampled_from(ZONES),
)
def test_never_past_never_too_many_days_always_by_the_wall(windows, days, minutes, zone) -> None:
    place, moment = ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = slots(windows=windows, days=days, earliest=moment, zone=place)
    assert found
    assert all(moment <= one.begins < one.ends for one in found)
    dates = sorted({one.begins.astimezone(place).date() for one in found})
    assert (dates[-1] - dates[0]).days < days
    hours = {minute // 60 for window in windows for minute in window}
    for one in found:
        begins = one.begins.astimezone(place)
        # An hour that the clocks jump over is taken as late as it would have been.
        assert begins.minute in (0, 30) and (begins.hour in hours or (begins.hour - 1) % 24 in hours)
    assert [one.begins for one in found] == sorted(one.begins for one in found)


@pytest.mark.parametrize("zone", ZONES)
def test_slots_of_a_whole_year_do_not_overlap(zone: str) -> None:
    place = ZoneInfo(zone)
    for day in range(0, 365, 5):
        earliest = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        found = slots(windows=WINDOWS, days=5, earliest=earliest, zone=place)
        assert all(a.ends <= b.begins for a, b in itertools.pairwise(found))
