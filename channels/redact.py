"""What must never be stored: card numbers, and characters a database refuses. Pure."""

import re
import unicodedata

REMOVED = "[card number removed]"
#: Digits of any script, in groups that a person may have parted.
_RUN = re.compile(r"\d+(?:[\s\-‐-―._/]{1,2}\d+)*")
_GROUP = re.compile(r"\d+")
_SHORTEST, _LONGEST = 13, 19
#: NUL, which PostgreSQL has no place for, and halves of surrogate pairs, which no encoding has.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def redact(text: str) -> str:
    """Replace every card number (13 to 19 digits with a right check digit, however spaced) by `REMOVED`."""
    return _RUN.sub(lambda match: _without_cards(match.group()), text)


def storable(text: str) -> str:
    """Drop NULs and lone surrogates: everything else is stored as it came."""
    return _UNSTORABLE.sub("", text)


def _without_cards(run: str) -> str:
    """Look at every stretch of neighbouring groups: a card may stand beside other figures."""
    groups = [(match.start(), match.end()) for match in _GROUP.finditer(run)]
    result, done, first = "", 0, 0
    while first < len(groups):
        last = _card_from(run, groups, first)
        if last is None:
            first += 1
            continue
        result += run[done : groups[first][0]] + REMOVED
        done, first = groups[last][1], last + 1
    return result + run[done:]


def _card_from(run: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Answer the index of the group that ends the longest card number starting at group `first`."""
    digits: list[int] = []
    found = None
    for index in range(first, len(groups)):
        start, end = groups[index]
        if len(digits) + end - start > _LONGEST:
            break
        digits += [unicodedata.digit(char) for char in run[start:end]]
        if len(digits) >= _SHORTEST and _luhn(digits):
            found = index
    return found


def _luhn(digits: list[int]) -> bool:
    """Check the last digit as card issuers do. A row of zeros would pass; it is nobody's card."""
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
