"""Weather: what a source says is believed as far as it can be, widens and explains, and its silence costs nothing."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.fl_world import BEN, World
from hypothesis import given
from hypothesis import strategies as st

from channels.weather_source import FileWeather, HttpWeather, weather_of
from flows import upkeep, weather
from tracking_core.eta import estimate
from tracking_core.watch_models import Watch, WeatherArea
from tracking_core.weather import Area, area_of, at_risk, read, to_rows, worst

HOUR = timedelta(hours=1)
NOW = datetime.fromisoformat("2026-12-01T17:00:00+00:00")
HOME = {
    "line1": "1 Main St",
    "city": "Oakland",
    "postal_code": "94607",
    "country": "US",
    "timezone": "America/Los_Angeles",
}


@dataclass
class Says:
    """A source that says what it is told to say, or nothing at all."""

    answer: object
    asked: list[str] = field(default_factory=list)

    def ask(self, area: Area, *, now: datetime) -> object:  # noqa: ARG002  as every source
        self.asked.append(area.name)
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer


def snow(now: datetime, severity: float = 0.9, hours: int = 6) -> dict[str, object]:
    return {
        "hours": [{"hour": (now + n * HOUR).isoformat(), "kind": "snow", "severity": severity} for n in range(hours)]
    }


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path, weather_url="file:///nowhere")


def out(world: World) -> int:
    parcel = world.parcel(
        destination=HOME, promised_from=world.now + HOUR, promised_to=world.now + 3 * HOUR, customer_locale="en"
    )
    world.scan(parcel, "out_for_delivery")
    return parcel


def tick(world: World, source: Says, **later: float) -> None:
    world.later(**later)
    upkeep.tick(world.database, world.house, now=world.now)
    weather.ask_due(world.database, source, now=world.now)


def test_it_widens_says_why_and_breaks_no_promise(world: World) -> None:
    parcel, source = out(world), Says(snow(world.now))
    before = estimate(world.shipment(parcel), now=world.now)
    tick(world, source)
    tick(world, source, minutes=16)
    assert source.asked == ["US-946"]
    after = estimate(world.shipment(parcel), now=world.now)
    assert after.window_to - before.window_to == 0.9 * timedelta(minutes=90)
    assert (after.window_from, after.judged_by) == (before.window_from, before.judged_by)
    assert after.confidence < before.confidence
    assert "heavy snow near you" in world.says("where is my order")[0]
    assert world.shipment(parcel).flags == [] and [row for row in world.outbox() if row.category == "delay"] == []


def test_the_first_parcel_of_an_area_hears_of_its_traffic_within_a_minute_or_two(world: World) -> None:
    jam = {"hours": [{"hour": world.now.isoformat(), "kind": "traffic", "severity": 0.7}]}
    parcel, source = out(world), Says(jam)
    tick(world, source)
    assert "traffic" not in world.says("where is my order")[0]
    tick(world, source, minutes=1)
    assert "heavy traffic near you" in world.says("where is my order?")[0]
    assert world.shipment(parcel).weather["severity"] == 0.7
    # A source that does not answer costs no look every minute: asked once, in half an hour again.
    other = world.parcel(
        "B1", phone=BEN, destination={**HOME, "postal_code": "10001"}, promised_to=world.now + 2 * HOUR
    )
    world.scan(other, "out_for_delivery")
    away = Says(OSError("away"))
    for _ in range(3):
        tick(world, away, minutes=1)
    with world.database.read() as session:
        again = session.get_one(Watch, other).due_at
    assert again > world.now + timedelta(minutes=5) and away.asked == ["US-100"]


def test_it_raises_the_risk_of_the_promise(database, now, tmp_path) -> None:
    rules = "watch: {promise_at_risk: {above: 0.6, do: [text]}}\n"
    world = World.build(database, now, tmp_path, rules, weather_url="file:///nowhere")
    out(world)
    for minutes in (0, 16, 16):
        tick(world, Says(snow(world.now)), minutes=minutes)
    (told,) = [row for row in world.outbox() if row.category == "delay"]
    assert "may come later than planned (heavy snow near you)" in told.text


@pytest.mark.parametrize("answer", [OSError("away"), {"hours": "lots"}, "<html>", None, {"hours": [{"hour": 3}]}, []])
def test_a_source_that_is_away_or_lies_changes_nothing(world: World, answer: object) -> None:
    parcel = out(world)
    before = estimate(world.shipment(parcel), now=world.now)
    source = Says(answer)
    for minutes in (0, 16, 16):
        tick(world, source, minutes=minutes)
    assert source.asked == ["US-946"] * 2  # once in half an hour, whatever it says
    after = estimate(world.shipment(parcel), now=world.now)
    assert (after.window_from, after.window_to) == (before.window_from, before.window_to)


def test_what_was_said_long_ago_is_no_news(world: World) -> None:
    parcel, source = out(world), Says(snow(world.now, hours=24))
    tick(world, source)
    tick(world, source, minutes=16)
    assert world.shipment(parcel).weather is not None
    source.answer = OSError("away")
    for _ in range(13):
        tick(world, source, minutes=16)
    assert world.shipment(parcel).weather is None


def test_nobody_is_asked_where_nobody_waits(world: World) -> None:
    far = world.parcel(destination=HOME, promised_from=world.now + 99 * HOUR, promised_to=world.now + 100 * HOUR)
    world.scan(far, "shipped")
    source = Says(snow(world.now))
    tick(world, source)
    assert source.asked == []
    with world.database.write() as session:
        assert session.get(WeatherArea, "US-946") is None
        assert weather.forget(session, now=world.now) == 0


def test_without_a_source_there_is_no_weather(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path)
    out(world)
    upkeep.tick(world.database, world.house, now=world.now)
    assert weather.tick(world.database, world.house, now=world.now) == 0
    with world.database.read() as session:
        assert session.get(WeatherArea, "US-946") is None


def test_a_file_answers_for_areas_by_name(tmp_path: Path) -> None:
    path = tmp_path / "weather file.json"
    path.write_text(json.dumps({"US-946": snow(NOW), "*": {"hours": []}}))
    source = weather_of(path.as_uri())
    assert isinstance(source, FileWeather) and isinstance(weather_of("http://127.0.0.1:9/x"), HttpWeather)
    assert len(read(source.ask(Area("US-946"), now=NOW), now=NOW)) == 6
    assert read(source.ask(Area("US-100"), now=NOW), now=NOW) == []
    path.write_text("no json")
    for broken, why in ((source, "bad_file"), (FileWeather(tmp_path / "absent"), "No such file")):
        with pytest.raises(OSError, match=why):
            broken.ask(Area("US-946"), now=NOW)
    with pytest.raises(ValueError, match="http"):
        weather_of("ftp://example.com")
    assert weather_of("") is None


def test_a_server_that_is_not_there_is_an_error_that_is_survived() -> None:
    source = weather_of("http://127.0.0.1:1/weather")
    assert source is not None
    with pytest.raises(OSError, match="connect"):
        source.ask(Area("US-946", 37.9, -122.1), now=NOW)


def test_areas() -> None:
    assert area_of({"lat": 37.8, "lon": -122.27}) == Area("37.875,-122.375", 37.875, -122.375)
    assert area_of({"postal_code": "sw1a 1aa", "country": "gb"}) == Area("GB-SW1")
    for nowhere in (None, {}, {"lat": 99, "lon": 0}, {"lat": True, "lon": 1}, {"postal_code": "94607"}):
        assert area_of(nowhere) is None


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
)
HOURS = st.fixed_dictionaries(
    {
        "hour": st.sampled_from(
            [NOW.isoformat(), "2026-12-01T18:00:00Z", "2026-12-01T18:00", "0001-01-01T00:00:00+14:00"]
        )
        | ANY,
        "kind": st.sampled_from(["snow", "frogs"]) | ANY,
        "severity": st.floats() | st.integers(-2, 2) | ANY,
    }
)


@given(said=ANY | st.fixed_dictionaries({"hours": ANY | st.lists(HOURS | ANY, max_size=6)}))
def test_whatever_is_said_only_sense_is_read(said: object) -> None:
    hours = read(said, now=NOW)
    assert all(0 <= one.severity <= 1 and one.kind == "snow" and one.begins.utcoffset() == timedelta() for one in hours)
    assert read({"hours": to_rows(hours)}, now=NOW) == hours
    found = worst(hours, begins=NOW, ends=NOW + 4 * HOUR)
    assert found is None or 0.3 <= found.severity <= 1
    assert all(risk <= at_risk(risk, found) <= 1 for risk in (0.0, 0.3, 1.0))
