"""How far places are from each other. Pure."""

import math
from collections.abc import Mapping
from typing import Any

EARTH_KM = 6371.0


def km_between(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> float | None:
    """Kilometres of the straight line along the ground between two places with lat and lon; None where one has none."""
    ends = [(place or {}).get(name) for place in (one, other) for name in ("lat", "lon")]
    if any(isinstance(end, bool) or not isinstance(end, int | float) for end in ends):
        return None
    lat, lon, there_lat, there_lon = (math.radians(float(end)) for end in ends if end is not None)
    half = math.sin((there_lat - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(there_lat) * math.sin((there_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
