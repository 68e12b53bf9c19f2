"""Texts of strangers with what they mean: evaluation sets whose own intents a mapping.yml turns into ours.

A folder holds `<source>.jsonl`, one {"text","intent","source"} a line, and mapping.yml: per source {their intent: ours}
and, under out_of_scope, a list of theirs.
"""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from bot.understanding import INTENTS, NOTHING

Pair = tuple[str, str]

#: These are looked at, and not counted: their question is ours, their noun is not.
NOT_COUNTED: Final = frozenset(("banking77",))


class BadSourcesError(ValueError):
    """The folder does not hold such sets."""


def mapping(folder: Path) -> dict[str, dict[str, str]]:
    """{source: {their intent: ours}}. Raises BadSourcesError."""
    try:
        content = YAML(typ="safe", pure=True).load((folder / "mapping.yml").read_text(encoding="utf-8"))
        return {source: _turned(rows) for source, rows in content.items()}
    except (OSError, AttributeError, TypeError) as problem:
        raise BadSourcesError(f"no mapping.yml of sources in {folder.name}") from problem


def _turned(rows: dict[str, Any]) -> dict[str, str]:
    theirs = dict.fromkeys(rows.get(NOTHING, ()), NOTHING)
    theirs |= {name: ours for name, ours in rows.items() if name != NOTHING}
    unknown = set(theirs.values()) - set(INTENTS)
    if unknown:
        raise BadSourcesError(f"intents that are not ours: {', '.join(sorted(unknown))}")
    return theirs


def load(folder: Path) -> dict[str, list[Pair]]:
    """{source: its mapped (text, our intent) pairs, as often as they stand there}. Raises BadSourcesError."""
    found: dict[str, list[Pair]] = {}
    for source, ours in mapping(folder).items():
        lines = (folder / f"{source}.jsonl").read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line]
        found[source] = [(row["text"], ours[row["intent"]]) for row in rows if row["intent"] in ours]
    return found


def sample(pairs: Sequence[Pair], most: int, seed: str = "doorline") -> list[Pair]:
    """`most` of the pairs (all, when there are no more), always the same ones: shares stay about as they are."""
    if len(pairs) <= most:
        return list(pairs)
    return random.Random(seed).sample(list(pairs), most)  # noqa: S311  the same sample each time is what we want


def some_of_each(pairs: Sequence[Pair], most: int, seed: str = "doorline") -> list[Pair]:
    """Up to `most` different texts of each intent, always the same ones: what a foreign set may add to training."""
    by_intent: dict[str, set[str]] = defaultdict(set)
    for text, intent in pairs:
        by_intent[intent].add(text)
    chosen = []
    for intent, texts in sorted(by_intent.items()):
        chosen += [(text, intent) for text, _ in sample([(text, intent) for text in sorted(texts)], most, seed)]
    return chosen
