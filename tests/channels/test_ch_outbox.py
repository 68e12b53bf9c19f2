from datetime import datetime, timedelta

import pytest
from channels_kit import ANA, BEN, OURS, Clock, Scripted, dispatcher, incoming, owe, row, rows, states, text_to
from sqlalchemy import select

from channels import consent, inbox, outbox
from channels.messages import Category
from channels.models import BlockedPair, ConsentRecord, Contact, Conversation
from channels.rules import RULES
from db import Database


def opt_out(database: Database, now: datetime, address: str = ANA, **more: object) -> bool:
    with database.write() as session:
        return consent.opt_out(session, retailer="default", address=address, by="stop", now=now, **more)


def test_the_same_reason_is_owed_once(database: Database, now: datetime) -> None:
    assert owe(database, text_to(ANA), key="milestone:42:shipped:1", now=now) is True
    assert owe(database, text_to(ANA, "other"), key="milestone:42:shipped:1", now=now) is False
    (only,) = rows(database)
    assert (only.text, only.state, only.seq, only.segments) == ("hello", "queued", 1, 1)


@pytest.mark.parametrize("category", list(Category))
def test_a_category_decides_validity_and_priority(database: Database, now: datetime, category: Category) -> None:
    owe(database, text_to(ANA, "a", category), now=now)
    owe(database, text_to(ANA, "b", category, valid_until=now + timedelta(minutes=3)), now=now)
    planned = now + timedelta(hours=2)
    owe(database, text_to(ANA, "c", category), now=now, not_before=planned)
    rule = RULES[category]
    assert [one.valid_until for one in rows(database)] == [
        now + rule.validity,
        now + timedelta(minutes=3),
        planned + rule.validity,
    ]
    assert {one.priority for one in rows(database)} == {rule.priority}


def test_segments_are_counted_for_texts_only(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "ñ" * 161), now=now)
    owe(database, text_to("ana@example.com", "x" * 500, channel="email", sender="shop@example.com"), now=now)
    assert [one.segments for one in rows(database)] == [2, 0]


def test_a_planned_text_takes_its_place_only_when_it_is_due(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "survey", Category.SURVEY), now=now, not_before=now + timedelta(hours=1))
    owe(database, text_to(ANA, "reply", Category.REPLY), now=now)
    assert (row(database, "survey").state, row(database, "survey").seq) == ("held", None)
    channel, clock = Scripted(), Clock(now)
    assert dispatcher(database, channel, clock).step() == 1 and channel.texts == ["reply"]
    with database.write() as session:
        assert outbox.promote(session, now + timedelta(minutes=59)) == 0
        assert outbox.promote(session, now + timedelta(hours=1)) == 1
    assert (row(database, "survey").state, row(database, "survey").seq) == ("queued", 2)
    clock.on(hours=1)
    dispatcher(database, channel, clock).step()
    assert channel.texts == ["reply", "survey"]


def test_planned_texts_of_one_person_go_in_the_order_they_were_planned_for(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "second"), now=now, not_before=now + timedelta(minutes=20))
    owe(database, text_to(ANA, "first"), now=now, not_before=now + timedelta(minutes=10))
    with database.write() as session:
        assert outbox.promote(session, now + timedelta(hours=1)) == 2
    assert row(database, "first").seq < row(database, "second").seq


def test_a_shadow_text_is_kept_and_never_sent(database: Database, now: datetime) -> None:
    assert owe(database, text_to(ANA), now=now, shadow=True)
    channel = Scripted()
    assert dispatcher(database, channel, Clock(now)).step() == 0
    assert states(database) == {"shadow": 1} and channel.texts == []


def test_what_is_stale_is_set_aside_and_holds_back_nobody(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "arriving", valid_until=now + timedelta(minutes=10)), now=now)
    owe(database, text_to(ANA, "delivered"), now=now)
    channel, late = Scripted(), now + timedelta(minutes=11)
    dispatcher(database, channel, Clock(late)).step()
    assert channel.texts == ["delivered"]
    with database.write() as session:
        assert outbox.expire(session, late) == 1
    assert row(database, "arriving").state == "expired" and row(database, "arriving").settled_at == late
    assert owe(database, text_to(ANA, "too late", valid_until=late), now=late)
    assert row(database, "too late").state == "expired"


def test_stop_cancels_everything_but_its_confirmation(database: Database, now: datetime) -> None:
    for number in range(40):
        owe(database, text_to(ANA, f"queued {number}"), now=now)
    for number in range(10):
        owe(database, text_to(ANA, f"planned {number}"), now=now, not_before=now + timedelta(hours=1))
    owe(database, text_to(BEN, "for Ben"), now=now)
    owe(database, text_to(ANA, "of another shop", retailer="shoes"), now=now)
    with database.write() as session:
        assert consent.opt_out(session, retailer="default", address=ANA, by="stop", now=now)
        outbox.enqueue(session, text_to(ANA, "You will get no more.", Category.CONSENT), key="confirm", now=now)
    assert states(database) == {"cancelled": 50, "queued": 3}
    channel = Scripted()
    sender = dispatcher(database, channel, Clock(now))
    while sender.step():
        pass
    assert sorted(channel.texts) == ["You will get no more.", "for Ben", "of another shop"]
    assert {one.reason for one in rows(database) if one.state == "cancelled"} == {"The person has opted out."}


def test_what_is_owed_to_somebody_opted_out_is_kept_as_cancelled(database: Database, now: datetime) -> None:
    assert opt_out(database, now) is True and opt_out(database, now) is False
    assert owe(database, text_to(ANA, "milestone"), now=now) is True
    assert owe(database, text_to(ANA, "help", Category.CONSENT), now=now) is True
    assert (row(database, "milestone").state, row(database, "help").state) == ("cancelled", "queued")
    with database.write() as session:
        assert consent.opt_in(session, retailer="default", address=ANA, by="start", now=now) is True
        assert consent.opt_in(session, retailer="default", address=ANA, by="start", now=now) is False
    owe(database, text_to(ANA, "again"), now=now)
    assert row(database, "again").state == "queued"
    with database.read() as session:
        assert [one.action for one in session.scalars(select(ConsentRecord))] == ["opted_out", "opted_in"]


def test_a_stop_blocks_the_number_it_was_sent_to_until_a_start_there(database: Database, now: datetime) -> None:
    proxy = "+15005550101"
    with database.write() as session:
        inbox.receive(session, incoming("1", recipient=proxy, words="stop"), now=now)
        inbox.receive(session, incoming("2", words="start"), now=now)
        inbox.receive(session, incoming("3", recipient=proxy, words="start"), now=now)
    opt_out(database, now, inbox_id=1)
    for inbox_id, state in ((2, "cancelled"), (3, "queued")):
        with database.write() as session:
            consent.opt_in(session, retailer="default", address=ANA, by="start", now=now, inbox_id=inbox_id)
        owe(database, text_to(ANA, f"relay {inbox_id}", Category.RELAY, sender=proxy), now=now)
        assert row(database, f"relay {inbox_id}").state == state
    with database.read() as session:
        assert session.scalars(select(BlockedPair)).all() == []


def test_a_reply_never_waits_behind_milestones_of_others(database: Database, now: datetime) -> None:
    for number in range(30):
        owe(database, text_to(f"+1415555{number:04}", f"milestone {number}"), now=now)
    owe(database, text_to(BEN, "proof", Category.PROOF), now=now)
    owe(database, text_to(ANA, "reply", Category.REPLY), now=now)
    channel = Scripted()
    dispatcher(database, channel, Clock(now), threads=1).step()
    dispatcher(database, channel, Clock(now), threads=1).step()
    assert channel.texts == ["reply", "proof"]


def test_a_reply_lifts_what_stands_before_it_in_its_own_conversation(database: Database, now: datetime) -> None:
    for number in range(10):
        owe(database, text_to(f"+1415555{number:04}", f"milestone {number}"), now=now)
    owe(database, text_to(ANA, "Ana's milestone"), now=now)
    owe(database, text_to(ANA, "Ana's reply", Category.REPLY), now=now)
    channel = Scripted()
    for _ in range(2):
        dispatcher(database, channel, Clock(now), threads=1).step()
    assert channel.texts == ["Ana's milestone", "Ana's reply"], "in order, and before everybody else's milestones"


def test_cancel_takes_what_fits_every_filter(database: Database, now: datetime) -> None:
    later = now + timedelta(hours=1)
    owe(database, text_to(ANA, "a", shipment_id=1), now=now)
    owe(database, text_to(ANA, "b", shipment_id=1), now=now, not_before=later)
    owe(database, text_to(ANA, "c", Category.REPLY, shipment_id=1), now=now)
    owe(database, text_to(BEN, "d", shipment_id=2), now=now)
    with database.write() as session:
        with pytest.raises(ValueError, match="needs to know what"):
            outbox.cancel(session, now=now, reason="x")
        assert outbox.cancel(session, now=now, reason="newer", shipment_id=1, only_held=True) == 1
        assert outbox.cancel(session, now=now, reason="x", shipment_id=1, category=Category.MILESTONE) == 1
        assert outbox.cancel(session, now=now, reason="x", recipient=BEN, retailer="shoes") == 0
    assert [one.state for one in rows(database)] == ["cancelled", "cancelled", "queued", "queued"]
    assert row(database, "b").reason == "newer"


def test_what_slipped_in_during_a_stop_is_cancelled_by_the_tick(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    with database.write() as session:  # as if queued in the same moment: the STOP did not see it
        person = consent.contact(session, "default", ANA, now=now)
        person.opted_out_at = now
    channel = Scripted()
    assert dispatcher(database, channel, Clock(now)).step() == 0
    with database.write() as session:
        assert outbox.expire(session, now) == 1
    assert states(database) == {"cancelled": 1}


def test_both_boxes_share_one_order(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "out"), now=now)
    with database.write() as session:
        inbox.receive(session, incoming("1"), now=now)
    owe(database, text_to(ANA, "answer"), now=now)
    with database.read() as session:
        (talk,) = session.scalars(select(Conversation)).all()
        assert (talk.ours, talk.theirs, talk.next_seq) == (OURS, ANA, 4)
    assert row(database, "answer").seq == 3


def test_a_contact_is_one_row(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = consent.contact(session, "default", ANA, now=now)
        assert consent.contact(session, "default", ANA, now=now).id == first.id
        assert not consent.is_opted_out(session, "default", ANA)
    with database.read() as session:
        assert len(session.scalars(select(Contact)).all()) == 1
