"""What an origin and columns of the retailer's own are worth to the live model, on a made set in which they decide.

    python -m benchmarks.eta_columns [--parcels 4000]

Thirty shops of different pace, three warehouses, a weight that costs a day above 5 kg, a flag that costs half a day,
and columns that say nothing. Learnt from the first four fifths by time, judged on the rest, at the milestone `created`.
"""

import argparse
import json
import math
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from tracking_core.transit_columns import FIRST, Layout, layout_of
from tracking_core.transit_facts import Parcel
from tracking_core.transit_learning import lesson, packed, train
from tracking_core.transit_model import Model

BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
ORIGINS = ((37.8, -122.3, "US:946"), (40.7, -74.0, "US:100"), (33.7, -84.4, "US:303"))
KM_A_DEGREE = 111.0


def made(n: int, seed: int = 1) -> list[Parcel]:
    """Parcels in the order of their creation, over ninety days."""
    dice = random.Random(seed)
    paces = {f"shop{number}": dice.uniform(0.5, 2.5) for number in range(30)}
    return [_one(dice, paces, BEGIN + timedelta(days=90 * number / n), number) for number in range(n)]


def _one(dice: random.Random, paces: dict[str, float], created: datetime, number: int) -> Parcel:
    shop, weight, fragile = dice.choice(list(paces)), dice.lognormvariate(1, 0.8), dice.random() < 0.3
    origin_lat, origin_lon, area = dice.choice(ORIGINS)
    lat, lon = dice.uniform(30, 45), dice.uniform(-120, -75)
    km = KM_A_DEGREE * math.hypot(lat - origin_lat, (lon - origin_lon) * 0.77)
    hours = 10 + paces[shop] * 12 + (24 if weight > 5 else 0) + (12 if fragile else 0) + km / 60
    own = {"x_shop": shop, "x_weight_kg": round(weight, 2), "x_fragile": fragile}
    nothing = {"x_noise": dice.random(), "x_ref": f"r{number}", "x_zone": dice.randrange(8)}
    return Parcel(
        carrier=dice.choice("ab"),
        service="",
        area=f"US:{int(lat)}{int(-lon) % 10}",
        lat=lat,
        lon=lon,
        zone=UTC,
        created_at=created,
        promised_from=None,
        promised_to=None,
        delivered_at=created + timedelta(hours=hours * dice.lognormvariate(0, 0.12)),
        came_from=area,
        origin_lat=origin_lat,
        origin_lon=origin_lon,
        distance_km=km,
        passed=own | nothing,
    )


def error_h(parcels: Sequence[Parcel], layout: Layout | None = None) -> float:
    """The mean error in hours on the last fifth; only what was delivered before it is learnt from."""
    cut = int(len(parcels) * 0.8)
    ended = [
        (one.delivered_at, one)
        for one in parcels[:cut]
        if one.delivered_at and one.delivered_at < parcels[cut].created_at
    ]
    past = [one for _, one in sorted(ended, key=lambda pair: pair[0])]
    layout = layout or layout_of(past)
    learnt = lesson(past, "created", layout)
    model = Model.read(1, packed({"created": train(learnt, np.arange(len(learnt.at)))}, layout))
    missed = []
    for one in parcels[cut:]:
        said = model.predict("created", one, one.created_at, open_=math.nan)
        if said is not None and one.delivered_at is not None:
            missed.append(abs(said.centre_s - (one.delivered_at - one.created_at).total_seconds()))
    return round(float(np.mean(missed)) / 3600, 2)


def main() -> int:
    """Print the errors in hours, one JSON object as the last line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parcels", type=int, default=4000)
    parcels = made(options.parse_args().parcels)
    bare = [replace(one, passed={}) for one in parcels]
    found = {
        "parcels": len(parcels),
        "neither_h": error_h(bare, FIRST),
        "origin_h": error_h(bare),
        "origin_and_own_columns_h": error_h(parcels),
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
