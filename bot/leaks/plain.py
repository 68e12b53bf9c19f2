"""A text without its disguise: plain digits and small Latin letters, and where each of them stood. Pure."""

import unicodedata
from dataclasses import dataclass
from typing import Final

#: Signs that pass for a Latin letter or digit and that Unicode does not fold itself.
_ALIKE: Final = {
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ј": "j", "к": "k",
    "м": "m", "т": "t", "в": "b", "н": "h", "з": "3", "б": "6", "ο": "o", "α": "a", "ε": "e", "ι": "i", "ν": "v",
    "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "κ": "k", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "ß": "ss",
    "⭕": "o", "🅾": "o", "🅰": "a", "🅱": "b", "ℹ": "i", "©": "c", "。": ".", "․": ".", "•": ".", "·": ".", "∙": ".",
    "⁄": "/", "∕": "/", "÷": "/", "❘": "|", "∣": "|", "＿": "_", "➕": "+", "➖": "-", "−": "-", "✆": "tel ",
    "☎": "tel ", "📞": "tel ", "📱": "tel ", "📲": "tel ", "💯": "100",
}  # fmt: skip
#: They leave no ink, whatever their category says.
_INVISIBLE: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u180e")
_KEYCAP: Final = "\u20e3"
_ZEROES: Final = frozenset("〇零")


@dataclass(frozen=True)
class Plain:
    """`text[i]` stands for the characters `starts[i]` to `ends[i]` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    #: Where a digit stood in another script, width or frame.
    odd: frozenset[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` (not empty) stood in the original."""
        return self.starts[start], self.ends[end - 1]


def plain(text: str) -> Plain:
    """Answer the text as it would be read aloud: digits of any script, width or frame as 0-9, letters small and bare.

    Marks that leave no ink (zero-width signs, combining marks, the frame of a keycap) belong to the sign before them.
    """
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    odd: set[int] = set()
    for index, char in enumerate(text):
        shown = _shown(char)
        if not shown and ends and ends[-1] == index:
            ends[-1] = index + 1
            if char == _KEYCAP:
                odd.add(len(signs) - 1)
        for sign in shown:
            if sign.isdigit() and not char.isascii():
                odd.add(len(signs))
            signs.append(sign)
            starts.append(index)
            ends.append(index + 1)
    return Plain("".join(signs), tuple(starts), tuple(ends), frozenset(odd))


def _shown(char: str) -> str:
    """The plain signs of one character, "" for one that is not seen. Every sign is one character of lower case."""
    if char.isascii():
        return char.lower() if char.isprintable() or char in "\n\t" else ("\n" if char in "\r\v\f" else "")
    if char in _ALIKE or char.lower() in _ALIKE:
        return _ALIKE.get(char) or _ALIKE[char.lower()]
    digit = _digit(char)
    if digit is not None:
        return digit
    category = unicodedata.category(char)
    if category in {"Cf", "Mn", "Me", "Mc", "Cc", "Cs"} or char in _INVISIBLE:
        return ""
    if category == "Pd":
        return "-"
    if category in {"Zs", "Zl", "Zp"}:
        return " " if category == "Zs" else "\n"
    folded = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)).lower()
    return "".join(_ALIKE.get(part, part) for part in folded)


def _digit(char: str) -> str | None:
    if char in _ZEROES:
        return "0"
    value = unicodedata.numeric(char, None)
    if value is None or value != int(value) or not 0 <= value <= 10:
        return None
    # Roman numerals are letters to whoever reads them.
    return None if "ROMAN" in unicodedata.name(char, "") else str(int(value))
