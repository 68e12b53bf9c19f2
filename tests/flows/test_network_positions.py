"""What a courier network's places tell of: near, and at the door, once, in order, and of no other door."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.fl_world import ANA, BEN, OAKLAND, World
from sqlalchemy import select

from channels.models import OutboxRow
from db import Database
from flows.tracking import take_events
from tracking_core.facts import CarrierEvent, Eta, Position
from tracking_core.models import ShipmentEvent

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
DOOR = (37.8, -122.27)
ALL = "milestones: [out_for_delivery, arriving, at_address, delivered]\n"
DEE = {"driver_name": "Dee", "driver_phone": "+14155550200"}
_ids = itertools.count(1)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World.build(database, NOW, tmp_path, workflow=ALL)


def out(world: World, order: str = "A1", north_m: float = 0, phone: str = ANA, **more: Any) -> int:
    there = {**OAKLAND, "lat": DOOR[0] + north_m / 111_195, "lon": DOOR[1]}
    parcel = world.parcel(order, f"T{order}", phone=phone, destination=there, **more)
    world.scan(parcel, "out_for_delivery")
    world.later(minutes=1)
    return parcel


def said(world: World, away_m: float | None, order: str = "A1", *, ago_s: float = 0, **more: Any) -> None:
    """The network tells of a courier so far south of Ana's door, twice."""
    at = world.now - timedelta(seconds=ago_s)
    place = None if away_m is None else Position(DOOR[0] - away_m / 111_195, DOOR[1], at)
    about: dict[str, Any] = {"carrier": "onfleet", "status": "update", "position": place, **more}
    event = CarrierEvent(event_id=f"n{next(_ids)}", tracking_number=f"T{order}", occurred_at=at, **about)
    with world.database.write() as session:
        take_events(session, world.house, [event], retailer="default", now=world.now)
        again = take_events(session, world.house, [event], retailer="default", now=world.now)
    assert not again.changed
    world.later(seconds=20)


def texts(world: World) -> list[str]:
    with world.database.read() as session:
        keys = session.scalars(select(OutboxRow.key).where(OutboxRow.key.like("milestone:%")).order_by(OutboxRow.id))
        return [key for key in keys if "arriving" in key or "at_address" in key]


def story(world: World, parcel: int) -> list[str]:
    with world.database.read() as session:
        moved = select(ShipmentEvent.status).where(ShipmentEvent.shipment_id == parcel, ShipmentEvent.moved.is_(True))
        return list(session.scalars(moved.order_by(ShipmentEvent.id)))


def test_near_and_at_the_door_once_each_in_order(world: World) -> None:
    parcel = out(world)
    for away_m in (900, 140, 160, 120, 300, 130, 60, 20, 200, 40):
        said(world, away_m)
    assert story(world, parcel) == ["out_for_delivery", "arriving", "at_address"]
    assert len(texts(world)) == 2


def test_at_the_door_at_once_is_one_text(world: World) -> None:
    parcel = out(world)
    said(world, 30)
    assert story(world, parcel) == ["out_for_delivery", "arriving", "at_address"]
    assert len(texts(world)) == 1


def test_old_places_and_places_of_depots_say_nothing(world: World) -> None:
    parcel = out(world)
    said(world, 30, ago_s=301)
    said(world, 2000)
    said(world, 30, ago_s=60)  # older than the one before
    said(world, 30, carrier="easypost")
    said(world, 30, silent=True)
    said(world, 30, stops_away=2)
    assert story(world, parcel) == ["out_for_delivery"] and texts(world) == []
    said(world, 30, carrier="easypost", stops_away=0)
    assert story(world, parcel)[-1] == "at_address"


def test_a_shop_next_door_is_not_the_door(world: World) -> None:
    parcel = world.parcel("A1", "TA1", destination={**OAKLAND, "lat": DOOR[0], "lon": DOOR[1]})
    said(world, 50, status="out_for_delivery")
    assert story(world, parcel) == ["out_for_delivery"]
    said(world, 50, status="out_for_delivery")
    assert story(world, parcel)[-1] == "at_address"


def test_beside_another_door_of_the_round_nothing_is_said(world: World) -> None:
    first = out(world, "B1", north_m=-60, phone=BEN, stop_number=1, **DEE)
    second = out(world, "A1", stop_number=2, **DEE)
    said(world, 20)
    assert story(world, second) == ["out_for_delivery"]
    world.scan(first, "delivered")
    said(world, 20)
    assert story(world, second)[-1] == "at_address"


def test_a_time_that_is_near_counts_where_the_workflow_says_so(database: Database, tmp_path: Path) -> None:
    world = World.build(database, NOW, tmp_path, workflow=f"{ALL}eta: {{arriving_within: 5m}}\n")
    parcel = out(world)

    def expected(minutes: float) -> Eta:
        return Eta(at=world.now + timedelta(minutes=minutes))

    said(world, None, eta=expected(12))
    assert story(world, parcel) == ["out_for_delivery"]
    said(world, None, eta=expected(4))
    said(world, None, eta=expected(9))
    said(world, None, eta=expected(2))
    assert story(world, parcel) == ["out_for_delivery", "arriving"] and len(texts(world)) == 1
    other = out(world, "C1", phone=BEN)
    said(world, 1700, "C1")
    assert story(world, other) == ["out_for_delivery"]
    said(world, 1500, "C1")
    assert story(world, other) == ["out_for_delivery", "arriving"]


def test_whatever_order_they_come_in_it_never_goes_back(sqlite_database: Database, tmp_path: Path) -> None:
    world = World.build(sqlite_database, NOW, tmp_path, workflow=ALL)
    dice = random.Random(5)
    for number in range(6):
        order = f"R{number}"
        parcel = out(world, order, phone=f"+1415555{number:04}")
        for _ in range(12):
            said(world, dice.choice([10, 60, 100, 140, 200, 900]), order, ago_s=dice.choice([0, 0, 40, 200, 400]))
        told = story(world, parcel)
        assert told == ["out_for_delivery", "arriving", "at_address"][: len(told)]
    assert len(texts(world)) == len(set(texts(world)))
