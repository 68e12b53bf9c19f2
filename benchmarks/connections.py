"""What a note costs a webhook, how quickly notes are added up, and how long the page of connections takes.

`python benchmarks/connections.py [URL]`; without a URL a fresh SQLite file. The database must be empty.
"""

import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import flows.models
import tracking_core.models
from db import Base, Database, utc_now
from flows import connection_health, connection_upkeep, connections

SOURCES = ("easypost", "aftership", "shopify", "custom:oms", "onfleet")
NOTES, THREADS = 10_000, 8


def main() -> None:
    folder = tempfile.mkdtemp()
    database = Database(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/x.db", pool_size=THREADS + 2)
    Base.metadata.create_all(database.engine)
    now = utc_now()

    def one(_place: int) -> float:
        begin = time.perf_counter()
        with database.write() as session:
            at = now - timedelta(days=random.choice((0, 0, 0, 1, 7, 14)), seconds=random.randrange(60))
            connections.note(session, "default", random.choice(SOURCES), occurred_at=at - timedelta(seconds=9), now=at)
        return time.perf_counter() - begin

    begin = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        took = list(pool.map(one, range(NOTES)))
    wall = time.perf_counter() - begin
    print(
        f"{NOTES} transactions with one note, {THREADS} threads: {NOTES / wall:.0f}/s, "
        f"median {1000 * statistics.median(took):.2f} ms, p95 {1000 * statistics.quantiles(took, n=20)[-1]:.2f} ms"
    )
    begin = time.perf_counter()
    done = connection_upkeep.add_up(database)
    print(f"{done} notes added up in {time.perf_counter() - begin:.2f} s")
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        with database.read() as session:
            connection_health.report(session, "default", now=now)
        times.append(time.perf_counter() - begin)
    print(f"the page's report over {len(SOURCES)} sources and 40 days: median {1000 * statistics.median(times):.1f} ms")


if __name__ == "__main__":
    assert flows.models and tracking_core.models
    main()
