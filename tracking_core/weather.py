"""Weather and traffic where a parcel goes: what a source says of an area hour by hour, and what it does to an estimate.

Nothing here asks anybody: `WeatherSource` does, with no transaction open, and what it says is kept as rows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeGuard

from tracking_core.models import Shipment

#: What can lie on the way. Anything else a source says is left out.
KINDS = frozenset(
    {"snow", "ice", "rain", "storm", "wind", "flood", "fog", "heat", "smoke", "traffic", "road_closed", "bad_weather"}
)
#: Below this nobody needs to hear of it, and nothing follows.
LEAST = 0.3
#: From here on it is heavy, in words.
HEAVY = 0.6
#: So much later may a window end in the worst of weathers.
MOST_LATER = timedelta(minutes=90)
#: Forecasts for further ahead are guesses; hours longer past are over.
AHEAD, PAST = timedelta(hours=48), timedelta(hours=2)
#: An area has at most so many hours.
MOST_HOURS = 72
#: Areas are squares of so many degrees, some 25 km, where coordinates are known.
SQUARE = 0.25


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the country in which the weather is the same. name: unique; the coordinates are its middle, or None."""

    name: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of an area."""

    begins: datetime
    #: Of KINDS.
    kind: str
    #: 0 nothing, 1 nobody drives.
    severity: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """The worst that lies on a parcel's way."""

    kind: str
    severity: float
    #: The end of the bad hours.
    until: datetime

    @property
    def later_by(self) -> timedelta:
        """So much later a window ends for it."""
        return MOST_LATER * self.severity

    @property
    def less_sure_by(self) -> float:
        """So much less confidence an estimate has."""
        return 0.3 * self.severity

    @property
    def degree(self) -> str:
        """`heavy`, or empty."""
        return "heavy" if self.severity >= HEAVY else ""


class WeatherSource(Protocol):
    """Somebody who knows the weather, or the traffic. Asked with nothing open; slow at most some seconds."""

    def ask(self, area: Area, *, now: datetime) -> object:
        """Answer the JSON `{"hours": [{"hour", "kind", "severity"}]}` for the hours from now on.

        Raises OSError when it does not answer. What it says is not trusted: `read` does the reading.
        """


def area_of(destination: Mapping[str, Any] | None) -> Area | None:
    """The area a destination lies in: by its coordinates, else its postal code; None when neither is known."""
    place = destination or {}
    lat, lon = place.get("lat"), place.get("lon")
    if _is_number(lat) and _is_number(lon) and abs(lat) <= 90 and abs(lon) <= 180:
        middle = [(math.floor(one / SQUARE) + 0.5) * SQUARE for one in (lat, lon)]
        return Area(f"{middle[0]:.3f},{middle[1]:.3f}", middle[0], middle[1])
    code = "".join(sign for sign in str(place.get("postal_code") or "") if sign.isalnum()).upper()[:3]
    country = str(place.get("country") or "").upper()[:2]
    return Area(f"{country}-{code}") if code and country else None


def read(said: object, *, now: datetime) -> list[Hour]:
    """What of an answer can be believed: known kinds, severities from 0 to 1, hours about now; the rest is left out."""
    hours = said.get("hours") if isinstance(said, Mapping) else None
    if not isinstance(hours, list):
        return []
    found = [hour for one in hours[: MOST_HOURS * 4] if (hour := _hour(one)) is not None]
    near = [one for one in found if now - PAST <= one.begins <= now + AHEAD]
    return sorted(near, key=lambda one: (one.begins, -one.severity))[:MOST_HOURS]


def to_rows(hours: Iterable[Hour]) -> list[dict[str, Any]]:
    """The hours as JSON, to be kept; `read` reads them again."""
    return [{"hour": one.begins.isoformat(), "kind": one.kind, "severity": one.severity} for one in hours]


def worst(hours: Sequence[Hour], *, begins: datetime, ends: datetime) -> Outlook | None:
    """The worst hour that touches the time from `begins` to `ends`; None when nothing is worth a word."""
    touching = [one for one in hours if one.begins < ends and one.begins + timedelta(hours=1) > begins]
    bad = [one for one in touching if one.severity >= LEAST]
    if not bad:
        return None
    first = max(bad, key=lambda one: one.severity)
    until = max(one.begins for one in bad if one.kind == first.kind) + timedelta(hours=1)
    return Outlook(first.kind, first.severity, until)


def outlook_of(shipment: Shipment, *, now: datetime) -> Outlook | None:
    """What the parcel's row holds of its weather; None when it holds none, or its hours are over."""
    kept = shipment.weather
    if not kept:
        return None
    until = datetime.fromisoformat(kept["until"])
    return Outlook(str(kept["kind"]), float(kept["severity"]), until) if until > now else None


def at_risk(risk: float, outlook: Outlook | None) -> float:
    """A risk, 0 to 1, with the weather in it: either of the two makes it late."""
    return risk if outlook is None else 1 - (1 - risk) * (1 - 0.8 * outlook.severity**2)


def _hour(said: object) -> Hour | None:
    if not isinstance(said, Mapping):
        return None
    kind, severity = said.get("kind"), said.get("severity")
    try:
        begins = datetime.fromisoformat(str(said.get("hour")))
    except ValueError:
        return None
    if begins.tzinfo is None or not isinstance(kind, str) or kind not in KINDS:
        return None
    if not _is_number(severity) or not 0 <= severity <= 1:
        return None
    try:
        return Hour(begins.astimezone(UTC), kind, float(severity))
    except OverflowError:
        return None


def _is_number(said: Any) -> TypeGuard[float]:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return False
    return isinstance(said, int) or math.isfinite(said)
