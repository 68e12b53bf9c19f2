"""What is old, imported, marked silent, or came before its shipment: it moves the state and texts nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from db import Database
from tracking_core.facts import CarrierEvent, Eta, Position, StateChanged
from tracking_core.models import Shipment, UnmatchedEvent
from tracking_core.recording import record, record_all
from tracking_core.shipments import NewShipment, create, timeline, update

Make = Callable[..., Shipment]
Scan = Callable[..., CarrierEvent]
DAY_MIN = 24 * 60


def moves(facts: list) -> list[tuple[str, str, bool]]:
    return [(str(f.before), str(f.after), f.silent) for f in facts if isinstance(f, StateChanged)]


@pytest.mark.parametrize(
    ("minutes", "silent", "expected"),
    [(-1, False, False), (-DAY_MIN, False, False), (-DAY_MIN - 1, False, True), (-1, True, True)],
)
def test_silent_or_over_a_day_old(
    database: Database, parcel: Make, scan: Scan, now: datetime, minutes: int, silent: bool, expected: bool
) -> None:
    with database.write() as session:
        shipment = parcel(session)
        event = scan("shipped", minutes, silent=silent, eta=Eta(at=now))
        facts = record(session, event, retailer="default", now=now, shipment=shipment)
        assert len(facts) == 2
        assert {fact.silent for fact in facts} == {expected}
        assert shipment.state == "shipped"


def test_a_fresh_scan_tells_what_old_ones_left_untold(
    database: Database, parcel: Make, scan: Scan, now: datetime
) -> None:
    """A carrier's first webhook often brings two days of scans of which only the last is new."""
    with database.write() as session:
        shipment = parcel(session)
        batch = [scan("in_transit", -5), scan("processed", -3 * DAY_MIN), scan("in_transit", -2 * DAY_MIN)]
        facts = record_all(session, batch, retailer="default", now=now, shipment=shipment)
        assert moves(facts) == [
            ("created", "processed", True),
            ("processed", "in_transit", True),
            ("created", "in_transit", False),
        ]
        assert record(session, scan("in_transit", -1), retailer="default", now=now, shipment=shipment) == []


def test_old_scans_alone_tell_nothing(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        batch = [scan("in_transit", -3 * DAY_MIN), scan("in_transit", -2 * DAY_MIN)]
        facts = record_all(session, batch, retailer="default", now=now, shipment=shipment)
        assert moves(facts) == [("created", "in_transit", True)]
        moved = record(session, scan("out_for_delivery", -5), retailer="default", now=now, shipment=shipment)
        assert moves(moved) == [("in_transit", "out_for_delivery", False)]
        assert record(session, scan("out_for_delivery", -4), retailer="default", now=now, shipment=shipment) == []


def test_what_was_told_to_be_silent_stays_untold(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        record(session, scan("in_transit", -50, silent=True), retailer="default", now=now, shipment=shipment)
        assert record(session, scan("in_transit", -5), retailer="default", now=now, shipment=shipment) == []
        record(session, scan("at_local_hub", -2 * DAY_MIN), retailer="default", now=now, shipment=shipment)
        assert (
            record(session, scan("at_local_hub", -4, silent=True), retailer="default", now=now, shipment=shipment) == []
        )
        assert record(session, scan("at_local_hub", -3), retailer="default", now=now, shipment=shipment) == []


def test_scans_before_their_shipment_wait(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    moment = now - timedelta(minutes=3)
    first = scan("processed", -60, number="9400-1000 00", carrier="shippo", flags=("delayed",), raw={"x": 1})
    second = scan(
        "in_transit", -5, number="9400100000", carrier="shippo", eta=Eta(day=now.date()),
        position=Position(1.5, 2.5, moment), stops_away=2, code="c", detail="d", reason="weather",
    )  # fmt: skip
    with database.write() as session:
        for _ in range(2):
            assert record_all(session, [second, first], retailer="default", now=now) == []
        assert len(session.scalars(select(UnmatchedEvent)).all()) == 2
        assert CarrierEvent.from_json(second.to_json()) == second
        parcel(session, tracking_number="9400100000", retailer="other")
        assert len(session.scalars(select(UnmatchedEvent)).all()) == 2
        shipment = parcel(session, tracking_number=" 9400 1000-00")
        assert (shipment.state, shipment.tracking_number) == ("in_transit", "9400100000")
        assert session.scalars(select(UnmatchedEvent)).all() == []
        assert [row.status for row in timeline(session, shipment)] == ["processed", "in_transit"]
        assert shipment.stops_away == 2
        assert record_all(session, [second, first], retailer="default", now=now) == []
        fresh = scan("in_transit", -1, number="9400100000")
        assert moves(record(session, fresh, retailer="default", now=now)) == [("created", "in_transit", False)]


def test_a_new_number_takes_in_what_waits_for_it(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        record(session, scan("shipped", -5, number="LATE1"), retailer="default", now=now)
        shipment = parcel(session, tracking_number=None)
        assert shipment.state == "created"
        update(session, shipment, {"tracking_number": "late1"}, now=now)
        assert shipment.state == "shipped"


def test_a_number_of_several_parcels(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    """One box for two orders moves both; once all are over, the newest takes what still comes."""
    with database.write() as session:
        one, two = parcel(session, tracking_number="BOX"), parcel(session, tracking_number="BOX")
        elsewhere = parcel(session, tracking_number="BOX", retailer="other")
        facts = record(session, scan("shipped", -9, number="box"), retailer="default", now=now)
        assert [fact.shipment_id for fact in facts] == [one.id, two.id]
        record(session, scan("delivered", -8), retailer="default", now=now, shipment=one)
        facts = record(session, scan("in_transit", -7, number="BOX"), retailer="default", now=now)
        assert [fact.shipment_id for fact in facts] == [two.id]
        record(session, scan("delivered", -6, number="BOX"), retailer="default", now=now)
        record(session, scan("in_transit", -5, number="BOX"), retailer="default", now=now)
        assert [len(timeline(session, each)) for each in (one, two, elsewhere)] == [2, 4, 0]
        assert (one.state, two.state, elsewhere.state) == ("delivered", "delivered", "created")


def test_an_event_without_a_number_waits_for_nobody(database: Database, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        create(session, NewShipment("NO-NUMBER"), retailer="default", now=now)
        assert record(session, scan("shipped"), retailer="default", now=now) == []
