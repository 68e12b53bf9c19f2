"""Real processes, killed and frozen at every named place around a send: nothing is lost and nothing is doubled."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import channels_worker
import pytest
from channels_kit import incoming, owe, rows, states, text_to
from sqlalchemy import select

from channels import inbox
from channels.models import InboxRow
from db import Database, utc_now

ROOT = Path(__file__).resolve().parent.parent.parent
#: Longer than a busy machine needs from a claim to its settling, short enough to wait for.
LEASE_S = 4.0
PEOPLE, EACH = 4, 3


@contextmanager
def worker(database: Database, role: str, ledger: Path, failpoint: str = "") -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "FAILPOINTS": failpoint, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    command = [sys.executable, channels_worker.__file__, role, database.url, str(ledger), str(LEASE_S)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT)
    try:
        yield process
        if process.poll() is None:
            process.communicate(timeout=30)
            assert process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def until(database: Database, reached: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Wait for something the database shows, looking again at each commit."""
    waiter, never, end = database.waiter("outbox"), threading.Event(), time.monotonic() + seconds
    try:
        while not reached():
            assert time.monotonic() < end, states(database)
            waiter.wait(0.5, never)
    finally:
        waiter.close()


def owe_all(database: Database) -> None:
    for number in range(EACH):
        for person in range(PEOPLE):
            owe(database, text_to(f"+141555501{person:02}", f"{person}:{number}"), now=utc_now())


def check(ledger: Path) -> None:
    """Each phone got each of its texts once, in order."""
    got = [line.split("\t")[2] for line in ledger.read_text().splitlines()]
    assert Counter(got) == Counter(f"{person}:{number}" for person in range(PEOPLE) for number in range(EACH))
    for person in range(PEOPLE):
        assert [text for text in got if text.startswith(f"{person}:")] == [f"{person}:{n}" for n in range(EACH)]


@pytest.mark.parametrize("failpoint", ["after_claim", "after_sending", "after_accept", "before_settle"])
def test_killed_anywhere_around_a_send_nothing_is_lost_or_doubled(
    database: Database, tmp_path: Path, failpoint: str
) -> None:
    ledger = tmp_path / "ledger"
    ledger.touch()
    owe_all(database)
    with worker(database, "outbox", ledger, failpoint) as victim:
        assert victim.wait(60) == -signal.SIGKILL
    with worker(database, "outbox", ledger):
        until(database, lambda: states(database) == {"sent": PEOPLE * EACH})
    check(ledger)
    flagged = sum(one.possible_duplicate for one in rows(database))
    assert flagged == 0 or failpoint in ("after_sending", "after_accept"), "only what nobody knew was sent again"


def test_a_worker_frozen_beyond_its_lease_sends_nothing_when_it_thaws(database: Database, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    ledger.touch()
    owe_all(database)
    with worker(database, "lone_outbox", ledger, "after_claim:stop") as frozen:
        _, status = os.waitpid(frozen.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status) and ledger.read_text() == ""
        with worker(database, "outbox", ledger):
            until(database, lambda: states(database) == {"sent": PEOPLE * EACH})
            os.kill(frozen.pid, signal.SIGCONT)
            owe(database, text_to("+14155550199", "afterwards"), now=utc_now())
            until(database, lambda: states(database) == {"sent": PEOPLE * EACH + 1})
    lines = [line for line in ledger.read_text().splitlines(keepends=True) if "afterwards" not in line]
    ledger.write_text("".join(lines))
    check(ledger)
    assert not any(one.possible_duplicate for one in rows(database))


@pytest.mark.parametrize("failpoint", ["inbox_after_claim", "inbox_before_commit"])
def test_killed_while_handling_a_text_it_is_answered_once(database: Database, tmp_path: Path, failpoint: str) -> None:
    with database.write() as session:
        for number in range(5):
            inbox.receive(session, incoming(f"SM{number}", words=str(number)), now=utc_now())
    with worker(database, "inbox", tmp_path, failpoint) as victim:
        assert victim.wait(60) == -signal.SIGKILL
    assert rows(database) == []

    def all_handled() -> bool:
        with database.read() as session:
            return set(session.scalars(select(InboxRow.state))) == {"handled"}

    with worker(database, "inbox", tmp_path):
        until(database, all_handled)
    assert [one.text for one in rows(database)] == [f"re: {number}" for number in range(5)]
