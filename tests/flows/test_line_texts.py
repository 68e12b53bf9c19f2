"""The masked line by text: opened once, passed on in order, closed, moved on, and never a word to the wrong one."""

from datetime import datetime
from pathlib import Path

import pytest
from fakes.fl_world import ANA, BEN, OURS
from fakes.line_world import DEE, POOL, SAM, LineWorld
from sqlalchemy import select

from channels.models import OutboxRow
from db import Database
from flows import lines
from tracking_core.models import Shipment
from tracking_core.shipments import assign_driver


@pytest.fixture
def world(database: Database, now: datetime, tmp_path: Path) -> LineWorld:
    return LineWorld.with_pool(database, now, tmp_path)


def test_both_sides_get_one_text_from_the_same_number(world: LineWorld) -> None:
    line = world.line(world.out())
    assert line.proxy in POOL
    [to_ana], [to_dee] = world.to(ANA), world.to(DEE)
    assert "Dee" in to_ana and "A1001" in to_ana and "Diaz" not in to_ana
    assert "A1001" in to_dee
    assert world.sent_from(ANA) == world.sent_from(DEE) == [line.proxy]
    assert to_dee.endswith("Reply STOP to opt out.")


def test_texts_go_both_ways_named_first_and_plain_afterwards(world: LineWorld) -> None:
    line = world.line(world.out())
    world.hear("I'm outside", DEE, line.proxy)
    world.hear("coming down", ANA, line.proxy)
    world.hear("ok", DEE, line.proxy)
    assert sorted(world.work()) == ["relay"] * 3
    assert world.to(ANA)[1:] == ["Dee, your driver (order A1001): I'm outside", "ok"]
    assert world.to(DEE)[1:] == ["Ana, customer (order A1001): coming down"]


def test_opening_again_is_the_same_line(world: LineWorld) -> None:
    parcel = world.out()
    first, second = world.line(parcel), world.line(parcel, "customer")
    assert first.id == second.id
    assert len(world.to(ANA)) == len(world.to(DEE)) == 1


def test_a_driver_who_is_a_customer_too_gets_another_number_for_it(world: LineWorld) -> None:
    first = world.line(world.out("A1001", phone=ANA, driver=DEE))
    second = world.line(world.out("A2001", phone=DEE, driver=SAM))
    assert first.proxy != second.proxy
    world.hear("for Ana", DEE, first.proxy)
    world.hear("for Sam", DEE, second.proxy)
    world.work()
    assert world.to(ANA)[-1].endswith("for Ana")
    assert world.to(SAM)[-1].endswith("for Sam")


def test_several_parcels_of_one_customer_with_one_driver_share_the_line(world: LineWorld) -> None:
    one, two = world.out("A1001"), world.out("A1002")
    line = world.line(one)
    assert world.line(two).id == line.id
    world.says("both are here", DEE, ours=line.proxy)
    assert world.to(ANA)[-1] == "Dee, your driver (order A1001, A1002): both are here"
    world.later(minutes=5)
    late = world.out("A1003")
    assert world.line(late).id == line.id
    world.says("and a third", DEE, ours=line.proxy)
    assert world.to(ANA)[-1].startswith("Dee, your driver (order A1003 +2)")
    assert len(world.to(ANA)) == 3


@pytest.mark.parametrize(
    ("set_up", "refusal"),
    [
        ({"driver": None}, lines.Refusal.NO_DRIVER),
        ({"phone": None}, lines.Refusal.NO_PHONE),
        ({"phone": DEE}, lines.Refusal.SAME_PERSON),
        ({"statuses": ("processed",)}, lines.Refusal.NOT_OUT),
        ({"statuses": ("out_for_delivery", "attempt_failed")}, lines.Refusal.NOT_OUT),
        ({"statuses": ("out_for_delivery", "delivered")}, lines.Refusal.OVER),
        ({"customer_sms_consent": False}, lines.Refusal.NO_CONSENT),
    ],
)
def test_a_line_is_refused(world: LineWorld, set_up: dict[str, object], refusal: lines.Refusal) -> None:
    more = dict(set_up)
    phone, statuses = more.pop("phone", ANA), more.pop("statuses", ("out_for_delivery",))
    driver = more.pop("driver", DEE)
    given = {"driver_name": "Dee", "driver_phone": driver} if driver else {}
    parcel = world.parcel("A1001", phone=phone, customer_email="a@example.com", **given, **more)
    world.scan(parcel, *statuses)
    assert world.open(parcel) == refusal
    assert world.to(ANA) == world.to(DEE) == []


def test_a_customer_who_allows_answers_only_may_ask_for_the_driver(world: LineWorld) -> None:
    assert world.line(world.out(customer_sms_consent=False), by="customer").proxy


def test_a_new_driver_goes_on_at_the_same_number_and_the_old_one_is_refused(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    world.says("hello", DEE, ours=line.proxy)
    world.hand_to(parcel, SAM)
    fresh = world.line(parcel)
    assert (fresh.id != line.id, fresh.proxy, world.refresh(line).closed_why) == (True, line.proxy, "driver_changed")
    assert "Sam" in world.to(ANA)[-1] and "new driver" in world.to(ANA)[-1]
    before = world.to(ANA)
    [refused] = world.says("are you there?", DEE, ours=line.proxy)
    assert "another driver" in refused
    assert world.to(ANA) == before
    world.says("are you far?", ANA, ours=line.proxy)
    assert world.to(SAM)[-1].endswith("are you far?")
    assert not any("are you far" in one for one in world.to(DEE, category=None))
    assert world.handled() == ["relay", "relay:refused", "relay"]


def test_a_driver_changed_behind_our_back_is_noticed_before_a_word_goes_to_the_wrong_one(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    with world.database.write() as session:
        assign_driver(session, session.get_one(Shipment, parcel), name="Sam", phone=SAM, now=world.now)
    [refused] = world.says("still mine?", DEE, ours=line.proxy)
    assert "another driver" in refused
    assert not any("still mine" in one for one in world.to(ANA))
    assert "new driver" in world.to(ANA)[-1]
    assert world.refresh(line).state == "closed"
    world.says("hello Sam", ANA, ours=line.proxy)
    assert world.to(SAM)[-1].endswith("hello Sam")


def test_only_the_parcel_that_changes_hands_leaves_the_line(world: LineWorld) -> None:
    one, two = world.out("A1001"), world.out("A1002")
    line = world.line(one)
    world.hand_to(two, SAM)
    assert world.refresh(line).state == "open"
    other = world.line(two)
    assert other.proxy != line.proxy
    world.says("for Dee", ANA, ours=line.proxy)
    world.says("for Sam", ANA, ours=other.proxy)
    assert (world.to(DEE)[-1][-7:], world.to(SAM)[-1][-7:]) == ("for Dee", "for Sam")


def test_it_closes_a_day_after_delivery_and_then_the_bot_answers(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    world.scan(parcel, "delivered")
    world.settle()
    world.later(hours=23)
    world.settle()
    world.says("you left your pen", ANA, ours=line.proxy)
    assert world.to(DEE)[-1].endswith("you left your pen")
    world.later(hours=2)
    world.settle()
    assert world.refresh(line).closed_why == "over"
    said = world.says("where is my order", ANA, ours=line.proxy)
    assert len(said) == 2 and "closed" in said[0] and "A1001" in said[1]
    assert world.sent_from(ANA)[-1] == line.proxy
    assert [*world.says("thanks", ANA, ours=line.proxy)] != [said[0]]
    assert world.handled()[-2:] == ["conversation", "conversation"]


def test_it_opens_again_by_itself_when_the_parcel_is_out_again(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    world.scan(parcel, "attempt_failed")
    world.settle()
    world.later(hours=25)
    world.settle()
    assert world.refresh(line).state == "closed"
    world.scan(parcel, "out_for_delivery")
    world.says("today I am home", ANA, ours=line.proxy)
    assert world.refresh(line).state == "open"
    assert world.to(DEE)[-1] == "Ana, customer (order A1001): today I am home"
    assert world.handled() == ["relay"]


def test_a_delivery_that_was_a_mistake_keeps_the_line(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    world.scan(parcel, "delivered")
    world.settle()
    assert world.refresh(line).closes_at is not None
    world.scan(parcel, "out_for_delivery", correction=True)
    world.settle()
    world.later(hours=30)
    world.settle()
    assert (world.refresh(line).state, world.refresh(line).closes_at) == ("open", None)


@pytest.mark.parametrize(("who", "other"), [(ANA, DEE), (DEE, ANA)])
@pytest.mark.parametrize("where", ["proxy", "main"])
def test_stop_ends_the_line_is_not_passed_on_and_the_other_is_told(
    world: LineWorld, who: str, other: str, where: str
) -> None:
    parcel = world.out()
    line = world.line(parcel)
    world.says("STOP", who, ours=line.proxy if where == "proxy" else OURS)
    assert world.refresh(line).closed_why == "stopped"
    assert "no more texts" in world.to(other)[-1]
    assert not any("STOP" in one and "Reply" not in one for one in world.to(other))
    world.says("hello?", other, ours=line.proxy)
    assert not any("hello?" in one for one in world.to(who, category=None))
    assert world.open(parcel) == lines.Refusal.OPTED_OUT


def test_start_allows_and_opens_nothing_by_itself(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    world.says("STOP", ANA, ours=line.proxy)
    world.says("START", ANA, ours=OURS)
    assert world.refresh(line).state == "closed"
    again = world.line(parcel)
    assert again.proxy != line.proxy  # that one is still blocked at the provider
    world.says("START", ANA, ours=line.proxy)
    with world.database.write() as session:
        lines.close(session, world.house, again, why="agent", now=world.now)
    world.later(days=8)
    assert world.line(parcel).proxy in (line.proxy, again.proxy)


def test_what_sounds_like_stop_is_for_the_other_side(world: LineWorld) -> None:
    line = world.line(world.out())
    for words in ("stop right there", "enough said", "at the stop now", "one stop away", "where is my order?"):
        world.says(words, ANA, ours=line.proxy)
        assert world.to(DEE)[-1].endswith(words)


def test_the_pair_gets_its_number_back_and_nobody_else_does_before_it_has_rested(world: LineWorld) -> None:
    first = world.line(world.out("A1001"))
    with world.database.write() as session:
        lines.close(session, world.house, first, why="agent", now=world.now)
    for_ben = world.line(world.out("B1", phone=BEN))
    assert for_ben.proxy != first.proxy  # Dee has just spoken with Ana there
    again = world.line(world.out("A1009"))
    assert again.proxy == first.proxy
    with world.database.write() as session:
        lines.close(session, world.house, again, why="agent", now=world.now)
        lines.close(session, world.house, for_ben, why="agent", now=world.now)
    world.later(days=8)
    assert world.line(world.out("A1010", driver=SAM)).proxy in POOL


def test_the_customers_area_comes_before_the_others(database: Database, now: datetime, tmp_path: Path) -> None:
    pool = ("+12125550101", "+14155550101", "+13105550101")
    world = LineWorld.with_pool(database, now, tmp_path, pool=pool)
    assert world.line(world.out()).proxy == "+14155550101"
    assert world.line(world.out("B1", phone="+12125550199")).proxy == "+12125550101"


def test_a_number_that_was_stopped_is_left_alone_until_a_start_there(world: LineWorld) -> None:
    line = world.line(world.out())
    world.says("STOP", ANA, ours=line.proxy)
    world.says("START", ANA, ours=OURS)
    world.says("are you home?", DEE, ours=line.proxy)
    assert world.refresh(line).state == "closed"
    with world.database.read() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.text.endswith("are you home?"))).one()
    assert (row.recipient, row.state) == (ANA, "queued")
    assert row.sender != line.proxy


def test_a_customers_words_go_to_the_driver_of_now_even_if_nobody_told_the_line(world: LineWorld) -> None:
    parcel = world.out()
    line = world.line(parcel)
    with world.database.write() as session:
        assign_driver(session, session.get_one(Shipment, parcel), name="Sam", phone=SAM, now=world.now)
    world.says("second floor please", ANA, ours=line.proxy)
    assert world.to(SAM)[-1].endswith("second floor please")
    assert not any("second floor" in one for one in world.to(DEE))
    assert world.handled() == ["relay"]
