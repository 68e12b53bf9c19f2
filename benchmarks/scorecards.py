"""How long scorecards take over a year of a million finished parcels on PostgreSQL.

    .venv/bin/python -m benchmarks.scorecards [--url URL] [--rows N] [--runs N]

Makes a database of its own and drops it. The rows are as `delivery_facts.write` writes them: 10 carriers with 3
services, 60 lanes, 400 drivers, 7 % with a failed attempt, costs in one currency, a survey for every twentieth. Prints
one JSON object: the slowest of some runs, in milliseconds, for each kind of scorecard. How the questions of one were
answered (EXPLAIN) goes to stderr.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from benchmarks.serving import POSTGRES_URL
from benchmarks.watchers import database_of_its_own
from db import Database, utc_now
from flows import scorecard_lanes, scorecards

LIMIT_MS = 3000

FACTS = """
INSERT INTO delivery_fact (shipment_id, retailer, ended_at, written_at, settled, carrier, service, lane, driver_id,
    state, failed_tries, reason, party, kept_first, kept_last, transit_s, transit_bucket, estimate_error_s, proofs,
    proofs_good, saved, cost_minor, currency)
SELECT n, 'default', now() - (n % 365) * interval '1 day' - random() * interval '1 day', now(), true,
    'carrier' || n % 10, (ARRAY['ground', 'express', ''])[n % 3 + 1], 'US:' || 900 + n % 60, n % 400 + 1,
    CASE WHEN n % 97 = 0 THEN 'returned' WHEN n % 499 = 0 THEN 'lost' ELSE 'delivered' END,
    CASE WHEN n % 14 = 0 THEN 1 ELSE 0 END,
    CASE WHEN n % 14 = 0 THEN (ARRAY['recipient_unavailable', 'no_time', 'access_blocked', 'weather'])[n % 4 + 1] END,
    CASE WHEN n % 14 = 0 THEN (ARRAY['consignee', 'carrier', 'consignee', 'none'])[n % 4 + 1] END,
    random() < 0.9, random() < 0.93, seconds, round(ln(seconds) / ln(1.02)), (random() * 7200 - 3000)::int,
    n % 2, CASE WHEN n % 2 = 1 THEN random() < 0.97 END, n % 280 = 0, 400 + n % 300, 'USD'
FROM (SELECT n, (40000 + random() * 300000)::int AS seconds FROM generate_series(1, :rows) AS n) AS made
"""
SURVEYS = """
INSERT INTO survey (retailer, shipment_id, address, channel, scale, planned_at, due_at, sent_at, state, score)
SELECT 'default', shipment_id, '+14155550100', 'sms', 5, ended_at, ended_at, ended_at, 'answered',
    1 + (random() * 4)::int
FROM delivery_fact WHERE shipment_id % 20 = 0
"""


def prepare(database: Database, rows: int) -> None:
    """Fill it; as after a night's vacuum."""
    with database.write() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(FACTS), {"rows": rows})
        session.execute(text(SURVEYS))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def slowest_ms(database: Database, look: Callable[[Session], Any], runs: int) -> tuple[float, int]:
    """The slowest of so many runs, in milliseconds, and how many rows it answered."""
    worst, answered = 0.0, 0
    for _ in range(runs):
        with database.read() as session:
            before = time.perf_counter()
            answered = len(look(session))
            worst = max(worst, (time.perf_counter() - before) * 1000)
    return round(worst, 1), answered


def explain(database: Database, look: Callable[[Session], Any]) -> None:
    """Say on stderr how each question of one scorecard was answered."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.read() as session:
            look(session)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
                print("\n".join(row[0] for row in plan), file=sys.stderr)


def looks(since: datetime, until: datetime) -> dict[str, Callable[[Session], Any]]:
    """Each kind of scorecard of the default retailer."""

    def cards(by: Any) -> Callable[[Session], Any]:
        return lambda session: scorecards.cards(session, "default", by, since=since, until=until)

    found = {by: cards(by) for by in ("carrier", "service", "lane", "driver")}
    found["changes"] = lambda session: scorecard_lanes.changes(session, "default", since=since, until=until)
    return found


def main() -> int:
    """Measure; 1 when one of them is slower than it may be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=POSTGRES_URL)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with database_of_its_own(given.url) as database:
        prepare(database, given.rows)
        until = utc_now() + timedelta(days=1)
        asked = looks(until - timedelta(days=367), until)
        found = {name: slowest_ms(database, look, given.runs) for name, look in asked.items()}
        explain(database, asked["carrier"])
    told = {
        "benchmark": "scorecards",
        "rows": given.rows,
        **{f"{name}_ms": ms for name, (ms, _) in found.items()},
        "answered": {name: count for name, (_, count) in found.items()},
        "limit_ms": LIMIT_MS,
        "python": platform.python_version(),
    }
    print(json.dumps(told))
    return int(any(ms > LIMIT_MS for ms, _ in found.values()))


if __name__ == "__main__":
    sys.exit(main())
