"""The order of stops by road: a river without a bridge near by, which the straight line knows nothing of."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.fl_world import OAKLAND, World
from fakes.roads import RoadServer, road_server
from sqlalchemy import select

from channels.resting import FAILURES
from channels.road_source import MOST_PLACES, HttpRoads
from db import Database
from flows import driver_positions, road_tables, routes
from tracking_core.models import Driver
from tracking_core.positions import Fix, distance_m

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
LAT, LON = 37.8, -122.27
DEE = {"driver_name": "Dee", "driver_phone": "+14155550200"}
Place = tuple[float, float]


def across(here: Place, there: Place) -> float:
    """Eight metres a second, and twenty minutes more to the other bank: the river runs north at LON."""
    drive_s = distance_m(*here, *there) / 8
    return drive_s + (1200 if (here[1] < LON) != (there[1] < LON) else 0)


@pytest.fixture
def server() -> Iterator[RoadServer]:
    with road_server(across) as found:
        yield found


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World.build(database, NOW, tmp_path, workflow="route: {order: ours}\n")


def stop(world: World, order: str, north: float, east: float) -> int:
    there = {**OAKLAND, "lat": LAT + 0.01 * north, "lon": LON + 0.01 * east}
    parcel = world.parcel(order, destination=there, phone=None, **DEE)
    world.scan(parcel, "out_for_delivery")
    return parcel


def banks(world: World) -> dict[str, int]:
    """Doors in pairs on either bank, the driver on the western one in the south. By the line one would zigzag."""
    doors = {"e1": (1, 0.2), "w2": (2, -0.2), "e3": (3, 0.2), "w1": (1.2, -0.2), "e2": (2.2, 0.2), "w3": (3.2, -0.2)}
    parcels = {name: stop(world, name, *door) for name, door in doors.items()}
    with world.database.write() as session:
        dee = session.scalars(select(Driver)).one()
        driver_positions.take(session, world.house, dee, [Fix(LAT, LON - 0.002, world.now)], now=world.now)
    return parcels


def ordered(world: World, parcels: dict[str, int]) -> list[str]:
    return sorted(parcels, key=lambda name: world.shipment(parcels[name]).stop_number or 0)


def test_one_bank_first_where_the_roads_say_so_and_to_and_fro_by_the_line(world: World, server: RoadServer) -> None:
    parcels = banks(world)
    assert routes.tick(world.database, world.house, now=world.now, server=HttpRoads(server.url)) == 1
    assert ordered(world, parcels) == ["w1", "w2", "w3", "e3", "e2", "e1"]
    assert server.asked == [("table", 7, 7)]


def test_without_a_server_the_line_counts(world: World) -> None:
    parcels = banks(world)
    assert routes.tick(world.database, world.house, now=world.now) == 1
    assert ordered(world, parcels) == ["e1", "w1", "w2", "e2", "e3", "w3"]


def test_valhalla_is_asked_in_its_own_way(world: World, server: RoadServer) -> None:
    parcels = banks(world)
    valhalla = HttpRoads("valhalla+" + server.url)
    assert routes.tick(world.database, world.house, now=world.now, server=valhalla) == 1
    assert ordered(world, parcels) == ["w1", "w2", "w3", "e3", "e2", "e1"]
    assert server.asked == [("sources_to_targets", 7, 7)]


@pytest.mark.parametrize("said", [None, math.nan, -1.0, 0.001, 1e9, "far"])
def test_what_cannot_be_leaves_the_line(world: World, server: RoadServer, said: Any) -> None:
    server.seconds = lambda *_: said
    parcels = banks(world)
    assert routes.tick(world.database, world.house, now=world.now, server=HttpRoads(server.url)) == 1
    assert ordered(world, parcels) == ["e1", "w1", "w2", "e2", "e3", "w3"]


def test_a_server_that_is_away_costs_nobody_their_order(world: World, server: RoadServer) -> None:
    server.status = 500
    source, parcels = HttpRoads(server.url), banks(world)
    assert routes.tick(world.database, world.house, now=world.now, server=source) == 1
    assert ordered(world, parcels) == ["e1", "w1", "w2", "e2", "e3", "w3"]
    places = [(LAT, LON), (LAT + 1, LON)]
    for _ in range(FAILURES + 3):
        assert road_tables.between(source, places, until=time.monotonic() + 9) == {}
    assert len(server.asked) == FAILURES


def test_a_long_round_is_asked_in_blocks_that_servers_take(server: RoadServer) -> None:
    places = [(LAT + 0.001 * one, LON + 0.01) for one in range(MOST_PLACES + 21)]
    found = road_tables.between(HttpRoads(server.url), places, until=time.monotonic() + 9)
    assert len(found) == len(places) * (len(places) - 1)
    assert max(max(sources, targets) for _, sources, targets in server.asked) == MOST_PLACES
    assert abs(found[places[0], places[70]] - across(places[0], places[70])) < 0.1
    # Half a table is none.
    assert road_tables.between(HttpRoads(server.url), places, until=time.monotonic() - 1) == {}


def test_nothing_is_open_while_the_server_thinks(world: World, server: RoadServer) -> None:
    parcels, seen = banks(world), []

    def watch() -> None:
        with world.database.write() as session:  # would wait, or fail, behind a lock of ours
            session.scalars(select(Driver).with_for_update()).one().name = "Dina"
        seen.append(1)

    server.watch = watch
    assert routes.tick(world.database, world.house, now=world.now, server=HttpRoads(server.url)) == 1
    assert seen == [1] and ordered(world, parcels)[0] == "w1"
