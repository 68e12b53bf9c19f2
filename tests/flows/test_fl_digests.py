"""Parcels of one order that move together are one text, also when their scans come at the same moment."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from fakes.fl_world import ANA, BEN, World

from channels import outbox
from flows.models import MilestoneTold
from flows.tracking import take_events
from tracking_core.facts import CarrierEvent
from tracking_core.models import Shipment

LATE = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path)


def order(world: World, parcels: int, **more) -> list[int]:
    return [world.parcel("A1001", f"T{place}", **more) for place in range(parcels)]


def batch(world: World, *scans: tuple[str, str]) -> None:
    """One webhook that speaks of several parcels."""
    events = [world.event(status, tracking_number=number) for number, status in scans]
    with world.database.write() as session:
        take_events(session, world.house, events, retailer="default", now=world.now)


def test_one_webhook_for_all_parcels_is_one_text_at_once(world: World) -> None:
    order(world, 3)
    batch(world, ("T0", "out_for_delivery"), ("T1", "out_for_delivery"), ("T2", "out_for_delivery"))
    assert [row.state for row in world.outbox()] == ["queued"]
    assert "all 3 parcels of your order A1001 are out for delivery" in world.last()


def test_a_parcel_waits_for_the_others_and_goes_with_them(world: World) -> None:
    first, second, third = order(world, 3)
    world.scan(first, "shipped")
    assert [(row.state, row.not_before) for row in world.outbox()] == [("held", world.now + timedelta(seconds=10))]
    assert "1 of 3 parcels of your order A1001 is on the way" in world.last()
    began = world.now
    world.later(seconds=4)
    world.scan(second, "shipped")
    assert [(row.state, row.not_before) for row in world.outbox()] == [("held", began + timedelta(seconds=10))]
    assert "2 of 3 parcels of your order A1001 are on the way" in world.last()
    world.later(seconds=4)
    world.scan(third, "shipped")
    assert [row.state for row in world.outbox()] == ["queued"]
    assert "all 3 parcels of your order A1001 are on the way" in world.last()
    assert world.last().endswith("Reply STOP to opt out.")
    with world.database.read() as session:
        told = session.query(MilestoneTold).filter_by(milestone="shipped")
        assert {one.message_key for one in told} == {world.outbox()[0].key}
    assert {row.reason for row in world.outbox(states=("cancelled",))} == {
        "Another parcel of the order moved too: one text tells of both."
    }


def test_nobody_waits_longer_than_the_workflow_says(world: World) -> None:
    first, second = order(world, 2)
    world.scan(first, "shipped")
    world.later(seconds=10)
    with world.database.write() as session:
        assert outbox.promote(session, world.now) == 1
    world.scan(second, "shipped")
    assert [row.state for row in world.outbox()] == ["queued", "queued"]
    assert [text.split(": ", 1)[1][:6] for text in world.texts()] == ["1 of 2", "1 of 2"]


def test_the_wait_is_the_workflows(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "digest: {wait: 2m}\n")
    world.scan(order(world, 2)[0], "shipped")
    assert world.outbox()[0].not_before == world.now + timedelta(minutes=2)


@pytest.mark.parametrize("gone", ["cancelled", "lost", "returning"])
def test_a_parcel_that_will_not_come_is_not_waited_for_nor_counted(world: World, gone) -> None:
    first, second, third = order(world, 3)
    world.scan(third, gone)
    world.scan(first, "shipped")
    world.scan(second, "shipped")
    assert "all 2 parcels" in world.last() and world.outbox()[-1].state == "queued"


def test_a_parcel_that_is_further_is_not_waited_for(world: World) -> None:
    first, second = order(world, 2)
    world.scan(first, "out_for_delivery")
    world.later(minutes=1)
    with world.database.write() as session:
        outbox.promote(session, world.now)
    world.scan(second, "shipped")
    assert [row.state for row in world.outbox()] == ["queued", "queued"]
    assert "1 of 2 parcels of your order A1001 is on the way" in world.last()


def test_an_order_is_delivered_only_when_all_its_parcels_are(world: World) -> None:
    first, second = order(world, 2)
    world.scan(first, "delivered")
    world.later(minutes=1)
    with world.database.write() as session:
        outbox.promote(session, world.now)
    assert "1 of 2 parcels of your order A1001 has been delivered. We will text you about the rest." in world.last()
    world.scan(second, "delivered")
    assert "all 2 parcels of your order A1001 have been delivered" in world.last()


def test_orders_and_people_are_not_mixed(world: World) -> None:
    mine, other_order = world.parcel("A1001", "T1"), world.parcel("A1002", "T2")
    others = world.parcel("A1001", "T3", phone=BEN)
    for parcel in (mine, other_order, others):
        world.scan(parcel, "shipped")
    assert [(row.recipient, row.state) for row in world.outbox()] == [(ANA, "queued")] * 2 + [(BEN, "queued")]
    assert all("your order" in text and " of " not in text for text in world.texts())


def test_windows_that_differ_are_left_to_the_page(world: World) -> None:
    same = {"promised_from": world.now + timedelta(hours=2), "promised_to": world.now + timedelta(hours=4)}
    first, second = order(world, 2, **same)
    other = world.parcel("A1001", "T9", promised_to=world.now + timedelta(hours=30))
    world.scan(first, "shipped")
    world.scan(second, "shipped")
    assert "Expected today between 11 AM and 1 PM" in world.last()
    world.scan(other, "shipped")
    assert "Expected" not in world.last() and "all 3" in world.last()


def test_a_newer_milestone_leaves_the_others_in_the_older_text(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, "quiet_hours: {from: '21:00', to: '08:00'}\n")
    first, second = order(world, 2)
    batch(world, ("T0", "processed"), ("T1", "processed"))
    world.later(minutes=30)
    world.scan(second, "shipped")
    # The newer text speaks of one parcel, the older one now of the other alone.
    assert sorted(row.text.split(": ", 1)[1][:44] for row in world.outbox()) == [
        "1 of 2 parcels of your order A1001 is on the",
        "we are getting 1 of 2 parcels of your order ",
    ]
    assert {row.state for row in world.outbox()} == {"held"}
    world.later(minutes=30)
    world.scan(first, "shipped")
    assert [row.text.split(": ", 1)[1][:13] for row in world.outbox()] == ["all 2 parcels"]


def test_mail_is_merged_like_texts(world: World) -> None:
    first, second = order(world, 2, customer_email="ana@example.com")
    world.scan(first, "shipped")
    world.scan(second, "shipped")
    mails = world.outbox(channel="email")
    assert [mail.subject for mail in mails] == ["Demo Store: order A1001: parcels on the way"]
    assert "all 2 parcels" in mails[0].text
    assert mails[0].key == world.outbox()[0].key + ":email"


def test_in_quiet_hours_a_mail_that_has_gone_is_not_said_again(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, "quiet_hours: {from: '21:00', to: '08:00'}\n")
    first, second = order(world, 2, customer_email="ana@example.com")
    world.scan(first, "shipped")
    world.later(minutes=5)
    with world.database.write() as session:
        outbox.promote(session, world.now)  # the mail goes, the text waits for the morning
    world.scan(second, "shipped")
    assert ["all 2" in text for text in world.texts()] == [True]
    assert ["1 of 2" in text for text in world.texts(channel="email")] == [True, True]


@pytest.mark.parametrize("round_", range(3))
def test_scans_at_the_same_moment_are_one_text(world: World, round_) -> None:
    parcels = order(world, 4)
    start = threading.Barrier(len(parcels))
    failed: list[BaseException] = []

    def scan(parcel: int) -> None:
        event = CarrierEvent("test", f"r{round_}:{parcel}", "", "out_for_delivery", world.now)
        start.wait(10)
        try:
            with world.database.write() as session:
                shipment = session.get_one(Shipment, parcel)
                take_events(session, world.house, [event], retailer="default", now=world.now, shipment=shipment)
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=scan, args=(parcel,)) for parcel in parcels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    assert [row.state for row in world.outbox()] == ["queued"]
    assert "all 4 parcels of your order A1001 are out for delivery" in world.last()
