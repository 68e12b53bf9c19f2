"""The corpus of the leak filter, as tests read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.leaks import Leak, find

HERE = Path(__file__).parent / "bot" / "leaks"
#: A stretch of text without gaps: "415-555" is one, spaces and signs at its edges do not count.
_INK = re.compile(r"\w")


class Line(NamedTuple):
    kind: str
    text: str
    #: Where it leaks, `text[start:end]`.
    marks: tuple[tuple[int, int], ...]


def leaking(*names: str) -> list[Line]:
    return [_marked(*line.split(": ", 1)) for name in names for line in _lines(name)]


def innocent(*names: str) -> list[str]:
    return [line for name in names for line in _lines(name)]


def misses(line: Line, found: tuple[Leak, ...]) -> list[str]:
    """The marked stretches of which a digit or a letter would still be read."""
    return [
        line.text[start:end]
        for start, end in line.marks
        if any(
            _INK.match(line.text[at]) and not any(leak.start <= at < leak.end for leak in found)
            for at in range(start, end)
        )
    ]


def shown(text: str, found: tuple[Leak, ...]) -> list[tuple[str, str]]:
    return [(leak.kind.value, text[leak.start : leak.end]) for leak in found]


def missed(lines: list[Line]) -> list[str]:
    """Lines that leak, or that are called by another kind's name."""
    wrong = []
    for line in lines:
        found = find(line.text)
        if not found or misses(line, found) or line.kind not in {leak.kind for leak in found}:
            wrong.append(f"{line.kind}: {line.text!r} -> {shown(line.text, found)}")
    return wrong


def alarms(lines: list[str]) -> list[str]:
    """Innocent lines in which something was found."""
    return [f"{text!r} -> {shown(text, found)}" for text in lines if (found := find(text))]


def _lines(name: str) -> Iterator[str]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            yield re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), line.replace("\\n", "\n"))


def _marked(kind: str, text: str) -> Line:
    bare, marks, opened = "", [], 0
    for char in text:
        if char == "«":
            opened = len(bare)
        elif char == "»":
            marks.append((opened, len(bare)))
        else:
            bare += char
    if not marks or any(start == end for start, end in marks):
        raise ValueError(f"nothing is marked in: {text}")
    return Line(kind, bare, tuple(marks))
