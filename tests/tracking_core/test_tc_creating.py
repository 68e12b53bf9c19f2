"""Many parcels at once are what they would be one by one."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from db import Database
from tracking_core import shipments
from tracking_core.creating import create_many
from tracking_core.facts import CarrierEvent
from tracking_core.models import Driver, Promise, RoundChange, Shipment, ShipmentEvent, UnmatchedEvent
from tracking_core.recording import record
from tracking_core.shipments import NewShipment
from tracking_core.watch_models import Watch

NOW = datetime.fromisoformat("2026-12-01T17:00:00+00:00")
NEWS = st.builds(
    NewShipment,
    order_number=st.sampled_from(["A1", "A2", "A3"]),
    tracking_number=st.sampled_from([None, "1z1", "1Z1", "1Z2"]),
    customer_phone=st.just("+14155550100"),
    promised_to=st.sampled_from([None, NOW + timedelta(hours=3), NOW + timedelta(days=3)]),
    driver_name=st.sampled_from([None, "Dora", "Dan"]),
    driver_phone=st.sampled_from([None, "+14155550901", "+14155550902"]),
)


def told(database: Database) -> list[Any]:
    """All that is known afterwards, without ids."""
    with database.read() as session:
        orders = {one.id: (one.order_number, one.tracking_number) for one in session.scalars(select(Shipment))}
        return [
            sorted(
                (
                    *orders[one.id],
                    *(one.state, one.promised_to, one.promised_at, one.first_promised_to, one.last_promised_to),
                    *(one.learned, one.driver.phone if one.driver else None),
                )
                for one in session.scalars(select(Shipment))
            ),
            sorted((one.name, one.phone) for one in session.scalars(select(Driver))),
            sorted((*orders[one.shipment_id], one.window_to) for one in session.scalars(select(Promise))),
            sorted((*orders[one.shipment_id], one.status) for one in session.scalars(select(ShipmentEvent))),
            sorted(one.due_at for one in session.scalars(select(RoundChange))),
            sorted((*orders[one.shipment_id], one.due_at) for one in session.scalars(select(Watch))),
            sorted(one.tracking_number for one in session.scalars(select(UnmatchedEvent))),
        ]


def empty(database: Database) -> None:
    with database.write() as session:
        for model in (Watch, ShipmentEvent, Promise, RoundChange, UnmatchedEvent, Watch, Shipment, Driver):
            session.execute(delete(model))
        scan = CarrierEvent("ups", "e1", "1Z1", "in_transit", NOW - timedelta(hours=1))
        record(session, scan, retailer="default", now=NOW)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(NEWS, max_size=2), news=st.lists(NEWS, min_size=1, max_size=6))
def test_many_are_what_they_would_be_one_by_one(
    sqlite_database: Database, before: list[NewShipment], news: list[NewShipment]
) -> None:
    answers, states = [], []
    for at_once in (False, True):
        empty(sqlite_database)
        with sqlite_database.write() as session:
            for new in before:
                shipments.create(session, new, retailer="default", now=NOW)
        with sqlite_database.write() as session:
            if at_once:
                made = create_many(session, news, retailer="default", now=NOW)
            else:
                made = [shipments.create(session, new, retailer="default", now=NOW) for new in news]
            answers.append([(one.order_number, one.tracking_number, is_new) for one, is_new in made])
        states.append(told(sqlite_database))
    assert answers[0] == answers[1]
    assert states[0] == states[1]


def test_both_databases_take_many_and_leave_others_alone(database: Database) -> None:
    news = [NewShipment(f"A{n}", f"1Z{n}", customer_phone="+14155550100") for n in range(150)]
    with database.write() as session:
        first = create_many(session, news, retailer="default", now=NOW)
        assert all(is_new for _, is_new in first)
    with database.write() as session:
        again = create_many(session, news, retailer="default", now=NOW)
        assert not any(is_new for _, is_new in again)
        assert [one.id for one, _ in again] == [one.id for one, _ in first]
        assert all(is_new for _, is_new in create_many(session, news[:3], retailer="other", now=NOW))
