"""Made sets of shipments with carriers, loads, milestones and worlds that change, as the backtest's CSV.

python -m benchmarks.eta_made OUT.csv [--world drifting|same-day|long-haul|heavy|weekly] [--n 20000] [--seed 1]
"""

import argparse
import csv
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.eta_worlds import WORLDS, World

CARRIERS = {"swift": 0.8, "steady": 1.0, "slow": 1.5, "wild": 1.2}
SERVICES = {"express": 0.5, "standard": 1.0}
HUBS = ((37.8, -122.3), (34.1, -118.2), (47.6, -122.3), (40.7, -74.0), (41.9, -87.6))
HEADER = (
    *("shipment_id", "carrier", "service", "origin_lat", "origin_lon", "dest_lat", "dest_lon", "distance_km"),
    *("promised_at", "created_at", "processed_at", "shipped_at", "at_local_hub_at", "out_for_delivery_at"),
    *("arriving_at", "delivered_at", "x_weight_kg", "x_store", "x_empty"),
)


def row(number: int, share: float, begun: datetime, dice: random.Random) -> list[str]:
    carrier, service = dice.choice(list(CARRIERS)), dice.choice(list(SERVICES))
    (a, b), (c, d) = dice.choice(HUBS), dice.choice(HUBS)
    there = (c + dice.gauss(0, 0.3), d + dice.gauss(0, 0.3))
    km = math.hypot((a - there[0]) * 111, (b - there[1]) * 85)
    pace = CARRIERS[carrier] * (1.5 if carrier == "slow" and share > 0.85 else 1.0)
    noise = 0.6 if carrier == "wild" else 0.25
    weekend = 1.3 if begun.weekday() >= 4 else 1.0
    hours = [
        3 * dice.lognormvariate(0, 0.5),
        6 * weekend * dice.lognormvariate(0, 0.4),
        (6 + km / 40) * pace * SERVICES[service] * weekend * dice.lognormvariate(0, noise) * (1 + 0.4 * share),
        10 * pace * dice.lognormvariate(0, 0.4),
        3 * dice.lognormvariate(0, 0.5),
        0.15 * dice.lognormvariate(0, 0.6),
    ]
    moments = [begun]
    for took in hours:
        moments.append(moments[-1] + timedelta(hours=took))
    written = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]
    promised = begun + timedelta(hours=(20 + km / 30) * SERVICES[service] + 20)
    skipped = dice.randrange(1, 5)
    if dice.random() < 0.1:
        written[skipped] = ""
    far = f"{km * dice.uniform(0.95, 1.05):.1f}" if dice.random() > 0.05 else ""
    due = f"{promised:%Y-%m-%dT%H:%M:%S+00:00}" if dice.random() > 0.1 else ""
    place = [f"{value:.3f}" for value in (a, b, *there)]
    kept = [f"{dice.lognormvariate(0, 1):.2f}", f"s{dice.randrange(60)}", ""]
    return [f"m{number}", carrier, service, *place, far, due, *written, *kept]


def of_world(world: World, n: int, seed: int) -> list[dict[str, str]]:
    """The lines of a world's set. What is missing is empty."""
    dice, first, lines = random.Random(seed), datetime(2025, 1, 1, tzinfo=UTC), list[dict[str, str]]()
    for number in range(n):
        begun = first + timedelta(days=world.days * number / n, minutes=dice.uniform(0, 30))
        made = world.make(number / n, begun, dice)
        at, moments = begun, list[str]()
        for took in made.legs:
            at += timedelta(hours=took)
            moments.append("" if dice.random() < world.gaps / len(made.legs) else f"{at:%Y-%m-%dT%H:%M:%SZ}")
        due = f"{begun + timedelta(hours=made.promise_h):%Y-%m-%dT%H:%M:%SZ}"
        lines.append(
            {
                "shipment_id": f"m{number}",
                "carrier": made.carrier,
                "service": made.service,
                "distance_km": f"{made.distance_km:.2f}" if dice.random() > world.gaps / 2 else "",
                "promised_at": due if dice.random() > world.gaps else "",
                "created_at": f"{begun:%Y-%m-%dT%H:%M:%SZ}",
                **{f"{state}_at": when for state, when in zip(world.states, moments[:-1], strict=True)},
                "delivered_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                **made.columns,
            }
        )
    return lines


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--world", choices=("drifting", *WORLDS), default="drifting")
    asked.add_argument("--n", type=int)
    asked.add_argument("--seed", type=int, default=1)
    said = asked.parse_args()
    if said.world != "drifting":
        world = WORLDS[said.world]
        lines = of_world(world, said.n or world.n, said.seed)
        with said.out.open("w", newline="") as file:
            table = csv.DictWriter(file, list(lines[0]))
            table.writeheader()
            table.writerows(lines)
        return 0
    said.n = said.n or 20_000
    dice, first = random.Random(said.seed), datetime(2025, 1, 1, tzinfo=UTC)
    with said.out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(said.n):
            share = number / said.n
            writer.writerow(row(number, share, first + timedelta(days=365 * share), dice))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
