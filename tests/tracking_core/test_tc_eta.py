"""Estimates: whose word counts, how wide it is, and why."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking_core.eta import Estimate, carrier_window, day_window, estimate, is_delayed, zone_of
from tracking_core.facts import Eta
from tracking_core.models import Shipment
from tracking_core.states import OPEN, ShipmentState

NOW = datetime(2026, 12, 1, 17, 3, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACIFIC = ZoneInfo("America/Los_Angeles")


def parcel(**said: object) -> Shipment:
    return Shipment(**({"id": 1, "state": "in_transit", "flags": [], "destination": {}} | said))


def promised(hours: float, **said: object) -> Shipment:
    return parcel(
        **{"promised_from": NOW + (hours - 2) * HOUR, "promised_to": NOW + hours * HOUR, "promised_at": NOW - 9 * HOUR}
        | said
    )


def carriers(eta: Eta, as_of: datetime = NOW - HOUR, **said: object) -> Shipment:
    window_from, window_to = carrier_window(eta, UTC)
    return parcel(
        carrier_eta_from=window_from,
        carrier_eta_to=window_to,
        carrier_eta_at=eta.at,
        carrier_eta_day=eta.day,
        carrier_eta_as_of=as_of,
        **said,
    )


def codes(found: Estimate | None) -> list[str]:
    return [reason.code for reason in found.reasons] if found else []


def test_nothing_known_is_no_estimate() -> None:
    assert estimate(parcel(), now=NOW) is None


@pytest.mark.parametrize("state", [*sorted(set(ShipmentState) - OPEN), "returning", "available_for_pickup"])
def test_no_estimate_when_nothing_comes(state: str) -> None:
    assert estimate(promised(3, state=state), now=NOW) is None


def test_the_promise_where_there_is_nothing_better() -> None:
    found = estimate(promised(3), now=NOW)
    assert found is not None
    assert (found.window_from, found.window_to, found.at) == (NOW + HOUR, NOW + 3 * HOUR, None)
    assert (found.source, found.as_of, found.confidence) == ("promise", NOW - 9 * HOUR, 0.5)
    assert codes(found) == ["promise"]


def test_the_carriers_word_goes_before_the_promise() -> None:
    shipment = carriers(Eta(at=NOW + 5 * HOUR), promised_to=NOW + HOUR, promised_at=NOW - 2 * HOUR, carrier="acme")
    found = estimate(shipment, now=NOW)
    assert found is not None
    assert (found.source, found.at, found.as_of) == ("carrier", NOW + 5 * HOUR, NOW - HOUR)
    assert (found.window_from, found.window_to) == (NOW + 4.5 * HOUR, NOW + 5.5 * HOUR)
    assert found.reasons[0].params == {"carrier": "acme"}
    assert is_delayed(shipment, found)


def test_a_promise_made_since_goes_before_the_carriers_word() -> None:
    shipment = carriers(Eta(at=NOW + 5 * HOUR), promised_to=NOW + HOUR, promised_at=NOW)
    found = estimate(shipment, now=NOW)
    assert found is not None
    assert (found.source, found.window_to) == ("promise", NOW + HOUR)


def test_a_day_is_a_day_where_the_parcel_goes() -> None:
    shipment = carriers(Eta(day=date(2026, 12, 2)))
    found = estimate(shipment, now=NOW, zone=PACIFIC)
    assert found is not None
    assert (found.window_from, found.window_to) == (
        datetime(2026, 12, 2, 8, tzinfo=UTC),
        datetime(2026, 12, 3, 8, tzinfo=UTC),
    )
    assert found.whole_day
    assert codes(found) == ["carrier_estimate", "whole_day"]
    assert estimate(shipment, now=NOW).window_from == datetime(2026, 12, 2, tzinfo=UTC)


def test_a_day_breaks_a_promise_only_when_it_is_another_day() -> None:
    evening = datetime(2026, 12, 2, 19, tzinfo=UTC)
    same = carriers(Eta(day=date(2026, 12, 2)), promised_to=evening, promised_at=NOW - 3 * HOUR)
    next_day = carriers(Eta(day=date(2026, 12, 3)), promised_to=evening, promised_at=NOW - 3 * HOUR)
    assert not is_delayed(same, estimate(same, now=NOW))
    assert is_delayed(next_day, estimate(next_day, now=NOW))


def test_days_when_clocks_change() -> None:
    assert [b - a for a, b in (day_window(date(2026, m, d), PACIFIC) for m, d in ((3, 8), (11, 1), (7, 1)))] == [
        23 * HOUR,
        25 * HOUR,
        24 * HOUR,
    ]


def test_a_window_that_has_passed() -> None:
    shipment = promised(-1)
    found = estimate(shipment, now=NOW)
    assert found is not None
    assert found.overdue
    assert found.window_from == NOW.replace(minute=0, second=0)
    assert found.window_to == found.window_from + 2 * HOUR
    assert found.confidence < 0.3
    assert found.reasons[-1].code == "overdue"
    assert found.reasons[-1].params == {"minutes": 60}
    assert is_delayed(shipment, found)
    assert estimate(shipment, now=NOW + timedelta(seconds=90)).window_to == found.window_to


@pytest.mark.parametrize(("minutes", "late"), [(1, False), (15, False), (16, True)])
def test_the_grace_holds_for_a_window_just_passed(minutes: int, late: bool) -> None:
    shipment = promised(-minutes / 60)
    assert is_delayed(shipment, estimate(shipment, now=NOW)) is late


def test_silence_trouble_and_nearness_are_said() -> None:
    old = promised(3, last_event_at=NOW - 25 * HOUR)
    assert estimate(old, now=NOW).reasons[-1].params == {"hours": 25}
    assert estimate(old, now=NOW).confidence < 0.5
    held = promised(3, state="on_hold", reason="customs", flags=["delayed", "customs"])
    assert codes(estimate(held, now=NOW)) == ["promise", "delayed", "aside"]
    assert estimate(held, now=NOW).reasons[-1].params == {"state": "on_hold", "reason": "customs"}
    near = promised(3, state="out_for_delivery", stops_away=4, last_event_at=NOW - 23 * HOUR)
    assert estimate(near, now=NOW).reasons[-1].params == {"stops": 4}
    assert estimate(near, now=NOW).confidence > 0.5
    assert codes(estimate(promised(3, state="arriving"), now=NOW)) == ["promise", "near"]


@pytest.mark.parametrize("name", [None, "", "UTC", "America", "Mars/Olympus", "../etc/passwd", "a\x00b", 7, "é"])
def test_a_zone_that_is_none_is_utc(name: object) -> None:
    assert zone_of({"timezone": name}).utcoffset(NOW.replace(tzinfo=None)) == timedelta()


def test_a_zone() -> None:
    assert zone_of({"timezone": "America/Los_Angeles"}) == PACIFIC
    assert zone_of(None) is UTC


moments = st.none() | st.datetimes(datetime(2026, 11, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    st.sampled_from(ShipmentState), moments, moments, moments, moments, moments, moments, st.none() | st.dates(
        date(2026, 11, 1), date(2027, 1, 1)), st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns"]),
)  # fmt: skip
def test_any_row_has_a_sensible_estimate_or_none(
    state: ShipmentState,
    promised_from: datetime | None,
    promised_to: datetime | None,
    promised_at: datetime | None,
    as_of: datetime | None,
    at: datetime | None,
    last_event_at: datetime | None,
    day: date | None,
    zone: str,
) -> None:
    window_from, window_to = carrier_window(Eta(at=at, day=day), ZoneInfo(zone))
    shipment = parcel(
        state=state,
        promised_from=promised_from,
        promised_to=promised_to,
        promised_at=promised_at,
        carrier_eta_from=window_from,
        carrier_eta_to=window_to,
        carrier_eta_at=at,
        carrier_eta_day=day,
        carrier_eta_as_of=as_of,
        last_event_at=last_event_at,
    )
    found = estimate(shipment, now=NOW, zone=ZoneInfo(zone))
    is_delayed(shipment, found)
    if found is None:
        return
    assert not state.is_final
    assert 0 < found.confidence < 1
    assert found.window_from or found.window_to
    assert found.window_to is None or found.window_to > NOW - timedelta(minutes=5)
    assert found.reasons[0].code in ("carrier_estimate", "promise")
