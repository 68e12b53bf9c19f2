"""How well texts are understood, on one page: `make nlu-report` or `python -m bot.report FOLDER ... [--out FILE]`.

A FOLDER holds evaluation sets: with a mapping.yml what bot.sources reads, else any `*.jsonl` of {"text","intent"}. Both
ways of understanding are asked the same. Prints where the page is; it needs nothing but a browser.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from bot import sources
from bot.evaluate import BadFileError, answers, rasa, read, score, tell
from bot.keywords import Keywords
from bot.nlu_environment import ROOT, NluError
from bot.nlu_server import settings_from
from bot.sources import Pair
from bot.understanding import CLEAR, INTENTS, Nlu

#: So many texts of a set are asked at most: enough for a figure of three digits.
_MOST: Final = 1500
_WORST: Final = 12
_EXAMPLES: Final = 3

_LEGEND: Final = (
    "Red: below 0.85. Recall: of the texts that mean it, how many were taken so. Precision: of the texts taken so, how "
    "many mean it. An unclear answer counts as out_of_scope; what is lost to it is the false alarm."
)
_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.5rem;border-top:1px solid #d0d7de;padding-top:1rem}
h3{font-size:1rem;margin:1.2rem 0 .4rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .55rem;text-align:right;border-bottom:1px solid #eaeef2}th{font-weight:600}
th:first-child,td.text{text-align:left}td.text{color:#57606a}.low{color:#a40e26;font-weight:600}
.matrix{overflow-x:auto}.matrix td,.matrix th{padding:.15rem .3rem;border:1px solid #eaeef2;font-size:12px}
.matrix thead th{vertical-align:bottom}.matrix thead span{writing-mode:vertical-rl;transform:rotate(180deg)}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A set and how it was answered."""

    name: str
    #: "rasa" or "keywords"
    by: str
    lines: Sequence[Pair]
    #: (true, answered) intent of each line
    pairs: Sequence[tuple[str, str]]
    figures: dict[str, Any]


def sets_in(folder: Path) -> dict[str, list[Pair]]:
    """{name: (text, intent) pairs} of a folder's sets, large ones sampled. Raises BadSourcesError, BadFileError."""
    if (folder / "mapping.yml").exists():
        found = sources.load(folder)
    else:
        found = {file.stem: read(file) for file in sorted(folder.glob("*.jsonl"))}
    return {name: sources.sample(pairs, _MOST) for name, pairs in found.items()}


def ask(nlu: Nlu, by: str, sets: dict[str, list[Pair]]) -> list[Asked]:
    """Every set's answers. Raises NluError."""
    found = []
    for name, lines in sets.items():
        tell(f"{by}: {name}, {len(lines)} texts")
        pairs = answers(nlu, lines, CLEAR)
        found.append(Asked(name, by, lines, pairs, score(pairs, 0.0)))
    return found


def page(asked: Sequence[Asked]) -> str:
    """The whole page."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>How texts are understood</title>",
        f"<style>{_STYLE}</style><h1>How texts are understood</h1>",
        f"<p>{_LEGEND}</p>",
        _summary(asked),
    ]
    for name in dict.fromkeys(one.name for one in asked):
        mine = [one for one in asked if one.name == name]
        parts += [f"<h2>{escape(name)}</h2>", _intents(mine)]
        for one in mine:
            parts += [f"<h3>{one.by}: who is taken for whom</h3>", _matrix(one.pairs), _worst(one)]
    return "\n".join(parts)


def _figure(value: float | None, *, low: float = 0.85) -> str:
    if value is None:
        return "<td></td>"
    return f"<td{' class=low' if value < low else ''}>{value:.3f}</td>"


def _summary(asked: Sequence[Asked]) -> str:
    rows = ["<table><tr><th>set<th>by<th>texts<th>accuracy<th>macro-F1<th>out of scope: recall<th>false alarm"]
    for one in asked:
        figures, out = one.figures, one.figures["out_of_scope"]
        lost = out["false_alarm"]
        alarm = "<td></td>" if lost is None else f"<td{' class=low' if lost > 0.05 else ''}>{lost:.3f}</td>"
        rows.append(
            f"<tr><th>{escape(one.name)}<td>{one.by}<td>{figures['n']}{_figure(figures['accuracy'])}"
            f"{_figure(figures['macro_f1'])}{_figure(out['recall'], low=0.7)}{alarm}"
        )
    return "\n".join(rows) + "</table>"


def _intents(mine: Sequence[Asked]) -> str:
    head = "".join(f"<th>{one.by}: recall<th>precision" for one in mine)
    rows = [f"<h3>By intent</h3><table><tr><th>intent<th>texts{head}"]
    true = Counter(want for want, _ in mine[0].pairs)
    for name in sorted(true, key=INTENTS.index):
        cells = (one.figures["per_intent"].get(name, {}) for one in mine)
        figures = "".join(_figure(cell.get("recall")) + _figure(cell.get("precision")) for cell in cells)
        rows.append(f"<tr><th>{name}<td>{true[name]}{figures}")
    return "\n".join(rows) + "</table>"


def _matrix(pairs: Sequence[tuple[str, str]]) -> str:
    """A row for each true intent, a column for each answered one; the darker, the larger its share of the row."""
    count, true = Counter(pairs), Counter(want for want, _ in pairs)
    wanted = sorted(true, key=INTENTS.index)
    given = sorted({got for _, got in pairs}, key=INTENTS.index)
    rows = ["<div class=matrix><table><thead><tr><th>" + "".join(f"<th><span>{name}</span>" for name in given)]
    for want in wanted:
        cells = []
        for got in given:
            n = count[want, got]
            colour = "26,127,55" if want == got else "207,34,46"
            shade = f" style='background:rgba({colour},{0.1 + 0.7 * n / true[want]:.2f})'" if n else ""
            cells.append(f"<td{shade}>{n or ''}")
        rows.append(f"<tr><th>{want}" + "".join(cells))
    return "\n".join(rows) + "</table></div>"


def _worst(one: Asked) -> str:
    wrong = Counter((want, got) for want, got in one.pairs if want != got)
    if not wrong:
        return "<p>Nothing was taken for anything else.</p>"
    rows = ["<h3>Worst confusions</h3><table><tr><th>means<th>taken for<th>texts<th>such as"]
    for (want, got), n in wrong.most_common(_WORST):
        pairs = zip(one.lines, one.pairs, strict=True)
        texts = dict.fromkeys(text for (text, _), pair in pairs if pair == (want, got))
        examples = escape(" · ".join(text[:90] for text in list(texts)[:_EXAMPLES]))
        rows.append(f"<tr><th>{want}<td>{got}<td>{n}<td class=text>{examples}")
    return "\n".join(rows) + "</table>"


def main() -> int:
    """The command line."""
    settings = settings_from(os.environ, Path(".env"))
    home = Path(settings.get("DATA_DIR", ROOT / "var")).resolve() / "nlu"
    parser = argparse.ArgumentParser(prog="python -m bot.report", description="How well texts are understood.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=home / "report.html")
    arguments = parser.parse_args()
    try:
        sets = {name: pairs for folder in arguments.folders for name, pairs in sets_in(folder).items()}
        asked = ask(Keywords(), "keywords", sets)
        try:
            with rasa() as nlu:
                asked += ask(nlu, "rasa", sets)
        except NluError as unavailable:
            tell(f"No NLU: {unavailable}. The page shows what keywords understand.")
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(page(asked), encoding="utf-8")
    except (sources.BadSourcesError, BadFileError, OSError) as problem:
        tell(f"Cannot make the report: {problem}")
        return 1
    rasas = [one for one in asked if one.by == "rasa"] or asked
    for one in rasas:
        tell(f"{one.name}: accuracy {one.figures['accuracy']}, macro-F1 {one.figures['macro_f1']} ({one.by})")
    sys.stdout.write(f"{arguments.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
