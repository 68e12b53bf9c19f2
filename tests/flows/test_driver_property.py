"""Whatever two drivers text in whatever order: nobody moves what is not theirs, and no customer hears a thing twice."""

import collections
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.driver_world import DEE, ELI, PEOPLE, Route
from fakes.fl_world import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from channels.models import OutboxRow
from tracking_core.models import Shipment, ShipmentEvent

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
ORDERS = {DEE: ("D1001", "D1002", "D1003"), ELI: ("E2001", "E2002", "E2003")}
EVERY = [*ORDERS[DEE], *ORDERS[ELI], "Z9999"]
WORDS = (
    "delivered", "here", "on my way", "nobody home", "refused", "damaged", "failed", "can't find it", "no access",
    "20 late", "another 10 late", "running late", "next", "list", "done", "oops", "starting my route", "1", "2", "3",
    "yes", "no", "15", "entregado", "no hay nadie", "me equivoqué", "siguiente", "hmm what", "delivered at the desk",
    "where is my order", "I'm outside", "",
)  # fmt: skip
texts = st.builds(
    lambda word, order, colon: f"{order}: {word}" if order and colon else f"{word} {order or ''}".strip(),
    st.sampled_from(WORDS),
    st.one_of(st.none(), st.sampled_from(EVERY)),
    st.booleans(),
)
moves = st.lists(st.tuples(st.sampled_from((DEE, ELI)), texts, st.sampled_from((1, 40, 400, 2000))), max_size=14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rounds")


def played(route: Route, script: list[tuple[str, str, int]]) -> None:
    owner = {
        route.stop(
            order, "processed" if place == 2 else "out_for_delivery", place=place + 3 * (driver == ELI), driver=driver
        ): driver
        for driver, orders in ORDERS.items()
        for place, order in enumerate(orders)
    }
    for driver, text, seconds in script:
        route.world.later(seconds=seconds)
        before = {parcel: route.state(parcel) for parcel in owner}
        route.world.hear(text, driver)
        assert route.world.work(), text
        moved = [parcel for parcel in owner if route.state(parcel) != before[parcel]]
        assert {owner[parcel] for parcel in moved} <= {driver}, (text, moved)


def check(route: Route) -> None:
    with route.world.database.read() as session:
        events = list(session.scalars(select(ShipmentEvent)))
        rows = list(session.scalars(select(OutboxRow)))
        dead = [row for row in rows if "None" in row.text or "{{" in row.text]
        numbers = {one.customer_phone for one in session.scalars(select(Shipment))}
    undone = collections.Counter(one.shipment_id for one in events if one.correction)
    told: collections.Counter[Any] = collections.Counter(
        (row.shipment_id, row.key.split(":")[2]) for row in rows if row.key.startswith("milestone:")
    )
    for (parcel, milestone), times in told.items():
        assert times <= 1 + (undone[parcel] if milestone == "delivered" else 0), (milestone, times)
    assert dead == []
    for row in rows:
        mine = row.recipient
        others = {DEE, ELI, *numbers} - {mine}
        assert not any(number[-10:] in row.text for number in others), row.text
        if mine in ORDERS:
            other = ORDERS[ELI if mine == DEE else DEE]
            named = [order for order in other if order in row.text and f"I can't find {order}" not in row.text]
            assert all(f"no encuentro {order}" in row.text for order in named), row.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_nobody_moves_what_is_not_theirs_and_no_milestone_is_told_twice(folder, fresh_sqlite, script) -> None:
    route = Route(World.build(fresh_sqlite(), NOW, folder, relay_numbers=("+15005550101", "+15005550102")))
    played(route, script)
    check(route)


def test_the_same_on_every_database(database, now, tmp_path) -> None:
    """One long script, with every word there is, by both drivers."""
    route = Route(World.build(database, now, tmp_path, relay_numbers=("+15005550101", "+15005550102")))
    orders = itertools.cycle([None, *EVERY])
    script = []
    for place, word in enumerate([*WORDS, *reversed(WORDS)]):
        order = next(orders)
        script.append(((DEE, ELI)[place % 2], f"{word} {order}" if order else word, 70))
    played(route, script)
    check(route)
    assert route.world.now - now > timedelta(hours=1) and PEOPLE
