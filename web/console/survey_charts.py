"""Charts of the survey page: numbers become places in an SVG; colours are the stylesheet's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from web.console.survey_report import Row

#: In user units; the browser scales them.
WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 14, 30
LABELS_MAX = 6


@dataclass(frozen=True)
class Point:
    """One week of the line."""

    x: float
    y: float
    #: Bounds of the interval.
    top: float
    bottom: float
    label: str


@dataclass(frozen=True)
class LineChart:
    """A share over time, with its interval."""

    points: Sequence[Point]
    #: SVG paths: each run of weeks without a gap is one.
    lines: Sequence[str]
    bands: Sequence[str]
    #: (y, words), from the top.
    grid: Sequence[tuple[float, str]]
    #: (x, words).
    labels: Sequence[tuple[float, str]]
    text: str


def over_time(weeks: Sequence[tuple[date, Row]]) -> LineChart:
    """The share of satisfied answers by week; a week with too few answers is a gap, never a guess."""
    step = (WIDTH - LEFT - RIGHT) / max(1, len(weeks) - 1)
    places = [LEFT + number * step for number in range(len(weeks))]
    runs: list[list[Point]] = [[]]
    for x, (week, row) in zip(places, weeks, strict=True):
        found = row.satisfied
        if found is None or not found.is_enough:
            runs.append([])
            continue
        said = f"Week of {week:%d %b}: {found.value:.0%} of {found.n} answers ({found.low:.0%} to {found.high:.0%})"
        runs[-1].append(Point(round(x, 1), _y(found.value), _y(found.high), _y(found.low), said))
    runs = [run for run in runs if run]
    points = [point for run in runs for point in run]
    every = max(1, -(-len(weeks) // LABELS_MAX))
    return LineChart(
        points=points,
        lines=[_path(run) for run in runs if len(run) > 1],
        bands=[_band(run) for run in runs if len(run) > 1],
        grid=[(_y(part / 4), f"{part * 25}%") for part in (4, 3, 2, 1, 0)],
        labels=[(round(x, 1), f"{week:%d %b}") for x, (week, _) in list(zip(places, weeks, strict=True))[::every]],
        text=_in_words(points),
    )


def percent(value: float) -> float:
    """A share as a place from 0 to 100."""
    return round(100 * value, 1)


def _y(value: float) -> float:
    return round(TOP + (1 - value) * (HEIGHT - TOP - BOTTOM), 1)


def _path(run: Sequence[Point]) -> str:
    return "M" + " L".join(f"{point.x} {point.y}" for point in run)


def _band(run: Sequence[Point]) -> str:
    there = [f"{point.x} {point.top}" for point in run]
    back = [f"{point.x} {point.bottom}" for point in reversed(run)]
    return "M" + " L".join(there + back) + " Z"


def _in_words(points: Sequence[Point]) -> str:
    if not points:
        return "No week has enough answers yet."
    return f"Share of satisfied answers by week. First: {points[0].label}. Last: {points[-1].label}."
