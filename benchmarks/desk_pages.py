"""How soon the desk's other pages answer over much history: overview, parcels, messages, numbers, health.

    .venv/bin/python -m benchmarks.desk_pages [--url URL] [--messages N]

Fills a fresh database (PostgreSQL where one answers) with N messages over 90 days, a third as many parcels and a
twentieth as many cases, as the tables have them in earnest, and asks each page ten times. Prints one JSON object with
the slowest of the usual (p95) in milliseconds a page, and the plan of the heaviest question to stderr.
"""

import argparse
import json
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import migrations
from benchmarks.serving import POSTGRES_URL
from db import Database, utc_now
from flows import accounts, desk_days
from flows.desk_figures import report
from flows.house import House
from flows.local_days import Days
from flows.percentiles import percentile
from settings import Settings
from web import build
from web.context import Parts

ROUNDS = 10
EMAIL, PASSWORD = "bench@example.com", "a long password for the bench"
PAGES = (
    "/overview?days=90",
    "/overview?days=7",
    "/shipments",
    "/shipments?q=A77777",
    "/shipments?q=4321",
    "/shipments?late=1",
    "/messages",
    "/messages?q=054321",
    "/numbers",
    "/health?days=7",
    "/health?days=30",
)
#: Rows are made by the database itself: a million of them within a minute or two.
FILL = (
    """
    INSERT INTO conversation (id, retailer, ours, theirs, next_seq)
    SELECT n, 'default', '+15005550006', '+1415' || lpad(CAST(n AS text), 7, '0'), 1000000
    FROM generate_series(1, :people) AS n
    """,
    """
    INSERT INTO shipment (retailer, order_number, tracking_number, carrier, source, customer_name, customer_phone,
                          destination, delivery, items, state, flags, attempts, created_at, updated_at, promised_to)
    SELECT 'default', 'A' || n, '1Z' || n, 'ups', 'import', 'Ana ' || n,
           '+1415' || lpad(CAST(1 + n % :people AS text), 7, '0'), '{}', '{}', '[]',
           CASE WHEN n % 20 = 0 THEN 'in_transit' ELSE 'delivered' END, '[]', 0,
           :begin + n * :days * interval '1 day' / :parcels, :begin, :begin + n * :days * interval '1 day' / :parcels
    FROM generate_series(1, :parcels) AS n
    """,
    """
    INSERT INTO inbox (retailer, conversation_id, seq, channel, provider_id, sender, recipient, text, media,
                       received_at, state, attempts, lease_epoch, handled_by, handled_at)
    SELECT 'default', 1 + n % :people, n, 'sms', 'SMi' || n, '+1415' || lpad(CAST(1 + n % :people AS text), 7, '0'),
           '+15005550006', 'where is my order, please? ' || n, '[]', :begin + n * :days * interval '1 day' / :heard,
           'handled', 1, 1, CASE WHEN n % 12 = 0 THEN 'case_thread' ELSE 'conversation' END, :begin
    FROM generate_series(1, :heard) AS n
    """,
    """
    INSERT INTO outbox (key, retailer, conversation_id, seq, channel, sender, recipient, text, media, category,
                        priority, segments, shipment_id, created_at, valid_until, state, attempts, lease_epoch,
                        provider_id, sent_at, settled_at, looks, possible_duplicate, delivery_retried, fallback_done,
                        error_code, reason)
    SELECT 'bench:' || n, 'default', 1 + n % :people, n + 500000, 'sms', '+15005550006',
           '+1415' || lpad(CAST(1 + n % :people AS text), 7, '0'), 'Your order A' || n || ' is out for delivery.', '[]',
           CASE WHEN n % 2 = 0 THEN 'milestone' ELSE 'reply' END, 1, 1, 1 + n % :parcels,
           :begin + n * :days * interval '1 day' / :owed, :begin + n * :days * interval '1 day' / :owed,
           CASE WHEN n % 50 = 0 THEN 'undelivered' ELSE 'delivered' END, 1, 1, 'SMo' || n,
           :begin + n * :days * interval '1 day' / :owed + interval '2 seconds',
           :begin + n * :days * interval '1 day' / :owed + interval '5 seconds', 0, false, false, false,
           CASE WHEN n % 50 = 0 THEN '30003' END, CASE WHEN n % 50 = 0 THEN 'The phone is off or out of reach.' END
    FROM generate_series(1, :owed) AS n
    """,
    """
    INSERT INTO "case" (retailer, subject, state, priority, reason, conversation_id, phone, created_at, first_reply_at,
                        resolved_at)
    SELECT 'default', 'conversation:' || n, CASE WHEN n % 10 = 0 THEN 'open' ELSE 'resolved' END, 'medium',
           CASE n % 4 WHEN 0 THEN 'not_received'
               WHEN 1 THEN 'talk_to_person' WHEN 2 THEN 'damaged' ELSE 'complaint' END,
           1 + n % :people, '+1415' || lpad(CAST(1 + n % :people AS text), 7, '0'),
           :begin + n * :days * interval '1 day' / :cases,
           CASE WHEN n % 10 > 0
               THEN :begin + n * :days * interval '1 day' / :cases + (n % 90) * interval '1 minute' END,
           CASE WHEN n % 10 > 0 THEN :begin + n * :days * interval '1 day' / :cases + interval '3 hours' END
    FROM generate_series(1, :cases) AS n
    """,
    """
    INSERT INTO case_clock (retailer, case_id, kind, nth, started_at, allowed_s, due_at, ended_at, breached_at)
    SELECT 'default', id, kind, 1, created_at, 3600, created_at + interval '1 hour',
           coalesce(first_reply_at, created_at), CASE WHEN id % 6 = 0 THEN created_at + interval '1 hour' END
    FROM "case", (VALUES ('first_reply'), ('resolution')) AS kinds (kind)
    """,
    """
    INSERT INTO survey (retailer, shipment_id, address, channel, scale, planned_at, due_at, state, sent_at, score)
    SELECT 'default', n, '+14155550100', 'sms', 5, :begin, :begin, 'answered',
           :begin + n * :days * interval '1 day' / :cases, 1 + n % 5
    FROM generate_series(1, :cases) AS n
    """,
)


def fill(database: Database, messages: int) -> None:
    """Make the history; then what autovacuum would do in a night."""
    now = utc_now()
    sizes = {
        "people": max(1, messages // 10),
        "parcels": messages // 3,
        "heard": messages * 2 // 5,
        "owed": messages * 3 // 5,
        "cases": max(20, messages // 20),
        "days": 90,
        "begin": now - timedelta(days=90),
    }
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for statement in FILL:
            named = {name: value for name, value in sizes.items() if f":{name}" in statement}
            words = statement.replace(":begin", "CAST(:begin AS timestamptz)")
            connection.execute(text(words), named)
        connection.execute(text("VACUUM ANALYZE"))


def client_of(database: Database, url: str, folder: str) -> FlaskClient:
    """Somebody who is logged in to a console over that database."""
    settings = Settings(database_url=url, data_dir=Path(folder), workflow_dir=Path(folder), secret_key="x" * 32)
    house = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, settings, now=utc_now())
        house.workflows.seed(session, now=utc_now())
        session.add(
            accounts.Agent(
                retailer="default",
                email=EMAIL,
                name="Bench",
                role="admin",
                password_hash=accounts.hashed(PASSWORD),
                created_at=utc_now(),
            )
        )
    app = Flask("doorline", static_folder=None)
    build(app, Parts(settings, database, house, {}, utc_now))
    client = app.test_client()
    answer = client.post("/console/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def measure(url: str, messages: int) -> dict[str, object]:
    """Fill the empty database at that URL and ask each page."""
    migrations.upgrade(url)
    database = Database(url)
    begun = time.perf_counter()
    fill(database, messages)
    said: dict[str, object] = {"messages": messages, "filled_s": round(time.perf_counter() - begun, 1)}
    with tempfile.TemporaryDirectory() as folder:
        client = client_of(database, url, folder)
        begun = time.perf_counter()
        settings = Settings(database_url=url, data_dir=Path(folder), workflow_dir=Path(folder), secret_key="x" * 32)
        desk_days.keep_all(database, House.build(settings), now=utc_now())
        said["finished days, counted once by the tick, s"] = round(time.perf_counter() - begun, 1)
        for page in PAGES:
            took = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                answer = client.get(f"/console{page}")
                took.append((time.perf_counter() - start) * 1000)
                assert answer.status_code == 200, (page, answer.status_code)
            said[page] = round(percentile(took, 0.95) or 0)
            print(f"{page}: {sorted(round(one) for one in took)} ms", file=sys.stderr)
    with database.read() as session:
        start = time.perf_counter()
        report(session, "default", Days.until_today(ZoneInfo("America/Los_Angeles"), 90, now=utc_now()), now=utc_now())
        said["report alone, 90 days"] = round((time.perf_counter() - start) * 1000)
        plan = session.execute(
            text(
                "EXPLAIN (ANALYZE, COSTS OFF) SELECT conversation_id, count(*) FROM inbox WHERE retailer = 'default'"
                " AND received_at >= now() - interval '90 days' AND handled_by NOT IN ('relay') GROUP BY 1"
            )
        )
        print("\n".join(row[0] for row in plan), file=sys.stderr)
    database.close()
    return said


def main() -> int:
    """Measure the given empty database, or one of its own on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--messages", type=int, default=1_000_000)
    asked = parser.parse_args()
    if asked.url:
        print(json.dumps(measure(asked.url, asked.messages)), flush=True)
        return 0
    name = f"doorline_bench_{uuid.uuid4().hex[:10]}"
    server = POSTGRES_URL.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError:
        print("no PostgreSQL server answers: nothing is measured", file=sys.stderr)
        return 1
    try:
        print(json.dumps(measure(POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}", asked.messages)), flush=True)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return 0


if __name__ == "__main__":
    sys.exit(main())
