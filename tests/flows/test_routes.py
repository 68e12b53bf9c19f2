"""Rounds nobody has numbered: put in order where the workflow says so, and left alone where the retailer has spoken."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.fl_world import OAKLAND, World
from sqlalchemy import select

from db import Database
from flows import driver_positions, routes
from tracking_core.models import Driver
from tracking_core.positions import Fix

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
LAT, LON = 37.8, -122.27
DEE = {"driver_name": "Dee", "driver_phone": "+14155550200"}


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World.build(database, NOW, tmp_path, workflow="route: {order: ours}\n")


def stop(world: World, north: float | None, **more: Any) -> int:
    there = dict(OAKLAND) if north is None else {**OAKLAND, "lat": LAT + 0.01 * north, "lon": LON}
    order = f"A{len(world.texts())}-{north}-{more.get('stop_number')}"
    parcel = world.parcel(order, destination=there, phone=None, **DEE, **more)
    world.scan(parcel, "out_for_delivery")
    return parcel


def at(world: World, north: float) -> None:
    with world.database.write() as session:
        dee = session.scalars(select(Driver)).one()
        driver_positions.take(session, world.house, dee, [Fix(LAT + 0.01 * north, LON, world.now)], now=world.now)


def order(world: World, *parcels: int) -> list[tuple[int | None, int | None]]:
    return [(world.shipment(one).stop_number, world.shipment(one).stops_away) for one in parcels]


def test_from_where_the_driver_is_along_the_street(world: World) -> None:
    three, one, two = stop(world, 3), stop(world, 1), stop(world, 2)
    at(world, 0)
    assert routes.tick(world.database, world.house, now=world.now) == 1
    assert order(world, one, two, three) == [(1, 0), (2, 1), (3, 2)]
    assert routes.tick(world.database, world.house, now=world.now) == 0
    world.scan(one, "delivered")
    half = stop(world, 2.5)
    assert routes.tick(world.database, world.house, now=world.now) == 1
    assert order(world, two, half, three) == [(2, 0), (3, 1), (4, 2)]


def test_who_was_promised_soon_comes_before_who_is_near(world: World) -> None:
    near = stop(world, 0.5)
    soon = stop(world, -2, promised_from=NOW - timedelta(hours=1), promised_to=NOW + timedelta(minutes=9))
    at(world, 0)
    assert routes.tick(world.database, world.house, now=world.now) == 1
    assert order(world, soon, near) == [(1, 0), (2, 1)]


def test_what_the_retailer_numbered_stays(world: World) -> None:
    given, free = stop(world, 3, stop_number=1), stop(world, 1)
    at(world, 0)
    assert routes.tick(world.database, world.house, now=world.now) == 0
    assert order(world, given, free) == [(1, 0), (None, 1)]


def test_a_door_nobody_knows_leaves_the_round_as_it_is(world: World) -> None:
    stop(world, None)
    known = stop(world, 1)
    at(world, 0)
    assert routes.tick(world.database, world.house, now=world.now) == 0
    assert world.shipment(known).stop_number is None


def test_by_default_nobody_orders_anything(sqlite_database: Database, tmp_path: Path) -> None:
    world = World.build(sqlite_database, NOW, tmp_path)
    stop(world, 3)
    assert routes.tick(world.database, world.house, now=world.now) == 0
