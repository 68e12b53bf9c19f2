"""The worker's ticks: a burst is worked off at once, not a batch a tick."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.keywords import Keywords
from channels import outbox, receipts
from channels.memory import MemoryChannel
from channels.messages import Category, OutboundMessage, Receipt, Status
from channels.models import OutboxRow, ReceiptRow
from channels.picture_source import NeverFetched
from db import Database, utc_now
from flows.house import House
from settings import Settings
from worker import BATCH, Worker, pictures_of

BURST = 2 * BATCH + 50


@pytest.fixture
def worker(database: Database) -> Worker:
    settings = Settings(secret_key="test")
    return Worker(settings, database, {"sms": MemoryChannel("sms")}, House.build(settings), Keywords())


def owe(database: Database) -> None:
    """A night's texts, all due by now."""
    evening = utc_now() - timedelta(hours=9)
    with database.write() as session:
        for place in range(BURST):
            message = OutboundMessage(
                "sms",
                "+15005550006",
                f"+1415555{place:04}",
                "Demo Store: your order is on its way.",
                Category.MILESTONE,
                "default",
                valid_until=utc_now() + timedelta(hours=1),
            )
            key, later = f"milestone:{place}:shipped:1", evening + timedelta(hours=8)
            assert outbox.enqueue(session, message, key=key, now=evening, not_before=later)


def counted(database: Database, state: Status) -> int:
    with database.read() as session:
        return int(session.scalar(select(func.count()).where(OutboxRow.state == state)) or 0)


def test_one_tick_queues_all_that_a_night_has_held(worker: Worker, database: Database) -> None:
    owe(database)
    assert counted(database, Status.HELD) == BURST
    worker.promote()
    assert (counted(database, Status.HELD), counted(database, Status.QUEUED)) == (0, BURST)


def test_one_tick_takes_all_receipts_of_a_burst(worker: Worker, database: Database) -> None:
    owe(database)
    with database.write() as session:
        for row in session.scalars(select(OutboxRow)):
            row.state, row.provider_id, row.sent_at = Status.SENT, f"SM{row.id}", utc_now()
            receipt = Receipt("sms", f"SM{row.id}", None, Status.DELIVERED, raw_status="delivered")
            assert receipts.take(session, receipt, now=utc_now())
    worker.take_receipts()
    assert counted(database, Status.DELIVERED) == BURST
    with database.read() as session:
        assert session.scalar(select(func.count()).where(ReceiptRow.applied_at.is_(None))) == 0


def test_a_worker_that_is_to_stop_begins_no_further_batch(worker: Worker, database: Database) -> None:
    owe(database)
    worker.stop.set()
    worker.promote()
    assert counted(database, Status.HELD) == BURST


@pytest.mark.parametrize(("demo", "twilio"), [(True, True), (True, False), (False, True), (False, False)])
def test_pictures_come_from_twilio_and_in_demo_mode_also_from_the_phones(demo: bool, twilio: bool) -> None:
    account = {"twilio_account_sid": "AC1", "twilio_auth_tokens": ("t",)} if twilio else {}
    source = pictures_of(Settings(demo=demo, **account))
    for url, there in (("data:,hello", demo), ("https://127.0.0.1/x", False)):
        if there:
            assert source.fetch(url) == b"hello"
            continue
        with pytest.raises(NeverFetched) as caught:
            source.fetch(url)
        # Twilio's source refuses an address that is not Twilio's; without one there is no source at all.
        assert (caught.value.code == "no_source") is not twilio
