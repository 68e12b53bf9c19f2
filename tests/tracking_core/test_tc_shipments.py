"""Creating, changing and finding shipments, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from db import Database
from tracking_core import shipments
from tracking_core.facts import CarrierEvent
from tracking_core.models import Driver, Shipment
from tracking_core.numbers import normalised
from tracking_core.recording import record
from tracking_core.shipments import NewShipment, TrackingNumberTaken, UnknownField
from tracking_core.states import ShipmentState

Make = Callable[..., Shipment]
Scan = Callable[..., CarrierEvent]
PHONE = "+14155550100"

FULL = NewShipment(
    order_number="A1001",
    tracking_number="1z 999",
    carrier="acme",
    service="same_day",
    customer_name="Ana",
    customer_phone=PHONE,
    customer_email="ana@example.com",
    customer_locale="es-MX",
    customer_sms_consent=False,
    destination={"line1": "1 Main St", "timezone": "America/Los_Angeles"},
    promised_from=datetime(2026, 12, 1, 17, tzinfo=UTC),
    promised_to=datetime(2026, 12, 1, 19, tzinfo=UTC),
    driver_name="Dee",
    driver_phone="+14155550200",
    delivery={"leave_at_door": True},
    items=[{"name": "Lamp", "quantity": 1}],
    source="import",
)


def test_all_of_it_is_kept(database: Database, now: datetime) -> None:
    with database.write() as session:
        shipment, created = shipments.create(session, FULL, retailer="default", now=now)
        assert created
    with database.read() as session:
        found = shipments.get(session, "default", shipment.id)
        assert found is not None
        assert (found.order_number, found.tracking_number, found.state) == ("A1001", "1Z999", "created")
        assert (found.locale, found.sms_consent, found.source) == ("es-MX", False, "import")
        assert (found.destination, found.delivery, found.items) == (FULL.destination, FULL.delivery, FULL.items)
        assert (found.driver.name, found.driver.phone, found.driver_assigned_at) == ("Dee", "+14155550200", now)
        assert (found.flags, found.attempts, found.created_at) == ([], 0, now)
        (promise,) = shipments.promises(session, found)
        assert (promise.source, promise.message_key, promise.made_at) == ("order", None, now)
        assert (promise.window_from, promise.window_to) == (FULL.promised_from, FULL.promised_to)
        assert shipments.get(session, "other", shipment.id) is None
        assert shipments.get(session, "default", shipment.id + 1) is None


def test_the_same_again_is_the_existing_one(database: Database, now: datetime) -> None:
    with database.write() as session:
        first, _ = shipments.create(session, FULL, retailer="default", now=now)
        again, created = shipments.create(
            session, NewShipment("A1001", tracking_number="1Z999", customer_name="Eve"), retailer="default", now=now
        )
        assert (again.id, created, again.customer_name) == (first.id, False, "Ana")
        assert len(shipments.promises(session, first)) == 1
        for new, retailer in ((NewShipment("A1001"), "default"), (FULL, "other")):
            other, created = shipments.create(session, new, retailer=retailer, now=now)
            assert created
            assert other.id != first.id
        assert shipments.create(session, NewShipment("A1001"), retailer="default", now=now)[1] is False
        assert len(shipments.of_order(session, "default", "A1001")) == 2


def test_changes(database: Database, now: datetime) -> None:
    later = now + timedelta(hours=1)
    with database.write() as session:
        shipment, _ = shipments.create(session, FULL, retailer="default", now=now)
        shipments.update(
            session,
            shipment,
            {
                "customer_phone": None,
                "customer_locale": "en",
                "destination": {"line1": None, "line2": "Apt 4"},
                "delivery": {"instructions": "gate 7"},
                "driver_name": "Dee D.",
            },
            now=later,
        )
        assert (shipment.customer_phone, shipment.locale, shipment.updated_at) == (None, "en", later)
        assert shipment.destination == {"timezone": "America/Los_Angeles", "line2": "Apt 4"}
        assert shipment.delivery == {"leave_at_door": True, "instructions": "gate 7"}
        assert shipment.driver.name == "Dee D."
        assert len(shipments.promises(session, shipment)) == 1
        shipments.update(session, shipment, {"promised_to": later, "driver_phone": None}, now=later)
        assert [p.window_to for p in shipments.promises(session, shipment)] == [FULL.promised_to, later]
        assert (shipment.driver, shipment.promised_at) == (None, later)
        shipments.update(session, shipment, {"promised_from": None, "promised_to": None}, now=later)
        assert len(shipments.promises(session, shipment)) == 2
        assert (shipment.promised_to, shipment.promised_at) == (None, None)
        for name in ("state", "order_number", "source", "id", "flags", "delivered_at"):
            with pytest.raises(UnknownField) as refused:
                shipments.update(session, shipment, {name: "x"}, now=later)
            assert refused.value.field == name


def test_a_tracking_number_belongs_to_one_parcel_of_the_order(database: Database, parcel: Make, now: datetime) -> None:
    with database.write() as session:
        one = parcel(session, order_number="S1", tracking_number="AA1")
        two = parcel(session, order_number="S1", tracking_number="AA2")
        with pytest.raises(TrackingNumberTaken):
            shipments.update(session, two, {"tracking_number": "aa 1"}, now=now)
        session.refresh(two)
        assert two.tracking_number == "AA2"
        shipments.update(session, two, {"tracking_number": "aa 2", "customer_name": "B"}, now=now)
        shipments.update(session, one, {"tracking_number": None}, now=now)
        shipments.update(session, two, {"tracking_number": "AA1"}, now=now)
        assert (one.tracking_number, two.tracking_number) == ("", "AA1")


def test_drivers_are_known_by_their_phone(database: Database, parcel: Make, now: datetime) -> None:
    later = now + timedelta(hours=2)
    with database.write() as session:
        one, two = parcel(session), parcel(session)
        first = shipments.assign_driver(session, one, name="Dee", phone="+14155550200", now=now)
        same = shipments.assign_driver(session, two, name="Deirdre", phone="+14155550200", now=now)
        assert first.id == same.id
        assert one.driver.name == "Deirdre"
        shipments.assign_driver(session, one, name="", phone="+14155550200", now=later)
        assert (one.driver.name, one.driver_assigned_at) == ("Deirdre", now)
        shipments.assign_driver(session, one, name="Max", phone="+14155550201", now=later)
        assert (one.driver.name, one.driver_assigned_at, two.driver.name) == ("Max", later, "Deirdre")
        elsewhere = parcel(session, retailer="other")
        shipments.assign_driver(session, elsewhere, name="Dee", phone="+14155550200", now=now)
        assert len(session.scalars(select(Driver)).all()) == 3


def test_pages_newest_first(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    with database.write() as session:
        made = [parcel(session, customer_phone=PHONE if place % 2 else "+14155550101") for place in range(7)]
        parcel(session, retailer="other", customer_phone=PHONE)
        ids = [shipment.id for shipment in reversed(made)]
        first = shipments.page(session, "default", limit=3)
        assert [s.id for s in first] == ids[:3]
        assert [s.id for s in shipments.page(session, "default", before_id=first[-1].id, limit=50)] == ids[3:]
        assert len(shipments.page(session, "default", phone=PHONE)) == 3
        assert shipments.page(session, "default", order_number=made[2].order_number) == [made[2]]
        record(session, scan("lost"), retailer="default", now=now, shipment=made[4])
        assert shipments.page(session, "default", state="lost") == [made[4]]
        assert shipments.page(session, "nobody") == []


def test_what_a_phone_is_waiting_for(database: Database, parcel: Make, scan: Scan, now: datetime) -> None:
    day = 24 * 60
    with database.write() as session:
        said = [
            ("in_transit", -60),
            ("delivered", -15 * day),
            ("arriving", -5),
            ("returned", -2 * day),
            ("delivered", -13 * day),
            ("on_hold", -30),
            ("returning", -1),
        ]
        for status, minutes in said:
            shipment = parcel(session, customer_phone=PHONE, at=now - timedelta(days=20))
            record(session, scan(status, minutes), retailer="default", now=now, shipment=shipment)
        parcel(session, customer_phone="+14155550111")
        parcel(session, customer_phone=PHONE, retailer="other")
        found = [s.state for s in shipments.of_phone(session, "default", PHONE, now=now)]
        assert found == ["arriving", "in_transit", "on_hold", "returning", "returned", "delivered"]


@pytest.mark.parametrize(
    ("parcels", "order"),
    [
        ([], "created"),
        (["delivered"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["delivered", "out_for_delivery"], "out_for_delivery"),
        (["out_for_delivery", "in_transit", "delivered"], "in_transit"),
        (["at_address", "attempt_failed"], "attempt_failed"),
        (["on_hold", "shipped"], "on_hold"),
        (["created", "lost"], "created"),
        (["delivered", "cancelled"], "cancelled"),
        (["cancelled", "returned", "delivered"], "returned"),
        (["expired", "cancelled", "lost"], "lost"),
    ],
)
def test_the_state_of_an_order(parcels: list[str], order: str) -> None:
    assert shipments.order_state([Shipment(state=state) for state in parcels]) is ShipmentState(order)


def test_the_ledger_of_promises(database: Database, parcel: Make, now: datetime) -> None:
    with database.write() as session:
        shipment = parcel(session, promised_to=now)
        told = shipments.promise_made(
            session,
            shipment,
            window_from=now,
            window_to=now + timedelta(hours=2),
            source="carrier",
            message_key="milestone:1:shipped:1",
            now=now + timedelta(minutes=1),
        )
        assert [p.id for p in shipments.promises(session, shipment)][-1] == told.id
        assert [p.source for p in shipments.promises(session, shipment)] == ["order", "carrier"]
        assert shipment.promised_to == now


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (None, ""),
        ("", ""),
        (" 1z 999 aa1 ", "1Z999AA1"),
        ("9400-1000-0000", "940010000000"),
        ("RT-17-b", "RT-17-B"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"),
        ("-", "-"),
    ],
)
def test_tracking_numbers_as_they_are_compared(written: str | None, kept: str) -> None:
    assert normalised(written) == kept
    assert normalised(kept) == kept
