"""Where to draw the line of "unclear": `python -m bot.threshold FOLDER`.

Asked are texts that the model has not seen and that no exam holds: our own lines by hand, in three parts, each answered
by a model that was trained on the other two and the grammar; and, as what is none of our business, what FOLDER's sets
have under intents that their mapping.yml does not name. Prints a Markdown table over thresholds and margins.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from bot import sources
from bot.compare import PIPELINES, as_training, trial
from bot.nlu_server import TRAINING
from bot.sources import Pair
from bot.understanding import NOTHING

_PARTS: Final = 3
_FOREIGN: Final = 600
#: Theirs that may well be ours, or small talk: not a fair question.
_NOT_FOREIGN: Final = ("order", "deliver", "shipping", "card_", "refund", "general_", "email", "review", "payment",
                       "cancellation", "takeaway", "cancel")  # fmt: skip
_THRESHOLDS: Final = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
_MARGINS: Final = (0.0, 0.05, 0.1)


def by_hand() -> list[Pair]:
    """Our own lines, without the grammar's."""
    pairs = []
    for file in sorted(TRAINING.glob("nlu_??.yml")):
        for row in YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = (line.strip() for line in row["examples"].splitlines())
            pairs += [(line.removeprefix("- "), row["intent"]) for line in lines if line]
    return pairs


def foreign(folder: Path) -> list[Pair]:
    """Texts of others about other things, none of which an exam asks."""
    found = []
    for source, ours in sources.mapping(folder).items():
        lines = (folder / f"{source}.jsonl").read_text(encoding="utf-8").split("\n")
        for row in (json.loads(line) for line in lines if line):
            name = row["intent"]
            if name not in ours and not any(part in name.lower() for part in _NOT_FOREIGN):
                found.append((row["text"], NOTHING))
    return sources.sample(sorted(set(found)), _FOREIGN)


def _part(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % _PARTS


def rankings(pipeline: str, folder: Path) -> list[tuple[str, Sequence[Sequence[Any]]]]:
    """(true intent, ranking) of each asked text."""
    hand, others = by_hand(), foreign(folder)
    found = []
    for part in range(_PARTS):
        asked = [pair for pair in hand if _part(pair[0]) == part]
        asked += [pair for pair in others if _part(pair[0]) == part]
        with tempfile.TemporaryDirectory() as place:
            for file in TRAINING.glob("nlu_*_grammar.yml"):
                (Path(place) / file.name).write_bytes(file.read_bytes())
            rest = as_training([pair for pair in hand if _part(pair[0]) != part])
            (Path(place) / "hand.yml").write_text(rest, encoding="utf-8")
            answers = trial(PIPELINES / f"{pipeline}.yml", Path(place), [text for text, _ in asked])["answers"]
        found += [(intent, ranking) for (_, intent), ranking in zip(asked, answers, strict=True)]
        sys.stderr.write(f"part {part + 1} of {_PARTS} answered\n")
    return found


def table(found: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> str:
    """Recall of what is none of our business, our own texts lost to it, and our own texts understood wrongly."""
    lines = ["| threshold | margin | out of scope: recall | false alarm | wrong |", "|---|---|---|---|---|"]
    ours = [row for row in found if row[0] != NOTHING]
    for threshold in _THRESHOLDS:
        for margin in _MARGINS:

            def told(ranking: Sequence[Sequence[Any]], least: float = threshold, ahead: float = margin) -> str:
                (intent, best), (_, second) = ranking[0], ranking[1]
                return NOTHING if best < least or best - second < ahead else str(intent)

            caught = sum(told(ranking) == NOTHING for intent, ranking in found if intent == NOTHING)
            lost = sum(told(ranking) == NOTHING for _, ranking in ours)
            wrong = sum(told(ranking) not in (intent, NOTHING) for intent, ranking in ours)
            shares = (caught / (len(found) - len(ours)), lost / len(ours), wrong / len(ours))
            lines.append(f"| {threshold} | {margin} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")
    return "\n".join(lines)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.threshold", description="Where a text becomes unclear.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pipeline", default="words_chars")
    arguments = parser.parse_args()
    sys.stdout.write(table(rankings(arguments.pipeline, arguments.folder)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
