"""Which pipeline holds on strangers' words: `python -m bot.compare FOLDER [--pipelines a,b] [--most N]`.

FOLDER holds evaluation sets (see bot.sources). Each pipeline of `bot/pipelines/` is trained three ways and asked about
each source: on our own examples ("ours"); on ours and all sources but the asked one ("left out"); on all sources but
the asked one without ours ("theirs"). A foreign set adds at most 150 texts of an intent. Prints a Markdown table;
progress goes to stderr, the figures to DATA_DIR/nlu/compare.json. Needs the NLU's environment; one model at a time.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bot import grammar, sources
from bot.evaluate import OUT, score
from bot.nlu_environment import ROOT, clean_environment
from bot.nlu_server import TRAINING, settings_from
from bot.rasa_answer import MODEL_MARGIN, MODEL_THRESHOLD
from bot.sources import Pair

PIPELINES: Final = TRAINING.parent / "pipelines"
TRIAL: Final = TRAINING.parent / "nlu_trial.py"
_WAYS: Final = ("ours", "left out", "theirs")
_FROM_EACH: Final = 150


class TrialError(Exception):
    """A trial that did not end well; the message is the end of what it said."""


def answered(ranking: Sequence[Sequence[Any]]) -> str:
    """The intent that a ranking means: out_of_scope when it is too weak or too close."""
    (intent, best), (_, second) = ranking[0], ranking[1]
    return OUT if best < MODEL_THRESHOLD or best - second < MODEL_MARGIN else str(intent)


def trial(config: Path, data: Path, texts: Sequence[str]) -> dict[str, Any]:
    """What bot/nlu_trial.py answers. Raises TrialError."""
    with tempfile.TemporaryDirectory() as place:
        job = Path(place) / "job.json"
        content = {"config": str(config), "data": str(data), "domain": str(TRAINING / "domain.yml"), "texts": texts}
        job.write_text(json.dumps(content), encoding="utf-8")
        python = ROOT / ".venv-nlu" / "bin" / "python"
        done = subprocess.run(  # noqa: S603  the command is ours
            [str(python), "-I", "-W", "ignore", str(TRIAL), str(job)],
            cwd=place, env=clean_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise TrialError(done.stderr[-400:])
        result: dict[str, Any] = json.loads(job.read_text(encoding="utf-8"))
        return result


def as_training(pairs: Sequence[Pair]) -> str:
    """Pairs as a Rasa training file, without the brackets that Rasa would take for entities."""
    rows: dict[str, list[str]] = {}
    for text, intent in pairs:
        plain = " ".join(re.sub(r"[\[\]{}]", " ", text).split())
        if plain:
            rows.setdefault(intent, []).append(plain)
    return grammar.document("sources", rows)


def _plan(way: str, asked: dict[str, list[Pair]], everything: dict[str, list[Pair]]) -> Iterator[tuple[str, ...]]:
    """Groups of sources that one model may be asked about, given the way it is trained."""
    if way == "ours":
        yield tuple(asked)
    elif len(everything) > 1:
        yield from ((source,) for source in asked)


def run(
    pipeline: str, way: str, asked: dict[str, list[Pair]], everything: dict[str, list[Pair]]
) -> Iterator[dict[str, Any]]:
    """One row of figures for each source. Raises TrialError."""
    for group in _plan(way, asked, everything):
        with tempfile.TemporaryDirectory() as place:
            data = Path(place)
            if way != "theirs":
                for file in TRAINING.glob("nlu_*.yml"):
                    (data / file.name).write_bytes(file.read_bytes())
            if way != "ours":
                others = [pair for name, pairs in everything.items() if name not in group
                          for pair in sources.some_of_each(pairs, _FROM_EACH)]  # fmt: skip
                (data / "theirs.yml").write_text(as_training(others), encoding="utf-8")
            texts = [text for source in group for text, _ in asked[source]]
            done = trial(PIPELINES / f"{pipeline}.yml", data, texts)
        answers = iter(done.pop("answers"))
        for source in group:
            pairs = [(intent, answered(next(answers))) for _, intent in asked[source]]
            yield {"pipeline": pipeline, "way": way, "source": source, **score(pairs, 0.0), **done}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The figures in Markdown: macro-F1 by source, and how long it takes."""
    names = list(dict.fromkeys(row["source"] for row in rows))
    lines = ["| pipeline | trained on | " + " | ".join(names) + " | mean | training | loading | a text |",
             "|---" * (len(names) + 6) + "|"]  # fmt: skip
    for key in dict.fromkeys((row["pipeline"], row["way"]) for row in rows):
        mine = {row["source"]: row for row in rows if (row["pipeline"], row["way"]) == key}
        counted = [row["macro_f1"] for name, row in mine.items() if name not in sources.NOT_COUNTED]
        cells = [f"{mine[name]['macro_f1']:.3f}" if name in mine else "" for name in names]
        last = list(mine.values())[-1]
        times = (f"{last['train_s']:.0f} s", f"{last['load_s']:.1f} s", f"{last['ms_per_text']:.1f} ms")
        lines.append(f"| {' | '.join((*key, *cells, f'{sum(counted) / len(counted):.3f}', *times))} |")
    return "\n".join(lines)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.compare", description="Which pipeline holds on other words.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pipelines", default=",".join(sorted(file.stem for file in PIPELINES.glob("*.yml"))))
    parser.add_argument("--ways", default=",".join(_WAYS), help="of: " + ", ".join(_WAYS))
    parser.add_argument("--most", type=int, default=1000, help="texts asked of each source")
    arguments = parser.parse_args()
    home = Path(settings_from(os.environ, Path(".env")).get("DATA_DIR", ROOT / "var")).resolve() / "nlu"
    home.mkdir(parents=True, exist_ok=True)
    try:
        everything = sources.load(arguments.folder)
        asked = {name: sources.sample(pairs, arguments.most) for name, pairs in everything.items()}
        rows: list[dict[str, Any]] = []
        for pipeline in arguments.pipelines.split(","):
            for way in arguments.ways.split(","):
                for row in run(pipeline, way, asked, everything):
                    rows.append(row)
                    sys.stderr.write(f"{pipeline}, {way}, {row['source']}: macro-F1 {row['macro_f1']}\n")
                    (home / "compare.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    except (sources.BadSourcesError, OSError, TrialError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(table(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
