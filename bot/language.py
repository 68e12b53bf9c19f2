"""Which language a text is in, by its small words. Pure; only as sure as the text is: callers keep the memory."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.language_words import ELISIONS, LETTERS, PLACE_ARTICLES, SHARED, WORDS
from bot.normal import MAX_CHARS, strip_accents

#: Languages that can be told apart; any other is answered only as the default or as the only one allowed.
KNOWN: Final = tuple(WORDS)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: Addresses of mailboxes and pages, numbers, and words with digits in them are in no language.
_NO_WORDS: Final = re.compile(r"\S*(?:@|://|www\.|\d)\S*")


def detect(text: str, allowed: Sequence[str], default: str) -> tuple[str, float]:
    """The language of a text among `allowed` (two-letter codes) and how sure that is, 0..1.

    A short or mixed text gets little confidence: 0.55 for one telling word, 0.8 for two. One without any evidence is
    (default, 0.0): numbers, names of people and places, "ok", "si". A caller with a memory of the conversation should
    keep the old language unless two words speak against it. Never raises.
    """
    if len(allowed) == 1:
        return allowed[0], 1.0
    known = [code for code in allowed if code in WORDS]
    signs = [frozenset(code for code in known if _is_of(word, code)) for word in _telling(text)]
    counts = {code: sum(code in sign for sign in signs) for code in known}
    if not any(counts.values()):
        return default, 0.0
    best = max(known, key=lambda code: (counts[code], code == default))
    confidence = min((_surer(best, rival, signs) for rival in known if rival != best), default=1.0)
    return (best, round(confidence, 3)) if confidence > 0 else (default, 0.0)


def _surer(best: str, rival: str, signs: Sequence[frozenset[str]]) -> float:
    """How sure it is one language rather than the other, by the words that only one of them has.

    One word is a hint, three are proof; the margin says how mixed the text is.
    """
    ours = sum(best in sign and rival not in sign for sign in signs)
    theirs = sum(rival in sign and best not in sign for sign in signs)
    return (ours - theirs) / (ours + theirs) * min(1.0, 0.3 + 0.25 * ours) if ours > theirs else 0.0


def _telling(text: str) -> Iterator[str]:
    """The words of the text that may tell a language, in lower case, with their accents; not those of names."""
    found = _WORD.findall(_NO_WORDS.sub(" ", text[:MAX_CHARS]).replace("’", "'"))
    shouted = not any(word[:1].islower() for word in found) and any(word.isupper() and len(word) > 1 for word in found)
    for place, word in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else ""
        is_name = not shouted and word[:1].isupper() and (place > 0 or following[:1].isupper())
        article = strip_accents(word).casefold() in PLACE_ARTICLES
        before_name = not shouted and article and word[:1].isupper() and following[:1].isupper()
        if before_name or (is_name and not strip_accents(word).isascii()):
            continue
        if not (is_name and any(sign in LETTERS["es"] for sign in word.lower())):
            yield word.lower()


def _is_of(word: str, code: str) -> bool:
    plain = strip_accents(word).casefold()
    together = plain.replace("'", "")
    if plain in SHARED or together in SHARED:
        return False
    if together in WORDS[code] or plain in WORDS[code]:
        return True
    before, apostrophe, after = plain.partition("'")
    if apostrophe and code in ELISIONS and before in ELISIONS[code]:
        return True
    if apostrophe and after in WORDS[code] and code in ELISIONS:
        return True
    return any(sign in LETTERS.get(code, ()) for sign in word)
