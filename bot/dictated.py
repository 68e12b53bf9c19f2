"""Numbers spelled out as for a phone's microphone: "b as in boy four four seven one", "one z nine nine nine". Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.folding import composed, fold
from bot.spoken import DIGITS, TENS, TIMES, is_tens

#: The radio's alphabet, and letters' own names where they are no common word.
_NAMES: Final = {
    **{
        word: word[0]
        for word in """alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike
        november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu bee cee dee gee jay
        zee zed zeta jota""".split()
    },
    "kay": "k", "equis": "x", "efe": "f", "ese": "s", "hache": "h",
}  # fmt: skip
_DASHES: Final = frozenset("dash hyphen minus guion raya -".split())
_AS_IN: Final = re.compile(
    r"(?<!\w)(?P<letter>[a-z])(?: as in|, as in| like in| for| like| de| como(?: en)?) (?P<word>[a-z]{2,})"
)
_TOKEN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|-")
#: Between tokens of one number stands no more than this; \1 is what "as in boy" leaves.
_GAP: Final = re.compile(r"[ ,.\1]{0,40}")
_LEAST_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Dictated:
    """A spelled number, and where it stood."""

    value: str
    start: int
    end: int


def dictated(text: str) -> Iterator[Dictated]:
    """The runs of letters and digits of a text that have three digits at least and were spelled, in part at least."""
    plain = fold(composed(text))
    if len(plain) != len(text):
        return
    plain = _AS_IN.sub(_letter_alone, plain)
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(plain):
        if run and not _GAP.fullmatch(plain[run[-1].end() : token.start()]):
            yield from _number(run)
            run = []
        if _is_mark(token[0]):
            run.append(token)
        else:
            yield from _number(run)
            run = []
    yield from _number(run)


def _letter_alone(found: re.Match[str]) -> str:
    """ "b as in boy" becomes "b" and, to keep its length, signs that count as a gap."""
    if found["word"][0] != found["letter"]:
        return found[0]
    return found["letter"].ljust(len(found[0]), "\1")


def _is_mark(word: str) -> bool:
    known = word in DIGITS or word in TENS or word in TIMES or word in _NAMES or word in _DASHES
    return known or word.isdigit() or len(word) == 1


def _number(run: Sequence[re.Match[str]]) -> Iterator[Dictated]:
    """The number a run spells, when it is one."""
    while run and (run[0][0] in _DASHES or run[0][0] in ("i", "y", "o", "e")):
        run = run[1:]
    while run and not (run[-1][0].isdigit() or run[-1][0] in DIGITS or run[-1][0] in TENS):
        run = run[:-1]
    spelled = any(len(token[0]) > 1 and not token[0].isdigit() for token in run)
    spelled = spelled or any("\1" in token.string[token.end() : token.end() + 1] for token in run)
    value = _value([token[0] for token in run])
    if spelled and sum(c.isdigit() for c in value) >= _LEAST_DIGITS:
        yield Dictated(value, run[0].start(), run[-1].end())


def _value(words: Sequence[str]) -> str:
    value = ""
    times = 1
    tens = False  # a digit may still complete the word before: "forty" and "four"
    for word in words:
        ones = DIGITS.get(word, "")
        if word in TIMES:
            times = TIMES[word]
        elif tens and word == "y":
            continue
        elif tens and ones not in ("", "0"):
            value = value[:-1] + ones
        else:
            mark = "-" if word in _DASHES else ones or TENS.get(word) or _NAMES.get(word) or word
            value += ("0" if word == "o" else mark) * times
            times = 1
        tens = is_tens(word)
    return value.upper()
