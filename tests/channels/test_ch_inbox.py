import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from channels_kit import ANA, BEN, OURS, incoming
from sqlalchemy import select

from channels import inbox
from channels.inbox import BACK_OFF_S, ClaimedText
from channels.messages import InboundMessage
from channels.models import Conversation, InboxRow, OurAddress
from db import Database


def take(database: Database, *messages: object, now: datetime) -> list[bool]:
    with database.write() as session:
        return [inbox.receive(session, message, now=now) for message in messages]


def claim(database: Database, now: datetime, *, limit: int = 10, worker: str = "w") -> list[ClaimedText]:
    with database.write() as session:
        return inbox.claim(session, worker=worker, now=now, limit=limit, lease_s=30.0)


def handled(database: Database, claimed: ClaimedText, now: datetime) -> None:
    with database.write() as session:
        assert inbox.still_mine(session, claimed)
        inbox.settle_handled(session, claimed, by="test", now=now)


def failed(database: Database, claimed: ClaimedText, now: datetime) -> bool:
    with database.write() as session:
        return inbox.settle_failed(session, claimed, error="Boom", now=now)


def row(database: Database, provider_id: str) -> InboxRow:
    with database.read() as session:
        return session.scalars(select(InboxRow).where(InboxRow.provider_id == provider_id)).one()


def test_a_text_delivered_twice_is_one_row_and_changes_nothing(database: Database, now: datetime) -> None:
    assert take(database, incoming("SM1", words="first"), now=now) == [True]
    assert take(database, incoming("SM1", words="other words"), now=now + timedelta(hours=1)) == [False]
    assert row(database, "SM1").text == "first" and row(database, "SM1").received_at == now
    with database.read() as session:
        assert session.scalars(select(Conversation.next_seq)).one() == 2


def test_the_same_id_on_another_channel_is_another_message(database: Database, now: datetime) -> None:
    assert take(database, incoming("1"), incoming("1", channel="email"), now=now) == [True, True]


def test_what_must_not_be_stored_is_not(database: Database, now: datetime) -> None:
    take(database, incoming("SM1", words="4111 1111 1111 1111\x00 \ud800ok 😀\u202e", media=("data:\x00x",)), now=now)
    assert row(database, "SM1").text == "[card number removed] ok 😀\u202e"
    assert row(database, "SM1").media == ["data:x"]


def test_the_retailer_follows_from_our_number(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(OurAddress(address="+15005550101", retailer="default", purpose="pool"))
        session.add(OurAddress(address="+15005550200", retailer="shoes", purpose="main"))
        session.add(OurAddress(address="MG1", retailer="shoes", purpose="service"))
    cases = {
        "number": (incoming("1", recipient="+15005550200"), ("shoes", "+15005550200")),
        "service": (incoming("2", recipient="+15005550300", service="MG1"), ("shoes", "MG1")),
        "proxy inside a service": (incoming("3", recipient="+15005550101", service="MG1"), ("default", "+15005550101")),
        "number in a service not ours": (
            incoming("4", sender=BEN, recipient="+15005550200", service="MG9"),
            ("shoes", "+15005550200"),
        ),
        "unknown": (incoming("5", recipient="+15005559999"), ("default", "+15005559999")),
    }
    for message, _ in cases.values():
        take(database, message, now=now)
    found = {text.id: (text.retailer, text.ours) for text in claim(database, now)}
    assert list(found.values()) == [expected for _, expected in cases.values()]


def test_a_number_registered_later_is_known_at_once(database: Database, now: datetime) -> None:
    take(database, incoming("1", recipient="+15005550200"), now=now)
    with database.write() as session:
        session.add(OurAddress(address="+15005550200", retailer="shoes", purpose="main"))
    take(database, incoming("2", sender=BEN, recipient="+15005550200"), now=now)
    assert row(database, "2").retailer == "shoes"


def test_one_text_of_each_conversation_at_a_time(database: Database, now: datetime) -> None:
    take(database, incoming("A1"), incoming("A2"), incoming("B1", sender=BEN), now=now)
    first = claim(database, now)
    assert [(text.sender, text.epoch, text.attempts) for text in first] == [(ANA, 1, 1), (BEN, 1, 1)]
    assert claim(database, now) == []
    handled(database, first[0], now)
    assert [text.id for text in claim(database, now)] == [row(database, "A2").id]
    assert row(database, "A1").handled_by == "test" and row(database, "A1").state == "handled"


def test_a_failing_text_backs_off_holds_back_its_own_and_is_set_aside_at_the_fifth(
    database: Database, now: datetime
) -> None:
    take(database, incoming("A1"), incoming("A2"), incoming("B1", sender=BEN), now=now)
    moment = now
    for wait in BACK_OFF_S:
        text = next(one for one in claim(database, moment) if one.sender == ANA)
        assert failed(database, text, moment) is False
        early = claim(database, moment + timedelta(seconds=wait - 0.5))
        assert all(one.sender == BEN for one in early), "neither the failing text nor the one behind it"
        moment += timedelta(seconds=wait)
    last = next(one for one in claim(database, moment) if one.sender == ANA)
    assert failed(database, last, moment) is True
    assert (row(database, "A1").state, row(database, "A1").error) == ("dead", "Boom")
    assert row(database, "A2").id in {text.id for text in claim(database, moment)}


def test_a_text_that_ends_its_workers_is_known_by_its_attempts(database: Database, now: datetime) -> None:
    take(database, incoming("A1"), now=now)
    for crash in range(5):
        (text,) = claim(database, now + timedelta(minutes=crash))
        assert not text.exhausted
    (text,) = claim(database, now + timedelta(minutes=5))
    assert text.exhausted and failed(database, text, now) is True


def test_a_claim_that_has_lapsed_is_fenced_off(database: Database, now: datetime) -> None:
    take(database, incoming("A1"), now=now)
    (slow,) = claim(database, now, worker="slow")
    (quick,) = claim(database, now + timedelta(seconds=31), worker="quick")
    assert quick.epoch == slow.epoch + 1
    with database.write() as session:
        assert not inbox.still_mine(session, slow)
        inbox.settle_handled(session, slow, by="slow", now=now)
        assert inbox.settle_failed(session, slow, error="x", now=now) is False
    assert row(database, "A1").state == "received"
    handled(database, quick, now)


def test_a_shutdown_gives_texts_back_at_once(database: Database, now: datetime) -> None:
    take(database, incoming("A1"), incoming("B1", sender=BEN), now=now)
    claim(database, now, worker="w1", limit=1)
    with database.write() as session:
        assert inbox.release(session, worker="w2") == 0
        assert inbox.release(session, worker="w1") == 1
    again = claim(database, now)
    assert len(again) == 2 and {text.attempts for text in again} == {1}


@pytest.mark.parametrize("seed", [7])
def test_a_thousand_texts_delivered_twice_shuffled_each_have_one_effect_in_order(
    database: Database, now: datetime, seed: int
) -> None:
    people = [f"+1415555{number:04}" for number in range(50)]
    dice = random.Random(seed)
    deliveries = [
        incoming(f"{person}:{n}", sender=person, words=str(n)) for person in people for n in range(20) for _ in "12"
    ]
    dice.shuffle(deliveries)
    parts = [deliveries[index::8] for index in range(8)]

    def deliver(part: list[InboundMessage]) -> int:
        return sum(take(database, message, now=now)[0] for message in part)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(deliver, parts)) == 1000
    seen: dict[str, list[int]] = {person: [] for person in people}
    lock, left = threading.Lock(), Counter(total=1000)

    def work(worker: str) -> None:
        while left["total"] > 0:
            for text in claim(database, now, limit=8, worker=worker):
                with lock:
                    seen[text.sender].append(int(text.text))
                    left["total"] -= 1
                handled(database, text, now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, "abcd"))
    with database.read() as session:
        arrived: dict[str, list[int]] = {person: [] for person in people}
        for text in session.scalars(select(InboxRow).order_by(InboxRow.seq)):
            arrived[text.sender].append(int(text.text))
        assert seen == arrived and all(sorted(texts) == list(range(20)) for texts in seen.values())
        assert session.execute(select(InboxRow.id).where(InboxRow.state != "handled")).first() is None
        assert set(session.scalars(select(Conversation.ours))) == {OURS}
