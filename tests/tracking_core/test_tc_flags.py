"""Flags: what raises them, what settles them, and promises that break once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from db import Database
from tracking_core.facts import CarrierEvent, Eta, PromiseBroken
from tracking_core.models import Shipment
from tracking_core.recording import record
from tracking_core.shipments import update

Make = Callable[..., Shipment]
Scan = Callable[..., CarrierEvent]
HOUR = timedelta(hours=1)


def test_trouble_raises_and_progress_settles(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    def after(status: str, minutes: int, **said: object) -> list[str]:
        record(session, scan(status, minutes, **said), retailer="default", now=now, shipment=shipment)
        return shipment.flags

    with database.write() as session:
        shipment = parcel(session)
        assert after("in_transit", -90) == []
        assert after("update", -80, flags=("delayed",), reason="weather") == ["delayed"]
        assert shipment.reason == "weather"
        assert after("on_hold", -70, reason="customs") == ["delayed", "customs"]
        assert after("in_transit", -60) == []
        assert after("attempt_failed", -50, reason="access_blocked") == ["action_required"]
        assert after("on_hold", -95, reason="payment_missing") == ["action_required"]
        assert after("out_for_delivery", -40) == []
        assert after("attempt_failed", -30, reason="refused") == []
        assert after("exception", -20, flags=("action_required", "nonsense")) == ["action_required"]
        assert after("delivered", -10) == []
        assert after("update", -5, flags=("delayed", "customs"), reason="customs") == []


def test_an_end_may_still_ask_for_action(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        lost = scan("lost", flags=("action_required",), reason="lost")
        record(session, lost, retailer="default", now=now, shipment=shipment)
        assert (shipment.flags, shipment.reason) == (["action_required"], "lost")


def test_stops_are_forgotten_with_the_route(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session)
        record(session, scan("out_for_delivery", -30, stops_away=6), retailer="default", now=now, shipment=shipment)
        record(session, scan("arriving", -20), retailer="default", now=now, shipment=shipment)
        assert shipment.stops_away == 6
        record(session, scan("attempt_failed", -10), retailer="default", now=now, shipment=shipment)
        record(session, scan("at_local_hub", -5), retailer="default", now=now, shipment=shipment)
        assert shipment.stops_away is None


def test_a_promise_breaks_once_and_heals(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    def broken_by(minutes: int, hours: float) -> list[PromiseBroken]:
        event = scan("update", minutes, eta=Eta(window_from=now, window_to=now + hours * HOUR))
        facts = record(session, event, retailer="default", now=now, shipment=shipment)
        return [fact for fact in facts if isinstance(fact, PromiseBroken)]

    with database.write() as session:
        shipment = parcel(session, promised_from=now, promised_to=now + 2 * HOUR, at=now - HOUR)
        assert broken_by(-30, 2.2) == []  # within the grace of a quarter of an hour
        assert shipment.flags == []
        (broken,) = broken_by(-29, 2.3)
        assert (broken.promised_to, broken.expected_to) == (now + 2 * HOUR, now + 2.3 * HOUR)
        assert not broken.silent
        assert shipment.flags == ["delayed"]
        assert broken_by(-28, 4) == []
        assert broken_by(-27, 2) == []
        assert shipment.flags == []
        assert len(broken_by(-26, 3)) == 1
        update(session, shipment, {"promised_to": now + 5 * HOUR}, now=now)
        assert (shipment.flags, shipment.broken_promise_to) == ([], None)


def test_delayed_survives_progress_while_it_is_true(
    database: Database, parcel: Make, scan: Scan, now: datetime
) -> None:
    with database.write() as session:
        shipment = parcel(session, promised_to=now + HOUR, at=now - HOUR)
        late = scan("in_transit", -30, eta=Eta(at=now + 9 * HOUR))
        record(session, late, retailer="default", now=now, shipment=shipment)
        record(session, scan("at_local_hub", -20), retailer="default", now=now, shipment=shipment)
        assert shipment.flags == ["delayed"]
        record(session, scan("delivered", -10), retailer="default", now=now, shipment=shipment)
        assert shipment.flags == []
