"""What scorecards count, and what they do not hold against anybody."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.fl_world import ANA, World
from fakes.line_world import DEE, LineWorld
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from db import Database
from flows import scorecard_lanes, scorecards
from flows.scorecard_files import as_csv
from flows.tracking import create_shipment, take_events
from surveys.models import Survey
from tracking_core.delivery_facts import bucket_of, seconds_of
from tracking_core.models import Shipment
from tracking_core.scorecard_models import DeliveryFact
from tracking_core.shipments import NewShipment

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
_numbers = itertools.count(1)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World.build(database, NOW, tmp_path)


def ended(
    world: World,
    *scans: tuple[str, float, str | None],
    carrier: str = "acme",
    service: str = "std",
    promised_h: float | None = 48,
    postal: str = "94607",
    **more: Any,
) -> int:
    """A parcel with scans of (status, hours after it was created, reason), silent as all that is a week old."""
    number = next(_numbers)
    begin = world.now - timedelta(days=7)
    with world.database.write() as session:
        new = NewShipment(
            f"S{number}",
            customer_phone=f"+1415555{number % 10_000:04}",
            carrier=carrier,
            service=service,
            destination={"country": "US", "postal_code": postal},
            promised_to=None if promised_h is None else begin + timedelta(hours=promised_h),
            **more,
        )
        parcel, _ = create_shipment(session, world.house, new, retailer="default", now=begin)
        for place, (status, hours, reason) in enumerate(scans):
            at = begin + timedelta(hours=hours)
            event = world.event(status, event_id=f"{number}:{place}", occurred_at=at, reason=reason)
            take_events(session, world.house, [event], retailer="default", now=world.now, shipment=parcel)
        return parcel.id


def cards(world: World, by: Any = "carrier", **more: Any) -> list[scorecards.Card]:
    with world.database.read() as session:
        until = world.now + timedelta(days=1)
        return scorecards.cards(session, "default", by, since=until - timedelta(days=30), until=until, **more)


SHIPPED, OUT = ("shipped", 1, None), ("out_for_delivery", 20, None)


def test_what_ends_counts_once_and_what_is_open_does_not(world: World) -> None:
    parcel = ended(world, SHIPPED, OUT, ("delivered", 25, None))
    ended(world, SHIPPED, OUT)
    ended(world, SHIPPED, ("cancelled", 2, None))
    [card] = cards(world)
    assert (card.key, card.parcels, card.delivered) == (("acme", "std"), 1, 1)
    assert card.on_time_first and (card.on_time_first.value, card.on_time_first.n) == (1.0, 1)
    assert card.transit_s and all(abs(one / (24 * 3600) - 1) < 0.011 for one in card.transit_s)
    with world.database.write() as session:
        said = world.event("delivered", event_id="again", occurred_at=world.now)
        take_events(
            session, world.house, [said], retailer="default", now=world.now, shipment=session.get_one(Shipment, parcel)
        )
    assert [one.parcels for one in cards(world)] == [1]


def test_a_correction_takes_back_what_was_counted(world: World) -> None:
    parcel = ended(world, SHIPPED, OUT, ("delivered", 25, None))
    with world.database.write() as session:
        said = world.event("out_for_delivery", event_id="oops", occurred_at=world.now, correction=True)
        take_events(
            session, world.house, [said], retailer="default", now=world.now, shipment=session.get_one(Shipment, parcel)
        )
    assert cards(world) == []
    with world.database.read() as session:
        assert session.scalars(select(DeliveryFact)).all() == []


def test_only_the_carriers_own_faults_count_against_it(world: World) -> None:
    ended(world, SHIPPED, OUT, ("delivered", 25, None))
    ended(world, SHIPPED, OUT, ("attempt_failed", 25, "recipient_unavailable"), ("delivered", 60, None))
    ended(world, SHIPPED, OUT, ("attempt_failed", 25, "no_time"), ("delivered", 61, None))
    ended(world, SHIPPED, OUT, ("attempt_failed", 25, None), ("returned", 99, None))
    [card] = cards(world)
    assert card.first_attempt and (card.first_attempt.value, card.first_attempt.n) == (0.25, 4)
    assert card.first_attempt_own and (card.first_attempt_own.value, card.first_attempt_own.n) == (1 / 3, 3)
    assert card.on_time_last and (card.on_time_last.value, card.on_time_last.n) == (1 / 3, 3)
    assert card.on_time_own and (card.on_time_own.value, card.on_time_own.n) == (1 / 2, 2)
    assert {(party, reason): n for party, reason, n in card.failures} == {
        ("consignee", "recipient_unavailable"): 1,
        ("carrier", "no_time"): 1,
        ("unknown", "unknown"): 1,
    }


def test_costs_scores_and_drivers(world: World) -> None:
    driver = {"driver_name": "Dee", "driver_phone": "+14155550200"}
    paid = [{"cost_minor": cost, "cost_currency": "USD"} for cost in (400, 600)]
    ids = [ended(world, SHIPPED, OUT, ("delivered", 25, None), **driver, **cost) for cost in paid]
    with world.database.write() as session:
        for one in session.scalars(select(Survey).where(Survey.shipment_id.in_(ids))):
            session.delete(one)
        session.flush()
        for one in ids:
            about: dict[str, Any] = {"retailer": "default", "shipment_id": one, "address": "+14155550100", "scale": 5}
            times = {"planned_at": world.now, "due_at": world.now, "sent_at": world.now, "answered_at": world.now}
            session.add(Survey(**about, **times, state="answered", score=4))
    [card] = cards(world, "driver")
    assert card.rating and (card.rating.value, card.rating.n) == (4.0, 2)
    mean = card.cost["USD"]
    assert (mean.value, mean.n) == (500, 2) and mean.low < 400 and mean.high > 600
    with world.database.read() as session:
        names = scorecards.driver_names(session, "default", [card.key[0]])
        assert list(names.values()) == ["Dee"]
    lines = as_csv([card], "driver", names).splitlines()
    told = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert (told["driver"], told["mean_cost"], told["currency"], told["delivered"]) == ("Dee", "5.00", "USD", "2")


HELP = "attempt_failed", "recipient_unavailable"


def driven(world: LineWorld, *steps: str) -> int:
    """A parcel with Dee, to whose door she came twice; what happened in between. Answers how many were saved."""
    parcel = world.out()
    line = world.line(parcel)
    for step in steps:
        world.later(minutes=10)
        match step:
            case "fails":
                world.scan(parcel, HELP[0], reason=HELP[1])
            case "dee asks":
                world.hear("nobody home, where to?", DEE, line.proxy)
            case "ana tells":
                world.hear("sorry, back door please", ANA, line.proxy)
            case "ana tells us":
                world.hear("please leave it with my neighbor Bob")
            case "returned" | "delivered":
                world.scan(parcel, step)
        world.work()
    world.later(days=5)
    scorecards.catch_up(world.database, now=world.now)
    [card] = cards(world)
    assert card.failed == sum(step == "fails" for step in steps)
    return card.saved


@pytest.mark.parametrize(
    ("steps", "saved"),
    [
        (("fails", "dee asks", "ana tells", "delivered"), 1),
        (("fails", "ana tells us", "delivered"), 1),
        # Nobody answered: what we said to the driver ourselves is no help.
        (("fails", "dee asks", "delivered"), 0),
        (("ana tells", "fails", "delivered"), 0),
        (("ana tells us", "fails", "delivered"), 0),
        (("fails", "ana tells", "returned"), 0),
        (("ana tells", "delivered"), 0),
        (("fails", "delivered", "ana tells"), 0),
    ],
)
def test_saved_by_contact(database: Database, tmp_path: Path, steps: tuple[str, ...], saved: int) -> None:
    world = LineWorld.with_pool(database, NOW, tmp_path)
    assert driven(world, *steps) == saved


def test_what_was_saved_stays_so_when_the_words_are_erased(database: Database, tmp_path: Path) -> None:
    world = LineWorld.with_pool(database, NOW, tmp_path)
    parcel = world.out()
    for step in ("fails", "tells", "delivered"):
        world.later(minutes=10)
        if step == "tells":
            world.hear("please leave it with my neighbor Bob")
            world.work()
        else:
            world.scan(parcel, HELP[0] if step == "fails" else step, reason=HELP[1] if step == "fails" else None)
    world.later(days=5)
    with world.database.write() as session:
        session.get_one(Shipment, parcel).delivery = {}
    assert scorecards.catch_up(world.database, now=world.now) == 1
    assert [card.saved for card in cards(world)] == [1]


def test_currencies_are_never_added_up(world: World) -> None:
    for minor, currency in ((400, "USD"), (600, "USD"), (900, "EUR"), (100, None)):
        cost = {"cost_minor": minor, "cost_currency": currency} if currency else {}
        ended(world, SHIPPED, OUT, ("delivered", 25, None), **cost)
    ended(world, SHIPPED, OUT, ("delivered", 25, None), carrier="bolt", cost_minor=700, cost_currency="EUR")
    ended(world, SHIPPED, OUT, ("returned", 25, None), cost_minor=5000, cost_currency="USD")
    found = {card.key[0]: {name: (mean.value, mean.n) for name, mean in card.cost.items()} for card in cards(world)}
    assert found == {"acme": {"USD": (500, 2), "EUR": (900, 1)}, "bolt": {"EUR": (700, 1)}}


def test_another_retailers_parcels_are_not_in_it(world: World) -> None:
    ended(world, SHIPPED, OUT, ("delivered", 25, None))
    with world.database.read() as session:
        none = scorecards.cards(session, "other", "carrier", since=NOW - timedelta(days=30), until=NOW)
    assert none == []


def test_what_was_there_before_is_written_down_by_the_tick(world: World) -> None:
    ended(world, SHIPPED, OUT, ("delivered", 25, None))
    with world.database.write() as session:
        for row in session.scalars(select(DeliveryFact)):
            session.delete(row)
    assert scorecards.catch_up(world.database, now=world.now) == 1
    assert scorecards.catch_up(world.database, now=world.now) == 0
    with world.database.write() as session:
        session.scalars(select(DeliveryFact)).one().settled = False
    assert [scorecards.catch_up(world.database, now=world.now) for _ in range(2)] == [1, 0]
    assert [one.delivered for one in cards(world)] == [1]


def test_a_lane_compares_carriers_with_enough_parcels(world: World) -> None:
    facts = [
        DeliveryFact(
            shipment_id=10_000 + place,
            retailer="default",
            ended_at=NOW,
            written_at=NOW,
            settled=True,
            carrier=carrier,
            service="",
            lane="US:946",
            state="delivered",
            failed_tries=0,
            kept_first=kept,
            kept_last=kept,
            proofs=0,
            saved=False,
            cost_minor=cost,
            currency="USD",
        )
        for place, (carrier, kept, cost) in enumerate(
            [("slow", place % 2 == 0, 400) for place in range(60)]
            + [("fast", place % 20 != 0, 500 + place % 2) for place in range(60)]
            + [("rare", True, 1) for _ in range(5)]
        )
    ]
    with world.database.write() as session:
        session.add_all(facts)
    with world.database.read() as session:
        found = scorecard_lanes.changes(session, "default", since=NOW - timedelta(1), until=NOW + timedelta(1))
    best = found[0]
    assert (best.present, best.other, len(found)) == ("slow", "fast", 2)
    assert best.is_clear and round(best.more_in_time.value) == 45 and best.more_in_time.low > 25
    assert best.saving and round(best.saving.value, 1) == -100.5
    # Dearer and more in time is worth a look; cheaper and clearly later is not.
    assert scorecard_lanes.clearest(found) == [best]
    with world.database.write() as session:
        session.execute(update(DeliveryFact).where(DeliveryFact.carrier == "slow").values(kept_last=True))
    with world.database.read() as session:
        found = scorecard_lanes.changes(session, "default", since=NOW - timedelta(1), until=NOW + timedelta(1))
    [cheaper] = scorecard_lanes.clearest(found)
    assert (cheaper.present, cheaper.other, cheaper.is_cheaper) == ("fast", "slow", True)
    assert round(cheaper.saving_in_all or 0) == 6030 and round(cheaper.more_in_all) == 3


@given(st.floats(1, 60 * 86400))
def test_a_bucket_is_within_one_percent(seconds: float) -> None:
    assert abs(seconds_of(bucket_of(seconds)) / seconds - 1) <= 0.0101


steps = st.sampled_from(["shipped", "out_for_delivery", "attempt_failed", "delivered", "returned", "lost", "cancelled"])
stories = st.lists(
    st.tuples(st.lists(steps, max_size=5), st.sampled_from(["acme", "bolt"]), st.booleans()), min_size=1, max_size=5
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=stories)
def test_sums_are_equal_however_parcels_end(fresh_sqlite: Any, tmp_path: Path, told: Any) -> None:
    world = World.build(fresh_sqlite(), NOW, tmp_path)
    for scans, carrier, promised in told:
        ended(
            world,
            *((status, 2.0 + place, None) for place, status in enumerate(scans)),
            carrier=carrier,
            promised_h=4 if promised else None,
        )
    with world.database.read() as session:
        final = Counter(
            state for (state,) in session.execute(select(Shipment.state)) if state in {"delivered", "returned", "lost"}
        )
    for by in ("carrier", "service", "lane"):
        found = cards(world, by)
        assert sum(one.parcels for one in found) == sum(final.values())
        assert sum(one.delivered for one in found) == final["delivered"]
        for one in found:
            assert one.parcels >= one.delivered + one.lost + one.returned >= one.saved
            for figure in (one.on_time_first, one.on_time_last, one.first_attempt, one.first_attempt_own):
                assert figure is None or 0 <= figure.low <= figure.value <= figure.high <= 1
