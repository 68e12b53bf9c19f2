"""Whether a short question asks why a parcel is late. Pure: a rule, because both words together leave nothing open."""

import re

from bot.folding import fold

#: More than this is a story, and its mood decides.
MOST_CHARS = 80
_WHY_LATE = re.compile(
    r"\b(?:why|y|how come|what(?:'s| is|s) (?:causing|behind)|reason for)\b.{0,40}"
    r"\b(?:late|later|delay|delays|delayed|behind schedule|held up|tak(?:es|ing) (?:so|this|that) long|not here yet)\b"
    r"|\b(?:por ?que|xq|pq|a que se debe|motivo del?)\b.{0,40}"
    r"\b(?:tarde|mas tarde|retras\w*|demora\w*|tarda\w*|no ha llegado|no llega)\b"
)


def asks_why_late(text: str) -> bool:
    """Whether the text is a short question why it is late, or not there yet, in either language."""
    return len(text) <= MOST_CHARS and _WHY_LATE.search(fold(text)) is not None
