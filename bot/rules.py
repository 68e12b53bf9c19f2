"""What a keyword rule is. Pure."""

import re
from collections.abc import Mapping
from typing import Final


class Rule:
    """A text that matches `pattern` and not `unless` means `intent`, with this confidence."""

    __slots__ = ("intent", "confidence", "_pattern", "_unless")

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


def vocabulary(**groups: str) -> Mapping[str, str]:
    """Named groups of words, for `str.format_map` in patterns."""
    return groups
