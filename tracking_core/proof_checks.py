"""What can be checked of a proof without understanding it: place, time, earlier use, and how its picture was taken.

Each check is a number with a reason. One that cannot be made says so and is neither passed nor failed. The lines of
the picture's checks are measured, see docs/proof.md. Pure but for the rows it is told of.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from tracking_core.positions import distance_m

#: A proof made so long before or after the delivery belongs to it.
NEAR_IN_TIME = timedelta(minutes=30)
#: Variance of the Laplacian below which nothing on the picture can be read.
SHARP_FROM = 40.0
#: Mean shades outside of which nothing can be seen: night without a flash, or the sun in the lens.
DARK_BELOW, BRIGHT_ABOVE = 30.0, 245.0
#: Pixels of the shorter side: a house number is a few pixels high below that.
SIDE_FROM = 240


@dataclass(frozen=True, slots=True)
class Check:
    """One check. The reason is a word: near far no_place no_address, on_time too_early too_late no_time, new used
    similar, sharp blurred, lit dark glaring, large too_small, not_measured."""

    name: str
    #: Metres, seconds (negative: before the delivery), other parcels, bits, or as the constants above; None: unknown.
    value: float | None
    #: None: it could not be checked.
    ok: bool | None
    reason: str

    def as_json(self) -> dict[str, Any]:
        """The check as JSON values."""
        return asdict(self)


def distance(lat: float | None, lon: float | None, destination: Mapping[str, Any], *, most_m: float) -> Check:
    """How far from the address it was made."""
    if lat is None or lon is None:
        return Check("distance_m", None, None, "no_place")
    there = destination.get("lat"), destination.get("lon")
    if there[0] is None or there[1] is None:
        return Check("distance_m", None, None, "no_address")
    away = round(distance_m(lat, lon, float(there[0]), float(there[1])))
    return Check("distance_m", away, away <= most_m, "near" if away <= most_m else "far")


def timing(taken_at: datetime | None, delivered_at: datetime | None) -> Check:
    """How long before or after the delivery it was made."""
    if taken_at is None or delivered_at is None:
        return Check("time_s", None, None, "no_time")
    after = taken_at - delivered_at
    if abs(after) <= NEAR_IN_TIME:
        return Check("time_s", round(after.total_seconds()), True, "on_time")
    return Check("time_s", round(after.total_seconds()), False, "too_late" if after > timedelta() else "too_early")


def reuse(others: int) -> Check:
    """How many other parcels have the very same thing as their proof."""
    return Check("used_before", others, others == 0, "used" if others else "new")


def likeness(bits: int | None, *, measured: bool) -> Check:
    """How few of 63 bits tell it from the photo of another delivery. bits: None where none is near."""
    if not measured:
        return Check("looks_like", None, None, "not_measured")
    return Check("looks_like", bits, bits is None, "new" if bits is None else "similar")


def sharpness(value: float | None) -> Check:
    """Whether anything on it can be read."""
    return _line("sharpness", value, lambda found: "sharp" if found >= SHARP_FROM else "blurred", "sharp")


def brightness(value: float | None) -> Check:
    """Whether anything on it can be seen."""

    def reason(found: float) -> str:
        return "dark" if found < DARK_BELOW else "glaring" if found > BRIGHT_ABOVE else "lit"

    return _line("brightness", value, reason, "lit")


def size(short_side: int | None) -> Check:
    """Whether it is large enough to show a house number."""
    return _line("short_side_px", short_side, lambda found: "large" if found >= SIDE_FROM else "too_small", "large")


def _line(name: str, value: float | None, reason: Any, good: str) -> Check:
    if value is None:
        return Check(name, None, None, "not_measured")
    found: str = reason(value)
    return Check(name, value, found == good, found)
