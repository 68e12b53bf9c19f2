"""How many segments a text costs. Exact: GSM-7 with its extension table, else UCS-2 in UTF-16 units. Pure."""

import unicodedata
from dataclasses import dataclass

#: One septet each.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: An escape and a septet each; the two may not be parted by the end of a segment.
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM_ALONE, GSM_JOINED = 160, 153
UCS_ALONE, UCS_JOINED = 70, 67

#: What typing aids put in, and what everybody reads the same.
_LOOK_ALIKES = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict.fromkeys("\t\u00a0\u1680\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("\u2028\u2029\x0b\x85", "\n"),
    **dict.fromkeys("•·∙", "-"),
    "…": "...",
    "‹": "<",
    "›": ">",
    "×": "x",
    "⁄": "/",
    "™": "(TM)",
    "®": "(R)",
    "©": "(C)",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "№": "No.",
    "¹": "1",
    "²": "2",
    "³": "3",
    "º": "o",
    "ª": "a",
    "ç": "c",
}
_TABLE = str.maketrans(_LOOK_ALIKES)


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs."""

    #: `GSM-7` or `UCS-2`.
    encoding: str
    #: Septets (GSM-7) or UTF-16 code units (UCS-2).
    units: int
    #: 0 for an empty text.
    segments: int


def count(text: str) -> Segments:
    """Count a text's units and segments as a phone network does."""
    gsm = all(char in GSM_BASIC or char in GSM_EXTENDED for char in text)
    widths = [2 if (char in GSM_EXTENDED if gsm else ord(char) > 0xFFFF) else 1 for char in text]
    alone, joined = (GSM_ALONE, GSM_JOINED) if gsm else (UCS_ALONE, UCS_JOINED)
    units = sum(widths)
    segments = min(1, units) if units <= alone else _parts(widths, joined)
    return Segments("GSM-7" if gsm else "UCS-2", units, segments)


def _parts(widths: list[int], room: int) -> int:
    """Fill segment after segment; what is two units wide goes to the next one whole."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


def to_gsm(text: str, *, drop_accents: bool = False) -> str:
    """Replace typographic characters by what GSM-7 has for them; what it has nothing for stays as it is.

    drop_accents: also write `á` as `a` and the like, where GSM-7 lacks the accented letter (it has `é` and `ñ`).
    """
    plain = text.translate(_TABLE)
    if not drop_accents:
        return plain
    return "".join(char if char in GSM_BASIC or char in GSM_EXTENDED else _bare(char) for char in plain)


def _bare(char: str) -> str:
    letter = unicodedata.normalize("NFD", char)[0]
    return letter if letter in GSM_BASIC else char
