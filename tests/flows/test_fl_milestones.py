"""Milestones: each rule of the contract, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fakes.fl_world import ANA, BEN, OAKLAND, OURS, World

from channels import consent, inbox, outbox
from channels.messages import InboundMessage
from channels.models import Contact, OutboxRow
from flows import email_fallback
from flows.models import MilestoneTold
from flows.tracking import take_events
from tracking_core.facts import CarrierEvent
from tracking_core.shipments import promises

NIGHT = "quiet_hours: {from: '21:00', to: '08:00'}\n"
#: 22:30 on a Tuesday in Oakland, and 8 in the morning after.
LATE = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)
MORNING = datetime(2026, 12, 2, 16, 0, tzinfo=UTC)
WORDS = {
    "processed": "getting it ready",
    "shipped": "on its way",
    "out_for_delivery": "out for delivery",
    "at_address": "at your address now",
    "delivered": "has been delivered",
}


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path)


@pytest.fixture
def night(database, tmp_path) -> World:
    return World.build(database, LATE, tmp_path, NIGHT)


def keys(world: World, **which) -> list[str]:
    return [row.key for row in world.outbox(**which)]


def test_each_milestone_is_told_once_with_brand_order_and_link(world: World) -> None:
    parcel = world.parcel(promised_from=world.now + timedelta(hours=3), promised_to=world.now + timedelta(hours=5))
    for place, (status, words) in enumerate(WORDS.items()):
        world.later(minutes=1)
        world.scan(parcel, status)
        assert len(world.texts()) == place + 1
        text = world.last()
        assert text.startswith("Demo Store: ") and words in text and "A1001" in text and "/t/" in text
        world.scan(parcel, status)  # another scan of the same
        assert len(world.texts()) == place + 1
    assert keys(world) == [f"milestone:{parcel}:{status}:1" for status in WORDS]
    assert all("today between 12 PM and 2 PM" in text for text in world.texts()[:3])
    row = world.outbox()[0]
    assert (row.sender, row.recipient, row.category, row.shipment_id) == (OURS, ANA, "milestone", parcel)


def test_creating_a_shipment_texts_nobody_but_makes_its_page(world: World) -> None:
    parcel = world.parcel(customer_email="ana@example.com")
    assert world.texts() == world.texts(channel="email") == []
    with world.database.read() as session:
        assert "/t/" in world.house.links.url(session, "t", parcel, now=world.now)


def test_the_first_text_ever_says_how_to_opt_out_and_no_other_does(world: World) -> None:
    first, second = world.parcel(), world.parcel("A1002")
    world.scan(first, "processed")
    world.scan(first, "shipped")
    world.scan(second, "processed")
    assert [text.endswith("Reply STOP to opt out.") for text in world.texts()] == [True, False, False]


@pytest.mark.parametrize(
    ("batch", "told"),
    [
        (("processed", "shipped", "out_for_delivery"), "out_for_delivery"),
        (("processed", "shipped", "in_transit", "at_local_hub"), "shipped"),
        (("shipped", "out_for_delivery", "at_address", "delivered"), "delivered"),
        (("shipped", "on_hold"), "shipped"),
        (("out_for_delivery", "attempt_failed"), "attempt_failed"),
        (("out_for_delivery", "arriving"), "out_for_delivery"),  # arriving is not listed
    ],
)
def test_one_batch_is_one_text_for_the_furthest(world: World, batch, told) -> None:
    parcel = world.parcel()
    world.scan(parcel, *batch)
    assert keys(world) == [f"milestone:{parcel}:{told}:1"]


def test_what_a_batch_skipped_is_never_told_later(world: World) -> None:
    parcel = world.parcel()
    world.scan(parcel, "out_for_delivery")
    world.scan(parcel, "on_hold")
    world.later(minutes=5)
    world.scan(parcel, "in_transit")  # joins the line again, but shipped lies behind
    assert keys(world) == [f"milestone:{parcel}:out_for_delivery:1"]
    with world.database.read() as session:
        rows = session.query(MilestoneTold).order_by(MilestoneTold.milestone)
        assert [(row.milestone, row.message_key is None) for row in rows] == [
            ("out_for_delivery", False),
            ("processed", True),
            ("shipped", True),
        ]


@pytest.mark.parametrize("status", ["in_transit", "at_local_hub"])
def test_on_the_way_counts_as_shipped_if_that_was_never_told(world: World, status) -> None:
    parcel = world.parcel()
    world.scan(parcel, "processed")
    world.scan(parcel, status)
    world.scan(parcel, "at_local_hub")
    assert keys(world) == [f"milestone:{parcel}:processed:1", f"milestone:{parcel}:shipped:1"]


def test_after_a_failed_attempt_the_next_round_is_told(world: World) -> None:
    parcel = world.parcel()
    world.scan(parcel, "attempt_failed", reason="recipient_unavailable")
    assert "nobody was there to take it" in world.last()
    world.later(minutes=1)
    world.scan(parcel, "out_for_delivery")
    assert keys(world)[-1] == f"milestone:{parcel}:out_for_delivery:1"
    world.later(minutes=1)
    world.scan(parcel, "attempt_failed")  # once per milestone
    assert len(keys(world)) == 2


def test_arriving_is_told_where_the_workflow_lists_it_and_not_for_long(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "milestones: [arriving, delivered]\n")
    parcel = world.parcel()
    world.scan(parcel, "shipped")
    world.scan(parcel, "out_for_delivery")
    assert world.texts() == []
    world.scan(parcel, "arriving")
    row = world.outbox()[0]
    assert "almost there" in row.text and row.valid_until == world.now + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("status", "validity"), [("out_for_delivery", timedelta(hours=4)), ("delivered", timedelta(hours=24))]
)
def test_a_text_is_of_use_for_a_while(world: World, status, validity) -> None:
    world.scan(world.parcel(), status)
    assert world.outbox()[0].valid_until == world.now + validity


def test_silent_and_old_events_move_the_state_and_tell_nobody(world: World) -> None:
    parcel = world.parcel()
    world.scan(parcel, "processed", silent=True)
    world.scan(parcel, "shipped", occurred_at=world.now - timedelta(hours=24, seconds=1))
    assert world.shipment(parcel).state == "shipped" and world.texts() == []
    world.scan(parcel, "in_transit")  # silence did not count as told
    assert keys(world) == [f"milestone:{parcel}:shipped:1"]


def test_a_day_old_is_not_yet_history(world: World) -> None:
    parcel = world.parcel()
    world.scan(parcel, "shipped", occurred_at=world.now - timedelta(hours=23, minutes=59))
    assert len(world.texts()) == 1


def test_what_the_workflow_leaves_out_is_not_told(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "milestones: [delivered]\n")
    parcel = world.parcel()
    for status in ("processed", "shipped", "out_for_delivery", "at_address"):
        world.scan(parcel, status)
    assert world.texts() == []
    world.scan(parcel, "delivered")
    assert len(world.texts()) == 1


def test_twenty_webhooks_at_once_are_one_text(world: World) -> None:
    parcel = world.parcel(tracking="1Z999")

    def post(_: int) -> bool:
        event = CarrierEvent("easypost", "evt_1", "1Z999", "out_for_delivery", world.now)
        with world.database.write() as session:
            return take_events(session, world.house, [event], retailer="default", now=world.now).changed

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(post, range(20))) == 1
    assert keys(world) == [f"milestone:{parcel}:out_for_delivery:1"]


def test_another_retailers_scan_touches_nothing(world: World) -> None:
    parcel = world.parcel(tracking="1Z999")
    event = world.event("shipped", tracking_number="1Z999")
    with world.database.write() as session:
        taken = take_events(session, world.house, [event], retailer="other", now=world.now)
    assert (taken.facts, taken.changed, taken.state) == ((), False, None)
    assert world.shipment(parcel).state == "created" and world.texts() == []


# -- who may be told, and how ---


@pytest.mark.parametrize(
    ("customer", "ways"),
    [
        ({}, {"sms"}),
        ({"customer_email": "ana@example.com"}, {"sms", "email"}),
        ({"customer_email": "ana@example.com", "customer_sms_consent": False}, {"email"}),
        ({"customer_email": "ana@example.com", "phone": None}, {"email"}),
        ({"customer_sms_consent": False}, set()),
    ],
)
def test_text_and_mail(world: World, customer, ways) -> None:
    parcel = world.parcel(**customer)
    world.scan(parcel, "shipped")
    found = {way for way in ("sms", "email") if world.outbox(channel=way)}
    assert found == ways
    with world.database.read() as session:
        told = session.query(MilestoneTold).filter_by(milestone="shipped").one()
        assert (told.message_key is not None) is bool(ways)


@pytest.mark.parametrize(
    ("workflow", "settings", "ways"),
    [
        ("channels: {milestones: [sms]}\n", {}, {"sms"}),
        ("channels: {milestones: [email]}\n", {}, {"email"}),
        ("channels: {milestones: [sms, email]}\n", {"demo": False}, {"sms"}),  # no mail server
        ("channels: {milestones: [sms, email]}\n", {"demo": False, "smtp_url": "smtp://h"}, {"sms", "email"}),
        ("consent: {default: false}\n", {}, {"email"}),
    ],
)
def test_the_workflow_and_the_house_decide_the_ways(database, now, tmp_path, workflow, settings, ways) -> None:
    world = World.build(database, now, tmp_path, workflow, **settings)
    world.scan(world.parcel(customer_email="ana@example.com"), "shipped")
    assert {way for way in ("sms", "email") if world.outbox(channel=way)} == ways


def test_an_order_that_says_yes_is_texted_whatever_the_default(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "consent: {default: false}\n")
    world.scan(world.parcel(customer_sms_consent=True), "shipped")
    assert len(world.texts()) == 1


def test_after_stop_and_for_a_dead_number_the_mail_goes_alone(world: World) -> None:
    stopped, dead = (
        world.parcel(customer_email="a@example.com"),
        world.parcel("B1", phone=BEN, customer_email="b@example.com"),
    )
    with world.database.write() as session:
        consent.opt_out(session, retailer="default", address=ANA, by="stop", now=world.now)
        consent.mark_unreachable(session, retailer="default", address=BEN, code="30006", now=world.now)
    world.scan(stopped, "shipped")
    world.scan(dead, "shipped")
    assert world.texts() == []
    assert [row.recipient for row in world.outbox(channel="email")] == ["a@example.com", "b@example.com"]
    with world.database.read() as session:
        assert all(c.first_told_at is None for c in session.query(Contact))


def test_a_mail_has_a_subject_and_a_name_and_a_key_of_its_own(world: World) -> None:
    parcel = world.parcel(customer_email="ana@example.com", customer_name="Ana", customer_locale="es-MX")
    world.scan(parcel, "shipped")
    mail = world.outbox(channel="email")[0]
    assert mail.key == f"milestone:{parcel}:shipped:1:email"
    assert mail.subject == "Demo Store: tu pedido A1001 va en camino"
    assert mail.text.startswith("Hola Ana:") and "/t/" in mail.text and "está" not in mail.subject


def test_the_orders_language_is_spoken(world: World) -> None:
    for locale, words in (
        ("es", "va en camino"),
        ("es_MX", "va en camino"),
        ("fr", "on its way"),
        (None, "on its way"),
    ):
        world.scan(world.parcel(f"L{locale}", customer_locale=locale), "shipped")
        assert words in world.last(), locale


def test_a_text_that_does_not_arrive_is_mailed_once_and_only_while_it_is_news(world: World) -> None:
    parcel = world.parcel(customer_email="ana@example.com")
    late = world.parcel("L1", customer_email="ana@example.com")
    for one in (parcel, late):
        world.scan(one, "shipped")
    with world.database.write() as session:
        session.query(OutboxRow).filter_by(channel="email").delete()  # as if the address had come later
        session.query(OutboxRow).update({"state": "undelivered"})
    world.later(minutes=1)
    world.scan(late, "out_for_delivery")
    before = keys(world, channel="email")
    for _ in range(2):
        with world.database.write() as session:
            email_fallback.tick(session, world.house, now=world.now)
    assert [key for key in keys(world, channel="email") if key not in before] == [f"milestone:{parcel}:shipped:1:email"]


# -- promises ---


def test_a_window_that_is_told_is_entered_into_the_ledger(world: World) -> None:
    window = (world.now + timedelta(hours=3), world.now + timedelta(hours=5))
    parcel = world.parcel(promised_from=window[0], promised_to=window[1])
    world.scan(parcel, "shipped")
    world.scan(parcel, "at_address")  # names no window
    with world.database.read() as session:
        found = promises(session, world.shipment(parcel))
    assert [(one.window_from, one.window_to, one.source, one.message_key) for one in found] == [
        (*window, "order", None),
        (*window, "promise", f"milestone:{parcel}:shipped:1"),
    ]


def test_a_window_told_to_nobody_is_no_promise(world: World) -> None:
    parcel = world.parcel(promised_to=world.now + timedelta(hours=5), customer_sms_consent=False)
    world.scan(parcel, "shipped")
    with world.database.read() as session:
        assert [one.source for one in promises(session, world.shipment(parcel))] == ["order"]


# -- quiet hours ---


def test_at_night_a_text_is_held_until_morning_at_the_destination(night: World) -> None:
    here, there = night.parcel(), night.parcel("N1", destination={"postal_code": "10001", "country": "US"})
    for parcel in (here, there):
        night.scan(parcel, "shipped")
    assert [(row.state, row.not_before) for row in night.outbox()] == [
        ("held", MORNING),
        ("held", MORNING - timedelta(hours=3)),
    ]
    assert night.outbox()[0].valid_until == MORNING + timedelta(hours=24)


def test_mail_wakes_nobody_and_is_not_held(night: World) -> None:
    night.scan(night.parcel(customer_email="ana@example.com"), "shipped")
    assert [row.state for row in night.outbox(channel="email")] == ["queued"]


@pytest.mark.parametrize("status", ["out_for_delivery", "at_address", "delivered", "attempt_failed"])
def test_while_the_driver_is_near_nothing_is_held(night: World, status) -> None:
    night.scan(night.parcel(), status)
    assert [row.state for row in night.outbox()] == ["queued"]


@pytest.mark.parametrize("status", ["delivered", "attempt_failed"])
def test_what_happened_over_an_hour_ago_can_wait(night: World, status) -> None:
    night.scan(night.parcel(), status, occurred_at=night.now - timedelta(minutes=59))
    night.scan(night.parcel("A1002"), status, occurred_at=night.now - timedelta(minutes=61))
    assert [row.state for row in night.outbox()] == ["queued", "held"]


def test_what_the_workflow_never_holds_is_not_held(database, tmp_path) -> None:
    world = World.build(database, LATE, tmp_path, NIGHT)
    world.scan(world.parcel(), "shipped")
    assert [row.state for row in world.outbox()] == ["held"]
    awake = NIGHT.replace("}", ", never_held: [milestone]}")
    (tmp_path / "workflows" / "default.yml").write_text(awake)
    with database.write() as session:
        world.house.workflows.seed(session, now=world.now)
    world.scan(world.parcel("A1002"), "shipped")
    assert [row.state for row in world.outbox()] == ["held", "queued"]


def test_in_the_morning_only_the_newest_milestone_goes_out(night: World) -> None:
    parcel, other = night.parcel(), night.parcel("B1", phone=BEN)
    for status in ("processed", "shipped"):
        night.scan(parcel, status)
        night.scan(other, status)
        night.later(minutes=10)
    night.scan(parcel, "out_for_delivery")
    held = {row.key: row.reason for row in night.outbox(states=("cancelled",))}
    assert set(held) == {
        f"milestone:{parcel}:processed:1",
        f"milestone:{parcel}:shipped:1",
        f"milestone:{other}:processed:1",
    }
    assert set(held.values()) == {"A newer text about this parcel takes its place."}
    assert [(row.key, row.state) for row in night.outbox()] == [
        (f"milestone:{other}:shipped:1", "held"),
        (f"milestone:{parcel}:out_for_delivery:1", "queued"),
    ]
    # The replaced text would have been the first one: the one that goes out carries the hint instead.
    assert all(text.endswith("Reply STOP to opt out.") for text in night.texts())


def test_a_text_that_is_due_already_is_not_called_back(night: World) -> None:
    parcel = night.parcel()
    night.scan(parcel, "processed")
    night.now = MORNING
    with night.database.write() as session:
        assert outbox.promote(session, night.now) == 1
    night.scan(parcel, "shipped")
    assert [row.state for row in night.outbox()] == ["queued", "queued"]


def test_an_opt_out_at_night_cancels_what_is_held(night: World) -> None:
    night.scan(night.parcel(), "shipped")
    night.hear("STOP")
    night.work()
    assert [row.category for row in night.outbox()] == ["consent"]


def test_texts_to_one_person_keep_their_order(world: World) -> None:
    parcel = world.parcel()
    for status in WORDS:
        world.scan(parcel, status)
    assert all(before.seq < after.seq for before, after in pairwise(world.outbox()))


def test_the_messages_service_speaks_where_there_is_one(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, twilio_messaging_service_sid="MG123")
    world.scan(world.parcel(destination=dict(OAKLAND)), "shipped")
    assert [row.sender for row in world.outbox()] == ["MG123"]


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://mail.example.com", "no-reply@127.0.0.1"),
        ("smtp://orders%40example.com:pw@mail.example.com", "orders@example.com"),
        ("smtp://user:pw@mail.example.com?starttls=1&from=shop@example.com", "shop@example.com"),
    ],
)
def test_mail_comes_from_where_the_operator_said(database, now, tmp_path, url: str, sender: str) -> None:
    world = World.build(database, now, tmp_path, smtp_url=url)
    world.scan(world.parcel(customer_email="ana@example.com"), "shipped")
    assert [row.sender for row in world.outbox(channel="email")] == [sender]


def test_the_answer_leaves_from_the_number_that_was_texted_and_stays_in_the_services_order(
    database, now, tmp_path
) -> None:
    world = World.build(database, now, tmp_path, twilio_messaging_service_sid="MG123")
    world.scan(world.parcel(destination=dict(OAKLAND)), "shipped")
    message = InboundMessage("sms", "SM1", ANA, OURS, "where is my order", service="MG123")
    with database.write() as session:
        assert inbox.receive(session, message, now=now)
    world.work()
    told, answer = world.outbox()
    assert (told.sender, answer.sender) == ("MG123", OURS)
    assert told.conversation_id == answer.conversation_id
    assert told.seq < answer.seq
