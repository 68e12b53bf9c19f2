"""How long the watchers' tick takes over a million open shipments on PostgreSQL.

    .venv/bin/python -m benchmarks.watchers [--url URL] [--rows N]

Makes a database of its own and drops it. Steady: so many parcels are due as fall due in five seconds when each is
looked at twice a day, some of them with something to find. Flood: a tenth of all are due at once, as after an outage;
a tick then ends by the clock and the next one goes on. Beside it, in the same run: what one question over all rows
would cost.
Prints one JSON object; times are milliseconds.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

import app  # noqa: F401  every table of the house
from benchmarks.serving import POSTGRES_URL
from db import Base, Database, utc_now
from flows import accounts, watchers
from flows.house import House
from settings import Settings

#: A tick comes every five seconds; nothing due, a parcel is looked at twice a day.
TICK_S, DAY_S = 5, 43_200
STEADY = 12
#: Of those that are due, so many have something to be found: one in.
FOUND_ONE_IN = 20

MAKE = """
INSERT INTO shipment (retailer, order_number, tracking_number, carrier, service, source, destination, promised_from,
    promised_to, promised_at, first_promised_to, last_promised_to, delivery, items, state, state_at, last_event_at,
    flags, attempts, created_at, updated_at, customer_email)
SELECT 'default', 'B' || n, '1Z' || n, 'carrier' || n % 5, 'ground', 'import',
    '{"line1": "1 Main St", "city": "Oakland", "postal_code": "94607", "country": "US",
      "timezone": "America/Los_Angeles"}'::jsonb,
    now() + (n % 96 + 30) * interval '1 hour', now() + (n % 96 + 32) * interval '1 hour', now() - interval '1 day',
    now() + (n % 96 + 32) * interval '1 hour', now() + (n % 96 + 32) * interval '1 hour',
    '{}'::jsonb, '[]'::jsonb, (ARRAY['processed', 'shipped', 'in_transit', 'at_local_hub'])[n % 4 + 1],
    now() - interval '20 hours', now() - interval '20 hours', '[]'::jsonb, 0, now() - interval '2 days', now(),
    'b' || n || '@example.com'
FROM generate_series(1, :rows) AS n
"""
#: What somebody would ask who has no row to say when to look: most of the watchers in one question.
NAIVE = """
SELECT count(*) FROM shipment WHERE state NOT IN ('delivered', 'returned', 'cancelled', 'lost', 'expired') AND (
    (state = 'processed' AND state_at < now() - interval '2 days')
    OR (state IN ('shipped', 'in_transit', 'at_local_hub') AND last_event_at < now() - interval '3 days')
    OR (state IN ('created', 'processed', 'shipped', 'in_transit', 'at_local_hub') AND promised_from < now())
    OR (promised_to < now() - interval '4 hours'))
"""
CLAIM = "SELECT shipment_id FROM watch WHERE due_at <= now() ORDER BY due_at LIMIT 50 FOR UPDATE SKIP LOCKED"


@contextmanager
def database_of_its_own(url: str) -> Iterator[Database]:
    """A fresh database on that server, dropped afterwards."""
    name = f"doorline_watch_{uuid.uuid4().hex[:8]}"
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    database = Database(url.rsplit("/", 1)[0] + f"/{name}", pool_size=4)
    try:
        Base.metadata.create_all(database.engine)
        yield database
    finally:
        database.close()
        with psycopg.connect(plain, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def prepare(database: Database, rows: int, folder: Path) -> House:
    """A retailer and its open shipments, each with its row, spread over half a day."""
    settings = Settings(
        twilio_number="+15005550006", secret_key="bench", workflow_dir=folder, smtp_url="smtp://127.0.0.1:1"
    )
    house = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, house.settings, now=utc_now())
        house.workflows.seed(session, now=utc_now())
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(MAKE), {"rows": rows})
        # Some are found to lie still when they are looked at.
        session.execute(
            text("UPDATE shipment SET last_event_at = now() - interval '73 hours' WHERE id % :one = 1"),
            {"one": FOUND_ONE_IN},
        )
    before = time.perf_counter()
    watchers.learn(database, now=utc_now())
    print(f"rows for {rows} parcels: {time.perf_counter() - before:.0f} s", file=sys.stderr)
    with database.write() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(
            text("UPDATE watch SET due_at = now() + random() * interval '12 hours' + interval '10 minutes'")
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    return house


def due(database: Database, parcels: int, at: datetime) -> None:
    """Let so many of those that come last be due now."""
    with database.write() as session:
        session.execute(
            text(
                "UPDATE watch SET due_at = :at WHERE shipment_id IN"
                " (SELECT shipment_id FROM watch WHERE due_at > now() + interval '10 minutes'"
                " ORDER BY due_at DESC LIMIT :n)"
            ),
            {"at": at, "n": parcels},
        )


def ticked(database: Database, house: House) -> tuple[float, int]:
    """One tick: its milliseconds, and how many parcels it looked at."""
    before = time.perf_counter()
    looked = watchers.tick(database, house, now=utc_now())
    return (time.perf_counter() - before) * 1000, looked


def cpu_ms() -> float:
    """What this process has computed so far: the same on a busy machine."""
    return time.process_time() * 1000


def measure(database: Database, house: House, rows: int) -> dict[str, Any]:
    """All the numbers."""
    idle = [ticked(database, house)[0] for _ in range(5)]
    each = max(rows * TICK_S // DAY_S, 1)
    steady, computed = [], 0.0
    for _ in range(STEADY):
        due(database, each, utc_now() - timedelta(seconds=1))
        before_ms = cpu_ms()
        steady.append(ticked(database, house))
        computed += cpu_ms() - before_ms
    due(database, rows // 10, utc_now() - timedelta(hours=1))
    flood = [ticked(database, house) for _ in range(5)]
    with database.engine.connect() as connection:
        naive = []
        for _ in range(3):
            before = time.perf_counter()
            connection.execute(text(NAIVE)).scalar()
            naive.append((time.perf_counter() - before) * 1000)
        plan = [row[0] for row in connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS) {CLAIM}"))]
        hits = connection.execute(text("SELECT count(*) FROM watch_hit")).scalar()
    print("\n".join(plan), file=sys.stderr)
    return {
        "rows": rows,
        "idle_ms": round(statistics.median(idle), 1),
        "steady_parcels": each,
        "steady_ms": round(statistics.median(ms for ms, _ in steady), 1),
        "steady_looked": sum(n for _, n in steady),
        "steady_cpu_ms": round(computed / STEADY, 1),
        "steady_max_ms": round(max(ms for ms, _ in steady), 1),
        "flood_tick_max_ms": round(max(ms for ms, _ in flood), 1),
        "flood_parcels_per_s": round(sum(n for _, n in flood) / sum(ms for ms, _ in flood) * 1000),
        "found": hits,
        "baseline_one_question_over_all_ms": round(statistics.median(naive), 1),
    }


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=POSTGRES_URL)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    with database_of_its_own(asked.url) as database, tempfile.TemporaryDirectory() as folder:
        house = prepare(database, asked.rows, Path(folder))
        print(json.dumps(measure(database, house, asked.rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
