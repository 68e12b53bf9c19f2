"""Small talk as it is typed in haste: words run together, thanks misspelled. Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

import re
from functools import lru_cache
from typing import Final

#: A courtesy that has lost the space before it: "okthanks", "sirthank you", "informationthank you", "dayhave a ...".
_LATE: Final = re.compile(
    r"(?<=[a-z]{2})(?=thank(?:s|you|u)?(?!\w)|good ?bye(?!\w)|bye+(?!\w)|have an? )|"
    r"(?<=thanks)(?=for|bye|have|no|i(?!\w))|(?<=thankyou)(?=for|bye|have|no|i(?!\w))|"
    r"(?<=thank you)(?=for|bye|have|no|i(?!\w))"
)
#: What runs into the next word, the longer before the shorter.
_FIRST: Final = "thankyou nothing perfect thanks great madam thats yeah okay sure nope fine yes sir ok no".split()
_SECOND: Final = frozenset(
    """thank thanks thankyou thankyu thanku bye byee sure please else sir madam mam nothing no ok okay fine great
    perfect more have need really all it its everything i my that thats""".split()
)
#: Made of such words, and words of their own.
_OWN: Final = frozenset("nook siri noit finesse".split())
_CHUNKS: Final = {"thankyou": "thank you", "thankyu": "thank you", "thanku": "thank you", "thats": "that is"}

#: Mended when one slip away: a letter lost, added, changed, or two swapped.
_WORDS: Final = ("thank", "thanks", "thankyou", "nothing", "okay", "goodbye", "perfect", "great")
_REAL: Final = frozenset(
    """think thinks thinking thing things than thane tanks tank thick hank hanks shank shanks notching noting greet
    treat grate greats greater grease oak kay bokay okays""".split()
)
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"


def _slips(word: str) -> set[str]:
    """Every spelling one slip away that keeps the first letter."""
    found: set[str] = set()
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        found.update(head + letter + tail for letter in _ALPHABET)
        if tail:
            found.add(head + tail[1:])
            found.update(head + letter + tail[1:] for letter in _ALPHABET)
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
    return found


_MEND: Final = {slip: word for word in reversed(_WORDS) for slip in _slips(word)
                if slip not in _REAL and slip not in _WORDS}  # fmt: skip


@lru_cache(maxsize=1024)
def calm(plain: str) -> str:
    """The words apart and as they are usually spelled: "okthnaks sirbye" becomes "ok thanks sir bye".

    `plain` is from `bot.normal.normal`.
    """
    return " ".join(_usual(part) for word in _LATE.sub(" ", plain).split() for part in _apart(word))


def _usual(word: str) -> str:
    return _CHUNKS.get(word) or _CHUNKS.get(_MEND.get(word, ""), "") or _MEND.get(word, word)


def _apart(word: str) -> tuple[str, ...]:
    """The two words that were typed as one, else the word itself."""
    if word not in _OWN:
        for first in _FIRST:
            second = word.removeprefix(first)
            if second != word and (second in _SECOND or second in _MEND):
                return first, second
    return (word,)
