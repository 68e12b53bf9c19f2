"""What time alone brings about, once, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from db import Database
from tracking_core import upkeep
from tracking_core.facts import CarrierEvent, Eta, PromiseBroken, Stalled, StateChanged
from tracking_core.models import Shipment, UnmatchedEvent
from tracking_core.recording import record
from tracking_core.shipments import timeline

Make = Callable[..., Shipment]
Scan = Callable[..., CarrierEvent]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_passed_window_is_marked_once(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session, promised_to=now)
        assert upkeep.mark_missed(session, now=now + timedelta(minutes=15)) == []
        assert shipment.flags == []
        (fact,) = upkeep.mark_missed(session, now=now + timedelta(minutes=16))
        assert isinstance(fact, PromiseBroken)
        assert (fact.shipment_id, fact.promised_to, fact.silent) == (shipment.id, now, False)
        assert fact.expected_to > now + HOUR
        assert shipment.flags == ["delayed", "eta_missed"]
        assert upkeep.mark_missed(session, now=now + HOUR) == []
        new = scan("update", 120, eta=Eta(at=now + 5 * HOUR))
        facts = record(session, new, retailer="default", now=now + 2 * HOUR, shipment=shipment)
        assert not [f for f in facts if isinstance(f, PromiseBroken)]
        assert shipment.flags == ["delayed"]
        record(session, scan("delivered", 200), retailer="default", now=now + 4 * HOUR, shipment=shipment)
        assert shipment.flags == []


def test_what_is_not_late_is_left_alone(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        carrier_says_later = parcel(session, promised_to=now - HOUR, at=now - 9 * HOUR)
        said = scan("in_transit", -120, eta=Eta(at=now + 3 * HOUR))
        record(session, said, retailer="default", now=now, shipment=carrier_says_later)
        assert carrier_says_later.flags == ["delayed"]
        waiting = parcel(session, promised_to=now - HOUR)
        record(session, scan("available_for_pickup"), retailer="default", now=now, shipment=waiting)
        done = parcel(session, promised_to=now - HOUR)
        record(session, scan("delivered"), retailer="default", now=now, shipment=done)
        parcel(session)
        parcel(session, promised_from=now - HOUR)
        assert upkeep.mark_missed(session, now=now) == []
        assert [s.flags for s in (carrier_says_later, waiting, done)] == [["delayed"], [], []]


def test_a_carriers_window_without_a_promise_can_pass(
    database: Database, parcel: Make, scan: Scan, now: datetime
) -> None:
    with database.write() as session:
        shipment = parcel(session)
        said = scan("in_transit", -120, eta=Eta(at=now - HOUR))
        record(session, said, retailer="default", now=now, shipment=shipment)
        assert upkeep.mark_missed(session, now=now) == []
        assert shipment.flags == ["eta_missed"]


def test_windows_of_long_ago_are_marked_silently(database: Database, parcel: Make, now: datetime) -> None:
    with database.write() as session:
        parcel(session, promised_to=now - 2 * DAY)
        (fact,) = upkeep.mark_missed(session, now=now)
        assert fact.silent


def test_batches_go_on_where_the_last_one_ended(database: Database, parcel: Make, now: datetime) -> None:
    with database.write() as session:
        for _ in range(5):
            parcel(session, promised_to=now - HOUR)
        sizes = [len(upkeep.mark_missed(session, now=now, limit=2)) for _ in range(4)]
        assert sizes == [2, 2, 1, 0]


def test_a_moving_parcel_not_heard_of_is_stalled(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        shipment, held = parcel(session), parcel(session)
        record(session, scan("in_transit"), retailer="default", now=now, shipment=shipment)
        record(session, scan("on_hold"), retailer="default", now=now, shipment=held)
        assert upkeep.mark_stalled(session, now=now + 3 * DAY) == []
        (fact,) = upkeep.mark_stalled(session, now=now + 3 * DAY + HOUR)
        assert isinstance(fact, Stalled)
        assert (fact.shipment_id, fact.since, fact.silent) == (shipment.id, now, False)
        assert upkeep.mark_stalled(session, now=now + 4 * DAY) == []
        assert (shipment.flags, held.flags) == (["stalled"], [])
        record(session, scan("update", 4 * 24 * 60), retailer="default", now=now + 4 * DAY, shipment=shipment)
        assert shipment.flags == []


def test_thirty_days_of_silence_end_it(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    ago = now - 31 * DAY
    with database.write() as session:
        quiet = parcel(session, at=ago)
        heard = parcel(session, at=ago)
        record(session, scan("in_transit", -29 * 24 * 60), retailer="default", now=now, shipment=heard)
        back = parcel(session, at=ago)
        record(session, scan("returning", -31 * 24 * 60), retailer="default", now=now, shipment=back)
        parcel(session, at=ago, promised_to=now + DAY)
        parcel(session, at=ago, promised_from=now + DAY)
        parcel(session, at=now - 29 * DAY)
        (fact,) = upkeep.expire(session, now=now)
        assert isinstance(fact, StateChanged)
        assert (fact.shipment_id, fact.after) == (quiet.id, "expired")
        assert quiet.state == "expired"
        assert upkeep.expire(session, now=now) == []
        assert (timeline(session, quiet)[0].source, len(timeline(session, back))) == ("doorline", 1)


def test_scans_nobody_claims_are_forgotten(database: Database, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        record(session, scan("shipped", number="X1"), retailer="default", now=now - 91 * DAY)
        record(session, scan("shipped", number="X2"), retailer="default", now=now - 89 * DAY)
        assert upkeep.forget_unmatched(session, now=now) == 1
        assert [row.tracking_number for row in session.scalars(select(UnmatchedEvent))] == ["X2"]
