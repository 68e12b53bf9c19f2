"""A driver's round: which stops are today's, in which order, and what a delay moves."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tracking_core import rounds, shipments
from tracking_core.facts import CarrierEvent, EtaChanged
from tracking_core.models import RoundChange, Shipment
from tracking_core.recording import record
from tracking_core.shipments import NewShipment

DEE, ELI = "+14155550200", "+14155550201"
LA = "America/Los_Angeles"


class Depot:
    """A retailer with one driver, Dee, in one transaction."""

    def __init__(self, session, now):
        self.session, self.now = session, now

    def parcel(self, order, *, at=None, hours=2, driver=DEE, **more):
        window = {} if at is None else {"promised_from": at, "promised_to": at + timedelta(hours=hours)}
        new = NewShipment(
            order_number=order,
            customer_phone="+14155550100",
            destination={"timezone": LA, "city": "Oakland"},
            driver_name="Dee",
            driver_phone=driver,
            **window,
            **more,
        )
        return shipments.create(self.session, new, retailer="default", now=self.now)[0]

    def scan(self, parcel, status, **more):
        event = CarrierEvent("test", f"{status}:{self.now}", "", status, self.now, **more)
        return record(self.session, event, retailer="default", now=self.now, shipment=parcel)

    def stops(self, phone=DEE):
        driver = rounds.driver_of(self.session, "default", phone)
        return rounds.stops_of(self.session, "default", driver.id, now=self.now)

    def orders(self, **which):
        return [stop.shipment.order_number for stop in self.stops(**which)]


@pytest.fixture
def depot(database, now):
    with database.write() as session:
        yield Depot(session, now)


def test_the_round_goes_by_the_retailers_numbers_then_by_window_then_as_they_came(depot, now) -> None:
    depot.parcel("W2", at=now + timedelta(hours=3))
    depot.parcel("W1", at=now + timedelta(hours=1))
    depot.parcel("NONE")
    depot.parcel("N7", at=now + timedelta(hours=5), stop_number=7)
    depot.parcel("N2", at=now + timedelta(hours=6), stop_number=2)
    assert depot.orders() == ["N2", "N7", "W1", "W2", "NONE"]
    assert [stop.number for stop in depot.stops()] == [1, 2, 3, 4, 5]


def test_numbers_that_tell_all_stops_apart_are_the_ones_people_read(depot, now) -> None:
    for number in (30, 10, 20):
        depot.parcel(f"N{number}", at=now, stop_number=number)
    assert [(stop.shipment.order_number, stop.number) for stop in depot.stops()] == [
        ("N10", 10),
        ("N20", 20),
        ("N30", 30),
    ]


def test_a_day_is_a_day_where_the_parcel_goes(depot, now) -> None:
    evening = now.astimezone(ZoneInfo(LA)).replace(hour=23, minute=0)
    depot.parcel("LATE", at=evening, hours=0.5)
    depot.parcel("TOMORROW", at=evening + timedelta(hours=2))
    depot.parcel("OVERDUE", at=now - timedelta(days=2))
    out = depot.parcel("OUT", at=now + timedelta(days=1))
    depot.scan(out, "out_for_delivery")
    assert depot.orders() == ["OVERDUE", "LATE", "OUT"]


def test_what_was_done_today_stays_in_sight_and_what_was_done_before_does_not(depot, now) -> None:
    done, missed, old = (depot.parcel(name, at=now + timedelta(hours=2)) for name in ("DONE", "MISSED", "OLD"))
    depot.now = now - timedelta(days=1)
    depot.scan(old, "delivered")
    depot.now = now
    depot.scan(done, "delivered")
    depot.scan(missed, "attempt_failed")
    depot.parcel("NEXT", at=now + timedelta(hours=1))
    assert [(stop.shipment.order_number, stop.done) for stop in depot.stops()] == [
        ("NEXT", False),
        ("DONE", True),
        ("MISSED", True),
    ]
    depot.now = now + timedelta(minutes=5)
    evening = {"promised_from": now + timedelta(hours=6), "promised_to": now + timedelta(hours=8)}
    shipments.update(depot.session, missed, evening, now=depot.now)
    assert [stop.shipment.order_number for stop in rounds.left(depot.stops())] == ["NEXT", "MISSED"]


def test_next_is_where_the_driver_stands_before_the_first_of_the_list(depot, now) -> None:
    parcels = [depot.parcel(f"A{place}", at=now + timedelta(hours=place)) for place in range(4)]
    for parcel in parcels:
        depot.scan(parcel, "out_for_delivery")
    assert rounds.next_of(depot.stops()).shipment.order_number == "A0"
    depot.scan(parcels[2], "arriving")
    assert rounds.next_of(depot.stops()).shipment.order_number == "A2"
    depot.scan(parcels[3], "at_address")
    assert rounds.next_of(depot.stops()).shipment.order_number == "A3"
    depot.scan(parcels[3], "delivered")
    depot.scan(parcels[2], "delivered")
    assert rounds.next_of(depot.stops()).shipment.order_number == "A0"


def shifted(depot, minutes, key, **more):
    driver = rounds.driver_of(depot.session, "default", DEE)
    return rounds.shift(depot.session, "default", driver.id, minutes=minutes, now=depot.now, key=key, **more)


def windows(depot):
    return {
        stop.shipment.order_number: (stop.expected.window_from - depot.now, stop.expected.window_to - depot.now)
        for stop in depot.stops()
        if stop.expected
    }


def test_a_delay_moves_what_is_left_counts_from_the_plan_and_only_once(depot, now) -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    done = depot.parcel("DONE", at=now)
    depot.scan(done, "delivered")
    depot.parcel("A", at=now + hour)
    depot.parcel("B", at=now + 3 * hour)
    depot.parcel("NEVER")
    facts = shifted(depot, 20, "late:1")
    assert rounds.moved(facts) == 2
    plan = {"A": (hour, 3 * hour), "B": (3 * hour, 5 * hour)}
    by = lambda minutes: {name: tuple(edge + minutes * minute for edge in edges) for name, edges in plan.items()}  # noqa: E731
    assert windows(depot) == by(20)
    assert shifted(depot, 20, "late:1") == []
    shifted(depot, 20, "late:2")
    assert windows(depot) == by(20)
    shifted(depot, 30, "late:3")
    assert windows(depot) == by(30)
    shifted(depot, 10, "late:4", more=True)
    assert windows(depot) == by(40)
    assert done.carrier_eta_to is None


def test_a_delay_said_after_the_window_counts_from_now(depot, now) -> None:
    depot.parcel("A", at=now - timedelta(hours=3))
    facts = shifted(depot, 20, "late:1")
    assert [fact.window_to for fact in facts if isinstance(fact, EtaChanged)] == [now + timedelta(minutes=20)]


@pytest.mark.parametrize("minutes", [0, -5, 601])
def test_a_delay_that_is_none_is_refused(depot, now, minutes) -> None:
    depot.parcel("A", at=now)
    with pytest.raises(ValueError, match="no delay"):
        shifted(depot, minutes, "late:1")


def test_stops_away_counts_the_doors_before_it(depot, now) -> None:
    parcels = [depot.parcel(f"A{place}", at=now + timedelta(hours=place)) for place in range(3)]
    for parcel in parcels:
        depot.scan(parcel, "out_for_delivery")
    rounds.count_down(depot.session, depot.stops(), now=now)
    assert [parcel.stops_away for parcel in parcels] == [0, 1, 2]
    depot.scan(parcels[0], "delivered")
    rounds.count_down(depot.session, depot.stops(), now=now)
    assert [parcel.stops_away for parcel in parcels[1:]] == [0, 1]


def test_stops_of_other_shops_that_somebody_spoke_of_come_first_too(depot, now) -> None:
    first, second = (depot.parcel(f"A{place}", at=now + timedelta(hours=place)) for place in range(2))
    depot.scan(first, "out_for_delivery", stops_away=4)
    depot.scan(second, "out_for_delivery", stops_away=7)
    rounds.count_down(depot.session, depot.stops(), now=now)
    assert [first.stops_away, second.stops_away] == [4, 7]
    depot.scan(first, "delivered")
    rounds.count_down(depot.session, depot.stops(), now=now)
    assert second.stops_away == 6
    depot.scan(second, "update", stops_away=1)
    rounds.count_down(depot.session, depot.stops(), now=now)
    assert second.stops_away == 1
    # Said once and not again: those stops are done without a word to us.
    rounds.count_down(depot.session, depot.stops(), now=now + timedelta(minutes=31))
    assert second.stops_away == 0


def test_every_change_of_a_round_is_noted_for_the_driver_it_concerns(depot, now) -> None:
    parcel = depot.parcel("A", at=now)
    dee = parcel.driver_id
    depot.session.query(RoundChange).delete()
    noted = lambda: [row.driver_id for row in depot.session.scalars(select(RoundChange).order_by(RoundChange.id))]  # noqa: E731
    shipments.assign_driver(depot.session, parcel, name="Dee", phone=DEE, now=now)
    assert noted() == []
    eli = shipments.assign_driver(depot.session, parcel, name="Eli", phone=ELI, now=now).id
    assert noted() == [dee, eli]
    shipments.update(depot.session, parcel, {"stop_number": 4}, now=now)
    shipments.update(depot.session, parcel, {"stop_number": 4}, now=now)
    assert noted() == [dee, eli, eli]
    shipments.update(depot.session, parcel, {"driver_phone": None}, now=now)
    depot.session.flush()
    assert noted() == [dee, eli, eli, eli]
    assert depot.session.get(Shipment, parcel.id).stop_number == 4


def test_a_round_of_a_later_day_is_told_before_that_day_begins_and_not_now(depot, now) -> None:
    depot.parcel("TODAY", at=now + timedelta(hours=2))
    depot.parcel("LATER", at=now + timedelta(days=1))
    due = [row.due_at for row in depot.session.scalars(select(RoundChange).order_by(RoundChange.id))]
    assert due == [now, now + timedelta(days=1) - rounds.AHEAD]
