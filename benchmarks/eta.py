"""How quick an estimate is, and how good: one line for each figure.

python -m benchmarks.eta [--sets FOLDER] [--url DATABASE] [--open N]

Without --sets (the folder of the two public sets) the made sets alone are replayed. With --open so many open shipments
are written to the database first, and re-estimating one is measured among them.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, literal, select

import app  # noqa: F401  names every table
from benchmarks.eta_worlds import WORLDS
from db import Base, Database
from tracking_core import transit_serving
from tracking_core.eta import estimate
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.transit_learning import retrain_one
from tracking_core.transit_models import TransitModel

NOW = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
LEARNT, ASKED, BATCH = 2000, 300, 20_000
ROOT = Path(__file__).parent.parent


def say(**said: object) -> None:
    print(json.dumps(said), flush=True)


def rows(n: int, *, done: bool, dice: random.Random) -> list[dict[str, object]]:
    found = []
    for number in range(n):
        begun = NOW - timedelta(days=dice.uniform(3, 40))
        over = begun + timedelta(hours=dice.lognormvariate(3.6, 0.4))
        found.append(
            {
                "retailer": "default",
                "order_number": f"{'D' if done else 'O'}{number}",
                "tracking_number": "",
                "source": "api",
                "carrier": dice.choice(["swift", "steady", "slow"]),
                "service": dice.choice(["express", "standard"]),
                "destination": {
                    "country": "US",
                    "postal_code": f"{dice.randrange(10, 99)}001",
                    "lat": 37.8,
                    "lon": -122.2,
                },
                "delivery": {},
                "items": [],
                "flags": [],
                "attempts": 0,
                "state": "delivered" if done else "in_transit",
                "created_at": begun,
                "updated_at": begun,
                "state_at": over if done else begun,
                "delivered_at": over if done else None,
            }
        )
    return found


def quick(url: str, open_: int) -> None:
    database = Database(url)
    Base.metadata.create_all(database.engine)
    dice = random.Random(1)
    with database.write() as session:
        session.execute(insert(Shipment), rows(LEARNT, done=True, dice=dice))
        shipped = [
            {"shipment_id": one.id, "retailer": "default", "source": "api", "event_id": "s", "status": "shipped",
             "occurred_at": one.created_at + timedelta(hours=5), "received_at": one.created_at, "moved": True,
             "correction": False, "silent": False, "raw": {}}
            for one in session.scalars(select(Shipment).where(Shipment.state == "delivered"))
        ]  # fmt: skip
        session.execute(insert(ShipmentEvent), shipped)
    with database.write() as session:
        session.execute(insert(Shipment), rows(min(BATCH, open_), done=False, dice=dice))
    for again in range(1, open_ // BATCH):  # the database copies the rest by itself: that takes a tenth of the time
        names = [column.name for column in Shipment.__table__.columns if column.name not in ("id", "order_number")]
        number = (literal(f"{again}-") + Shipment.order_number).label("order_number")
        first = Shipment.state == "in_transit", ~Shipment.order_number.contains("-")
        copied = select(number, *(Shipment.__table__.c[name] for name in names)).where(*first)
        with database.write() as session:
            session.execute(insert(Shipment).from_select(["order_number", *names], copied))
    began = time.perf_counter()
    retrain_one(database, "default", NOW)
    with database.read() as session:
        size = session.scalar(select(func.length(TransitModel.blob)))
        ids = list(session.scalars(select(Shipment.id).where(Shipment.state == "in_transit").limit(ASKED * 3)))
    say(what="a model learnt", database=database.engine.dialect.name, shipments=LEARNT,
        seconds=round(time.perf_counter() - began, 1), blob_bytes=size)  # fmt: skip
    took, pure = [], []
    for one in dice.sample(ids, min(ASKED, len(ids))):
        with database.write() as session:
            row = session.get(Shipment, one)
            assert row is not None
            began = time.perf_counter()
            transit_serving.predict(session, row, "shipped", at=NOW, now=NOW)
            took.append(time.perf_counter() - began)
            began = time.perf_counter()
            estimate(row, now=NOW)
            pure.append(time.perf_counter() - began)
    for what, times in (("predicted anew and kept", sorted(took[1:])), ("estimated from its row", sorted(pure))):
        middle, last = (round(times[int(len(times) * share)] * 1000, 3) for share in (0.5, 0.95))
        kind = database.engine.dialect.name
        say(what=what, database=kind, open=open_, limit_ms=5.0, median_ms=middle, p95_ms=last)
    database.close()


def good(folder: Path | None, work: Path) -> None:
    sets = ["drifting", *WORLDS]
    for world in sets:
        size = ["--n", "6000"] if world == "drifting" else []
        made = [sys.executable, "-m", "benchmarks.eta_made", str(work / f"{world}.csv"), "--world", world, *size]
        subprocess.run(made, cwd=ROOT, check=True)
    if folder is not None:
        subprocess.run([sys.executable, "-m", "benchmarks.eta_sets", str(folder), str(work)], cwd=ROOT, check=True)
        sets += ["scms", "doordash"]
    for name in sets:
        command = [sys.executable, "-m", "tracking_core.backtest", str(work / f"{name}.csv")]
        answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        for milestone, figures in json.loads(answer.splitlines()[-1])["milestones"].items():
            say(what="backtest", set=name, milestone=milestone, **figures)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sets", type=Path)
    asked.add_argument("--url")
    asked.add_argument("--open", type=int, default=20_000)
    asked.add_argument("--quick-only", action="store_true")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        quick(said.url or f"sqlite:///{folder}/eta.db", said.open)
        if not said.quick_only:
            good(said.sets, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
