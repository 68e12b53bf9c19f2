"""Real rounds of real vans, replayed as places: each customer is told once that the driver is near, once at the door.

The order of the stops, their places and how long a driver stays are real (../shared/data/eta); how the van drives
between them is not known and is made up: straight, at 8 m/s. Places come every 15 s, wrong by up to 30 m, and now and
then nothing comes for three minutes; what the driver taps meanwhile comes with its own time and place when there is a
signal again. REPLAY_WHOLE=1 drives the rounds from the first stop to the last.
"""

import json
import math
import os
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.fl_world import World
from sqlalchemy import select

from channels.models import OutboxRow
from db import Database
from flows import driver_actions, driver_positions
from flows.driver_actions import Action
from flows.tracking import create_shipment, take_events
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.positions import Fix
from tracking_core.shipments import NewShipment

DEE = "+14155550200"
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
ALL = "milestones: [processed, shipped, out_for_delivery, arriving, at_address, delivered]\n"
NOISE_M, STEP_S, SPEED_MS, GAP_S = 30, 15, 8.0, 180
#: So many stops of each route are enough to meet every kind of gap.
STRETCH = 14
#: A round that goes through dense and open parts of town, where the sample is absent.
OWN = [(37.8 + 0.004 * math.sin(place / 3), -122.27 + 0.0012 * place, 45.0) for place in range(24)]


def sample(shared: Path) -> list[list[tuple[float, float, float]]]:
    found = json.loads((shared / "data" / "eta" / "amazon_routes_sample.json").read_text())
    return [
        [
            (lat, lon, sum(package[0] or 0 for package in packages))
            for _, lat, lon, kind, _, _, packages in route["stops"]
            if kind == "Dropoff"
        ]
        for route in found["routes"]
    ]


def test_a_round_of_our_own(database: Database, tmp_path: Path) -> None:
    replay(World.build(database, NOW, tmp_path, workflow=ALL), OWN, seed=7)


@pytest.mark.parametrize("route", range(13))
def test_the_rounds_of_the_sample(sqlite_database: Database, tmp_path: Path, shared: Path, route: int) -> None:
    """A stretch of each route, from another place in each."""
    stops = sample(shared)[route]
    if not os.environ.get("REPLAY_WHOLE"):
        begin = (route * 17) % (len(stops) - STRETCH)
        stops = stops[begin : begin + STRETCH]
    replay(World.build(sqlite_database, NOW, tmp_path, workflow=ALL), stops, seed=route)


def replay(world: World, stops: list[tuple[float, float, float]], *, seed: int) -> None:
    dice = random.Random(seed)
    ids = loaded(world, stops)
    clock, here, silent_until, next_gap = NOW, stops[0][:2], NOW, NOW + timedelta(minutes=5)
    kept: list[tuple[int, tuple[float, float], datetime]] = []

    def tick() -> None:
        """Fifteen seconds pass; the phone says where it is, if it has a signal."""
        nonlocal clock, silent_until, next_gap
        clock += timedelta(seconds=STEP_S)
        if clock >= next_gap:
            silent_until = clock + timedelta(seconds=GAP_S)
            next_gap = silent_until + timedelta(minutes=dice.uniform(2, 9))
        if clock < silent_until:
            return
        while kept:
            tapped(world, *kept.pop(0), now=clock)
        heard(world, wrong(here, dice), clock)

    for place, (lat, lon, stays_s) in enumerate(stops):
        way_m = metres(here, (lat, lon))
        steps = math.ceil(way_m / (SPEED_MS * STEP_S))
        start = here
        for step in range(1, steps + 1):
            here = tuple(a + (b - a) * step / steps for a, b in zip(start, (lat, lon), strict=True))  # type: ignore[assignment]
            tick()
        here = (lat, lon)
        for _ in range(max(1, round(stays_s / STEP_S))):
            tick()
        kept.append((ids[place], wrong(here, dice), clock))
        tick()
    for one in kept:
        tapped(world, *one, now=clock)
    told_once_in_order(world, ids)


def loaded(world: World, stops: list[tuple[float, float, float]]) -> list[int]:
    ids = []
    with world.database.write() as session:
        for place, (lat, lon, _) in enumerate(stops):
            new = NewShipment(
                f"R{place:03}",
                customer_phone=f"+1628555{place:04}",
                destination={"lat": lat, "lon": lon, "timezone": "America/Los_Angeles"},
                promised_from=NOW,
                promised_to=NOW + timedelta(hours=9),
                stop_number=place + 1,
                driver_name="Dee",
                driver_phone=DEE,
            )
            parcel, _ = create_shipment(session, world.house, new, retailer="default", now=NOW)
            out = world.event("out_for_delivery", event_id=f"out{place}", occurred_at=NOW)
            take_events(session, world.house, [out], retailer="default", now=NOW, shipment=parcel)
            ids.append(parcel.id)
    return ids


def heard(world: World, spot: tuple[float, float], at: datetime) -> None:
    with world.database.write() as session:
        dee = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        driver_positions.take(session, world.house, dee, [Fix(*spot, at)], now=at)


def tapped(world: World, parcel_id: int, spot: tuple[float, float], at: datetime, *, now: datetime) -> None:
    with world.database.write() as session:
        dee = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        parcel = session.get_one(Shipment, parcel_id)
        driver_actions.act(
            session,
            world.house,
            dee,
            parcel,
            Action.DELIVERED,
            at=at,
            source="driver_page",
            key=f"tap{parcel_id}",
            position=spot,
            now=now,
        )


def told_once_in_order(world: World, ids: list[int]) -> None:
    with world.database.read() as session:
        events = session.execute(
            select(ShipmentEvent.shipment_id, ShipmentEvent.status)
            .where(ShipmentEvent.moved.is_(True))
            .order_by(ShipmentEvent.occurred_at, ShipmentEvent.id)
        ).all()
        keys = list(session.scalars(select(OutboxRow.key).where(OutboxRow.key.like("milestone:%"))))
    histories = defaultdict(list)
    for parcel, status in events:
        histories[parcel].append(status)
    for place, one in enumerate(ids):
        assert histories[one] == ["out_for_delivery", "arriving", "at_address", "delivered"], f"stop {place + 1}"
    # Nobody is told before whoever comes first, and nobody twice.
    assert [parcel for parcel, status in events if status == "at_address"] == ids
    assert [parcel for parcel, status in events if status == "arriving"] == ids
    assert len(keys) == len(set(keys))


def wrong(spot: tuple[float, float], dice: random.Random) -> tuple[float, float]:
    off, angle = dice.uniform(0, NOISE_M), dice.uniform(0, 2 * math.pi)
    lat, lon = spot
    north = off * math.sin(angle) / 111_195
    return lat + north, lon + off * math.cos(angle) / (111_195 * math.cos(math.radians(lat)))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (other[1] - one[1]) * 111_195 * math.cos(math.radians(one[0]))
    return math.hypot((other[0] - one[0]) * 111_195, east)
