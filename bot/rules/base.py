"""What a keyword rule is. Pure."""

import re
from collections.abc import Mapping
from typing import Final


class Rule:
    """A text that matches `pattern` and not `unless` means `intent`, with this confidence."""

    __slots__ = ("_pattern", "_unless", "confidence", "intent")

    def __init__(self, intent: str, confidence: float, pattern: str, unless: str = "") -> None:
        self.intent: Final = intent
        self.confidence: Final = confidence
        self._pattern: Final = _bounded(pattern)
        self._unless: Final = _bounded(unless) if unless else None

    def matches(self, plain: str) -> bool:
        """Whether the rule speaks; `plain` comes from `bot.normal.normal`."""
        return bool(self._pattern.search(plain)) and not (self._unless and self._unless.search(plain))


def _bounded(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def rules(groups: Mapping[str, str], *rows: tuple[str, float, str, str]) -> tuple[Rule, ...]:
    """Rules from (intent, confidence, pattern, unless) rows; `{name}` in a pattern stands for that group of words.

    Braces of repetition are doubled, as in every format string: `.{{0,20}}`.
    """
    return tuple(
        Rule(intent, confidence, pattern.format_map(groups), unless.format_map(groups))
        for intent, confidence, pattern, unless in rows
    )
