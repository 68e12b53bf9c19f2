"""A sketch of where the driver is: rings around the address, a scale, and the same in words. Pure."""

import math
from dataclasses import dataclass
from typing import Final

from web.wording import Words

#: The drawing's own units, about a pixel each on a phone.
WIDTH: Final = 320
HEIGHT: Final = 220
MIDDLE_X: Final = 160
MIDDLE_Y: Final = 104
#: The outer ring.
RADIUS: Final = 92
#: Metres or feet and miles.
MILE_M: Final = 1609.344
COUNTRIES_WITH_MILES: Final = frozenset({"", "US", "GB", "PR", "LR"})
#: Lengths of a scale, the outer ring's being twice that.
ROUND: Final = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
POINTS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
#: Nearer than this on the drawing, the two signs would cover each other.
LEAST_APART: Final = 26


@dataclass(frozen=True)
class Sketch:
    """Everything on the drawing; numbers are in its own units."""

    #: The whole in words.
    words: str
    #: The driver's sign.
    x: float
    y: float
    #: Where the scale's line begins and ends.
    scale_from: float
    scale_to: float
    #: `0.5 mi`.
    scale: str


def distance(metres: float, country: str, said: Words) -> str:
    """A distance in words, as exactly as a square of 250 m allows: `about 0.8 miles`."""
    unit, name = _unit(country)
    away = metres / unit
    return said(f"track.about.{name}", distance=_figure(f"{away:.1f}" if away < 10 else f"{away:.0f}", name, said))


def towards(east_m: float, north_m: float, said: Words) -> str:
    """The point of the compass: `north-east`."""
    turn = math.degrees(math.atan2(east_m, north_m)) % 360
    return said(f"track.point.{POINTS[round(turn / 45) % 8]}")


def sketch(east_m: int, north_m: int, country: str, said: Words, *, words: str) -> Sketch:
    """Draw the driver, who is not at the address itself. words: the same for those who do not see it."""
    unit, name = _unit(country)
    away = math.hypot(east_m, north_m)
    scale = next((one for one in ROUND if 2 * one * unit >= away), ROUND[-1])
    per_metre = RADIUS / (2 * scale * unit)
    length = max(min(away * per_metre, RADIUS), LEAST_APART)
    x, y = east_m / away * length, -north_m / away * length
    half = RADIUS / 4
    return Sketch(
        words=words,
        x=round(MIDDLE_X + x, 1),
        y=round(MIDDLE_Y + y, 1),
        scale_from=round(MIDDLE_X - half, 1),
        scale_to=round(MIDDLE_X + half, 1),
        scale=f"{_figure(f'{scale:g}', name, said)} {name}",
    )


def _unit(country: str) -> tuple[float, str]:
    return (MILE_M, "mi") if country.upper() in COUNTRIES_WITH_MILES else (1000, "km")


def _figure(figure: str, unit: str, said: Words) -> str:
    """Who counts kilometres in Spanish writes a comma; who counts miles writes a point."""
    return figure.replace(".", ",") if said.language == "es" and unit == "km" else figure
