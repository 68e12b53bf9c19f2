"""Which source is believed: position, the carrier's record, the learned model, the promise; and what age does to it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking_core.eta import Estimate, estimate
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

NOW = datetime(2026, 12, 1, 17, 3, 20, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DOOR = {"lat": 37.80, "lon": -122.27}


def parcel(**said: object) -> Shipment:
    row = {"id": 1, "state": "in_transit", "flags": [], "destination": DOOR, "created_at": NOW - 48 * HOUR}
    return Shipment(**(row | said))


def out(*, age: timedelta = MINUTE, stops: int | None = 4, **said: object) -> Shipment:
    position = {"lat": 37.82, "lon": -122.27, "at": (NOW - age).isoformat()}
    return parcel(**{"state": "out_for_delivery", "stops_away": stops, "position": position} | said)


def model(hours: float, *, side: float = 1, as_of: datetime = NOW - HOUR) -> dict[str, object]:
    return {
        "at": (NOW + hours * HOUR).isoformat(),
        "before_s": side * 3600,
        "after_s": side * 3600,
        "as_of": as_of.isoformat(),
        "milestone": "shipped",
        "version": 1,
    }


def promise(first: float, last: float, made: float = -40) -> dict[str, object]:
    return {
        "promised_from": NOW + first * HOUR,
        "promised_to": NOW + last * HOUR,
        "promised_at": NOW + made * HOUR,
    }


def carrier(hours: float, made: float = -1) -> dict[str, object]:
    at = NOW + hours * HOUR
    return {
        "carrier": "acme",
        "carrier_eta_at": at,
        "carrier_eta_from": at - 30 * MINUTE,
        "carrier_eta_to": at + 30 * MINUTE,
        "carrier_eta_as_of": NOW + made * HOUR,
    }


def sure(shipment: Shipment, now: datetime = NOW) -> Estimate:
    found = estimate(shipment, now=now)
    assert found is not None
    return found


def codes(found: Estimate) -> list[str]:
    return [one.code for one in found.reasons]


def test_a_fresh_position_with_stops_to_go_goes_before_everything() -> None:
    row = out(**promise(4, 6), **carrier(5), learned={"model": model(7)})
    found = sure(row)
    assert found.source == "position"
    assert codes(found)[:2] == ["position", "stops_away"]
    assert found.reasons[0].params == {"minutes": 1}
    assert NOW < found.at < NOW + HOUR


def test_more_stops_take_longer_and_are_less_certain() -> None:
    few, many = sure(out(stops=2)), sure(out(stops=20))
    assert many.at - few.at == 18 * 4 * MINUTE
    assert many.window_to - many.at > few.window_to - few.at


def test_a_drivers_own_pace_counts() -> None:
    quick = sure(out(stops=10, learned={"pace": {"stop_s": 60, "low_s": 30, "high_s": 100, "n": 200}}))
    assert quick.measured
    assert quick.at < sure(out(stops=10)).at


def test_an_old_position_says_so_and_a_useless_one_is_silent() -> None:
    old = sure(out(age=12 * MINUTE))
    assert codes(old)[0] == "stale_position"
    assert old.reasons[0].params == {"minutes": 12}
    assert old.confidence < sure(out()).confidence
    assert estimate(out(age=3 * HOUR), now=NOW) is None
    assert sure(out(age=3 * HOUR, **promise(1, 2))).source == "promise"


@given(st.integers(0, 110), st.integers(0, 30), st.integers(0, 40))
def test_the_window_only_widens_as_a_position_ages(age_min: int, more_min: int, stops: int) -> None:
    row = out(age=age_min * MINUTE, stops=stops)
    first, later = sure(row), estimate(row, now=NOW + more_min * MINUTE)
    if later is None:
        assert age_min + more_min > 120
        return
    assert later.window_to >= first.window_to
    # Its beginning follows the present; what the age adds is on both sides of the expected moment.
    assert later.window_to - later.at >= min(first.window_to - first.at, later.window_to - NOW) or more_min == 0
    assert later.confidence <= first.confidence


def test_what_the_driver_says_goes_before_where_they_are() -> None:
    said = NOW - 5 * MINUTE
    row = out(**carrier(2), learned={"driver_said": said.isoformat()})
    assert sure(row).source == "carrier"
    assert sure(row, NOW + HOUR).source == "position"


def test_the_carriers_word_is_moved_by_its_own_record() -> None:
    record = {"middle_s": 3600, "low_s": -600, "high_s": 7200, "n": 90}
    found = sure(parcel(**carrier(5), learned={"carrier": record}))
    assert found.at == NOW + 6 * HOUR
    assert (found.at - found.window_from) // MINUTE == 70
    assert (found.window_to - found.at) // MINUTE == 60
    assert found.measured
    assert codes(found) == ["carrier_estimate", "carrier_record"]


def test_a_model_that_is_sharper_than_the_carrier_has_most_of_the_say() -> None:
    record = {"middle_s": 0, "low_s": -4 * 3600, "high_s": 4 * 3600, "n": 90}
    found = sure(parcel(**carrier(10), learned={"carrier": record, "model": model(4, side=1)}))
    assert found.source == "carrier"
    assert NOW + 4 * HOUR < found.at < NOW + 5 * HOUR


def test_the_model_goes_before_the_promise_and_is_judged_by_its_middle() -> None:
    found = sure(parcel(**promise(1, 2), learned={"model": model(2, side=3)}))
    assert (found.source, found.measured, found.confidence) == ("model", True, 0.8)
    assert found.judged_by == found.at == NOW + 2 * HOUR


def test_another_promise_since_ends_the_models_say() -> None:
    row = parcel(**promise(20, 22, made=-0.5), learned={"model": model(4, as_of=NOW - HOUR)})
    assert sure(row).source == "promise"


def test_a_newer_estimate_that_has_not_heard_of_the_new_window_does_not_win() -> None:
    wished = promise(20, 22, made=-3)
    assert sure(parcel(**wished, **carrier(4, made=-1))).source == "promise"
    assert sure(parcel(**wished, **carrier(30, made=-1))).source == "carrier"
    assert sure(parcel(**wished, learned={"model": model(4, as_of=NOW - HOUR)})).source == "promise"
    # Once it is in the van it comes, whatever was agreed on.
    assert sure(parcel(state="out_for_delivery", **wished, **carrier(1, made=-1))).source == "carrier"


@pytest.mark.parametrize("said", [promise(1, 2), carrier(1), {"learned": {"model": model(2)}}])
def test_after_a_failed_attempt_the_window_before_does_not_stand(said: dict[str, object]) -> None:
    failed = parcel(state="attempt_failed", state_at=NOW - 10 * MINUTE, **said)
    assert estimate(failed, now=NOW) is None
    anew = parcel(state="attempt_failed", state_at=NOW - 10 * MINUTE, **(said | promise(20, 22, made=-0.1)))
    assert sure(anew).source == "promise"


def test_the_distance_answers_where_nobody_else_does() -> None:
    position = {"lat": 34.05, "lon": -118.24, "at": (NOW - HOUR).isoformat()}
    found = sure(parcel(position=position))
    assert found.source == "distance"
    assert found.judged_by is None
    assert found.confidence < 0.5
    assert sure(parcel(position=position, **promise(20, 40))).source == "promise"
    assert estimate(parcel(state="created", position=position), now=NOW) is None


LOS_ANGELES = {"lat": 34.05, "lon": -118.24}


def test_a_parcel_nobody_has_seen_is_as_far_as_its_origin() -> None:
    placed = sure(parcel(state="created", origin=LOS_ANGELES, created_at=NOW))
    assert placed.source == "distance"
    assert placed.reasons[0].params == {"km": 553}
    assert 40 * HOUR < placed.at - NOW < 60 * HOUR  # a day until it leaves, then 553 km with all its waiting
    sent = sure(parcel(state="shipped", state_at=NOW, origin=LOS_ANGELES))
    assert NOW < sent.at < placed.at - 20 * HOUR
    near = {"lat": 37.7, "lon": -122.2, "at": (NOW - HOUR).isoformat()}
    assert sure(parcel(state="shipped", state_at=NOW, origin=LOS_ANGELES, position=near)).at < NOW + 2 * HOUR


@pytest.mark.parametrize(
    "said",
    [
        {"state": "at_local_hub", "state_at": NOW},  # near the door, however far it came
        {"state": "shipped"},
        {"state": "created", "origin": {"country": "US"}},
        {"state": "created", "destination": {"country": "US"}},
    ],
)
def test_an_origin_says_nothing_where_the_way_is_not_known(said: dict[str, object]) -> None:
    assert estimate(parcel(**({"origin": LOS_ANGELES} | said)), now=NOW) is None


def test_the_distance_from_the_origin_is_the_last_to_be_asked() -> None:
    far = {"state": "created", "origin": LOS_ANGELES}
    assert sure(parcel(**far, **promise(20, 40))).source == "promise"
    assert sure(parcel(**far, learned={"model": model(4)})).source == "model"


hours = st.floats(-60, 60)
learned = st.fixed_dictionaries(
    {},
    optional={
        "model": st.builds(model, hours, side=st.floats(0.01, 50), as_of=hours.map(lambda h: NOW + h * HOUR)),
        "carrier": st.fixed_dictionaries(
            {name: st.integers(-90_000, 90_000) for name in ("middle_s", "low_s", "high_s")} | {"n": st.just(50)}
        ),
        "pace": st.just({"stop_s": 200, "low_s": 50, "high_s": 600, "n": 60}),
        "driver_said": hours.map(lambda h: (NOW + h * HOUR).isoformat()),
    },
)


@given(
    st.sampled_from(ShipmentState),
    learned,
    st.none() | st.tuples(hours, st.floats(0, 9)),
    st.none() | st.tuples(hours, hours),
    st.none() | hours,
    st.none() | st.integers(0, 200),
)
def test_any_mixture_of_sources_gives_a_window_that_holds_together(
    state: ShipmentState,
    known: dict[str, object],
    promised: tuple[float, float] | None,
    said: tuple[float, float] | None,
    seen: float | None,
    stops: int | None,
) -> None:
    row: dict[str, object] = {"state": state, "learned": known or None, "stops_away": stops, "state_at": NOW - HOUR}
    if promised is not None:
        row |= promise(promised[0], promised[0] + promised[1])
    if said is not None:
        row |= carrier(*said)
    if seen is not None:
        row["position"] = {"lat": 37.7, "lon": -122.2, "at": (NOW + seen * HOUR).isoformat()}
    found = estimate(parcel(**row), now=NOW)
    if found is None:
        return
    assert not state.is_final
    assert 0 < found.confidence < 1
    for moment in (found.window_from, found.at, found.window_to):
        assert moment is None or moment.utcoffset() == timedelta()
    assert found.window_to is None or found.window_to >= NOW - 5 * MINUTE
    assert found.at is None or found.at >= NOW
    ordered = [moment for moment in (found.window_from, found.at, found.window_to) if moment is not None]
    assert ordered == sorted(ordered)
