from datetime import datetime, timedelta

import pytest
from channels_kit import ANA, Clock, Scripted, dispatcher, failing, owe, row, text_to, unknown
from sqlalchemy import update

from channels import claims
from channels.messages import Category, OutboundMessage
from channels.models import OutboxRow
from channels.unknown import lose, settle_unknown
from db import Database

LOOKS = (120.0, 600.0)


def swallowing(channel: Scripted) -> None:
    """The provider takes the text, and its answer is lost."""

    def answer(message: OutboundMessage) -> str:
        channel.accept(message, "SM" + message.text)
        channel.answer = lambda _: "SM again"
        raise unknown()

    channel.answer = answer


def tick(database: Database, channel: Scripted, now: datetime) -> int:
    return settle_unknown(database, {"sms": channel}, now=now, looks_s=LOOKS)


def test_a_lost_answer_is_found_at_the_first_look_and_nothing_goes_twice(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    channel, clock = Scripted(), Clock(now)
    swallowing(channel)
    sender = dispatcher(database, channel, clock)
    sender.step()
    assert (row(database, "hello").state, row(database, "hello").look_at) == ("unknown", now + timedelta(seconds=120))
    assert tick(database, channel, clock.on(seconds=119)) == 0 and channel.asked == []
    assert tick(database, channel, clock.on(seconds=1)) == 1
    found = row(database, "hello")
    assert (found.state, found.provider_id, found.sent_at, found.possible_duplicate) == ("sent", "SMhello", now, False)
    assert channel.asked[0].reference == channel.sent[0].reference and channel.asked[0].attempted_at == now
    assert sender.step() == 0 and channel.texts == ["hello"]


@pytest.mark.parametrize("category", list(Category))
def test_what_is_never_found_follows_its_category_after_the_last_look(
    database: Database, now: datetime, category: Category
) -> None:
    owe(database, text_to(ANA, category=category, valid_until=now + timedelta(hours=2)), now=now)
    channel, clock = Scripted(failing(unknown())), Clock(now)
    sender = dispatcher(database, channel, clock)
    sender.step()
    for seconds in (121, 240, 238):
        clock.on(seconds=seconds)
        assert tick(database, channel, clock.now) == 0 and row(database, "hello").state == "unknown"
        assert sender.step() == 0, "never sent again before the last look"
    assert len(channel.asked) == 1
    assert tick(database, channel, clock.on(seconds=2)) == 1 and len(channel.asked) == 2
    sender.step()
    settled = row(database, "hello")
    if category is Category.SURVEY:
        assert (settled.state, channel.texts) == ("failed", [])
    else:
        assert (settled.state, settled.possible_duplicate, channel.texts) == ("sent", True, ["hello"])


def test_it_is_sent_again_only_once_and_only_while_it_is_of_use(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "twice", valid_until=now + timedelta(hours=2)), now=now)
    owe(database, text_to(ANA, "short", valid_until=now + timedelta(minutes=9)), now=now)
    channel, clock = Scripted(failing(*[unknown()] * 3)), Clock(now)
    sender = dispatcher(database, channel, clock)
    for _ in range(60):
        sender.step()
        tick(database, channel, clock.on(seconds=61))
    assert (row(database, "twice").state, row(database, "short").state) == ("failed", "expired")
    assert row(database, "twice").attempts == 2 and channel.texts == []


def test_a_provider_that_cannot_be_asked_is_not_a_look(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    channel, clock = Scripted(failing(unknown())), Clock(now)
    dispatcher(database, channel, clock).step()
    real = channel.find

    def down(message: OutboundMessage) -> str | None:
        raise unknown("connect")

    channel.find = down  # type: ignore[method-assign]
    for _ in range(30):
        assert tick(database, channel, clock.on(seconds=61)) == 0
    assert (row(database, "hello").state, row(database, "hello").looks) == ("unknown", 0)
    channel.find = real  # type: ignore[method-assign]
    tick(database, channel, clock.on(seconds=61))
    assert row(database, "hello").looks == 1 and row(database, "hello").state == "unknown"
    channel.find = down  # type: ignore[method-assign]
    clock.on(hours=24)
    tick(database, channel, clock.now)
    assert (row(database, "hello").state, row(database, "hello").look_at) == ("unknown", None), "a person decides"


def test_an_id_that_is_another_rows_is_not_adopted(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA, "yes"), key="one", now=now)
    channel, clock = Scripted(lambda _: "SM1"), Clock(now)
    sender = dispatcher(database, channel, clock)
    sender.step()
    owe(database, text_to(ANA, "yes"), key="two", now=now)
    channel.answer = failing(unknown())
    sender.step()
    channel.find = lambda _: "SM1"  # type: ignore[method-assign]  # it lists the first of two equal texts
    assert tick(database, channel, clock.on(seconds=121)) == 0
    assert row(database, "two").state == "unknown" and row(database, "two").provider_id is None


def test_a_row_whose_worker_died_while_sending_becomes_unknown(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    with database.write() as session:
        claimed = claims.claim(session, worker="w", channels=["sms"], now=now, limit=9, lease_s=30.0)
        claims.begin(session, claimed, worker="w", now=now, lease_s=30.0)
    with database.write() as session:
        assert lose(session, now=now + timedelta(seconds=29), looks_s=LOOKS) == 0
        assert lose(session, now=now + timedelta(seconds=30), looks_s=LOOKS) == 1
    assert row(database, "hello").look_at == now + timedelta(seconds=120)


def test_a_result_that_comes_after_all_settles_an_unknown_row(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)
    clock = Clock(now)

    def answer(message: OutboundMessage) -> str:
        with database.write() as session:
            assert lose(session, now=now + timedelta(seconds=31), looks_s=LOOKS) == 1
        return "SM1"

    dispatcher(database, Scripted(answer), clock).step()
    assert (row(database, "hello").state, row(database, "hello").provider_id) == ("sent", "SM1")


def test_a_result_of_an_older_attempt_changes_nothing(database: Database, now: datetime) -> None:
    owe(database, text_to(ANA), now=now)

    def answer(message: OutboundMessage) -> str:
        with database.write() as session:  # meanwhile it has been given up, sent again, and is being sent
            session.execute(update(OutboxRow).values(lease_epoch=2))
        return "SM old"

    dispatcher(database, Scripted(answer), Clock(now)).step()
    assert (row(database, "hello").state, row(database, "hello").provider_id) == ("sending", None)
