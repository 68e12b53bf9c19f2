"""Drivers hear of their round in one text, and of what changes in it, once it has come to rest."""

import io
from datetime import timedelta

import pytest
from fakes.driver_world import DEE, ELI, PEOPLE, Route
from fakes.fl_world import World

from flows import upkeep
from flows.imports import import_shipments
from tracking_core import shipments
from tracking_core.models import RoundChange, Shipment


@pytest.fixture
def route(database, now, tmp_path) -> Route:
    return Route(World.build(database, now, tmp_path))


def rest(route, **step) -> None:
    """Time passes, and the worker ticks."""
    route.world.later(**(step or {"seconds": 31}))
    upkeep.tick(route.world.database, route.world.house, now=route.world.now)


def change(route, parcel, **changes) -> None:
    with route.world.database.write() as session:
        shipments.update(session, session.get_one(Shipment, parcel), changes, now=route.world.now)


def to(route, parcel, phone) -> None:
    with route.world.database.write() as session:
        found = session.get_one(Shipment, parcel)
        shipments.assign_driver(session, found, name="Eli" if phone == ELI else "Dee", phone=phone, now=route.world.now)


def test_a_mornings_import_is_one_text(route) -> None:
    begins = (route.world.now + timedelta(hours=2)).isoformat()
    head = "order_number,customer.phone,driver.name,driver.phone,promised.from,promised.to,destination.line1,stop"
    lines = [
        f"A{1000 + place},+14155550{100 + place},Dee,{DEE},{begins},{begins},{place} Oak St,{121 - place}"
        for place in range(1, 121)
    ]
    file = io.BytesIO("\n".join([head, *lines]).encode())
    result = import_shipments(route.world.database, route.world.house, file, retailer="default", now=route.world.now)
    assert (result.created, result.errors) == (120, [])
    upkeep.tick(route.world.database, route.world.house, now=route.world.now)
    assert route.world.texts() == []
    rest(route)
    (text,) = route.read_by(DEE)
    assert 'you have 120 stops today. First: A1120, 120 Oak St. Text "next"' in text and "/d/" in text
    assert len(route.world.texts()) == 1
    rest(route)
    assert len(route.world.texts()) == 1


def test_a_stop_handed_over_tells_both_and_several_are_one_text(route) -> None:
    mine = [route.stop(f"A100{place}", place=place) for place in range(4)]
    route.stop("B2001", driver=ELI, place=5)
    rest(route)
    assert [len(route.read_by(who)) for who in (DEE, ELI)] == [1, 1]
    for parcel in mine[:3]:
        to(route, parcel, ELI)
        route.world.later(seconds=1)
    rest(route)
    dee, eli = route.read_by(DEE), route.read_by(ELI)
    assert [len(dee), len(eli)] == [2, 2]
    assert "No longer yours: A1000, A1001, A1002. Next: A1003, 15 Oak St" in dee[-1] and "New" not in dee[-1]
    assert "New: A1000, A1001, A1002. Next: A1000" in eli[-1] and "No longer" not in eli[-1]
    assert all(route.read_by(person) == [] for person in PEOPLE[:4])


def test_what_goes_and_comes_back_before_anybody_knows_is_nothing(route) -> None:
    parcel = route.stop("A1001")
    route.stop("A1002", place=1)
    route.stop("B2001", driver=ELI)
    rest(route)
    to(route, parcel, ELI)
    to(route, parcel, DEE)
    change(route, parcel, stop_number=2)
    change(route, parcel, stop_number=None)
    rest(route)
    assert [len(route.read_by(who)) for who in (DEE, ELI)] == [1, 1]


def test_another_order_of_the_stops_is_told_and_a_number_that_moves_nothing_is_not(route) -> None:
    first, second = route.stop("A1001"), route.stop("A1002", place=1)
    rest(route)
    change(route, first, stop_number=1)
    change(route, second, stop_number=2)
    rest(route)
    assert len(route.read_by(DEE)) == 1
    change(route, first, stop_number=3)
    rest(route)
    assert "order of your stops is another one. Next: A1002" in route.read_by(DEE)[-1]


def test_while_it_does_not_come_to_rest_a_driver_waits_no_longer_than_a_minute(route) -> None:
    for place in range(8):
        route.stop(f"A100{place}", place=place)
        rest(route, seconds=9)
    assert len(route.read_by(DEE)) == 1
    assert "you have 7 stops today" in route.read_by(DEE)[0]
    rest(route)
    assert "New: A1007" in route.read_by(DEE)[-1]


def test_a_round_of_tomorrow_is_told_tomorrow(route) -> None:
    tomorrow = route.world.now + timedelta(days=1)
    route.stop("A1001", promised_from=tomorrow, promised_to=tomorrow + timedelta(hours=2))
    rest(route)
    assert route.read_by(DEE) == []
    rest(route, hours=21)
    assert route.read_by(DEE) == []
    rest(route, hours=1, minutes=1)
    assert "you have 1 stop today" in route.read_by(DEE)[0]


def test_a_driver_who_wants_no_texts_gets_none(route) -> None:
    route.stop("A1001")
    route.world.says("STOP", DEE)
    route.stop("A1002", place=1)
    rest(route)
    assert [text for text in route.read_by(DEE) if "stops" in text] == []
    with route.world.database.read() as session:
        assert session.query(RoundChange).count() == 0


def test_in_the_night_a_round_waits_for_the_morning_unless_it_runs(database, now, tmp_path) -> None:
    night = now.replace(hour=7)  # 11 PM in California
    quiet = 'quiet_hours: {from: "21:00", to: "08:00"}\n'
    route = Route(World.build(database, night, tmp_path, workflow=quiet))
    route.stop("A1001", promised_from=None, promised_to=None)
    rest(route)
    (held,) = route.world.outbox()
    assert (held.state, held.recipient, held.not_before) == ("held", DEE, now.replace(hour=16))
    to(route, route.stop("B2001", "out_for_delivery"), ELI)
    rest(route)
    assert [row.state for row in route.world.outbox() if row.recipient == ELI] == ["queued"]
