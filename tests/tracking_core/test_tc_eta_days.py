"""Carriers that name a day only: by their record, beside a model that knows hours, and on days when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from db import Database
from tests.tracking_core.test_tc_eta_sources import HOUR, NOW, codes, model, parcel, promise, sure
from tests.tracking_core.test_tc_transit import NOW as FIRST
from tests.tracking_core.test_tc_transit import placed, scan
from tracking_core import transit_serving
from tracking_core.eta import day_window, estimate, is_delayed
from tracking_core.facts import Eta
from tracking_core.models import Shipment
from tracking_core.transit_quality import recalibrate

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = 24 * HOUR
TOMORROW = date(2026, 12, 2)


def named(day: date = TOMORROW, **said: object) -> Shipment:
    begins, ends = day_window(day, PACIFIC)
    there = {"lat": 37.8, "lon": -122.27, "timezone": "America/Los_Angeles"}
    row = {"carrier": "acme", "carrier_eta_day": day, "carrier_eta_from": begins, "carrier_eta_to": ends}
    return parcel(**{**row, "carrier_eta_as_of": NOW - HOUR, "destination": there, **said})


def record(low: timedelta, middle: timedelta, high: timedelta) -> dict[str, dict[str, float]]:
    seconds = {"low_s": low, "middle_s": middle, "high_s": high}
    return {"carrier": {"n": 40, **{name: value.total_seconds() for name, value in seconds.items()}}}


def test_a_carrier_that_keeps_its_days_is_taken_at_its_word_and_more_surely() -> None:
    plain, proven = sure(named()), sure(named(learned=record(-5 * HOUR, HOUR, 8 * HOUR)))
    assert plain.whole_day
    assert proven.whole_day
    assert (proven.window_from, proven.window_to) == (plain.window_from, plain.window_to)
    assert proven.measured
    assert proven.confidence > plain.confidence
    assert codes(proven) == ["carrier_estimate", "whole_day"]


def test_a_carrier_that_usually_comes_a_day_later_is_expected_a_day_later() -> None:
    found = sure(named(learned=record(-3 * HOUR, 26 * HOUR, 50 * HOUR)))
    assert found.window_from == day_window(TOMORROW, PACIFIC)[0]
    assert found.window_to == day_window(date(2026, 12, 4), PACIFIC)[1]
    assert found.judged_by == day_window(date(2026, 12, 3), PACIFIC)[0]
    assert not found.whole_day
    assert codes(found)[-1] == "carrier_record"
    always = sure(named(learned=record(20 * HOUR, 25 * HOUR, 29 * HOUR)))
    assert always.whole_day
    assert (always.window_from, always.window_to) == day_window(date(2026, 12, 3), PACIFIC)


def test_its_usual_day_of_delay_breaks_a_promise() -> None:
    evening = datetime(2026, 12, 3, 3, tzinfo=UTC)  # seven on the day that was named
    late = named(learned=record(20 * HOUR, 25 * HOUR, 29 * HOUR), promised_to=evening, promised_at=NOW - 3 * HOUR)
    on_time = named(learned=record(-5 * HOUR, HOUR, 8 * HOUR), promised_to=evening, promised_at=NOW - 3 * HOUR)
    assert is_delayed(late, sure(late))
    assert not is_delayed(on_time, sure(on_time))


def test_a_sharp_model_says_the_hours_of_the_day_that_was_named() -> None:
    inside = sure(named(learned={"model": model(24, side=2)}))
    assert inside.at == NOW + 24 * HOUR
    assert not inside.whole_day
    assert inside.window_from is not None
    assert inside.window_from >= NOW + 21 * HOUR
    assert codes(inside) == ["carrier_estimate", "whole_day", "learned"]
    for other in (model(24, side=9), model(80, side=2)):  # too vague; another day
        assert sure(named(learned={"model": other})).whole_day


def test_days_of_a_record_begin_at_midnight_also_when_clocks_change() -> None:
    early = named(
        date(2026, 10, 31),
        carrier_eta_as_of=datetime(2026, 10, 30, 12, tzinfo=UTC),
        learned=record(20 * HOUR, 25 * HOUR, 49 * HOUR),
        created_at=datetime(2026, 10, 29, tzinfo=UTC),
    )
    found = estimate(early, now=datetime(2026, 10, 30, 12, tzinfo=UTC))
    assert found is not None
    assert found.window_from == datetime(2026, 11, 1, 7, tzinfo=UTC)  # midnight of summer time
    assert found.window_to == datetime(2026, 11, 3, 8, tzinfo=UTC)  # midnight of standard time


@given(st.lists(st.integers(-200, 200), min_size=3, max_size=3), st.floats(-100, 100), st.integers(1, 40))
def test_whatever_is_known_the_window_holds_together(hours: list[int], ahead: float, side: int) -> None:
    low, middle, high = sorted(hours)
    learned = record(low * HOUR, middle * HOUR, high * HOUR) | {"model": model(ahead, side=side)}
    found = sure(named(learned=learned, **promise(-10, 30)))
    assert found.window_from is not None
    assert found.window_to is not None
    assert found.window_from <= found.window_to
    assert found.at is None or found.window_from <= found.at <= found.window_to


def test_the_record_of_days_is_counted_from_what_came(database: Database) -> None:
    for number in range(35):
        at = FIRST + number * HOUR
        one = placed(database, "dayly", order=f"D{number}", at=at)
        scan(database, one, "in_transit", at + HOUR, eta=Eta(day=(at + 2 * DAY).date()))
        scan(database, one, "delivered", datetime.combine((at + 3 * DAY).date(), datetime.min.time(), UTC) + 12 * HOUR)
    later = FIRST + 10 * DAY
    recalibrate(database, later)
    transit_serving.forget_shelves()
    one = placed(database, "dayly", order="D", at=later)
    scan(database, one, "in_transit", later, eta=Eta(day=(later + 2 * DAY).date()))
    with database.read() as session:
        row = session.get(Shipment, one)
        assert row is not None
        found = estimate(row, now=later)
    assert found is not None
    assert found.whole_day
    assert (found.window_from, found.window_to) == day_window((later + 3 * DAY).date(), UTC)
    assert found.measured
