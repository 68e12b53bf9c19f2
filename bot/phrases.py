"""Whether a text is made of given phrases and nothing else, in time linear in the text. Pure.

A pattern like `(?:phrase|other )*` would do the same in exponential time on a text written to hurt.
"""

from collections.abc import Iterable
from typing import Final

#: What people say with such phrases alone is short.
_MAX_WORDS: Final = 60


class Phrases:
    """A set of phrases, written with `|` between them."""

    def __init__(self, *tables: str) -> None:
        rows = (phrase for table in tables for phrase in table.split("|"))
        self.words: Final = frozenset(tuple(row.split()) for row in rows if row.strip())
        self.longest: Final = max(map(len, self.words))

    def start(self, words: list[str], at: int = 0) -> int:
        """How many words the longest phrase that stands at `at` has; 0 when none does."""
        return max(self.lengths(words, at), default=0)

    def lengths(self, words: list[str], at: int) -> Iterable[int]:
        """How many words each phrase that stands at `at` has."""
        return (
            n for n in range(1, self.longest + 1) if tuple(words[at : at + n]) in self.words and at + n <= len(words)
        )


def made_of(plain: str, core: Phrases, around: Phrases) -> bool:
    """True when the words of `plain` are phrases of `core`, one at least, and of `around`, without a gap."""
    words = plain.split()
    if not words or len(words) > _MAX_WORDS:
        return False
    #: (position, whether a core phrase has been used) that can be reached
    reached = {(0, False)}
    for at in range(len(words)):
        for seen in (False, True):
            if (at, seen) in reached:
                reached.update((at + n, True) for n in core.lengths(words, at))
                reached.update((at + n, seen) for n in around.lengths(words, at))
    return (len(words), True) in reached
