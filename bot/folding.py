"""A text in lower case and without accents, one character for one, so that places in both agree. Pure."""

import unicodedata
from functools import lru_cache
from typing import Final

#: Nobody says where or when after this many characters, and time must stay bounded.
MAX_CHARS: Final = 2000

_LIKE: Final = {
    **dict.fromkeys("’‘`´ʼ＇", "'"),
    **dict.fromkeys("–—−‐‑‒", "-"),
    **dict.fromkeys("“”«»„", '"'),
    **dict.fromkeys("\t\r\u00a0\u2007\u202f", " "),
    "º": "o",
    "ª": "a",
}


@lru_cache(maxsize=2048)
def _one(char: str) -> str:
    if char in _LIKE:
        return _LIKE[char]
    kept = [c for c in unicodedata.normalize("NFKD", char).casefold() if not unicodedata.combining(c)]
    return kept[0] if len(kept) == 1 else char


def fold(text: str) -> str:
    """As many characters as `text` has, each plain: "Mañana a las 5" becomes "manana a las 5"."""
    return "".join(map(_one, text))


def composed(text: str) -> str:
    """The first `MAX_CHARS` characters with accents joined to their letters, as `fold` wants them."""
    return unicodedata.normalize("NFC", text[:MAX_CHARS])


def blanked(text: str, start: int, end: int) -> str:
    """The text with a span made unreadable, its length kept."""
    return f"{text[:start]}{chr(0) * (end - start)}{text[end:]}"
