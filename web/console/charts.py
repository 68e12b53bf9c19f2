"""Charts of the console: numbers become places in an SVG; colours are the stylesheet's, words are beside it. Pure.

`console/charts.html` draws them: `charts.lines(chart, id, title)`, `charts.bars(chart, id, title)`,
`charts.bar(share)` (one share as a bar in a table) and `charts.spark(points)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

#: In user units; the browser scales them.
WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 12, 26
LABELS_MAX = 7


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one colour of bars."""

    name: str
    #: A value for each label; None is a gap.
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One series, in places."""

    name: str
    #: SVG paths of a line, one for each run without a gap.
    paths: Sequence[str]
    #: (x, y, words) of each value.
    points: Sequence[tuple[float, float, str]]
    #: (x, y, width, height, words) of each bar.
    bars: Sequence[tuple[float, float, float, float, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """What `console/charts.html` draws, and a table of the same."""

    series: Sequence[Drawn]
    #: (y, words), from the top.
    grid: Sequence[tuple[float, str]]
    #: (x, words).
    labels: Sequence[tuple[float, str]]
    #: (label, values in words in the order of the series).
    table: Sequence[tuple[str, Sequence[str]]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(one.points for one in self.series)


def chart(labels: Sequence[str], series: Sequence[Series], *, unit: str = "", top: float | None = None) -> Chart:
    """Place the values of each series over the labels. unit: said after each number. top: the highest of the scale."""
    high = max((value for one in series for value in one.values if value is not None), default=0.0)
    steps = _steps(top if top is not None else high)
    scale = _Scale(len(labels), steps[-1])
    every = max(1, ceil(len(labels) / LABELS_MAX))
    return Chart(
        series=[_drawn(one, place, len(series), labels, scale, unit) for place, one in enumerate(series)],
        grid=[(scale.y(step), _said(step, unit)) for step in reversed(steps)],
        labels=[(scale.x(place), label) for place, label in list(enumerate(labels))[::every]],
        table=[(label, [_said(one.values[place], unit) for one in series]) for place, label in enumerate(labels)],
    )


def spark(values: Sequence[float | None], *, width: int = 120, height: int = 28) -> str:
    """The path of a small line without axes; a gap begins a new run."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    tall = (high - low) or 1.0
    step = width / max(1, len(values) - 1)
    path, pen = "", "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path += f"{pen}{place * step:.1f} {2 + (height - 4) * (1 - (value - low) / tall):.1f} "
        pen = "L"
    return path.strip()


@dataclass(frozen=True, slots=True)
class _Scale:
    count: int
    top: float

    @property
    def room(self) -> float:
        """How wide the room of one label is."""
        return (WIDTH - LEFT - RIGHT) / max(1, self.count)

    def x(self, place: int) -> float:
        return round(LEFT + (place + 0.5) * self.room, 1)

    def y(self, value: float) -> float:
        return round(TOP + (1 - value / self.top) * (HEIGHT - TOP - BOTTOM), 1)


def _drawn(one: Series, place: int, of: int, labels: Sequence[str], scale: _Scale, unit: str) -> Drawn:
    points, bars, runs = [], [], [""]
    wide = scale.room * 0.7 / of
    for at, value in enumerate(one.values):
        if value is None:
            runs.append("")
            continue
        x, y, words = scale.x(at), scale.y(value), f"{labels[at]}, {one.name}: {_said(value, unit)}"
        points.append((x, y, words))
        runs[-1] += f"{'L' if runs[-1] else 'M'}{x} {y} "
        left = round(x - scale.room * 0.35 + place * wide, 1)
        bars.append((left, y, round(max(wide - 1, 1), 1), round(HEIGHT - BOTTOM - y, 1), words))
    return Drawn(one.name, [run.strip() for run in runs if run], points, bars)


def _steps(high: float) -> list[float]:
    """Zero and up to five round numbers, the last not below `high`."""
    if high <= 0:
        return [0.0, 1.0]
    power = 10 ** floor(log10(high / 4))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one * 4 >= high * 0.999)
    return [step * place for place in range(ceil(high / step * 0.999) + 1)]


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    words = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.1f}"
    return f"{words}{unit}"
