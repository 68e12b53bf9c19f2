"""Ways by road: an OSRM and a Valhalla server on this machine, in good and in bad days, and the estimates they make."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fakes.fl_world import OAKLAND, World

from channels.resting import FAILURES, REST_S
from channels.road_source import HttpRoads, roads_of
from db import Database
from flows import roads as asking
from tracking_core import eta_sources
from tracking_core.facts import Position
from tracking_core.positions import distance_m
from tracking_core.roads import is_believable

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
HERE, DOOR = (37.80, -122.27), (37.83, -122.27)
LINE_M = distance_m(*HERE, *DOOR)


@dataclass
class Server:
    """Answers what it is told to; `None` for a body: nothing, until the gate is open."""

    url: str = ""
    status: int = 200
    body: bytes | None = b""
    asked: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def osrm(self, metres: Any, seconds: Any) -> None:
        self.body = json.dumps({"code": "Ok", "routes": [{"distance": metres, "duration": seconds}]}).encode()


@contextmanager
def serving() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            if found.body is None:
                found.gate.wait(30)
                return
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.gate.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World.build(database, NOW, tmp_path)


def nearly(world: World, order: str = "A1", **more: Any) -> int:
    """A parcel that comes next, its courier three kilometres off."""
    parcel = world.parcel(order, destination={**OAKLAND, "lat": DOOR[0], "lon": DOOR[1]})
    more = {"stops_away": 0, "position": Position(*HERE, world.now), **more}
    world.scan(parcel, "out_for_delivery", **more)
    return parcel


def seconds_left(world: World, parcel: int) -> float:
    found = eta_sources.of_position(world.shipment(parcel), now=world.now)
    assert found is not None and found.at is not None
    return (found.at - world.now).total_seconds()


def test_both_kinds_of_servers_are_asked_in_their_own_way(server: Server) -> None:
    server.osrm(5000.5, 600)
    way = HttpRoads(server.url + "/base").way(HERE, DOOR)
    assert (way.metres, way.seconds) == (5000.5, 600)
    path = urlsplit(server.asked[0]).path
    assert path == "/base/route/v1/driving/-122.270000,37.800000;-122.270000,37.830000"
    server.body = json.dumps({"trip": {"summary": {"length": 5.5, "time": 700}}}).encode()
    way = HttpRoads("valhalla+" + server.url).way(HERE, DOOR)
    assert (way.metres, way.seconds) == (5500, 700)
    asked = json.loads(parse_qs(urlsplit(server.asked[1]).query)["json"][0])
    assert asked["locations"] == [{"lat": 37.8, "lon": -122.27}, {"lat": 37.83, "lon": -122.27}]
    assert roads_of("") is None
    with pytest.raises(ValueError, match="http"):
        HttpRoads("ftp://example.com")


def test_the_road_makes_the_estimate_and_what_is_left_of_it_the_next(world: World, server: Server) -> None:
    parcel, line_s = nearly(world), LINE_M * 1.3 / 7
    assert abs(seconds_left(world, parcel) - line_s) < 1
    server.osrm(2.5 * LINE_M, 1500)
    source = HttpRoads(server.url)
    assert asking.ask_due(world.database, source, now=world.now) == 1
    assert abs(seconds_left(world, parcel) - 1500) < 1
    # What is known is not asked again, until the driver is elsewhere or time has passed.
    assert asking.ask_due(world.database, source, now=world.now) == 0 and len(server.asked) == 1
    world.later(minutes=2)
    halfway = Position((HERE[0] + DOOR[0]) / 2, HERE[1], world.now)
    world.scan(parcel, "update", stops_away=0, position=halfway)
    assert abs(seconds_left(world, parcel) - 750) < 2
    server.osrm(0.6 * LINE_M, 300)
    assert asking.ask_due(world.database, source, now=world.now) == 1
    assert abs(seconds_left(world, parcel) - 300) < 2
    world.later(minutes=6)
    assert asking.ask_due(world.database, source, now=world.now) == 0 and len(server.asked) == 2


def test_who_is_far_from_their_turn_is_not_asked_about(world: World, server: Server) -> None:
    server.osrm(1.3 * LINE_M, 600)
    nearly(world, "A1", stops_away=5)
    nearly(world, "A2", position=None)
    nearly(world, "A3", position=Position(*DOOR, world.now))
    nearly(world, "A4", position=Position(*HERE, world.now - timedelta(minutes=6)))
    world.scan(nearly(world, "A5"), "delivered")
    assert asking.ask_due(world.database, HttpRoads(server.url), now=world.now) == 0 and server.asked == []


@pytest.mark.parametrize(
    ("metres", "seconds"),
    [(1.0, 600), (10_000_000, 900_000), (4000, 0), (4000, -5), (4000, 1), (4000, 99_999), (-1, 60), (10**400, 1)],
)
def test_a_way_that_cannot_be_is_not_kept(
    sqlite_database: Database, tmp_path: Path, server: Server, metres: float, seconds: float
) -> None:
    world = World.build(sqlite_database, NOW, tmp_path)
    parcel = nearly(world)
    before = seconds_left(world, parcel)
    server.osrm(metres, seconds)
    assert asking.ask_due(world.database, HttpRoads(server.url), now=world.now) == 0
    assert seconds_left(world, parcel) == before


def test_numbers_that_are_none_are_not_believed() -> None:
    for metres, seconds in ((float("nan"), 60.0), (4000.0, float("nan")), (float("inf"), 60.0)):
        way = type("Said", (), {"metres": metres, "seconds": seconds})()
        assert not is_believable(way, HERE, DOOR)


def test_who_fails_again_and_again_is_left_alone_for_a_while(server: Server) -> None:
    moment = [0.0]
    source = HttpRoads(server.url, clock=lambda: moment[0])
    for status, body in ((500, b"{}"), (200, b"not json"), (200, b'{"routes": []}')):
        server.status, server.body = status, body
        with pytest.raises(OSError, match=r"http_500|bad_answer"):
            source.way(HERE, DOOR)
    assert len(server.asked) == FAILURES
    server.status = 200
    server.osrm(4000, 400)
    with pytest.raises(OSError, match="resting"):
        source.way(HERE, DOOR)
    assert len(server.asked) == FAILURES
    moment[0] += REST_S + 1
    assert source.way(HERE, DOOR).metres == 4000


def test_no_road_is_an_answer_and_no_failure(server: Server) -> None:
    source = HttpRoads(server.url)
    server.status, server.body = 400, b'{"code": "NoRoute"}'
    for _ in range(FAILURES + 2):
        with pytest.raises(OSError, match="http_400"):
            source.way(HERE, DOOR)
    assert len(server.asked) == FAILURES + 2


def test_a_server_that_is_slow_or_down_costs_nothing_but_the_road(world: World, server: Server) -> None:
    parcel = nearly(world)
    before = seconds_left(world, parcel)
    server.body = None
    slow = HttpRoads(server.url, read_s=0.2)
    with pytest.raises(OSError, match="timeout"):
        slow.way(HERE, DOOR)
    assert asking.ask_due(world.database, slow, now=world.now) == 0
    assert asking.ask_due(world.database, HttpRoads("http://127.0.0.1:1"), now=world.now) == 0
    assert seconds_left(world, parcel) == before


def test_nothing_is_open_while_somebody_is_asked(world: World) -> None:
    parcel = nearly(world)
    seen = []

    class Nosy:
        def way(self, here: Any, there: Any) -> Any:
            with world.database.write() as session:  # would wait for ever, or fail, behind a lock of ours
                session.get_one(type(world.shipment(parcel)), parcel).reason = "seen"
            seen.append((here, there))
            return type("Said", (), {"metres": 1.2 * LINE_M, "seconds": 500.0})()

        def failed(self) -> None:
            raise AssertionError

    assert asking.ask_due(world.database, Nosy(), now=world.now) == 1
    assert seen == [(HERE, DOOR)] and world.shipment(parcel).reason == "seen"
    assert (world.shipment(parcel).learned or {})["road"]["seconds"] == 500
