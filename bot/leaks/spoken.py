"""Digits written as words, in English and Spanish: "four fifteen double five", "seis doce treinta y cuatro". Pure."""

from collections.abc import Callable, Sequence
from typing import Final

_UNITS: Final = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero cero nought naught zeero", "one uno wun", "two dos", "three tres thre", "four cuatro quatro fower",
            "five cinco fiv fife sinco", "six seis sicks", "seven siete sevn", "eight ocho eigth", "nine nueve niner",
        )
    )
    for word in words.split()
}  # fmt: skip
#: Words that are digits only among digits: "five oh one", "for one five".
SOFT: Final = {
    "o": "0", "oh": "0", "ou": "0", "oo": "00", "ooo": "000", "i": "1", "l": "1", "ll": "11", "ii": "11", "won": "1",
    "to": "2", "too": "2", "tu": "2", "tree": "3", "for": "4", "fore": "4", "foe": "4", "ate": "8", "nein": "9",
}  # fmt: skip
_TEENS: Final = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "diez": "10", "once": "11", "doce": "12", "trece": "13", "catorce": "14", "quince": "15", "dieciseis": "16",
    "diecisiete": "17", "dieciocho": "18", "diecinueve": "19", "veintiuno": "21", "veintiun": "21", "veintidos": "22",
    "veintitres": "23", "veinticuatro": "24", "veinticinco": "25", "veintiseis": "26", "veintisiete": "27",
    "veintiocho": "28", "veintinueve": "29",
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90,
}  # fmt: skip
_HUNDREDS: Final = {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900,
}  # fmt: skip
_TIMES: Final = {"double": 2, "dobule": 2, "dble": 2, "doble": 2, "triple": 3, "treble": 3, "quadruple": 4}
_THOUSAND: Final = frozenset({"thousand", "mil"})
_AND: Final = frozenset({"y", "and", "e"})


def read(words: Sequence[str], at: int) -> tuple[str, int]:
    """Answer the digits that `words[at:]` begin with and how many words they take; ("", 0) when they begin with none.

    A figure may follow a "double": `double 5`. What is said as one number is one: "two thousand and seventeen".
    """
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in _TIMES:
        digit = _UNITS.get(following) or SOFT.get(following) or following
        return (digit * _TIMES[word], 2) if len(digit) == 1 and digit.isdigit() else ("", 0)
    many, taken = _below_thousand(words, at)
    if taken and at + taken < len(words) and words[at + taken] in _THOUSAND:
        rest, more = _added(words, at + taken + 1, _below_thousand)
        return str(int(many) * 1000 + int(rest or 0)), taken + 1 + more
    return many, taken


def _below_thousand(words: Sequence[str], at: int) -> tuple[str, int]:
    word = words[at] if at < len(words) else ""
    if word in _HUNDREDS:
        rest, taken = _below_hundred(words, at + 1)
        return str(_HUNDREDS[word] + int(rest or 0)), 1 + taken
    if word in _UNITS and at + 1 < len(words) and words[at + 1] == "hundred":
        rest, more = _added(words, at + 2, _below_hundred)
        return str(int(_UNITS[word]) * 100 + int(rest or 0)), 2 + more
    return _below_hundred(words, at)


def _added(words: Sequence[str], at: int, part: Callable[[Sequence[str], int], tuple[str, int]]) -> tuple[str, int]:
    """What is added to a round number, with or without an "and"; and how many words that takes."""
    skip = 1 if at < len(words) and words[at] == "and" else 0
    rest, taken = part(words, at + skip)
    return (rest, skip + taken) if taken else ("", 0)


def _below_hundred(words: Sequence[str], at: int) -> tuple[str, int]:
    if at >= len(words):
        return "", 0
    word = words[at]
    if word in _TENS:
        skip = 1 + (at + 1 < len(words) and words[at + 1] in _AND)
        unit = _UNITS.get(words[at + skip], "") if at + skip < len(words) else ""
        return (str(_TENS[word] + int(unit)), skip + 1) if unit and unit != "0" else (str(_TENS[word]), 1)
    if word in _TEENS:
        return _TEENS[word], 1
    return (_UNITS[word], 1) if word in _UNITS else ("", 0)


def run_together(word: str) -> str:
    """Answer the digits of a word made of nothing but digit words ("fouronefive"), "" for any other word."""
    digits, at = "", 0
    while at < len(word):
        size = next((size for size in range(12, 1, -1) if word[at : at + size] in _GLUED), 0)
        if not size:
            return ""
        digits += _GLUED[word[at : at + size]]
        at += size
    return digits if len(digits) > 1 else ""


_GLUED: Final = {
    **{word: digit for word, digit in _UNITS.items() if word.isalpha()},
    "oh": "0",
    **_TEENS,
    **{word: str(value) for word, value in _TENS.items()},
}


def digit_word(word: str) -> str:
    """Answer the one digit a word stands for, "" when it stands for none."""
    return _GLUED.get(word, "")
