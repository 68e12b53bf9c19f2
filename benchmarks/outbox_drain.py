"""How fast the outbox drains: workers as processes, an in-process double as provider, everything else as in production.

    .venv/bin/python -m benchmarks.outbox_drain [--url URL] [--rows N] [--workers N] [--threads N] [--provider twilio]

Order within conversations, the suppression checks and the commit of `sending` before each batch are part of it. Beside
it, in the same run: the bare claim, which marks rows as sent in the same batches and does nothing else. With
`--provider twilio` texts go by HTTP through the Twilio adapter to a fake Twilio on this machine. Prints one JSON
object; `lost`, `doubled` and `misordered` must be 0.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import insert, text

from channels.dispatch import Dispatcher
from channels.memory import MemoryChannel
from channels.models import Conversation, OutboxRow
from channels.twilio_sms import TwilioSms
from db import Base, Database, utc_now

POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
OURS = "+15005550006"
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "fake-auth-token"
TESTS = Path(__file__).resolve().parent.parent / "tests"


def claim_bare(url: str, threads: int) -> None:
    """One process of the baseline: claims batches and marks them as sent, in one statement and one commit each."""
    database = Database(url, pool_size=2)
    skip = "" if database.is_sqlite else "FOR UPDATE SKIP LOCKED"
    batch = text(
        "UPDATE outbox SET state = 'sent' WHERE id IN"
        f" (SELECT id FROM outbox WHERE state = 'queued' ORDER BY priority, id LIMIT {threads} {skip}) RETURNING id"
    )
    database.engine.connect().close()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    before = time.process_time()
    done = True
    while done:
        with database.write() as session:
            done = bool(session.execute(batch).all())
    sys.stdin.readline()
    sys.stdout.write(json.dumps({"texts": [], "cpu_s": time.process_time() - before}))


def channel_of(provider: str) -> MemoryChannel | TwilioSms:
    """The double, or the Twilio adapter towards the fake at that address."""
    if provider == "memory":
        return MemoryChannel()
    return TwilioSms(ACCOUNT, (TOKEN,), api_url=provider, status_callback_base="http://127.0.0.1:9")


def work(url: str, name: str, threads: int, provider: str) -> None:
    """One worker process: says when it is ready, sends from the first line on stdin to its end."""
    database = Database(url, pool_size=4)
    channel = channel_of(provider)
    stop = threading.Event()
    sender = Dispatcher(
        database, {"sms": channel}, worker=name, threads=threads, lease_s=30.0, unknown_looks_s=(120.0, 600.0)
    )
    database.engine.connect().close()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    before = time.process_time()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    sys.stdin.readline()
    stop.set()
    thread.join()
    used = time.process_time() - before
    sys.stdout.write(json.dumps({"texts": [message.text for message in getattr(channel, "sent", ())], "cpu_s": used}))


def fill(database: Database, rows: int, conversations: int) -> None:
    now = utc_now()
    common = {"retailer": "default", "channel": "sms", "sender": OURS, "state": "queued", "media": [], "segments": 1}
    with database.write() as session:
        session.execute(
            insert(Conversation),
            [
                {"id": 1 + n, "retailer": "default", "ours": OURS, "theirs": f"+1415{n:07}", "next_seq": rows}
                for n in range(conversations)
            ],
        )
        session.execute(
            insert(OutboxRow),
            [
                {
                    **common,
                    "key": f"bench:{n}",
                    "conversation_id": 1 + n % conversations,
                    "seq": 1 + n // conversations,
                    "recipient": f"+1415{n % conversations:07}",
                    "text": f"{n % conversations}:{n // conversations}",
                    "category": "milestone",
                    "priority": 3,
                    "created_at": now,
                    "valid_until": now + timedelta(hours=1),
                }
                for n in range(rows)
            ],
        )


@contextmanager
def fresh(url: str) -> Iterator[str]:
    """A database of its own at the server of `url`, or in a file."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(dir="var") as folder:
            yield f"sqlite:///{Path(folder).resolve() / 'bench.db'}"
        return
    name = f"doorline_bench_{uuid.uuid4().hex[:8]}"
    server = url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def backends_cpu_s(database: Database) -> float:
    """Answer the processor time PostgreSQL's backends of this database have used; 0 where it cannot be read."""
    if database.is_sqlite:
        return 0.0
    with database.read() as session:
        pids = session.execute(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).scalars()
    ticks = 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            ticks += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(url: str, *, rows: int, conversations: int, workers: int, threads: int, provider: str) -> dict[str, object]:
    """Drain once; `provider`: memory, bare, or a fake Twilio's address."""
    with fresh(url) as own:
        database = Database(own, pool_size=2)
        Base.metadata.create_all(database.engine)
        fill(database, rows, conversations)
        command = [sys.executable, "-m", "benchmarks.outbox_drain", "--threads", str(threads), "--provider", provider]
        command += ["--worker", own]
        started = [
            subprocess.Popen([*command, str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for n in range(workers)
        ]
        for process in started:
            assert process.stdout and process.stdout.readline() == "ready\n"
        server_before = backends_cpu_s(database)
        begin = time.monotonic()
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        left = text("SELECT 1 FROM outbox WHERE state IN ('queued', 'sending') LIMIT 1")
        end = begin + 120
        while time.monotonic() < end:
            with database.read() as session:
                if session.execute(left).first() is None:
                    break
            time.sleep(0.05)
        seconds = time.monotonic() - begin
        server_s = backends_cpu_s(database) - server_before
        ledgers = [json.loads(process.communicate("stop\n", timeout=30)[0]) for process in started]
        with database.read() as session:
            wrong = session.execute(
                text(
                    "SELECT count(*) FROM outbox a JOIN outbox b ON a.conversation_id = b.conversation_id"
                    " AND b.seq = a.seq + 1 WHERE a.sent_at > b.attempted_at"
                )
            ).scalar_one()
            sent = session.execute(text("SELECT count(*) FROM outbox WHERE state = 'sent'")).scalar_one()
        database.close()
    texts = [words for ledger in ledgers for words in ledger["texts"]] or told(provider)
    return {
        "benchmark": "outbox_drain",
        "database": own.partition(":")[0].partition("+")[0],
        "rows": rows,
        "conversations": conversations,
        "workers": workers,
        "threads": threads,
        "seconds": round(seconds, 2),
        "per_second": round(rows / seconds),
        "lost": rows - sent,
        "doubled": len(texts) - len(set(texts)),
        "misordered": wrong,
        "worker_cpu_us_per_row": round(sum(ledger["cpu_s"] for ledger in ledgers) / rows * 1e6),
        "server_cpu_us_per_row": round(server_s / rows * 1e6),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def told(provider: str) -> list[str]:
    """What a fake Twilio's phones got."""
    if not provider.startswith("http"):
        return []
    request = urllib.request.Request(f"{provider}/_control", data=b'{"do": "look"}', method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return [entry["body"] for entry in json.load(answer)["ledger"]]


@contextmanager
def fake_twilio() -> Iterator[str]:
    """A fake Twilio that accepts everything, as a process of its own; its address."""
    env = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "fakes.twilio", "--policy", "none"]
    fake = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=TESTS, env=env)
    try:
        assert fake.stdout is not None
        yield fake.stdout.readline().strip()
    finally:
        fake.terminate()
        fake.wait(10)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default=POSTGRES)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--provider", default="memory")
    parser.add_argument("--worker", nargs=2)
    given = parser.parse_args()
    if given.worker and given.provider == "bare":
        claim_bare(given.worker[0], given.threads)
        return
    if given.worker:
        work(*given.worker, given.threads, given.provider)
        return
    size = {"rows": given.rows, "conversations": given.conversations, "workers": given.workers}
    size["threads"] = given.threads
    bare = measure(given.url, **size, provider="bare")
    if given.provider == "twilio":
        with fake_twilio() as address:
            found = measure(given.url, **size, provider=address)
    else:
        found = measure(given.url, **size, provider=given.provider)
    found |= {"provider": given.provider, "bare_claim_per_second": bare["per_second"]}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
