"""How quick the desk is over a long history: inbox, search and the page of a case, as the browser gets them.

    .venv/bin/python -m benchmarks.desk [--cases N] [--messages N] [--rounds N]

Loads PostgreSQL, asks the console through its own routes (session, roles, templates and all) and prints one JSON
object: milliseconds at the 50th and 95th percentile beside their budgets, of them what this process itself worked
(`own_cpu`, which a busy machine does not stretch), and under `least` a bare statement. The plans of the statements go
to stderr; a plan that reads a whole table is named.
"""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from app import create_app
from benchmarks.desk_rows import AGENTS, asked, fill
from benchmarks.serving import fresh_database
from db import Database, utc_now
from flows import accounts, case_queues, case_search
from flows.case_queues import QUEUES
from migrations import upgrade
from settings import Settings
from web.context import EXTENSION, Parts

PASSWORD = "a long password for the bench"
#: p95 in milliseconds, as the console promises them.
BUDGETS = {"inbox": 200, "search": 200, "case": 300}
BIG = ("inbox", "outbox", "case_entry", "shipment", "case_words", "case_clock")


def main() -> int:
    """Load, measure, print. Answers how many budgets were missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    said = parser.parse_args()
    with fresh_database("postgresql") as url:
        upgrade(url)
        began, now = time.monotonic(), utc_now()
        client, parts = console(url)
        fill(url.replace("+psycopg", ""), cases=said.cases, messages=said.messages, now=now)
        print(f"loaded in {time.monotonic() - began:.0f} s", file=sys.stderr)
        found = measured(client, said.cases, said.rounds)
        found["data"] = data(parts, said.cases, said.rounds, now)
        scans = plans(parts.database, said.cases, now)
    missed = [name for name, most in BUDGETS.items() if found[name]["p95_ms"] > most]
    load = os.getloadavg()[0]
    print(json.dumps({**found, "budgets_ms": BUDGETS, "missed": missed, "whole_tables": scans, "load": round(load, 1)}))
    return len(missed)


def console(url: str) -> tuple[FlaskClient, Parts]:
    """A browser that is logged in."""
    app = create_app(Settings(demo=True, secret_key="bench", database_url=url, nlu_url=""))
    parts: Parts = app.extensions[EXTENSION]
    with parts.database.write() as session:
        for email in AGENTS:
            accounts.add_agent(
                session,
                retailer="default",
                email=email,
                password=PASSWORD,
                name="Ada Bench",
                role="lead",
                now=utc_now(),
            )
    client = app.test_client()
    answer = client.post("/console/login", data={"email": AGENTS[0], "password": PASSWORD})
    if answer.status_code != 303:
        raise RuntimeError(f"no login: {answer.status_code}")
    return client, parts


def measured(client: FlaskClient, cases: int, rounds: int) -> dict[str, Any]:
    """Whole pages, as a browser asks for them."""
    names = [name for name in QUEUES for _ in (0, 1)]
    words = asked(cases, rounds)
    return {
        "inbox": timed(client, (f"/console/?queue={names[n % len(names)]}" for n in range(rounds))),
        "inbox_poll": timed(client, (f"/console/?queue={names[n % len(names)]}" for n in range(rounds)), live=True),
        "search": timed(client, (f"/console/?queue=all&q={one}" for one in words)),
        "case": timed(client, (f"/console/cases/{1 + (n * 977) % cases}" for n in range(rounds))),
        "case_of_who_writes_all_day": timed(
            client, (f"/console/cases/{1 + 500 * (n % (cases // 500))}" for n in range(rounds // 4))
        ),
    }


def timed(client: FlaskClient, paths: Iterator[str], *, live: bool = False) -> dict[str, float]:
    """Percentiles of the answers' times; the first three warm up."""
    headers = {"X-Live": "1"} if live else {}

    def get(path: str) -> None:
        answer = client.get(path, headers=headers)
        if answer.status_code not in {200, 304}:
            raise RuntimeError(f"{path}: {answer.status_code}")

    spent: list[float] = []

    def counted(path: str) -> None:
        before = time.process_time()
        get(path)
        spent.append(time.process_time() - before)

    walls = [took(lambda path=path: counted(path)) for path in paths][3:]  # type: ignore[misc]
    return {**percentiles(walls), "own_cpu_p95_ms": percentiles(spent[3:])["p95_ms"]}


def data(parts: Parts, cases: int, rounds: int, now: datetime) -> dict[str, dict[str, float]]:
    """The same without pages: the functions behind them, and a bare statement beside them."""
    with parts.database.read() as session:
        least = [took(lambda: session.execute(text("SELECT 1"))) for _ in range(rounds)]
        queues = [
            took(lambda name=QUEUES[n % 7]: case_queues.queue(session, "default", name, agent=AGENTS[0], now=now))  # type: ignore[misc]
            for n in range(rounds)
        ]
        counted = [
            took(lambda: case_queues.counts(session, "default", agent=AGENTS[0], now=now)) for _ in range(rounds)
        ]
        searched = [
            took(lambda words=words: case_search.search(session, "default", words, agent=AGENTS[0], now=now))  # type: ignore[misc]
            for words in asked(cases, rounds)
        ]
    return {
        "least": percentiles(least),
        "queue": percentiles(queues),
        "counts": percentiles(counted),
        "search": percentiles(searched),
    }


def plans(database: Database, cases: int, now: datetime) -> list[str]:
    """Print the plan of each statement behind the queues and the search; answers the big tables read as a whole."""
    found: list[str] = []
    with database.engine.connect() as connection, explained(connection) as said:
        session = Session(bind=connection)
        for name in QUEUES:
            case_queues.queue(session, "default", name, agent=AGENTS[0], now=now)
        case_queues.counts(session, "default", agent=AGENTS[0], now=now)
        for words in asked(cases, 6):
            case_search.search(session, "default", words, agent=AGENTS[0], now=now)
        for statement, lines in said:
            print(f"\n-- {' '.join(statement.split())[:150]}", *lines, sep="\n   ", file=sys.stderr)
            found += re.findall(rf"Seq Scan on ({'|'.join(BIG)})\b", "\n".join(lines))
    return sorted(set(found))


class explained:  # noqa: N801 - reads like a word where it stands
    """Explains each statement of a connection once it has run."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._said, self._busy = connection, [], False  # type: ignore[var-annotated]

    def __enter__(self) -> list[tuple[str, list[str]]]:
        event.listen(self._connection, "after_cursor_execute", self._explain)
        return self._said

    def __exit__(self, *_: object) -> None:
        event.remove(self._connection, "after_cursor_execute", self._explain)

    def _explain(self, connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if self._busy or not statement.lstrip().startswith("SELECT"):
            return
        self._busy = True
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS OFF, COSTS OFF) {statement}", parameters).all()
        self._said.append((statement, [row[0] for row in rows]))
        self._busy = False


def took(work: Callable[[], object]) -> float:
    """Seconds the work takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at the 50th and 95th percentile, and at most."""
    ordered = sorted(seconds)
    at = {"p50_ms": 0.5, "p95_ms": 0.95, "max_ms": 1.0}
    return {
        name: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) for name, share in at.items()
    }


if __name__ == "__main__":
    sys.exit(main())
