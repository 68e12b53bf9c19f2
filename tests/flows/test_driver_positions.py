"""A driver's place: what it sets on the parcels in the van, and when the next customer is told."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.fl_world import ANA, BEN, OAKLAND, World
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from db import Base, Database
from flows import driver_positions, driver_taps, upkeep
from flows.driver_page_models import DriverTap
from flows.tracking import create_shipment, take_events
from tracking_core import positions
from tracking_core.models import Driver, Shipment, ShipmentEvent
from tracking_core.position_models import DriverPosition, DriverTrail
from tracking_core.positions import Fix, distance_m
from tracking_core.shipments import NewShipment
from tracking_core.states import ShipmentState

DEE = "+14155550200"
LAT, LON = 37.8, -122.27
ALL = "milestones: [processed, shipped, out_for_delivery, arriving, at_address, delivered, attempt_failed]\n"


def place(east_m: float, north_m: float = 0) -> tuple[float, float]:
    """Degrees of a place so many metres from the corner of the map."""
    return LAT + north_m / 111_195, LON + east_m / (111_195 * math.cos(math.radians(LAT)))


def stop(world: World, order: str, east_m: float, phone: str = ANA, hours: float = 1, **more: object) -> int:
    """A parcel in Dee's van; `hours` gives it its place in the round."""
    lat, lon = place(east_m)
    promised = world.now + timedelta(hours=hours)
    found = world.parcel(
        order,
        phone=phone,
        driver_name="Dee",
        driver_phone=DEE,
        destination={**OAKLAND, "lat": lat, "lon": lon},
        promised_from=promised,
        promised_to=promised + timedelta(hours=1),
        **more,
    )
    world.scan(found, "out_for_delivery")
    return found


def at(world: World, east_m: float, *, ago: float = 0, accuracy_m: float | None = None) -> driver_positions.Heard:
    with world.database.write() as session:
        dee = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        fix = Fix(*place(east_m), world.now - timedelta(seconds=ago), accuracy_m)
        heard = driver_positions.take(session, world.house, dee, [fix], now=world.now)
    world.later(seconds=15)
    return heard


def state(world: World, shipment_id: int) -> str:
    return world.shipment(shipment_id).state


@pytest.fixture
def world(database: Database, now: datetime, tmp_path: Path) -> World:
    return World.build(database, now, tmp_path, workflow=ALL)


def told(world: World, phone: str = ANA) -> int:
    return sum(row.recipient == phone for row in world.outbox())


def test_the_next_stop_is_arriving_then_at_the_address_and_is_told_each_once(world: World) -> None:
    first = stop(world, "A1", 1000)
    before = told(world)
    at(world, 0)
    assert (state(world, first), told(world)) == ("out_for_delivery", before)
    at(world, 1000 - 149)
    assert (state(world, first), told(world)) == ("arriving", before + 1)
    at(world, 1000 - 130)
    assert told(world) == before + 1
    at(world, 1000 - 79)
    assert (state(world, first), told(world)) == ("at_address", before + 2)
    for east in (1000, 860, 1000, 2000, 1000):  # to the door, back to the van, round the block
        at(world, east)
    assert (state(world, first), told(world)) == ("at_address", before + 2)


def test_near_may_be_a_time_by_the_roads_to_that_door(database: Database, now: datetime, tmp_path: Path) -> None:
    world = World.build(database, now, tmp_path, workflow=f"{ALL}eta: {{arriving_within: 5m}}\n")
    parcel = stop(world, "A1", 3000)
    at(world, 3000 - 1700)  # 1615 m of the line are five minutes through a town
    assert state(world, parcel) == "out_for_delivery"
    with world.database.write() as session:  # a river lies between: the server of the roads says twenty minutes
        here, there = place(1300), session.get_one(Shipment, parcel).destination
        road = {"from": list(here), "to": [there["lat"], there["lon"]], "metres": 9000, "seconds": 1200}
        session.get_one(Shipment, parcel).learned = {"road": {**road, "as_of": now.isoformat()}}
    at(world, 3000 - 1000)
    assert state(world, parcel) == "out_for_delivery"
    at(world, 3000 - 400)
    assert state(world, parcel) == "arriving"


def test_only_the_next_stop_hears_of_it(world: World) -> None:
    first, second = stop(world, "A1", 1000), stop(world, "B2", 500, BEN, hours=3)
    before = told(world, BEN)
    at(world, 500)  # past Ben's house, on the way to Ana's
    assert (state(world, second), told(world, BEN)) == ("out_for_delivery", before)
    assert (world.shipment(first).stops_away, world.shipment(second).stops_away) == (0, 1)
    at(world, 1000)
    world.scan(first, "delivered")
    at(world, 900)
    assert world.shipment(second).stops_away == 0
    at(world, 501)
    assert (state(world, second), told(world, BEN)) == ("at_address", before + 1)


def test_stops_we_know_nothing_of_are_counted_until_the_driver_is_there(world: World) -> None:
    parcel = stop(world, "A1", 3000)
    world.scan(parcel, "update", stops_away=4)
    at(world, 0)
    assert world.shipment(parcel).stops_away == 4
    at(world, 3000 - 140)
    assert (state(world, parcel), world.shipment(parcel).stops_away) == ("arriving", 0)
    at(world, 3000)
    assert (state(world, parcel), world.shipment(parcel).stops_away) == ("at_address", 0)


def test_two_parcels_for_one_door_are_one_stop(world: World) -> None:
    first, same, other = stop(world, "A1", 1000), stop(world, "A2", 1010), stop(world, "B2", 1005, BEN)
    at(world, 1000)
    assert [state(world, one) for one in (first, same, other)] == ["at_address", "at_address", "out_for_delivery"]
    assert [world.shipment(one).stops_away for one in (first, same, other)] == [0, 1, 2]


def test_what_comes_late_or_twice_changes_nothing_and_what_is_stale_tells_nobody(world: World) -> None:
    first = stop(world, "A1", 1000)
    assert at(world, 0).taken == 1
    assert at(world, 1000, ago=30) == driver_positions.Heard(taken=0, ignored=1)
    assert world.shipment(first).position["lat"] == pytest.approx(place(0)[0])  # type: ignore[index]
    world.later(minutes=10)
    assert at(world, 1000, ago=301).taken == 1  # it is the newest we have, and too old to tell anybody
    assert state(world, first) == "out_for_delivery"
    world.later(hours=30)
    assert at(world, 1000, ago=86_400).ignored == 1


def test_a_phone_whose_clock_runs_ahead_does_not_silence_the_places_that_follow(world: World) -> None:
    first = stop(world, "A1", 1000)
    assert at(world, 0, ago=-540).taken == 1
    assert at(world, 1000).taken == 1
    assert state(world, first) == "at_address"


def test_a_blurred_place_is_kept_and_tells_nobody(world: World) -> None:
    first = stop(world, "A1", 1000)
    at(world, 1000, accuracy_m=500)
    assert state(world, first) == "out_for_delivery"
    assert world.shipment(first).position is not None
    at(world, 1000, accuracy_m=20)
    assert state(world, first) == "at_address"


def test_after_a_failed_attempt_the_door_counts_again_only_when_it_was_left(world: World) -> None:
    first = stop(world, "A1", 1000)
    at(world, 1000)
    world.scan(first, "attempt_failed")
    world.later(minutes=1)
    world.scan(first, "out_for_delivery")
    at(world, 1000)
    at(world, 1100)
    assert state(world, first) == "out_for_delivery"  # still at the door where nobody was
    at(world, 3000)
    at(world, 1000)
    assert state(world, first) == "at_address"


def test_parcels_that_are_not_out_or_are_another_drivers_are_left_alone(world: World) -> None:
    mine = stop(world, "A1", 1000)
    done = stop(world, "A2", 1000)
    world.scan(done, "delivered")
    waiting = world.parcel("A3", driver_name="Dee", driver_phone=DEE, destination={**OAKLAND, "lat": LAT, "lon": LON})
    theirs = world.parcel("A4", driver_name="Eve", driver_phone="+14155550299")
    world.scan(theirs, "out_for_delivery")
    at(world, 0)
    assert world.shipment(mine).position is not None
    assert [world.shipment(one).position for one in (done, waiting, theirs)] == [None, None, None]


def test_a_parcel_without_a_place_raises_nothing(world: World) -> None:
    blind = world.parcel("A1", driver_name="Dee", driver_phone=DEE)
    world.scan(blind, "out_for_delivery")
    at(world, 0)
    assert state(world, blind) == "out_for_delivery"
    assert world.shipment(blind).stops_away == 0


def test_places_are_forgotten_after_a_day(world: World) -> None:
    first = stop(world, "A1", 1000)
    for east in (0, 100, 200):
        at(world, east)
    world.scan(first, "delivered")

    def kept() -> tuple[int, int, bool]:
        with world.database.write() as session:
            positions.forget(session, now=world.now)
        with world.database.read() as session:
            rows = [session.scalar(select(func.count()).select_from(one)) or 0 for one in (DriverTrail, DriverPosition)]
        return rows[0], rows[1], world.shipment(first).position is not None

    assert kept() == (3, 1, True)
    world.later(hours=25)
    assert kept() == (0, 0, False)


def test_the_trail_is_no_film(world: World) -> None:
    stop(world, "A1", 1000)
    with world.database.write() as session:
        dee = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        fixes = [Fix(*place(one), world.now - timedelta(seconds=60 - one)) for one in range(60)]
        assert driver_positions.take(session, world.house, dee, fixes, now=world.now).taken == 60
        assert session.scalar(select(func.count()).select_from(DriverTrail)) == 1


def test_metres_between_places() -> None:
    assert distance_m(*place(0), *place(1000)) == pytest.approx(1000, rel=0.001)
    assert distance_m(0, 0, 0, 180) == pytest.approx(math.pi * 6_371_000)
    assert distance_m(10, 20, 10, 20) == 0


# -- any drive, with places that waver by 30 m and minutes without any ------------------------------------------------

NOISE_M, STEP_S, SPEED_MS = 30, 15, 9.0
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One SQLite file for all examples; each rolls back what it did."""
    folder = tmp_path_factory.mktemp("drives")
    database = Database(f"sqlite:///{folder / 'd.db'}")
    Base.metadata.create_all(database.engine)
    yield World.build(database, NOW, folder, workflow=ALL)
    database.close()


noise = st.tuples(st.floats(0, NOISE_M), st.floats(0, 2 * math.pi))
fixes = st.tuples(st.booleans() | st.just(True), noise)
drives = st.tuples(
    st.lists(st.integers(-2000, 2000), min_size=1, max_size=3),  # the houses, in the order of the round
    st.lists(st.integers(1, 6), min_size=3, max_size=3),  # how many places are sent from each door
    st.lists(fixes, min_size=10, max_size=60),  # which places arrive, and how wrong they are
)


@settings(deadline=None, max_examples=60)
@given(drive=drives)
def test_any_drive_tells_each_customer_once_in_order_and_nobody_out_of_turn(one_world: World, drive) -> None:
    houses, waits, sent = drive
    wavering = iter(sent * 40)
    with one_world.database.write() as session:
        driver, ids = _round(one_world, session, houses)
        where, clock, seen_at_door = 0.0, NOW, set()
        for place_in_round, (house, wait) in enumerate(zip(houses, waits, strict=False)):
            way = abs(house - where)
            steps = max(1, math.ceil(way / (SPEED_MS * STEP_S)))
            true = [where + (house - where) * step / steps for step in range(1, steps + 1)] + [float(house)] * wait
            for east in true:
                clock += timedelta(seconds=STEP_S)
                arrives, (off, angle) = next(wavering)
                before = [session.get_one(Shipment, one).state for one in ids]
                if arrives:
                    spot = place(east + off * math.cos(angle), off * math.sin(angle))
                    driver_positions.take(session, one_world.house, driver, [Fix(*spot, clock)], now=clock)
                    if east == house:
                        seen_at_door.add(place_in_round)
                after = [session.get_one(Shipment, one).state for one in ids]
                for index, (was, is_now) in enumerate(zip(before, after, strict=True)):
                    if was == is_now:
                        continue
                    assert index == place_in_round  # all before it are delivered, none after it hears
                    assert ShipmentState(is_now).rank > ShipmentState(was).rank
                    radius = 150 if is_now == "arriving" else 80
                    assert abs(east - houses[index]) <= radius + NOISE_M + 1
            if place_in_round in seen_at_door:
                assert session.get_one(Shipment, ids[place_in_round]).state == "at_address"
            one = session.get_one(Shipment, ids[place_in_round])
            event = one_world.event("delivered", event_id=f"done{place_in_round}", occurred_at=clock)
            take_events(session, one_world.house, [event], retailer="default", now=clock, shipment=one)
            where = float(house)
        raised = session.execute(
            select(ShipmentEvent.shipment_id, ShipmentEvent.status).where(ShipmentEvent.source == positions.SOURCE)
        ).all()
        assert len(raised) == len(set(raised))
        session.rollback()


def _round(world: World, session, houses: list[int]) -> tuple[Driver, list[int]]:
    ids = []
    for index, house in enumerate(houses):
        lat, lon = place(house)
        new = NewShipment(
            f"P{index}",
            customer_phone=f"+1415555030{index}",
            destination={**OAKLAND, "lat": lat, "lon": lon},
            promised_from=NOW + timedelta(hours=index),
            promised_to=NOW + timedelta(hours=index + 1),
            driver_name="Dee",
            driver_phone=DEE,
        )
        parcel, _ = create_shipment(session, world.house, new, retailer="default", now=NOW)
        out = world.event("out_for_delivery", event_id=f"out{index}", occurred_at=NOW)
        take_events(session, world.house, [out], retailer="default", now=NOW, shipment=parcel)
        ids.append(parcel.id)
    return session.scalars(select(Driver).where(Driver.phone == DEE)).one(), ids


def test_the_hourly_tidying_forgets_places_and_old_taps(world: World) -> None:
    first = stop(world, "A1", 1000)
    at(world, 0)
    with world.database.write() as session:
        dee = session.scalars(select(Driver).where(Driver.phone == DEE)).one()
        driver_taps.take(
            session, world.house, dee, driver_taps.Tap("tap-0001", first, "here", at=world.now), now=world.now
        )

    def kept() -> list[int]:
        upkeep.tidy(world.database, now=world.now)
        with world.database.read() as session:
            return [session.scalar(select(func.count()).select_from(one)) or 0 for one in (DriverTrail, DriverTap)]

    assert kept() == [1, 1]
    world.later(hours=25)
    assert kept() == [0, 1]
    world.later(days=30)
    assert kept() == [0, 0]
