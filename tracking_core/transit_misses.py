"""What came minus what was said, as hundredths: counted with the records of the sources, written to parcels' rows.

A share of misses is a row of `TransitQuality` of its own, its source `model.80` or `carrier.80`: low_s and high_s hold
so many hundredths of the misses between them. Of a carrier in seconds; of the model as multiples of the side of its raw
window on which the parcel came, so that they fit a window of any width.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tracking_core.outcomes import SHARES
from tracking_core.transit_models import TransitQuality

Quality = Mapping[tuple[str, str, str], Mapping[str, float]]


def rows_of(retailer: str, key: tuple[str, str, str], misses: Sequence[float], now: datetime) -> list[TransitQuality]:
    """One row for each of SHARES. key: source, milestone, carrier. misses: at least one.

    Hundredths are of the next outcome, not of these: few of them say little of how far it may lie beyond them all.
    """
    found, ordered = [], sorted(misses)
    for share in SHARES:
        ends = ((100 - share) / 200, 0.5, (100 + share) / 200)
        low, middle, high = (_hundredth(ordered, one) for one in ends)
        found.append(
            TransitQuality(
                retailer=retailer,
                source=_name(key[0], share),
                milestone=key[1],
                carrier=key[2],
                n=len(misses),
                middle_s=middle,
                low_s=low,
                high_s=high,
                scale=1.0,
                held=share / 100,
                updated_at=now,
            )
        )
    return found


def beside(quality: Quality, key: tuple[str, str, str], before_s: float = 1.0, after_s: float = 1.0) -> dict[str, Any]:
    """What came of the source's latest estimates, as a parcel's row holds it beside a new one: misses_s, misses_n.

    Empty where that has not been counted. before_s, after_s: of a model, the sides of the new raw window.
    """
    rows = [quality.get((_name(key[0], share), key[1], key[2])) for share in SHARES]
    known = [one for one in rows if one is not None]
    if len(known) < len(SHARES):
        return {}
    misses = [*(one["low_s"] for one in reversed(known)), known[0]["middle_s"], *(one["high_s"] for one in known)]
    seconds = [round(one * (before_s if one < 0 else after_s)) for one in misses]
    return {"misses_s": seconds, "misses_n": round(known[0]["n"])}


def _name(source: str, share: int) -> str:
    return f"{source}.{share}"


def _hundredth(ordered: Sequence[float], level: float) -> float:
    """Where the next outcome lies below with that probability, as far as these can tell (Weibull's rule)."""
    place = min(max(level * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    first = math.floor(place)
    last = min(first + 1, len(ordered) - 1)
    return ordered[first] + (ordered[last] - ordered[first]) * (place - first)
