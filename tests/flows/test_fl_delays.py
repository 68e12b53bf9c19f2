"""Delay texts: only beyond the grace, only past what was last said, and not too many."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.fl_world import BEN, World
from sqlalchemy import update

from channels.models import OutboxRow
from flows import upkeep
from flows.tracking import change_shipment, take_events
from tracking_core.facts import Eta
from tracking_core.models import Shipment
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


# -- the ledger and the last thing told ---


def ledger(world: World, parcel: int) -> list:
    with world.database.read() as session:
        return promises(session, world.shipment(parcel))


def test_a_promise_is_kept_with_its_words_and_the_message_that_said_them(world: World) -> None:
    parcel = promised(world, customer_locale="es")
    slips(world, parcel, 2 * HOUR)
    world.says("donde esta mi pedido")
    order, shipped, delay, answer = ledger(world, parcel)
    assert (order.template, order.words, order.message_key) == (None, None, None)
    assert (shipped.template, delay.template, answer.template) == ("milestone_shipped", "delay", "status_shipped")
    texts = {row.key: row.text for row in world.outbox()}
    for row in (shipped, delay, answer):
        assert row.words and row.words in texts[row.message_key], row.words


def test_a_mail_alone_is_a_promise_under_its_own_key(world: World) -> None:
    parcel = promised(world, phone=None, customer_email="ana@example.com")
    assert [one.message_key for one in ledger(world, parcel)] == [None, f"milestone:{parcel}:shipped:1:email"]


def test_much_sooner_is_good_news_once(world: World) -> None:
    parcel = promised(world)
    slips(world, parcel, -3 * HOUR)  # 9 to 11 instead of 12 to 2
    slips(world, parcel, -3 * HOUR - timedelta(minutes=20))
    (told,) = delays(world)
    assert (
        told.key == f"early:{parcel}:2026-12-01:1"
        and "comes sooner. We now expect it today between 9 AM and 11 AM" in told.text
    )
    slips(world, parcel, timedelta())  # the old window again: that is late by what they go by now
    assert len(delays(world)) == 2


@pytest.mark.parametrize(("workflow", "by_min"), [("eta: {early_news: off}\n", 300), ("", 100)])
def test_a_little_sooner_and_news_nobody_wants_are_silent(database, now, tmp_path, workflow: str, by_min: int) -> None:
    world = World.build(database, now, tmp_path, workflow)
    parcel = promised(world)
    slips(world, parcel, -timedelta(minutes=by_min))  # the middle of the new window lies less than 45 min before
    assert delays(world) == []


def test_what_can_be_done_is_said(world: World) -> None:
    parcel = promised(world)
    slips(world, parcel, 2 * HOUR)
    assert "Another time suits you better? Just tell us." in delays(world)[0].text
    other = world.parcel("B1", phone=BEN, promised_from=world.now, promised_to=world.now + timedelta(minutes=30))
    world.scan(other, "out_for_delivery")
    end = world.now + timedelta(minutes=55)
    world.scan(other, "update", eta=(end - timedelta(minutes=50), end))
    assert "Not in? Tell us where to leave it." in delays(world)[-1].text


def test_late_parcels_of_one_person_are_one_text(world: World) -> None:
    first, second = promised(world), promised(world, order="B2002")
    slips(world, first, 2 * HOUR)
    assert [row.state for row in delays(world)] == ["held"]  # it waits a moment for the other one
    slips(world, second, 3 * HOUR)
    (told,) = delays(world)
    assert told.key == f"delay:{first}+{second}:2026-12-01:1"
    assert "A1001 (today between 2 PM and 4 PM), B2002 (today between 3 PM and 5 PM) are running late" in told.text
    slips(world, first, 2 * HOUR + timedelta(minutes=5))  # told already
    assert [row.key for row in delays(world)] == [told.key]
    world.scan(second, "out_for_delivery")
    assert [row.key for row in delays(world)] == [f"delay:{first}:2026-12-01:2"]


def test_the_days_limit_is_a_persons_and_not_each_parcels(world: World) -> None:
    parcels = [promised(world, order=f"C{place}") for place in range(4)]
    for hours in range(1, 4):
        for parcel in parcels:
            slips(world, parcel, hours * HOUR)
            with world.database.write() as session:  # each goes out before the next one is late
                session.execute(update(OutboxRow).values(state="sent"))
    assert len(delays(world, states=("sent",))) == 3


def test_what_waits_and_is_true_no_more_is_taken_back(world: World) -> None:
    first, _ = promised(world), promised(world, order="B2002")
    slips(world, first, 2 * HOUR)
    assert len(delays(world)) == 1
    slips(world, first, timedelta())
    assert delays(world) == []
    assert ledger(world, first)[-1].message_key == delays(world, states=("cancelled",))[0].key  # append-only
    slips(world, first, timedelta(minutes=12))  # inside what they go by
    assert delays(world) == []


# -- late, and nobody says until when ---


def test_a_delay_without_a_time_is_told_once_and_no_time_is_made_up(world: World) -> None:
    parcel = promised(world)
    world.scan(parcel, "update", reason="weather", flags=("delayed",))
    world.later(minutes=5)
    world.scan(parcel, "update", reason="weather", flags=("delayed",))
    (told,) = delays(world)
    assert "is running late (bad weather). We will tell you when we know more." in told.text
    answer = world.says("why is my order late?")[0]
    assert "elayed: bad weather" in answer and "between" not in answer
    slips(world, parcel, 2 * HOUR)
    assert "We now expect it today between 2 PM and 4 PM" in delays(world)[-1].text
    assert world.shipment(parcel).delay_said_at is None


def test_a_delay_that_is_over_is_not_told(world: World) -> None:
    parcel = promised(world)
    world.scan(parcel, "update", reason="weather", flags=("delayed",), silent=True)
    assert delays(world) == [] and world.shipment(parcel).delay_said_at is not None
    world.scan(parcel, "out_for_delivery")
    assert world.shipment(parcel).delay_said_at is None
    assert "today between 12 PM and 2 PM" in world.last()


# -- another promise of the retailer's ---


def patch(world: World, parcel: int, **changes) -> None:
    with world.database.write() as session:
        change_shipment(session, world.house, session.get_one(Shipment, parcel), changes, now=world.now)


def test_another_promise_is_told_when_it_leaves_the_old_one(world: World) -> None:
    parcel = promised(world)
    end = world.shipment(parcel).promised_to
    patch(world, parcel, promised_from=end - 2 * HOUR, promised_to=end + timedelta(minutes=10))
    assert delays(world) == []
    patch(world, parcel, promised_from=end, promised_to=end + 2 * HOUR)
    assert "running late" in delays(world)[0].text and "between 2 PM and 4 PM" in delays(world)[0].text
    patch(world, parcel, promised_from=end - 4 * HOUR, promised_to=end - 3 * HOUR)
    assert "comes sooner" in delays(world)[1].text
    assert [one.source for one in ledger(world, parcel)] == [
        *("order", "promise", "retailer", "retailer", "promise", "retailer", "promise")
    ]


def test_changes_that_are_no_promise_tell_nobody(world: World) -> None:
    parcel = promised(world)
    before = len(world.outbox())
    patch(world, parcel, customer_name="Ana B.", promised_from=None, promised_to=None)
    assert len(world.outbox()) == before


# -- kept, or not ---


@pytest.mark.parametrize(
    ("delivered_after", "kept"),
    [(5 * HOUR, (True, True)), (5 * HOUR + timedelta(minutes=20), (False, True)), (9 * HOUR, (False, False))],
)
def test_whether_the_first_and_the_last_promise_were_kept(world: World, delivered_after, kept) -> None:
    parcel, silent = promised(world), world.parcel("X1", phone=BEN)
    slips(world, parcel, 2 * HOUR)
    world.now += delivered_after
    world.scan(parcel, "delivered")
    world.scan(silent, "delivered")
    found = world.shipment(parcel)
    assert (found.kept_first, found.kept_last) == kept
    assert (world.shipment(silent).kept_first, world.shipment(silent).kept_last) == (None, None)
    world.scan(parcel, "out_for_delivery", correction=True)
    found = world.shipment(parcel)
    assert (found.kept_first, found.kept_last) == (None, None)


def test_a_single_moment_inside_the_promise_is_no_delay(world: World) -> None:
    parcel = promised(world)
    end = world.shipment(parcel).promised_to
    for minutes, told in ((-2, 0), (12, 0), (50, 1)):
        event = replace(world.event("update"), eta=Eta(at=end + timedelta(minutes=minutes)))
        with world.database.write() as session:
            row = session.get_one(Shipment, parcel)
            take_events(session, world.house, [event], retailer="default", now=world.now, shipment=row)
        assert len(delays(world)) == told, minutes
