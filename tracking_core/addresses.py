"""Whether an address can be found, as far as it can be told from its parts alone. Pure."""

import re
from collections.abc import Mapping
from typing import Any

#: Countries whose addresses carry a postal code. Elsewhere its absence says nothing.
CODED = frozenset(
    {
        *("AT", "AU", "BE", "BR", "CA", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IT"),
        *("JP", "LT", "LU", "LV", "MX", "NL", "NO", "NZ", "PL", "PT", "RO", "SE", "SI", "SK", "US"),
    }
)
#: Where a house may have no number of its own.
UNNUMBERED = re.compile(
    r"\b(?:p\.?\s?o\.?\s?box|apartado|farm|lodge|cottage|manor|hall|house|s/n|sin n[uú]mero|km)\b", re.IGNORECASE
)
#: Reasons that say the carrier could not find it.
NOT_FOUND = frozenset({"address_wrong", "recipient_moved"})
#: South, north, west, east; rough, and generous at the borders.
BOUNDS: dict[str, tuple[float, float, float, float]] = {
    "US": (15.0, 72.0, -180.0, -64.0),
    "CA": (41.0, 84.0, -142.0, -52.0),
    "MX": (14.0, 33.0, -119.0, -86.0),
    "GB": (49.0, 61.0, -9.0, 2.5),
    "ES": (27.0, 44.5, -18.5, 5.0),
    "FR": (41.0, 51.5, -5.5, 10.0),
    "DE": (47.0, 55.5, 5.5, 15.5),
    "IT": (35.0, 47.5, 6.5, 19.0),
    "NL": (50.5, 54.0, 3.0, 7.5),
    "PT": (30.0, 42.5, -31.5, -6.0),
    "AU": (-44.0, -9.0, 112.0, 154.5),
}


def doubts(destination: Mapping[str, Any] | None, *, reason: str | None = None) -> list[str]:
    """What makes it doubtful that the address can be found; [] when nothing does, or nobody gave us one.

    no_postal_code, no_house_number, elsewhere (the coordinates lie outside the country), not_found (the carrier says
    so). Of an address without a street only the last two can be told: many retailers give none.
    """
    place = destination or {}
    seen = []
    line, country = _text(place.get("line1")), _text(place.get("country")).upper() or "US"
    if line:
        if not _text(place.get("postal_code")) and country in CODED:
            seen.append("no_postal_code")
        whole = f"{line} {_text(place.get('line2'))}"
        if not re.search(r"\d", whole) and not UNNUMBERED.search(whole):
            seen.append("no_house_number")
    if _elsewhere(place.get("lat"), place.get("lon"), country):
        seen.append("elsewhere")
    if reason in NOT_FOUND:
        seen.append("not_found")
    return seen


def _text(said: Any) -> str:
    return str(said).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""


def _elsewhere(lat: Any, lon: Any, country: str) -> bool:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lat, lon))
    if not numbers:
        return False
    if lat == 0 and lon == 0:  # what a geocoder answers that has found nothing
        return True
    bounds = BOUNDS.get(country)
    return bounds is not None and not (bounds[0] <= lat <= bounds[1] and bounds[2] <= lon <= bounds[3])
