"""Plots of how estimates held, as SVG: python -m tracking_core.eta_plots FILE.csv OUT_FOLDER [--name NAME]

NAME-reliability.svg: of windows meant to hold so often, how many did. NAME-errors.svg: the mean error at each milestone
beside the plain model's and the promise's. The backtest's figures go to stdout as in `tracking_core.backtest`.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from tracking_core.backtest import TEST_SHARE, Replay, replay_all, tell
from tracking_core.transit_csv import Complaints, Unreadable, read

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 360, 70, 60, 40
COLOURS = {"ours": "#0b6e4f", "plain model": "#b35900", "promise": "#6b6b6b"}
UNITS = ((86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes"))


def held_over_time(replayed: Replay, parts: int = 10) -> list[float]:
    """The share of 80 % windows that held, in so many parts of the test one after the other."""
    held = (replayed.left >= replayed.lower) & (replayed.left <= replayed.upper)
    return [float(part.mean()) for part in np.array_split(held, min(parts, len(held))) if len(part)]


def held_before(replayed: Replay, parts: int = 10) -> list[float]:
    """The same of the windows as they were before calibration."""
    held = (replayed.left >= replayed.raw_lower) & (replayed.left <= replayed.raw_upper)
    return [float(part.mean()) for part in np.array_split(held, min(parts, len(held))) if len(part)]


def reliability(name: str, replayed: Replay) -> str:
    """Windows that held, a tenth of the test after the other, with and without calibration, beside the 80 % meant."""
    series = {"ours": held_over_time(replayed), "plain model": held_before(replayed)}
    labels = {"ours": "calibrated", "plain model": "as the model says"}
    body = [_text(WIDTH / 2, 22, f"{name}: windows that held, in the order of time", "middle", 14)]
    for share in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        y = _y(share, 0.4, 1.0)
        dash = "" if share != 0.8 else ' stroke-dasharray="6 4"'
        body.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 20}" y2="{y:.1f}" stroke="#cfcfcf"{dash}/>')
        body.append(_text(LEFT - 8, y + 4, f"{share:.0%}", "end"))
    for key, values in series.items():
        places = [LEFT + (WIDTH - 40 - LEFT) * at / max(len(values) - 1, 1) + 10 for at in range(len(values))]
        points = " ".join(f"{x:.1f},{_y(v, 0.4, 1.0):.1f}" for x, v in zip(places, values, strict=True))
        body.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[key]}" stroke-width="2.5"/>')
    body.append(_text(WIDTH / 2, HEIGHT - 34, "test, first to last tenth; dashed: meant to hold", "middle"))
    return _svg(body + _legend({labels[key]: COLOURS[key] for key in series}))


def errors(name: str, replays: Mapping[str, Replay]) -> str:
    """The mean error at each milestone."""
    table = {milestone: one.figures() for milestone, one in replays.items()}
    keys = {"ours": "mae_s", "plain model": "baseline_mae_s", "promise": "promised_mae_s"}
    values = {label: [row[key] for row in table.values()] for label, key in keys.items()}
    most = max(float(v) for column in values.values() for v in column if v is not None) or 1.0
    size, unit = next(((s, u) for s, u in UNITS if most >= s), (1.0, "seconds"))
    body = [_text(WIDTH / 2, 22, f"{name}: mean error at each milestone, {unit}", "middle", 14)]
    slot = (WIDTH - LEFT - 20) / len(table)
    for step in range(5):
        y = _y(step / 4, 0, 1)
        body.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 20}" y2="{y:.1f}" stroke="#cfcfcf"/>')
        body.append(_text(LEFT - 8, y + 4, f"{most / size * step / 4:.1f}", "end"))
    for place, milestone in enumerate(table):
        for nth, (label, column) in enumerate(values.items()):
            value = column[place]
            if value is None:
                continue
            top, x = _y(float(value) / most, 0, 1), LEFT + slot * place + slot * (0.14 + 0.25 * nth)
            height = max(_y(0, 0, 1) - top, 0.5)
            size_ = f'width="{slot * 0.22:.1f}" height="{height:.1f}"'
            body.append(f'<rect x="{x:.1f}" y="{top:.1f}" {size_} fill="{COLOURS[label]}"/>')
        body.append(_text(LEFT + slot * (place + 0.5), HEIGHT - 38, milestone.replace("_", " "), "middle", 10))
    shown = {label: COLOURS[label] for label, column in values.items() if any(v is not None for v in column)}
    return _svg(body + _legend(shown))


def _y(value: float, least: float, most: float) -> float:
    share = (min(max(value, least), most) - least) / (most - least)
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _text(x: float, y: float, words: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="#222">{escape(words)}</text>'


def _legend(entries: Mapping[str, str]) -> list[str]:
    found, x = [], float(LEFT)
    for words, colour in entries.items():
        found.append(f'<rect x="{x:.1f}" y="{HEIGHT - 20}" width="14" height="10" fill="{colour}"/>')
        found.append(_text(x + 20, HEIGHT - 11, words, "start"))
        x += 36 + 7.5 * len(words)
    return found


def _svg(body: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *body, "</svg>\n"])


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 when the file cannot be used."""
    asked = argparse.ArgumentParser(prog="python -m tracking_core.eta_plots", description=__doc__)
    asked.add_argument("file", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--name", default="")
    said = asked.parse_args(arguments)
    complaints = Complaints()
    try:
        table = read(said.file, complaints)
    except Unreadable as error:
        tell(f"eta_plots: {error}")
        return 2
    name = said.name or said.file.stem
    replays = replay_all(table, len(table) - int(np.ceil(len(table) * TEST_SHARE)), tell)
    said.out.mkdir(parents=True, exist_ok=True)
    first = next(iter(replays.values()))
    (said.out / f"{name}-reliability.svg").write_text(reliability(name, first), encoding="utf-8")
    (said.out / f"{name}-errors.svg").write_text(errors(name, replays), encoding="utf-8")
    figures = {milestone: one.figures() for milestone, one in replays.items()}
    sys.stdout.write(json.dumps({"name": name, "milestones": figures}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
