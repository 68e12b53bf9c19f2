"""Phone numbers with words between their parts. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from bot.leaks import cues
from bot.leaks.base import LeakKind
from bot.leaks.groups import Chain, Group

#: Groupings that make a number with words between them, and in which its end is named first.
_APART: Final = frozenset({(3, 3, 4), (3, 7), (6, 4)})
_TURNED: Final = frozenset({(4, 3, 3), (4, 6)})
_LAST: Final = re.compile(r"\b(?:last|ends?|ending|ultim[oa]s|termina|al\s+final)\b")
_WORDS_BETWEEN: Final = 6


class Found(NamedTuple):
    """A number in the plain text."""

    kind: LeakKind
    start: int
    end: int
    #: So plain that no word near it was needed.
    sure: bool


def find(text: str, found: Sequence[Chain], kept: frozenset[str]) -> Iterator[Found]:
    """Three, three and four digits with a few words between them: "415 then you put 555 and the end is 0134"."""
    pieces = [piece for chain in found for piece in _pieces(chain.groups)]
    shapes = _APART | _TURNED if _LAST.search(text) else _APART
    for size in (2, 3):
        for first in range(len(pieces) - size + 1):
            parts = pieces[first : first + size]
            if tuple(len(part.digits) for part in parts) not in shapes or "".join(p.digits for p in parts) in kept:
                continue
            gaps = [text[a.end : b.start] for a, b in pairwise(parts)]
            if any(_too_much(gap) for gap in gaps):
                continue
            if cues.nearest(text, parts[0].start, parts[0].end) in {"", "contact"}:
                yield from (Found(LeakKind.PHONE, part.start, part.end, sure=True) for part in parts)


def _too_much(gap: str) -> bool:
    """Whether the words between two figures are too many, or say what the second one is."""
    return len(re.findall(r"[a-z]+", gap)) > _WORDS_BETWEEN or cues.names_something(gap)


def _pieces(groups: Sequence[Group]) -> list[Group]:
    """The groups, single digits in a row taken together."""
    result: list[Group] = []
    for group in groups:
        if len(group.digits) == 1 and result and result[-1].soft:
            last = result[-1]
            result[-1] = Group(last.digits + group.digits, last.start, group.end, soft=True)
        else:
            result.append(Group(group.digits, group.start, group.end, soft=len(group.digits) == 1))
    return result
