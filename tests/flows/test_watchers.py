"""The watchers: each finds its thing at its hour, once, does what the workflow says, and leaves history alone."""

from datetime import timedelta
from typing import Any

import pytest
from fakes.fl_world import BEN, World
from sqlalchemy import select

from channels.models import OutboxRow
from flows import upkeep, watchers
from flows.models import Case
from flows.outbound_events import of_shipment
from flows.tracking import change_shipment
from flows.workflow import WorkflowError, read
from tracking_core.models import Shipment
from tracking_core.watch_models import UsualGap, Watch, WatchHit
from tracking_core.watching_rows import hits_of, sweep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOME = {
    "line1": "1 Main St",
    "city": "Oakland",
    "postal_code": "94607",
    "country": "US",
    "timezone": "America/Los_Angeles",
}


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path)


def tick(world: World, **later: float) -> None:
    world.later(**later)
    upkeep.tick(world.database, world.house, now=world.now)


def hits(world: World, parcel: int) -> list[str]:
    with world.database.read() as session:
        return [one.watcher for one in hits_of(session, parcel)]


def done(world: World, parcel: int) -> dict[str, list[str]]:
    with world.database.read() as session:
        return {one.watcher: one.done for one in hits_of(session, parcel)}


def cases(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.scalars(select(Case.reason).order_by(Case.id)))


def watched(world: World, **which: Any) -> list[OutboxRow]:
    return [row for row in world.outbox(**which) if row.key.startswith("watch:")]


def test_a_label_nobody_scans_is_told_after_two_days_and_a_case_after_five(world: World) -> None:
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "processed")
    tick(world, hours=47)
    assert hits(world, parcel) == []
    for _ in range(2):
        tick(world, hours=2)
    assert hits(world, parcel) == ["label_unscanned"] and cases(world) == []
    assert "has not scanned your order A1001 yet" in watched(world)[0].text
    for _ in range(2):
        tick(world, days=3)
    assert hits(world, parcel) == ["label_unscanned", "label_lost"] and cases(world) == ["stalled"]
    assert len(watched(world)) == 1


def test_a_scan_in_time_is_the_end_of_it(world: World) -> None:
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "processed")
    tick(world, hours=40)
    world.scan(parcel, "shipped")
    tick(world, hours=10)
    assert hits(world, parcel) == []


def test_what_does_not_move_is_stalled_and_the_next_silence_is_another_one(world: World) -> None:
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "shipped")
    for _ in range(2):
        tick(world, days=3, minutes=1)
    assert done(world, parcel) == {"no_movement": ["text", "case"]}
    assert "stalled" in world.shipment(parcel).flags
    assert "for 3 days" in watched(world)[0].text
    world.scan(parcel, "in_transit")
    assert world.shipment(parcel).flags == []
    world.scan(parcel, "in_transit", occurred_at=world.now - 5 * HOUR)  # late, and no news
    tick(world, days=3, minutes=1)
    assert hits(world, parcel) == ["no_movement", "no_movement"]


def test_how_long_is_long_is_learned_lane_by_lane(world: World) -> None:
    for place in range(8):  # 40 gaps of 30 hours each
        taught = world.parcel(f"T{place}", carrier="acme", destination=HOME)
        for step in range(6):
            world.scan(taught, "in_transit", occurred_at=world.now - (5 - step) * 30 * HOUR, silent=True)
        world.scan(taught, "delivered", silent=True)
    watchers.learn(world.database, now=world.now)
    with world.database.read() as session:
        rows = {one.lane: (one.p95_s, one.n) for one in session.scalars(select(UsualGap))}
        (whole,) = session.scalars(select(UsualGap).where(UsualGap.lane == ""))
    assert rows["US-946"] == rows[""] and rows[""][0] == 30 * 3600 and whole.longest_silence_s == 30 * 3600
    known = world.parcel("K1", carrier="acme", destination=HOME)
    unknown = world.parcel("K2", carrier="other", destination=HOME)
    world.scan(known, "shipped")
    world.scan(unknown, "shipped")
    tick(world, hours=31)
    assert hits(world, known) == ["no_movement"] and hits(world, unknown) == []
    tick(world, hours=42)
    assert hits(world, unknown) == ["no_movement"]


def test_short_steps_at_the_door_make_no_long_way_short(world: World) -> None:
    """Parcels that are scanned every two days on the way, and every few minutes once they are in the van."""
    for place in range(10):
        taught, begin = world.parcel(f"T{place}", carrier="acme", destination=HOME), world.now - 30 * DAY
        for step in range(4):
            world.scan(taught, "in_transit", occurred_at=begin + step * 2 * DAY, silent=True)
        van = begin + 8 * DAY
        world.scan(taught, "out_for_delivery", occurred_at=van, silent=True)
        for step in range(60):
            world.scan(taught, "update", occurred_at=van + (step + 1) * timedelta(minutes=4), silent=True)
        world.scan(taught, "delivered", occurred_at=van + 5 * HOUR, silent=True)
    watchers.learn(world.database, now=world.now)
    with world.database.read() as session:
        rows = {one.lane: (one.p95_s, one.n) for one in session.scalars(select(UsualGap))}
    assert rows == dict.fromkeys(("", "US-946"), (2 * 86400, 40))


def test_a_promised_time_that_comes_and_no_van(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "carrier_contacts: {acme: ops@acme.example}\n", smtp_url="smtp://x")
    soon = {"promised_from": world.now + 2 * HOUR, "promised_to": world.now + 4 * HOUR, "destination": HOME}
    parcel = world.parcel(carrier="acme", **soon)
    unseen = world.parcel("B1", phone=BEN, carrier="acme", **soon)
    world.scan(parcel, "at_local_hub")
    tick(world, hours=2, minutes=29)
    assert hits(world, parcel) == []
    tick(world, minutes=2)
    assert done(world, parcel) == {"missed_departure": ["tell_carrier"]}
    (mail,) = watched(world, channel="email")
    assert mail.recipient == "ops@acme.example" and "was to be out by now" in mail.text and "Ana" not in mail.text
    assert hits(world, unseen) == []  # of which nobody ever said anything


def test_after_a_failed_attempt_slots_are_offered_and_then_a_person_hears(world: World) -> None:
    parcel = world.parcel(destination=HOME, promised_from=world.now, promised_to=world.now + HOUR)
    world.scan(parcel, "out_for_delivery", "attempt_failed", reason="recipient_unavailable")
    tick(world, hours=2, minutes=1)
    (offer,) = watched(world)
    assert "when should we bring A1001?" in offer.text and "2 tomorrow 8 AM-12 PM" in offer.text
    assert done(world, parcel) == {"attempt_failed": ["offer_slots"]}
    tick(world, hours=22)
    assert cases(world) == ["attempt_failed"]


@pytest.mark.parametrize("words", ["tomorrow morning", "2"])
def test_the_offer_is_answered_in_words_or_by_number(world: World, words: str) -> None:
    parcel = world.parcel(destination=HOME, promised_from=world.now, promised_to=world.now + HOUR)
    world.scan(parcel, "out_for_delivery", "attempt_failed", reason="recipient_unavailable")
    tick(world, hours=2, minutes=1)
    world.later(minutes=5)
    assert "We will bring A1001 tomorrow between 8 AM and 12 PM" in world.says(words)[0]


def test_who_has_chosen_another_time_is_left_alone(world: World) -> None:
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "out_for_delivery", "attempt_failed", reason="recipient_unavailable")
    tick(world, minutes=30)
    world.says("can you deliver another day")
    world.says("1")
    assert world.shipment(parcel).promised_at is not None
    tick(world, hours=3)
    assert hits(world, parcel) == []


def test_a_promise_at_risk_reaches_the_driver_before_it_is_broken(world: World) -> None:
    ends = world.now + 2 * HOUR
    parcel = world.parcel(
        destination=HOME, promised_from=world.now, promised_to=ends, driver_name="Dee", driver_phone="+14155550200"
    )
    world.scan(parcel, "out_for_delivery")
    tick(world)
    assert hits(world, parcel) == []
    world.scan(parcel, "update", eta=(ends - timedelta(minutes=35), ends + timedelta(minutes=14)))
    tick(world)
    assert hits(world, parcel) == []  # just as likely kept as not
    world.scan(parcel, "update", eta=(ends - timedelta(minutes=2), ends + timedelta(minutes=14)))
    tick(world)
    assert done(world, parcel) == {"promise_at_risk": ["tell_driver"]}
    tick(world)
    assert len(watched(world)) == 1 and "may come too late" in watched(world)[0].text


def test_a_broken_promise_becomes_a_case(world: World) -> None:
    parcel = world.parcel(destination=HOME, promised_from=world.now, promised_to=world.now + HOUR)
    world.scan(parcel, "out_for_delivery")
    tick(world, hours=1, minutes=16)  # the delay text says so, with a new window, which is a promise of its own
    with world.database.read() as session:
        last = session.get_one(Shipment, parcel).last_promised_to
    assert last is not None and last > world.now
    world.now = last
    tick(world, hours=4, minutes=1)
    assert "promise_broken" in hits(world, parcel) and cases(world) == ["promise_broken"]


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ({"line1": "Main St"}, "it has no house number"),
        ({"line1": "Main St 1", "postal_code": None}, "it has no postal code"),
        ({"lat": 37.8, "lon": 122.27}, "it may be in the wrong place"),
        ({"postal_code": "9460"}, "its postal code looks wrong"),
        ({"postal_code": "SW1A 1AA", "country": "GB"}, None),
        ({}, None),
    ],
)
def test_an_address_that_may_not_be_found_is_asked_about(world: World, destination, words) -> None:
    place = {key: value for key, value in {**HOME, **destination}.items() if value is not None}
    parcel = world.parcel(destination=place)
    tick(world, hours=2)
    assert hits(world, parcel) == []  # not packed yet
    world.scan(parcel, "processed")
    tick(world, hours=2)
    assert hits(world, parcel) == (["address_doubt"] if words else [])
    if words:
        assert words in watched(world)[0].text and "/t/" in watched(world)[0].text


def test_a_place_far_from_where_its_postal_code_usually_lies_is_asked_about(world: World) -> None:
    """Fresno by mistake: in the right country, and nothing else says that it is wrong."""
    for one in range(5):
        world.parcel(f"N{one}", phone=BEN, destination={**HOME, "lat": 37.80 + 0.004 * one, "lon": -122.28})
    wrong, right, other, lone = (
        world.parcel(order, destination={**HOME, **place})
        for order, place in {
            "A1": {"lat": 36.74, "lon": -119.79},
            "A2": {"lat": 37.83, "lon": -122.25},
            "A3": {"lat": 36.74, "lon": -119.79, "postal_code": "93701"},
            "A4": {"postal_code": "94607-1234"},
        }.items()
    )
    for parcel in (wrong, right, other, lone):
        world.scan(parcel, "processed")
    tick(world, hours=2)
    assert [hits(world, parcel) for parcel in (wrong, right, other, lone)] == [["address_doubt"], [], [], []]
    assert "place and postal code do not fit" in watched(world)[0].text
    tick(world, hours=2)
    assert len(watched(world)) == 1


def test_what_one_door_orders_again_and_again_teaches_nothing(world: World) -> None:
    for one in range(8):
        world.parcel(f"N{one}", phone=BEN, destination={**HOME, "lat": 37.80, "lon": -122.28})
    parcel = world.parcel("A1", destination={**HOME, "lat": 36.74, "lon": -119.79})
    world.scan(parcel, "processed")
    tick(world, hours=2)
    assert hits(world, parcel) == []


def test_a_retailer_that_gives_no_address_has_no_doubtful_one(world: World) -> None:
    parcel = world.parcel(destination={})
    world.scan(parcel, "processed")
    tick(world, hours=2)
    assert hits(world, parcel) == []


def test_a_lost_parcel_and_one_that_is_sent_anew(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "watch: {lost: {do: [text, case, reissue]}}\n")
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "shipped")
    world.scan(parcel, "lost")
    for _ in range(2):
        tick(world, minutes=1)
    assert done(world, parcel) == {"lost": ["text", "case", "reissue"]}
    with world.database.read() as session:
        assert [one.kind for one in of_shipment(session, parcel)] == ["order.reissue_requested"]
        assert session.get(Watch, parcel) is None  # nobody looks at it any more
    assert "seems to be lost" in watched(world)[0].text


def test_a_carrier_that_usually_speaks_is_silent_about_all_its_parcels(world: World) -> None:
    usual = UsualGap(retailer="default", carrier="acme", lane="", n=300, p95_s=7200, longest_silence_s=7200)
    usual.learned_at = world.now
    with world.database.write() as session:
        session.add(usual)
    under_way = [world.parcel(f"W{place}", carrier="acme", destination=HOME) for place in range(3)]
    for parcel in under_way:
        world.scan(parcel, "shipped")
    tick(world, hours=11)
    assert cases(world) == []
    for _ in range(2):
        tick(world, hours=2)
    assert cases(world) == ["carrier_silent"]
    world.scan(under_way[0], "in_transit")
    tick(world, hours=13)
    assert len([one for one in all_hits(world) if one.watcher == "carrier_silent"]) == 2


def all_hits(world: World) -> list[WatchHit]:
    with world.database.read() as session:
        return list(session.scalars(select(WatchHit).order_by(WatchHit.id)))


def test_history_is_found_and_told_to_nobody(world: World) -> None:
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "shipped", occurred_at=world.now - 9 * DAY)
    for _ in range(2):
        tick(world, minutes=1)
    assert [(one.watcher, one.silent, one.done) for one in all_hits(world)] == [("no_movement", True, [])]
    assert watched(world) == [] and cases(world) == []


def test_texts_of_watchers_count_with_the_days_delay_texts(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "eta: {max_delay_texts_per_day: 1}\n")
    first, second = world.parcel(destination=HOME), world.parcel("B1", destination=HOME)
    for parcel in (first, second):
        world.scan(parcel, "shipped")
    tick(world, days=3, minutes=1)
    assert len(watched(world)) == 1
    assert sorted(one.done for one in all_hits(world)) == [["case"], ["text", "case"]]


def test_switched_off_means_off(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "watch: {no_movement: off}\n")
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "shipped")
    tick(world, days=4)
    assert hits(world, parcel) == []


def test_proof_that_a_carrier_owes_is_asked_of_the_carrier(database, now, tmp_path) -> None:
    rules = "proof: {default: [photo]}\ncarrier_contacts: {acme: ops@acme.example}\n"
    world = World.build(database, now, tmp_path, rules, smtp_url="smtp://x")
    parcel = world.parcel(carrier="acme", destination=HOME)
    world.scan(parcel, "out_for_delivery", "delivered")
    tick(world, hours=23)
    assert hits(world, parcel) == []
    tick(world, hours=2)
    assert done(world, parcel) == {"proof_missing": ["tell_carrier"]}


def test_a_return_nobody_hears_of_ends_after_the_workflows_time(database, now, tmp_path) -> None:
    world = World.build(database, now, tmp_path, "returning: {expires_after: 10d}\n")
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "shipped")
    world.scan(parcel, "returning")
    tick(world, days=9)
    assert world.shipment(parcel).state == "returning"
    tick(world, days=1, minutes=1)
    assert world.shipment(parcel).state == "expired"


def test_parcels_that_were_here_before_the_watchers_are_found(world: World) -> None:
    parcel = world.parcel(destination=HOME)
    world.scan(parcel, "shipped")
    with world.database.write() as session:
        session.delete(session.get_one(Watch, parcel))
    tick(world, days=3, minutes=1)
    assert hits(world, parcel) == []
    with world.database.write() as session:
        assert (sweep(session, now=world.now), sweep(session, now=world.now)) == (1, 0)
    tick(world)
    assert hits(world, parcel) == ["no_movement"]


def test_another_retailers_rules_are_their_own(world: World) -> None:
    parcel = world.parcel(destination=HOME, promised_from=world.now, promised_to=world.now + HOUR)
    world.scan(parcel, "shipped")
    with world.database.write() as session:
        later = {"promised_from": world.now + 9 * DAY, "promised_to": world.now + 9 * DAY + HOUR}
        change_shipment(session, world.house, session.get_one(Shipment, parcel), later, now=world.now)
    tick(world, hours=3)
    assert hits(world, parcel) == []  # the promise that was is none any more


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("watch: {lost: {do: [offer_slots]}}", "lost: offer_slots cannot be done about that"),
        ("watch: {no_movement: {above: 0.5}}", "no_movement: `above` belongs to promise_at_risk"),
        ("watch: {lots: off}", "unknown key 'lots'"),
        ("watch: {lost: {do: [text, text]}}", "each action once"),
        ("watch: {lost: {do: [shout]}}", "watch.lost.do.0"),
        ("watch: {lost: {after: soon}}", "is no duration"),
        ("carrier_contacts: {acme: nobody}", "carrier_contacts.acme"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_line(said: str, complaint: str) -> None:
    with pytest.raises(WorkflowError, match="workflow line 1: ") as refused:
        read(said)
    assert complaint in str(refused.value)
