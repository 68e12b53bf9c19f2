"""Recording on both databases: once, in order, never down from an end, and what is told of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from db import Database
from tracking_core.facts import CarrierEvent, Eta, EtaChanged, Position, StateChanged
from tracking_core.models import Shipment
from tracking_core.recording import record, record_all
from tracking_core.shipments import timeline

Make = Callable[..., Shipment]
Scan = Callable[..., CarrierEvent]


def moves(facts: list) -> list[tuple[str, str, bool]]:
    return [(str(f.before), str(f.after), f.silent) for f in facts if isinstance(f, StateChanged)]


def test_a_scan_moves_the_state_and_is_kept(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        event = scan("shipped", -5, number=shipment.tracking_number, code="PU", detail="Picked up", raw={"a": [1, "é"]})
        facts = record(session, event, retailer="default", now=now)
        assert moves(facts) == [("created", "shipped", False)]
    with database.read() as session:
        again = session.get(Shipment, shipment.id)
        assert (again.state, again.state_at, again.last_event_at) == ("shipped", event.occurred_at, event.occurred_at)
        assert again.updated_at == now
        (row,) = timeline(session, again)
        assert (row.status, row.code, row.detail, row.raw) == ("shipped", "PU", "Picked up", {"a": [1, "é"]})
        assert (row.source, row.event_id, row.moved) == ("api", event.event_id, True)
        assert (row.occurred_at, row.received_at) == (event.occurred_at, now)


def test_the_same_event_again_is_nothing(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        event = scan("shipped", number=shipment.tracking_number)
        assert record(session, event, retailer="default", now=now)
        assert record(session, event, retailer="default", now=now + timedelta(hours=1)) == []
        assert record(session, replace(event, status="delivered"), retailer="default", now=now) == []
        other_source = replace(event, carrier="easypost", status="delivered")
        assert moves(record(session, other_source, retailer="default", now=now)) == [("shipped", "delivered", False)]
        assert len(timeline(session, shipment)) == 2


def test_a_late_scan_goes_to_history(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        record(session, scan("out_for_delivery", -10), retailer="default", now=now, shipment=shipment)
        for status in ("in_transit", "on_hold", "attempt_failed", "expired", "returning"):
            assert record(session, scan(status, -60), retailer="default", now=now, shipment=shipment) == []
        assert shipment.state == "out_for_delivery"
        assert shipment.last_event_at == now - timedelta(minutes=10)
        assert [row.moved for row in timeline(session, shipment)] == [False] * 5 + [True]


@pytest.mark.parametrize("final", ["delivered", "returned", "cancelled", "lost", "expired"])
def test_an_end_is_an_end_until_corrected(
    database: Database, parcel: Make, scan: Scan, now: datetime, final: str
) -> None:
    with database.write() as session:
        shipment = parcel(session)
        record(session, scan(final, -30), retailer="default", now=now, shipment=shipment)
        for status in ("in_transit", "attempt_failed", "delivered", "returned", "lost"):
            assert record(session, scan(status, -5), retailer="default", now=now, shipment=shipment) == []
        assert shipment.state == final
        corrected = scan("in_transit", -1, correction=True)
        assert moves(record(session, corrected, retailer="default", now=now, shipment=shipment)) == [
            (final, "in_transit", False)
        ]
        assert (shipment.state, shipment.delivered_at) == ("in_transit", None)
        assert timeline(session, shipment)[-1].correction


def test_a_step_forward_needs_no_exact_clock(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        record(session, scan("out_for_delivery", -10), retailer="default", now=now, shipment=shipment)
        facts = record(session, scan("at_address", -12), retailer="default", now=now, shipment=shipment)
        assert moves(facts) == [("out_for_delivery", "at_address", False)]


def test_a_step_overtaken_by_trouble_is_history(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    """Tried at ten, back at the hub at noon: a scan from nine that comes last must not put it back into the van."""
    with database.write() as session:
        shipment = parcel(session)
        batch = [scan("in_transit", -60), scan("attempt_failed", -180)]
        record_all(session, batch, retailer="default", now=now, shipment=shipment)
        assert shipment.state == "in_transit"
        assert record(session, scan("out_for_delivery", -240), retailer="default", now=now, shipment=shipment) == []
        assert shipment.state == "in_transit"


def test_a_confirmed_state_is_not_left_by_what_came_before(
    database: Database, parcel: Make, scan: Scan, now: datetime
) -> None:
    with database.write() as session:
        shipment = parcel(session)
        batch = [scan("in_transit", -300), scan("in_transit", -60)]
        record_all(session, batch, retailer="default", now=now, shipment=shipment)
        assert record(session, scan("on_hold", -120), retailer="default", now=now, shipment=shipment) == []
        assert shipment.state == "in_transit"


def test_failed_attempts_are_counted_by_their_times(
    database: Database, parcel: Make, scan: Scan, now: datetime
) -> None:
    with database.write() as session:
        shipment = parcel(session)
        tried = scan("attempt_failed", -300, reason="recipient_unavailable")
        assert moves(record(session, tried, retailer="default", now=now, shipment=shipment)) == [
            ("created", "attempt_failed", False)
        ]
        told_by_another = replace(tried, carrier="shippo")
        assert record(session, told_by_another, retailer="default", now=now, shipment=shipment) == []
        assert shipment.attempts == 1
        again = scan("attempt_failed", -60, reason="access_blocked")
        assert record(session, again, retailer="default", now=now, shipment=shipment) == []
        assert (shipment.attempts, shipment.reason) == (2, "access_blocked")
        assert shipment.state_at == again.occurred_at
        assert moves(record(session, scan("at_local_hub", -30), retailer="default", now=now, shipment=shipment)) == [
            ("attempt_failed", "at_local_hub", False)
        ]
        assert shipment.reason is None
        assert shipment.attempts == 2


def test_delivered_at_is_the_events_time(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        event = scan("delivered", -90)
        record(session, event, retailer="default", now=now, shipment=shipment)
        assert shipment.delivered_at == event.occurred_at


@pytest.mark.parametrize("status", ["update", "unknown", "gibberish"])
def test_what_names_no_state_moves_nothing(
    database: Database, parcel: Make, scan: Scan, now: datetime, status: str
) -> None:
    with database.write() as session:
        shipment = parcel(session)
        assert record(session, scan(status, code="X99"), retailer="default", now=now, shipment=shipment) == []
        (row,) = timeline(session, shipment)
        assert (row.status, row.code, shipment.state) == (status, "X99", "created")


def test_a_clock_ahead_is_cut_to_the_present(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        record(session, scan("shipped", 9), retailer="default", now=now, shipment=shipment)
        assert shipment.state_at == now + timedelta(minutes=9)
        event = scan("in_transit", 600, raw={"datetime": "as it came"})
        record(session, event, retailer="default", now=now, shipment=shipment)
        assert (shipment.state, shipment.state_at) == ("in_transit", now)
        (_, row) = sorted(timeline(session, shipment), key=lambda r: r.id)
        assert (row.occurred_at, row.raw) == (now, {"datetime": "as it came"})


def test_numbers_of_the_carrier(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    hour = timedelta(hours=1)
    with database.write() as session:
        shipment = parcel(session, destination={"timezone": "America/Los_Angeles"})
        at = now - timedelta(minutes=10)
        event = scan(
            "update", -10, eta=Eta(window_from=now + hour, window_to=now + 2 * hour), stops_away=4,
            position=Position(37.8, -122.2, at),
        )  # fmt: skip
        facts = record(session, event, retailer="default", now=now, shipment=shipment)
        (changed,) = facts
        assert isinstance(changed, EtaChanged)
        assert (changed.window_from, changed.window_to) == (now + hour, now + 2 * hour)
        assert shipment.position == {"lat": 37.8, "lon": -122.2, "at": at.isoformat()}
        assert (shipment.stops_away, shipment.carrier_eta_as_of) == (4, at)
        older = scan("update", -20, eta=Eta(at=now + 5 * hour), stops_away=9, position=Position(0, 0, at - hour))
        assert record(session, older, retailer="default", now=now, shipment=shipment) == []
        assert (shipment.stops_away, shipment.position["lat"]) == (4, 37.8)
        assert shipment.carrier_eta_to == now + 2 * hour
        same_again = scan("update", -5, eta=event.eta)
        assert record(session, same_again, retailer="default", now=now, shipment=shipment) == []


def test_a_very_long_event_id_is_still_one_event(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        event = scan("shipped", event_id="x" * 5000)
        assert record(session, event, retailer="default", now=now, shipment=shipment)
        assert record(session, event, retailer="default", now=now, shipment=shipment) == []
