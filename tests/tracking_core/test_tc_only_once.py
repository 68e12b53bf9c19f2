"""Only once: webhooks that come many times at the same moment, and races between a parcel and its scans."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db import Database
from tracking_core import shipments, upkeep
from tracking_core.carriers import ADAPTERS, CarrierRequest
from tracking_core.facts import CarrierEvent, Fact, StateChanged
from tracking_core.models import Shipment, ShipmentEvent, UnmatchedEvent
from tracking_core.recording import record, record_all
from tracking_core.shipments import NewShipment

Make = Callable[..., Shipment]
Scan = Callable[..., CarrierEvent]


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run the work in so many threads that begin together; their answers."""
    gate = threading.Barrier(count)

    def begin(place: int) -> Any:
        gate.wait()
        return work(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def moves(facts: list[Fact]) -> list[tuple[str, str, bool]]:
    return [(str(f.before), str(f.after), f.silent) for f in facts if isinstance(f, StateChanged)]


def easypost(shared: Path, by: timedelta = timedelta()) -> list[CarrierEvent]:
    """The real event, its moments moved."""
    text = (shared / "data/easypost/event-body.json").read_text("utf-8")

    def move(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: move(item) for key, item in found.items()}
        if isinstance(found, list):
            return [move(item) for item in found]
        if isinstance(found, str) and found.endswith("Z") and found[4:5] == "-":
            return (datetime.fromisoformat(found) + by).isoformat()
        return found

    return ADAPTERS["easypost"].parse(CarrierRequest({}, {}, json.dumps(move(json.loads(text))).encode()))


def test_the_real_event_old_then_redated_twenty_times_at_once(
    database: Database, parcel: Make, shared: Path, now: datetime
) -> None:
    """Old, it moves the state and tells nobody; re-dated, it tells once, however often it comes."""
    old = easypost(shared)
    with database.write() as session:
        shipment = parcel(session, tracking_number="1")
        facts = record_all(session, old, retailer="default", now=now)
        assert moves(facts) == [("created", "processed", True), ("processed", "in_transit", True)]
        assert all(fact.silent for fact in facts)
        assert shipment.carrier_eta_day is not None
    new = easypost(shared, now - old[-1].occurred_at - timedelta(minutes=1))

    def deliver(_: int) -> list[Fact]:
        return database.run(lambda session: record_all(session, new, retailer="default", now=now))

    told = [fact for facts in at_once(20, deliver) for fact in facts]
    assert moves(told) == [("created", "in_transit", False)]
    with database.read() as session:
        rows = session.scalars(select(ShipmentEvent)).all()
        assert len(rows) == len(old) + len(new) == 16


def test_a_redated_event_for_a_new_parcel_tells_once(
    database: Database, parcel: Make, shared: Path, now: datetime
) -> None:
    new = easypost(shared, now - easypost(shared)[-1].occurred_at)
    with database.write() as session:
        parcel(session, tracking_number="1")

    def deliver(_: int) -> list[Fact]:
        return database.run(lambda session: record_all(session, new, retailer="default", now=now))

    told = [move for facts in at_once(20, deliver) for move in moves(facts) if not move[2]]
    assert told == [("created", "in_transit", False)]


def test_twenty_different_scans_at_once(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    """Each waits for the one before: the way told has no gap and no step twice."""
    with database.write() as session:
        shipment = parcel(session)
    statuses = ("processed", "shipped", "in_transit", "out_for_delivery", "delivered") * 4
    events = [scan(status, -place, number=shipment.tracking_number) for place, status in enumerate(statuses)]

    def deliver(place: int) -> list[Fact]:
        return database.run(lambda session: record(session, events[place], retailer="default", now=now))

    way = {f.before: f.after for facts in at_once(20, deliver) for f in facts if isinstance(f, StateChanged)}
    seen, here = [], "created"
    while here in way:
        here = way[here]
        seen.append(here)
    assert here == "delivered"
    assert len(seen) == len(way)
    with database.read() as session:
        assert len(session.scalars(select(ShipmentEvent)).all()) == 20


def test_one_event_for_a_given_shipment_twenty_times_at_once(
    database: Database, parcel: Make, scan: Scan, now: datetime
) -> None:
    """The way of our own API, with ever new ids: the first moves it, for the others it is there already."""
    with database.write() as session:
        shipment = parcel(session)

    def deliver(_: int) -> list[Fact]:
        def work(session: Any) -> list[Fact]:
            mine = shipments.get(session, "default", shipment.id)
            return record(session, scan("shipped"), retailer="default", now=now, shipment=mine)

        return database.run(work)

    assert moves([fact for facts in at_once(20, deliver) for fact in facts]) == [("created", "shipped", False)]


def test_the_same_shipment_twenty_times_at_once(database: Database, now: datetime) -> None:
    new = NewShipment("RACE", "R1", promised_to=now, driver_name="Dee", driver_phone="+14155550200")

    def create(_: int) -> tuple[int, bool]:
        def work(session: Any) -> tuple[int, bool]:
            shipment, created = shipments.create(session, new, retailer="default", now=now)
            return shipment.id, created

        return database.run(work)

    answers = at_once(20, create)
    assert len({key for key, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
    with database.read() as session:
        (shipment,) = session.scalars(select(Shipment)).all()
        assert len(shipments.promises(session, shipment)) == 1


def test_a_scan_and_its_shipment_at_the_same_moment(database: Database, scan: Scan, now: datetime) -> None:
    """Whoever is first: the scan ends in the shipment's history, never in the waiting room for good."""
    for number in (f"SAME{place}" for place in range(12)):
        event = scan("shipped", -1, number=number)

        def work(place: int, number: str = number, event: CarrierEvent = event) -> None:
            if place % 2:
                database.run(lambda s: record(s, event, retailer="default", now=now))
            else:
                new = NewShipment(f"O-{number}", number)
                database.run(lambda s: shipments.create(s, new, retailer="default", now=now))

        at_once(4, work)
        with database.read() as session:
            (shipment,) = session.scalars(select(Shipment).where(Shipment.tracking_number == number)).all()
            assert shipment.state == "shipped"
            assert len(shipments.timeline(session, shipment)) == 1
            assert session.scalars(select(UnmatchedEvent)).all() == []


def test_many_ticks_at_once_mark_once(database: Database, parcel: Make, now: datetime) -> None:
    with database.write() as session:
        for _ in range(10):
            parcel(session, promised_to=now - timedelta(hours=1))

    def tick(_: int) -> list[int]:
        facts = database.run(lambda session: upkeep.mark_missed(session, now=now))
        return [fact.shipment_id for fact in facts]

    marked = sorted(key for keys in at_once(8, tick) for key in keys)
    assert len(marked) == len(set(marked)) == 10
