"""The desk's deeds by themselves: money is read as people write it, and a route stays a route however it is moved."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from fakes.webapp import settings_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from db import Base, Database
from flows import accounts, desk_actions, desk_acts
from flows.desk_actions_store import read_amount
from flows.desk_deeds import CannotDo
from flows.house import House
from flows.tracking import create_shipment
from tracking_core import rounds
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@given(st.decimals(min_value="0.01", max_value="99999.99", places=2))
def test_an_amount_comes_out_as_it_was_written(amount: Decimal) -> None:
    assert Decimal(read_amount(str(amount))) == amount
    assert Decimal(read_amount(str(amount).replace(".", ","))) == amount


@given(st.text(max_size=12))
def test_whatever_is_written_for_an_amount_it_is_money_or_refused(written: str) -> None:
    try:
        amount = Decimal(read_amount(written))
    except CannotDo:
        return
    assert 0 < amount <= 100_000
    assert amount == amount.quantize(Decimal("0.01"))


@given(
    fields=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4),
    other=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4),
)
def test_other_words_are_another_act(fields: dict[str, str], other: dict[str, str]) -> None:
    keys = [desk_acts.key_of("a@x", "token", "link", "case:1", said.items()) for said in (fields, other)]
    assert (keys[0] == keys[1]) == (fields == other)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, House]:
    folder = tmp_path_factory.mktemp("desk")
    database = Database(f"sqlite:///{folder / 'desk.db'}", pool_size=2)
    Base.metadata.create_all(database.engine)
    made = House.build(settings_for(database, folder))
    with database.write() as session:
        accounts.ensure_default(session, settings_for(database, folder), now=NOW)
    return database, made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=4))
def test_a_route_moved_anyhow_holds_every_stop_once(
    house: tuple[Database, House], moves: list[tuple[int, int]]
) -> None:
    database, parts = house
    with database.write() as session:
        run = session.scalar(select(func.count(Shipment.id))) or 0
        phone = f"+1415555{3000 + run // 5:04d}"
        stops = [
            create_shipment(
                session,
                parts,
                NewShipment(
                    order_number=f"R{run}-{place}",
                    customer_phone=f"+1415666{place:04d}",
                    driver_name="Dee",
                    driver_phone=phone,
                    promised_from=NOW + timedelta(hours=place),
                    promised_to=NOW + timedelta(hours=place + 1),
                ),
                retailer="default",
                now=NOW,
            )[0]
            for place in range(5)
        ]
        expected = [one.id for one in stops]
        for number, (which, place) in enumerate(moves):
            chosen = stops[which]
            said = {"place": str(place)}
            try:
                with session.begin_nested():
                    desk_actions.take(
                        session, parts, chosen, "move_stop", said, agent="a@x", key=f"{run}:{number}", now=NOW
                    )
            except CannotDo:
                assert expected[place - 1] == chosen.id, "only a move that changes nothing is refused"
                continue
            expected.remove(chosen.id)
            expected.insert(place - 1, chosen.id)
            found = rounds.stops_of(session, "default", chosen.driver_id or 0, now=NOW)
            assert [one.shipment.id for one in found] == expected
            assert [one.number for one in found] == [1, 2, 3, 4, 5]
