"""What a leak is, and how it is covered up. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class LeakKind(StrEnum):
    """What kind of thing would have reached the other side."""

    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"
    CARD = "card"
    CODE = "code"


@dataclass(frozen=True, order=True)
class Leak:
    """One stretch of a text, in characters of that text: `text[start:end]`."""

    start: int
    end: int
    kind: LeakKind


def mask(text: str, leaks: Iterable[Leak], words: Callable[[str], str]) -> str:
    """Replace each leak by `words(kind)`; `leaks` as `find` answered them for this very text.

    Leaks that overlap are covered together, by the words of the first.
    """
    covered, done = "", 0
    for leak in sorted(leaks):
        if leak.start >= done:
            covered += text[done : leak.start] + words(leak.kind)
        done = max(done, leak.end)
    return covered + text[done:]
