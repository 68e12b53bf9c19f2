"""Examples by grammar: `python -m bot.grammar [FILE.jsonl ...]` writes `nlu_<lang>_grammar.yml` of each
`grammar_<lang>.txt`.

What strangers wrap around a wish ("i do not know what to do to ...", "hi sam, ...") tells nothing about the wish. So
the same wrapping is put around every intent's patterns, some expansions of each, always the same ones. A text of an
evaluation file must never be trained on: those named on the command line are kept out from then on, remembered as
digests in grammar_never.txt. Standard library only.
"""

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

TRAINING: Final = Path(__file__).resolve().parent / "training"
NEVER: Final = TRAINING / "grammar_never.txt"
LANGUAGES: Final = ("en", "es")
#: Expansions of each pattern, fewer where one must not be used.
_EACH: Final = 6
_TRIES: Final = 5
#: Texts of up to so many words are said by everybody.
_EVERYBODYS: Final = 3
_SECTION: Final = re.compile(r"\[(slot )?(\w+)\]")
_NAME: Final = re.compile(r"\{(\w+)\}")


class GrammarError(ValueError):
    """A grammar file that cannot be read; the message names the line."""


def parse(text: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """(lines of each slot, patterns of each intent) of a grammar file's text. Raises GrammarError."""
    slots: dict[str, list[str]] = {}
    intents: dict[str, list[str]] = {}
    rows: list[str] | None = None
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if not line or line.startswith("# "):
            continue
        section = _SECTION.fullmatch(line)
        if section:
            rows = (slots if section[1] else intents).setdefault(section[2], [])
        elif rows is None:
            raise GrammarError(f"line {number}: before any section")
        else:
            rows.append(line)
    unknown = {name for rows in intents.values() for row in rows for name in _NAME.findall(row)} - set(slots)
    if unknown:
        raise GrammarError(f"unknown slots: {', '.join(sorted(unknown))}")
    return slots, intents


def plain(text: str) -> str:
    """A text without case and signs: how texts are compared across files."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def mark(text: str) -> str:
    """What grammar_never.txt keeps of a text."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def expand(
    slots: dict[str, list[str]], intents: dict[str, list[str]], each: int = _EACH, never: Collection[str] = ()
) -> dict[str, list[str]]:
    """Up to `each` different expansions of every pattern, by intent, none whose mark is in `never`.

    No text is given to two intents.
    """
    taken: set[str] = set()
    found: dict[str, list[str]] = {}
    for intent, patterns in intents.items():
        rows = found.setdefault(intent, [])
        for row in patterns:
            times, pattern = _weight(row)
            fresh = _some(pattern, slots, each * times, taken)
            rows.extend(text for text in fresh if mark(text) not in never)
    return found


def _weight(row: str) -> tuple[int, str]:
    """How many times as many expansions a pattern wants: "x4 {thank} {farewell}" four times."""
    times = re.match(r"x(\d) ", row)
    return (int(times[1]), row[3:]) if times else (1, row)


def _some(pattern: str, slots: dict[str, list[str]], each: int, taken: set[str]) -> Iterator[str]:
    chance = random.Random(pattern)  # noqa: S311  the same choice each time is what we want
    left = each
    for _ in range(_TRIES * each):
        text = _NAME.sub(lambda name: chance.choice(slots[name[1]]), pattern)
        text = re.sub(r" (?=[?!])", "", text)
        if text.casefold() not in taken:
            taken.add(text.casefold())
            left -= 1
            yield text
        if not left:
            return


def document(language: str, found: dict[str, list[str]]) -> str:
    """The expansions as a training file."""
    lines = ['version: "3.1"', "", f"# Made of grammar_{language}.txt by `python -m bot.grammar`.", "nlu:"]
    for intent, rows in found.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {row}" for row in rows)]
    return "\n".join(lines) + "\n"


def made(language: str) -> str:
    """What nlu_<language>_grammar.yml must hold."""
    slots, intents = parse((TRAINING / f"grammar_{language}.txt").read_text(encoding="utf-8"))
    return document(language, expand(slots, intents, never=set(NEVER.read_text().split())))


def keep_out(texts: Iterable[str]) -> None:
    """Remember those of `texts` that the grammar makes and that are more than everybody's ("thanks", "yes I do")."""
    out = {plain(text) for text in texts if len(plain(text).split()) > _EVERYBODYS}
    ours = {row.strip().removeprefix("- ") for language in LANGUAGES for row in made(language).splitlines()}
    found = {mark(row) for row in ours if plain(row) in out}
    NEVER.write_text("\n".join(sorted({*NEVER.read_text().split(), *found})) + "\n")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.grammar", description="Write the examples by grammar.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.jsonl", help="texts that must not be trained on")
    for file in parser.parse_args().files:
        keep_out(json.loads(line)["text"] for line in file.read_text(encoding="utf-8").split("\n") if line)
    for language in LANGUAGES:
        target = TRAINING / f"nlu_{language}_grammar.yml"
        target.write_text(made(language), encoding="utf-8")
        sys.stdout.write(f"{target.name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
