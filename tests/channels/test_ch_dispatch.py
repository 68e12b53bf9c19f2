import random
import threading
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from channels_kit import (
    ANA,
    BEN,
    OURS,
    Clock,
    Scripted,
    dispatcher,
    failing,
    owe,
    refused,
    row,
    rows,
    states,
    text_to,
    try_again,
    unknown,
)
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from channels import claims, consent, outbox
from channels.messages import Category, OutboundMessage
from channels.models import BlockedPair, Contact, SenderPace
from channels.settle import Settled
from db import Database, utc_now


def claim(database: Database, now: datetime, worker: str = "w") -> list[claims.Claimed]:
    with database.write() as session:
        return claims.claim(session, worker=worker, channels=["sms"], now=now, limit=50, lease_s=30.0)


def begin(database: Database, claimed: list[claims.Claimed], now: datetime, worker: str = "w") -> list[str]:
    with database.write() as session:
        return [one.text for one, _ in claims.begin(session, claimed, worker=worker, now=now, lease_s=30.0)]


def test_a_text_is_sent_once_with_a_reference_of_its_own(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, media=("https://x/y.png",), shipment_id=4), now=now)
    channel, counted = Scripted(), list[Settled]()
    sender = dispatcher(database, channel, Clock(now), on_settled=counted.append)
    assert sender.step() == 1 and sender.step() == 0
    (sent,) = channel.sent
    assert len(sent.reference) == 32 and sent.media == ("https://x/y.png",) and sent.shipment_id == 4
    (kept,) = rows(database)
    assert (kept.state, kept.provider_id, kept.reference) == ("sent", f"SM{sent.reference}", sent.reference)
    assert (kept.attempts, kept.lease_until, kept.attempted_at, kept.sent_at) == (1, None, now, now)
    assert [(one.state, one.code) for one in counted] == [("sent", None)]


def test_while_a_channel_is_called_the_row_says_so_and_nothing_is_open(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    seen = []

    def answer(message: OutboundMessage) -> str:
        seen.append(row(database, "hello").state)
        with database.write() as session:  # on SQLite this would wait for ever if the dispatcher held the writer
            session.execute(text("UPDATE conversation SET next_seq = next_seq"))
        return "SM1"

    dispatcher(database, Scripted(answer), Clock(now)).step()
    assert seen == ["sending"] and row(database, "hello").state == "sent"


def test_a_claim_lapses_and_the_late_worker_is_fenced_off(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    slow = claim(database, now, "slow")
    assert claim(database, now + timedelta(seconds=29), "quick") == []
    quick = claim(database, now + timedelta(seconds=30), "quick")
    assert begin(database, slow, now + timedelta(seconds=31), "slow") == []
    assert begin(database, quick, now + timedelta(seconds=31), "quick") == ["hello"]


def test_a_worker_that_claims_its_own_lapsed_row_again_sends_it_for_the_newer_claim_only(
    database: Database, now: datetime
) -> None:
    owe(database, text_to(ANA), now=now)
    older = claim(database, now)
    newer = claim(database, now + timedelta(seconds=30))
    assert begin(database, older, now + timedelta(seconds=31)) == []
    assert begin(database, newer, now + timedelta(seconds=31)) == ["hello"]


def test_a_lapsed_claim_does_not_begin_even_when_nobody_else_took_it(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    slow = claim(database, now)
    assert begin(database, slow, now + timedelta(seconds=30)) == []
    assert row(database, "hello").state == "queued"


def test_a_stop_between_claim_and_sending_wins(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "milestone"), now=now)
    owe(database, text_to(BEN, "for Ben"), now=now)
    claimed = claim(database, now)
    with database.write() as session:
        consent.opt_out(session, retailer="default", address=ANA, by="stop", now=now)
    assert begin(database, claimed, now) == ["for Ben"]
    assert row(database, "milestone").state == "cancelled"


def test_sending_looks_at_suppression_itself(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "milestone"), now=now)
    owe(database, text_to(BEN, "relay"), now=now)
    owe(database, text_to("+14155550102", "confirm", Category.CONSENT), now=now)
    owe(database, text_to("+14155550103", "stale", valid_until=now + timedelta(seconds=5)), now=now)
    claimed = claim(database, now)
    assert len(claimed) == 4
    with database.write() as session:  # neither cancels the rows: only the re-check can stop them
        consent.contact(session, "default", ANA, now=now).opted_out_at = now
        consent.contact(session, "default", "+14155550102", now=now).opted_out_at = now
        consent.block_pair(session, ours=OURS, theirs=BEN, now=now)
    assert begin(database, claimed, now + timedelta(seconds=6)) == ["confirm"]


def test_a_text_being_retried_holds_back_its_own_conversation_only(database: Database, now: datetime) -> None:
    for words in ("a1", "a2"):
        owe(database, text_to(ANA, words), now=now)
    owe(database, text_to(BEN, "b1"), now=now)
    clock = Clock(now)

    def answer(message: OutboundMessage) -> str:
        if message.text == "a1" and clock.now < now + timedelta(minutes=30):
            raise try_again()
        return "SM" + message.text

    channel = Scripted(answer)
    sender = dispatcher(database, channel, clock)
    for _ in range(20):
        sender.step()
        clock.on(seconds=60)
    assert channel.texts == ["b1"] and row(database, "a1").attempts >= 19
    clock.on(minutes=30)
    sender.step(), sender.step()
    assert channel.texts == ["b1", "a1", "a2"]


def test_what_cannot_be_sent_while_it_is_of_use_is_set_aside_and_the_next_goes_on(
    database: Database, now: datetime
) -> None:
    owe(database, text_to(ANA, "a1", valid_until=now + timedelta(minutes=2)), now=now)
    owe(database, text_to(ANA, "a2"), now=now)

    def answer(message: OutboundMessage) -> str:
        if message.text == "a1":
            raise try_again()
        return "SM2"

    clock, channel = Clock(now), Scripted(answer)
    sender = dispatcher(database, channel, clock)
    for _ in range(5):
        sender.step()
        clock.on(seconds=60)
    with database.write() as session:
        outbox.expire(session, clock.now)
    assert (row(database, "a1").state, row(database, "a2").state) == ("expired", "sent")


def test_back_off_has_jitter_and_a_ceiling(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    clock, waits = Clock(now), []
    sender = dispatcher(database, Scripted(failing(*[try_again() for _ in range(12)])), clock)
    for attempt in range(12):
        assert sender.step() == 1
        waits.append((row(database, "hello").not_before - clock.now).total_seconds())
        assert 0 <= waits[-1] <= min(60, 2**attempt)
        clock.on(seconds=61)
    assert len(set(waits)) == 12
    sender.step()
    assert row(database, "hello").state == "sent" and row(database, "hello").error_code is None


@pytest.mark.parametrize(
    ("code", "state", "opted_out", "unreachable"),
    [("21610", "failed", True, None), ("21211", "failed", False, "21211"), ("21617", "failed", False, None)],
)
def test_a_refusal_is_final_and_says_what_it_says_of_the_person(
    database: Database, now: datetime, code: str, state: str, opted_out: bool, unreachable: str | None
) -> None:
    for words in ("a1", "a2"):
        owe(database, text_to(ANA, words), now=now)
    channel = Scripted(failing(refused(code)))
    dispatcher(database, channel, Clock(now)).step()
    assert (row(database, "a1").state, row(database, "a1").error_code) == (state, code)
    assert row(database, "a2").state == ("cancelled" if opted_out else "queued")
    with database.read() as session:
        person = session.scalars(select(Contact)).first()
        assert bool(person and person.opted_out_at) is opted_out
        assert (person and person.unreachable_code) == unreachable
        assert bool(session.scalars(select(BlockedPair)).first()) is opted_out


def test_refused_credentials_rest_the_sender_and_lose_nothing(database: Database, now: datetime) -> None:
    for number in range(5):
        owe(database, text_to(f"+1415555{number:04}", f"t{number}"), now=now)
    owe(database, text_to(ANA, "other", sender="+15005550777"), now=now)
    bad = [True]

    def answer(message: OutboundMessage) -> str:
        if bad[0] and message.sender == OURS:
            raise refused("20003")
        return "SM" + message.text

    clock, channel = Clock(now), Scripted(answer)
    sender = dispatcher(database, channel, clock)
    sender.step()
    assert channel.texts == ["other"] and states(database) == {"queued": 5, "sent": 1}
    assert sender.step() == 0, "it rests"
    with database.read() as session:
        pace = session.scalars(select(SenderPace)).one()
        assert pace.paused_until == now + timedelta(seconds=60) and pace.failures == 1
    bad[0] = False
    clock.on(seconds=61)
    assert sender.step() == 5 and states(database) == {"sent": 6}
    with database.read() as session:
        assert session.scalars(select(SenderPace.failures)).one() in (0, 1)


def test_a_spent_daily_allowance_holds_the_sender_to_the_next_window(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "milestone"), now=now)
    clock, channel = Clock(now), Scripted(failing(refused("63038")))
    sender = dispatcher(database, channel, clock)
    sender.step()
    owe(database, text_to(BEN, "reply", Category.REPLY, valid_until=now + timedelta(hours=5)), now=now)
    clock.on(minutes=59)
    assert sender.step() == 0
    clock.on(minutes=2)
    dispatcher(database, channel, clock, threads=1).step()
    assert channel.texts == ["reply"], "the urgent first"


def test_a_channel_that_breaks_leaves_the_outcome_unknown(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)

    def answer(message: OutboundMessage) -> str:
        raise ZeroDivisionError

    dispatcher(database, Scripted(answer), Clock(now)).step()
    assert (row(database, "hello").state, row(database, "hello").error_code) == ("unknown", "ZeroDivisionError")


def test_rows_of_channels_nobody_serves_are_left_alone(database: Database, now: datetime) -> None:
    owe(database, text_to("ana@example.com", "mail", channel="email", sender="shop@example.com"), now=now)
    assert dispatcher(database, Scripted(), Clock(now)).step() == 0
    assert row(database, "mail").state == "queued"


def test_a_thaw_after_the_lease_sends_nothing(database: Database, now: datetime) -> None:
    """The channel is not called when the lease is over by the machine's own clock, whatever the wall clock says."""
    owe(database, text_to(ANA), now=now)
    channel = Scripted()
    assert dispatcher(database, channel, Clock(now), lease_s=0.0001).step() in (0, 1)
    assert channel.texts == []
    assert row(database, "hello").state == "queued"


def test_a_lost_commit_sends_nothing_and_gives_the_rows_back(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    channel, clock = Scripted(), Clock(now)
    sender = dispatcher(database, channel, clock)
    real, lost = claims.begin, [True]

    def begin_and_lose(*args: object, **more: object) -> object:
        done = real(*args, **more)
        if lost.pop() if lost else False:
            raise OperationalError("COMMIT", {}, Exception("gone"))
        return done

    claims.begin = begin_and_lose  # type: ignore[assignment]
    try:
        with pytest.raises(OperationalError):
            sender.step()
        assert channel.texts == []
        sender.step()
        sender.step()
    finally:
        claims.begin = real
    assert channel.texts == ["hello"] and row(database, "hello").state == "sent"


def test_run_sends_at_once_when_somebody_commits_and_drains_when_told_to_stop(database: Database) -> None:
    release, entered = threading.Event(), threading.Event()

    def answer(message: OutboundMessage) -> str:
        if message.text == "slow":
            entered.set()
            assert release.wait(10)
        return "SM" + message.text

    sent, stop = threading.Event(), threading.Event()
    channel = Scripted(answer)
    sender = dispatcher(database, channel, utc_now, on_settled=lambda _: sent.set())
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        owe(database, text_to(ANA, "quick"), now=utc_now())
        assert sent.wait(10)
        owe(database, text_to(BEN, "slow"), now=utc_now())
        assert entered.wait(10)
        stop.set()
        owe(database, text_to(ANA, "after the stop"), now=utc_now())
    finally:
        release.set()
        thread.join(20)
    assert not thread.is_alive()
    assert {one.text: one.state for one in rows(database)} == {
        "quick": "sent",
        "slow": "sent",
        "after the stop": "queued",
    }


def test_a_slow_call_delays_only_its_own_row(database: Database) -> None:
    now = utc_now()
    release = threading.Event()

    def answer(message: OutboundMessage) -> str:
        if message.text == "slow":
            assert release.wait(20)
        return "SM" + message.text

    counted: list[Settled] = []
    done, stop = threading.Event(), threading.Event()

    def count(one: Settled) -> None:
        counted.append(one)
        if len(counted) == 30:
            done.set()

    owe(database, text_to(ANA, "slow", Category.REPLY), now=now)
    for number in range(30):
        owe(database, text_to(f"+1415555{number:04}", str(number)), now=now)
    sender = dispatcher(database, Scripted(answer), utc_now, threads=4, on_settled=count)
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        assert done.wait(20), "thirty others are settled while one call hangs"
        assert row(database, "slow").state == "sending"
    finally:
        release.set()
        stop.set()
        thread.join(20)
    assert states(database) == {"sent": 31}


def test_order_holds_with_many_workers_and_random_failures(database: Database) -> None:
    now, dice, lock = utc_now(), random.Random(11), threading.Lock()
    people, each = 20, 10
    for number in range(each):
        for person in range(people):
            owe(database, text_to(f"+1415555{person:04}", f"{person}:{number}"), now=now)
    taken: dict[int, list[int]] = defaultdict(list)
    done, stop = threading.Event(), threading.Event()

    def answer(message: OutboundMessage) -> str:
        with lock:
            if dice.random() < 0.05:
                raise try_again()
            person, number = map(int, message.text.split(":"))
            taken[person].append(number)
            if sum(map(len, taken.values())) == people * each:
                done.set()
        return "SM" + message.text

    senders = [dispatcher(database, Scripted(answer), utc_now, worker=str(n), threads=4) for n in range(2)]
    threads = [threading.Thread(target=sender.run, args=(stop,)) for sender in senders]
    for thread in threads:
        thread.start()
    try:
        assert done.wait(60)
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
    assert all(numbers == list(range(each)) for numbers in taken.values()), "none lost, none doubled, all in order"
    assert states(database) == {"sent": people * each}


def test_an_unknown_outcome_holds_back_what_follows_for_two_minutes(database: Database, now: datetime) -> None:
    for words in ("a1", "a2"):
        owe(database, text_to(ANA, words), now=now)
    clock, channel = Clock(now), Scripted(failing(unknown()))
    sender = dispatcher(database, channel, clock)
    sender.step()
    clock.on(seconds=119)
    assert sender.step() == 0
    clock.on(seconds=2)
    assert sender.step() == 1 and channel.texts == ["a2"]
