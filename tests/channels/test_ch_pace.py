from datetime import datetime, timedelta

import pytest
from channels_kit import ANA, OURS, Clock, Scripted, dispatcher, owe, row, states, text_to, try_again
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from channels import pace
from channels.messages import OutboundMessage
from channels.models import SenderPace
from db import Database

OTHER = "+15005550777"


def owe_many(database: Database, count: int, now: datetime, *, sender: str) -> None:
    for number in range(count):
        message = text_to(f"+1415555{number:04}", f"{sender}:{number}", sender=sender)
        owe(database, message, now=now)


def play(database: Database, channel: Scripted, clock: Clock, *, seconds: float, step_s: float, **more: object) -> None:
    sender = dispatcher(database, channel, clock, **more)
    for _ in range(round(seconds / step_s)):
        while sender.step():
            pass
        clock.on(seconds=step_s)


def of(channel: Scripted, sender: str) -> int:
    return sum(message.sender == sender for message in channel.sent)


def test_one_slow_sender_leaves_the_other_at_full_rate(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(SenderPace(sender=OURS, per_second=2.0, tokens=0.0, refilled_at=now))
    owe_many(database, 60, now, sender=OURS)
    owe_many(database, 60, now, sender=OTHER)
    channel, clock = Scripted(), Clock(now)
    play(database, channel, clock, seconds=2, step_s=0.5, threads=16)
    assert of(channel, OTHER) == 60 and of(channel, OURS) <= 4
    play(database, channel, clock, seconds=18, step_s=0.5, threads=16)
    assert abs(of(channel, OURS) - 2 * 20) <= 2


def test_a_setting_paces_every_sender_each_for_itself(database: Database, now: datetime) -> None:
    owe_many(database, 30, now, sender=OURS)
    owe_many(database, 30, now, sender=OTHER)
    channel, clock = Scripted(), Clock(now)
    play(database, channel, clock, seconds=10, step_s=0.25, sender_per_second=1.0)
    assert 9 <= of(channel, OURS) <= 11 and 9 <= of(channel, OTHER) <= 11


def test_workers_share_one_bucket(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(SenderPace(sender=OURS, per_second=4.0, tokens=0.0, refilled_at=now))
    owe_many(database, 60, now, sender=OURS)
    channel, clock = Scripted(), Clock(now)
    senders = [dispatcher(database, channel, clock, worker=name) for name in "abc"]
    for _ in range(40):
        for sender in senders:
            sender.step()
        clock.on(seconds=0.25)
    assert abs(len(channel.sent) - 40) <= 4


def test_a_rest_that_the_provider_asks_for_holds_the_whole_sender_and_halves_its_rate(
    database: Database, now: datetime
) -> None:
    owe_many(database, 40, now, sender=OURS)
    owe(database, text_to(ANA, "other", sender=OTHER), now=now)
    angry = [True]

    def answer(message: OutboundMessage) -> str:
        if angry[0] and message.sender == OURS:
            raise try_again("20429", retry_after_s=5.0)
        return "SM" + message.text

    channel, clock = Scripted(answer), Clock(now)
    sender = dispatcher(database, channel, clock)
    sender.step()
    with database.read() as session:
        kept = session.scalars(select(SenderPace)).one()
    assert kept.failures == 1, "eight refusals at once are one"
    assert kept.paused_until == now + timedelta(seconds=5) and kept.slowed_to is not None
    assert row(database, f"{OURS}:0").not_before is None and states(database)["queued"] >= 40
    clock.on(seconds=4)
    owe(database, text_to(ANA, "other 2", sender=OTHER), now=clock.now)
    sender.step(), sender.step()
    assert of(channel, OURS) == 0 and channel.texts == ["other", "other 2"]
    angry[0] = False
    clock.on(seconds=2)
    before = clock.now
    play(database, channel, clock, seconds=4, step_s=0.5)
    gone = of(channel, OURS)
    assert 0 < gone < 40, "slowly at first"
    play(database, channel, clock, seconds=300, step_s=10)
    assert of(channel, OURS) == 40 and clock.now > before
    with database.read() as session:
        recovered = session.scalars(select(SenderPace)).one()
    assert recovered.slowed_to is None and recovered.failures == 0


@pytest.mark.parametrize(
    ("per_second", "slowed_to", "after_s", "default", "expected"),
    [
        (None, None, 0, 0.0, None),
        (None, None, 0, 3.0, 3.0),
        (10.0, None, 0, 3.0, 10.0),
        (10.0, 5.0, 0, 0.0, 5.0),
        (10.0, 5.0, 30, 0.0, pytest.approx(7.07, abs=0.01)),
        (10.0, 5.0, 60, 0.0, 10.0),
        (10.0, 5.0, 10**9, 0.0, 10.0),
        (None, 5.0, 60, 0.0, 10.0),
        (None, 5.0, 180, 0.0, None),
    ],
)
def test_a_slowed_sender_recovers_with_time(
    now: datetime,
    per_second: float | None,
    slowed_to: float | None,
    after_s: float,
    default: float,
    expected: float | None,
) -> None:
    kept = SenderPace(sender="s", per_second=per_second, slowed_to=slowed_to, slowed_at=now, refilled_at=now)
    assert pace.rate(kept, default, now + timedelta(seconds=after_s)) == expected


@given(
    st.floats(0, 1e6),
    st.floats(0.01, 1e4),
    st.floats(-1e6, 1e6),
)
def test_a_bucket_never_overflows_and_a_lagging_clock_only_waits(kept: float, rate: float, seconds: float) -> None:
    moment = datetime.fromisoformat("2026-12-01T17:00:00+00:00")
    row = SenderPace(sender="s", tokens=min(kept, max(1.0, rate * pace.BURST_S)), refilled_at=moment)
    there = pace.tokens(row, rate, moment + timedelta(seconds=seconds))
    assert there <= max(1.0, rate * pace.BURST_S) and (seconds > 0 or there == row.tokens)
