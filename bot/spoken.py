"""Digits and letters as people dictate them: "one z nine nine", "b as in boy four four seven one". Pure."""

import re
from typing import Final

from bot.folding import fold

DIGITS: Final = {
    word: str(number)
    for number, row in enumerate(
        (
            "zero oh cero", "one uno una", "two dos", "three tres", "four cuatro", "five cinco", "six seis",
            "seven siete", "eight ocho", "nine niner nueve",
        )
    )
    for word in row.split()
}  # fmt: skip
TENS: Final = {
    word: str(number)
    for number, row in (
        (10, "ten diez"), (11, "eleven once"), (12, "twelve doce"), (13, "thirteen trece"),
        (14, "fourteen catorce"), (15, "fifteen quince"), (16, "sixteen dieciseis"), (17, "seventeen diecisiete"),
        (18, "eighteen dieciocho"), (19, "nineteen diecinueve"), (20, "twenty veinte"), (30, "thirty treinta"),
        (40, "forty cuarenta"), (50, "fifty cincuenta"), (60, "sixty sesenta"), (70, "seventy setenta"),
        (80, "eighty ochenta"), (90, "ninety noventa"),
    )
    for word in row.split()
}  # fmt: skip
TIMES: Final = {"double": 2, "doble": 2, "triple": 3}
_WORD: Final = re.compile(r"[a-z]+")


def is_tens(word: str) -> bool:
    """Whether a word is one that a digit may complete: "forty", "cuarenta"."""
    return word in TENS and TENS[word].endswith("0") and TENS[word] != "10"


def digits_spoken(text: str) -> str:
    """The text with every spoken number in digits: "forty four twelve" becomes "44 12", "double five" "55"."""
    plain = fold(text)
    words = [word for word in _WORD.finditer(plain) if word[0] in DIGITS or word[0] in TENS or word[0] in TIMES]
    out: list[str] = []
    end = 0
    times = 1
    before: re.Match[str] | None = None
    for word in words:
        gap = plain[before.end() : word.start()] if before else ""
        if word[0] in TIMES:
            out.append(text[end : word.start()])
            times, end = TIMES[word[0]], word.end() + 1
        elif before and is_tens(before[0]) and gap in (" ", "-", " y ") and DIGITS.get(word[0], "0") != "0":
            out[-1] = out[-1][:-1] + DIGITS[word[0]]
            end = word.end()
        else:
            out += [text[end : word.start()], (DIGITS.get(word[0]) or TENS[word[0]]) * times]
            times, end = 1, word.end()
        before = word
    return "".join(out) + text[end:]
