"""The ground holds: times, uniqueness, writers and wake-ups, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from channels.models import Conversation, Heartbeat
from db import Database, insert_once, wake


def conversation(theirs: str) -> Conversation:
    return Conversation(retailer="default", ours="+15005550006", theirs=theirs)


def test_a_moment_comes_back_as_utc_whatever_zone_it_had(database: Database) -> None:
    local = datetime(2026, 3, 8, 1, 59, tzinfo=timezone(timedelta(hours=-8)))
    with database.write() as session:
        session.add(Heartbeat(worker="w", at=local, nlu="off"))
    with database.read() as session:
        found = session.scalars(select(Heartbeat)).one().at
    assert found == local
    assert found.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.add(Heartbeat(worker="w", at=datetime(2026, 1, 1), nlu="off"))  # noqa: DTZ001  that is the point


def test_insert_once_is_true_once_and_the_row_lives_on(database: Database) -> None:
    with database.write() as session:
        row = conversation("+14155550100")
        assert insert_once(session, row) is True
        assert row.id is not None
        assert row.next_seq == 1
        row.next_seq = 7
        assert insert_once(session, conversation("+14155550100")) is False
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().next_seq == 7


def test_insert_once_forgives_uniqueness_only(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        insert_once(session, Conversation(retailer="default", ours="+15005550006"))


def test_insert_once_from_many_threads_is_true_for_one(database: Database) -> None:
    gate = threading.Barrier(8)

    def insert(_: int) -> bool:
        gate.wait(10)
        with database.write() as session:
            return insert_once(session, conversation("+14155550100"))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(insert, range(8))) == [False] * 7 + [True]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            insert_once(session, conversation("+14155550100"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 0


def test_a_reader_is_not_kept_waiting_by_a_writer(database: Database) -> None:
    with database.write() as writer:
        writer.add(conversation("+14155550100"))
        writer.flush()
        with database.read() as reader:
            assert reader.scalar(select(func.count()).select_from(Conversation)) == 0


def test_a_waiter_is_woken_by_a_commit(database: Database) -> None:
    waiter, stop, woken = database.waiter("outbox"), threading.Event(), threading.Event()
    waiter.wait(0.05, stop)  # connected, and up to date

    def wait() -> None:
        waiter.wait(20, stop)
        woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    with database.write() as session:
        session.add(conversation("+14155550100"))
        wake(session, "outbox")
    assert woken.wait(10), "a commit did not wake the waiter"
    thread.join()
    waiter.close()


def test_a_deadlock_is_run_again_whole(postgres_database: Database) -> None:
    with postgres_database.write() as session:
        session.add_all([conversation("a"), conversation("b")])
    gate = threading.Barrier(2)
    tries: list[str] = []

    def lock_both(first: str, second: str) -> None:
        waited = False

        def work(session) -> None:
            nonlocal waited
            tries.append(first)
            for name in (first, second):
                row = session.scalars(select(Conversation).where(Conversation.theirs == name).with_for_update()).one()
                row.next_seq += 1
                session.flush()
                if not waited:
                    waited = True
                    gate.wait(10)

        postgres_database.run(work)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(lock_both, "a", "b"), pool.submit(lock_both, "b", "a")]:
            future.result(30)
    with postgres_database.read() as session:
        assert [row.next_seq for row in session.scalars(select(Conversation))] == [3, 3]
    assert len(tries) >= 3  # both may be chosen as the victim


def test_an_absent_server_is_an_operational_error_soon() -> None:
    absent = Database("postgresql+psycopg://postgres@127.0.0.1:1/none")
    with pytest.raises(OperationalError), absent.read() as session:
        session.execute(select(1))
    absent.close()
