"""How long a file of 10,000 lines takes, one line in a hundred bad, in fifteen ways; both databases.

    .venv/bin/python -m benchmarks.imports [--url URL] [--lines N]

Every third line says where its parcel is already, every fifth names a driver, every fourth a window. The file goes in
twice: the second time nothing may be new. Prints one JSON object a database.
"""

import argparse
import io
import json
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path

import psycopg

import migrations
from benchmarks.serving import POSTGRES_URL
from db import Database, utc_now
from flows import accounts
from flows.house import House
from flows.imports import import_shipments
from settings import Settings

HEAD = (
    "order_number,tracking_number,carrier,customer.name,customer.phone,customer.email,destination.line1,"
    "destination.city,destination.postal_code,destination.country,destination.lat,destination.lon,promised.from,"
    "promised.to,driver.name,driver.phone,delivery.instructions,items,status,occurred_at\n"
)
#: Ways to be wrong: (column, what stands there); a column of -1 is the line as a whole.
WRONG: tuple[tuple[int, str], ...] = (
    (0, ""),
    (4, "12"),
    (4, "not a phone"),
    (5, "nobody"),
    (9, "Germany"),
    (10, "north"),
    (10, "95"),
    (12, "tomorrow"),
    (12, "2026-12-01T17:00:00"),
    (13, "2026-13-45"),
    (15, "x"),
    (17, "not json"),
    (18, "flying"),
    (3, "x" * 300),
    (-1, "too few cells"),
)


def line(number: int) -> str:
    """One line of the file; every hundredth is wrong."""
    cells = [
        f"A{number}",
        f"1Z{number:010}",
        "ups",
        f"Ana {number}",
        f"+1415{5000000 + number}",
        f"ana{number}@example.com",
        f"{number} Market Street",
        "San Francisco",
        "94105",
        "US",
        "37.79",
        "-122.39",
        "2026-12-01T17:00:00Z" if number % 4 == 0 else "",
        "2026-12-01T21:00:00Z" if number % 4 == 0 else "",
        f"Driver {number % 20}" if number % 5 == 0 else "",
        f"+1415666{number % 20:04}" if number % 5 == 0 else "",
        "Ring twice" if number % 7 == 0 else "",
        "",
        "in_transit" if number % 3 == 0 else "",
        "2026-11-01T08:00:00Z" if number % 3 == 0 else "",
    ]
    if number % 100 == 99:
        column, wrong = WRONG[number // 100 % len(WRONG)]
        if column < 0:
            return f"A{number},{wrong}\n"
        cells[column] = wrong
    return ",".join(cells) + "\n"


def content(lines: int) -> bytes:
    """The whole file."""
    return (HEAD + "".join(line(number) for number in range(lines))).encode()


def measure(url: str, lines: int) -> dict[str, object]:
    """Import the file twice into a fresh schema at that URL."""
    migrations.upgrade(url)
    database = Database(url)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), workflow_dir=Path(folder), secret_key="x" * 32)
        house = House.build(settings)
        now = utc_now()
        with database.write() as session:
            accounts.ensure_default(session, settings, now=now)
            house.workflows.seed(session, now=now)
        data = content(lines)
        said: dict[str, object] = {"database": database.engine.dialect.name, "lines": lines, "bytes": len(data)}
        for name, at in (("first", now), ("again", now + timedelta(minutes=1))):
            begun, used = time.perf_counter(), time.process_time()
            result = import_shipments(database, house, io.BytesIO(data), retailer="default", now=at)
            seconds = round(time.perf_counter() - begun, 1)
            said[f"{name}_s"], said[f"{name}_cpu_s"] = seconds, round(time.process_time() - used, 1)
            said[name] = {"created": result.created, "existing": result.existing, "errors": len(result.errors)}
    database.close()
    return said


def main() -> int:
    """Measure the given database, or both kinds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--lines", type=int, default=10_000)
    asked = parser.parse_args()
    if asked.url:
        print(json.dumps(measure(asked.url, asked.lines)), flush=True)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(f"sqlite:///{folder}/imports.db", asked.lines)), flush=True)
    name = f"doorline_bench_{uuid.uuid4().hex[:10]}"
    server = POSTGRES_URL.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError:
        print("no PostgreSQL server answers: measured on SQLite alone", file=sys.stderr)
        return 0
    try:
        print(json.dumps(measure(POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}", asked.lines)), flush=True)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return 0


if __name__ == "__main__":
    sys.exit(main())
