"""Delay texts: only beyond the grace, only past what was last said, and not too many."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.fl_world import World

from flows import upkeep
from tracking_core.shipments import promises

LATE = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path)


def promised(world: World, **more) -> int:
    """A parcel on its way, promised for 12 to 2 in Oakland; shipped is told."""
    window = {"promised_from": world.now + 3 * HOUR, "promised_to": world.now + 5 * HOUR}
    parcel = world.parcel(**window, **more)
    world.scan(parcel, "shipped")
    return parcel


def slips(world: World, parcel: int, by: timedelta) -> None:
    """The carrier now expects it so much after the promise's end (which was at `world.now` + 5 h at the start)."""
    end = world.shipment(parcel).promised_to + by
    world.scan(parcel, "update", eta=(end - 2 * HOUR, end))


def delays(world: World, **which) -> list:
    return [row for row in world.outbox(**which) if row.category == "delay"]


@pytest.mark.parametrize(("minutes", "told"), [(-60, False), (0, False), (15, False), (16, True), (120, True)])
def test_only_beyond_the_grace(world: World, minutes, told) -> None:
    parcel = promised(world)
    slips(world, parcel, timedelta(minutes=minutes))
    assert bool(delays(world)) is told


def test_the_text_names_the_new_window_and_the_ledger_has_it(world: World) -> None:
    parcel = promised(world, customer_email="ana@example.com")
    slips(world, parcel, 2 * HOUR)
    row = delays(world)[0]
    assert "running late" in row.text and "today between 2 PM and 4 PM" in row.text
    assert row.key == f"delay:{parcel}:2026-12-01:1"
    assert delays(world, channel="email")[0].key == row.key + ":email"
    with world.database.read() as session:
        last = promises(session, world.shipment(parcel))[-1]
    assert (last.window_to, last.message_key, last.source) == (
        world.shipment(parcel).promised_to + 2 * HOUR,
        row.key,
        "carrier",
    )


def test_it_is_measured_against_what_was_last_said_not_against_the_first_promise(world: World) -> None:
    parcel = promised(world)
    slips(world, parcel, 2 * HOUR)
    slips(world, parcel, 2 * HOUR + timedelta(minutes=12))
    slips(world, parcel, HOUR)  # comes back inside: silence
    assert len(delays(world)) == 1
    slips(world, parcel, 3 * HOUR)
    assert len(delays(world)) == 2


def test_no_more_than_the_workflow_allows_in_a_day_of_the_destination(world: World) -> None:
    parcel = promised(world)
    for hours in range(1, 7):
        slips(world, parcel, hours * HOUR)
    assert len(delays(world)) == 3
    world.later(hours=16)  # past midnight in Oakland
    slips(world, parcel, 30 * HOUR)
    assert [row.key for row in delays(world)][-1] == f"delay:{parcel}:2026-12-02:1"


def test_a_milestone_in_the_same_batch_says_it_all(world: World) -> None:
    parcel = promised(world)
    end = world.now + 8 * HOUR
    world.scan(parcel, "out_for_delivery", eta=(end - HOUR, end))
    assert delays(world) == []
    assert "today between 4 PM and 5 PM" in world.last()


def test_silent_and_finished_parcels_are_not_late(world: World) -> None:
    parcel = promised(world)
    end = world.now + 9 * HOUR
    world.scan(parcel, "update", eta=(end - HOUR, end), silent=True)
    assert delays(world) == []
    world.scan(parcel, "delivered")
    world.scan(parcel, "update", eta=(end + HOUR, end + 2 * HOUR))
    assert delays(world) == []


def test_a_parcel_without_a_promise_is_never_late(world: World) -> None:
    parcel = world.parcel()
    world.scan(parcel, "processed")
    world.scan(parcel, "update", eta=(world.now + HOUR, world.now + 2 * HOUR))
    assert delays(world) == []


def test_a_promise_that_time_breaks_is_told_once_by_the_tick(world: World) -> None:
    parcel = promised(world)
    world.later(hours=5, minutes=14)
    upkeep.tick(world.database, world.house, now=world.now)
    assert delays(world) == []
    world.later(minutes=2)
    for _ in range(2):
        upkeep.tick(world.database, world.house, now=world.now)
    assert len(delays(world)) == 1
    assert "We now expect it today between" in delays(world)[0].text
    assert world.shipment(parcel).flags == ["delayed", "eta_missed"]


def test_at_night_a_delay_waits_and_the_newest_replaces_it(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, "quiet_hours: {from: '21:00', to: '08:00'}\n")
    parcel = world.parcel(promised_from=world.now + 12 * HOUR, promised_to=world.now + 14 * HOUR)
    for hours in (1, 2):
        slips(world, parcel, hours * HOUR)
    assert [(row.state, "between 1:30" in row.text) for row in delays(world)] == [("held", False)]
    assert len(delays(world, states=("cancelled",))) == 1


def test_a_milestone_that_waits_for_the_morning_is_written_anew(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, "quiet_hours: {from: '21:00', to: '08:00'}\n")
    parcel = world.parcel(promised_from=world.now + 12 * HOUR, promised_to=world.now + 14 * HOUR)
    world.scan(parcel, "shipped")
    assert "tomorrow between 10:30 AM and 12:30 PM" in world.last()
    slips(world, parcel, 3 * HOUR)
    assert delays(world) == []
    assert [row.state for row in world.outbox()] == ["held"]
    assert "tomorrow between 1:30 PM and 3:30 PM" in world.last()
    assert world.outbox()[0].key == f"milestone:{parcel}:shipped:2"
    world.scan(parcel, "in_transit")  # still told once
    assert len(world.outbox()) == 1


def test_a_mail_that_has_gone_is_not_written_anew_but_followed(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, "quiet_hours: {from: '21:00', to: '08:00'}\n")
    window = {"promised_from": world.now + 12 * HOUR, "promised_to": world.now + 14 * HOUR}
    parcel = world.parcel(customer_email="ana@example.com", **window)
    world.scan(parcel, "shipped")
    slips(world, parcel, 3 * HOUR)
    assert [row.key for row in world.outbox()] == [f"milestone:{parcel}:shipped:2"]
    assert [row.key for row in world.outbox(channel="email")] == [
        f"milestone:{parcel}:shipped:1:email",
        f"delay:{parcel}:2026-12-01:1:email",
    ]


def test_the_reason_is_said(world: World) -> None:
    parcel = promised(world, customer_locale="es")
    end = world.now + 9 * HOUR
    world.scan(parcel, "update", eta=(end - HOUR, end), reason="weather", flags=("delayed",))
    assert "va con retraso (mal tiempo)" in delays(world)[0].text


@pytest.mark.parametrize(("grace", "flagged_after_min"), [("15m", 16), ("2h", 121)])
def test_a_window_that_passes_is_judged_by_the_retailers_own_grace(
    database, now, tmp_path, grace: str, flagged_after_min: int
) -> None:
    world = World.build(database, now, tmp_path, f"eta: {{delay_grace: {grace}}}\n")
    parcel = promised(world)
    world.later(hours=5, minutes=flagged_after_min - 2)
    upkeep.tick(world.database, world.house, now=world.now)
    assert "eta_missed" not in world.shipment(parcel).flags
    world.later(minutes=2)
    upkeep.tick(world.database, world.house, now=world.now)
    assert "eta_missed" in world.shipment(parcel).flags
