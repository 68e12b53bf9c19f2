"""What a text says when we asked for a score, and what many scores say together. Pure; reading never raises."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surveys.score_words import (
    BESIDE,
    COUNTED,
    COUNTED_ONCE,
    HELLO,
    NUMBER,
    OPINIONS,
    OUT_OF,
    POLITE,
    SAYING,
    STREET,
    SURELY,
    UNIT,
    WORDS,
)

#: Nobody scores after this many characters, and time must stay bounded.
MAX_CHARS: Final = 1600
#: The scale that begins at 0 ("how likely are you to recommend us"); every other one begins at 1.
NPS_SCALE: Final = 10


@dataclass(frozen=True, slots=True)
class ScoreAnswer:
    """A score, and what was said with it."""

    #: From `lowest(scale)` to `scale`.
    score: int
    #: In the person's own words; None when the text held a score only.
    comment: str | None


def lowest(scale: int) -> int:
    """The worst score of a scale: 0 of 0-10, else 1."""
    return 0 if scale == NPS_SCALE else 1


# -- reading ---------------------------------------------------------------------------------------------------------

_START: Final = re.compile(
    rf"(?P<hello>(?:{HELLO})*)(?:(?P<saying>{SAYING}) ?)?(?:{SURELY} )?(?:(?:an?|un|una|the|el) )?(?:{SURELY} )?"
    rf"[\"'(\[=: ]*{NUMBER}(?P<marks>(?:{UNIT})?(?:{OUT_OF})?(?:{UNIT})*)[\"')\]]*",
)
_ONE_STAR: Final = re.compile(r"(?:(?:an?|una|le doy una) )(?P<marks>(?:single |sola )?(?:star|estrella))(?![a-z])")
_INSIDE: Final = re.compile(
    rf"(?<![a-z0-9.,:/#-]){NUMBER}(?:\ ?(?:stars?|estrell(?:it)?as?)(?![a-z0-9])|{OUT_OF}(?:\ (?:stars|estrellas))?)"
)
_DATE: Final = re.compile(r"(?:on|by|since|until|from|before|after|order|apt|el|del|dia|desde|hasta|antes) *$")
_END: Final = re.compile(
    rf"(?P<words>[a-z' ,.!:-]+?)[ ,.!:\n-]+{NUMBER}(?P<marks>(?:{UNIT})?(?:{OUT_OF})?(?:{UNIT})*)[ .!]*$"
)
_STARS: Final = re.compile(r"(?P<full>(?:[⭐🌟★]\ ?)+)[☆\ ]*|(?P<asterisks>\*(?:\ ?\*)*)(?=\s*$)")
_THUMBS: Final = re.compile(r"(?P<thumb>👍|👎)(?:\ ?(?P=thumb))*")
_APART: Final = re.compile(r"\s*(?:\n|[,;:!.)]+(?=\s|$|[^0-9\s])|\.{2,}|(?<=\s)[-–—]+(?=\s)|[-–—]+(?=[a-z\s]))\s*")
_THUMB_UP: Final = re.compile(
    r"^(?:(?:two|2|dos|big) )?(?:thumbs? up|pulgar(?:es)? (?:hacia )?arriba)(?![a-z])", re.IGNORECASE
)
_THUMB_DOWN: Final = re.compile(
    r"^(?:(?:two|2|dos|big) )?(?:thumbs? down|pulgar(?:es)? (?:hacia )?abajo)(?![a-z])", re.IGNORECASE
)
#: Variation selectors, the keycap's frame, joiners and skin tones change nothing of what a sign says.
_DRESS: Final = re.compile("[\ufe0e\ufe0f\u20e3\u200d\u200b\U0001f3fb-\U0001f3ff]")
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\t": " "})


def read_score(text: str, *, scale: int = 5) -> ScoreAnswer | None:
    """The score a text gives on 1 to `scale` (0 to 10 when `scale` is 10), or None when it is no answer.

    Understands "5", "five", "5 stars!!", "cinco", "4/5", "⭐⭐⭐", a thumb, "2, driver was rude", "le doy un 4". A half
    counts as the whole below it. Anything that is not surely a score is None, so that "my order 4 is missing" goes on
    to whoever can answer it; so is a score off the scale.
    """
    said = unicodedata.normalize("NFC", _DRESS.sub("", text[:MAX_CHARS]).replace("🔟", "10"))
    said = re.sub(r"[ \r\t\u00a0]+", " ", said.translate(_APOSTROPHES)).strip(" \n\"'¡")
    said = _THUMB_UP.sub("👍", _THUMB_DOWN.sub("👎", _without_faces(said)))
    plain = "".join(_fold(char) for char in said)
    for read in (_by_signs, _at_the_start, _inside, _at_the_end):
        found = read(said, plain, scale)
        if found is not None:
            score, comment = found
            return ScoreAnswer(score, _tidy(comment)) if lowest(scale) <= score <= scale else None
    return None


def _without_faces(said: str) -> str:
    """The text without the faces and hands before its number: "😊 5" is a five."""
    bare = said.lstrip(" ")
    while bare and unicodedata.category(bare[0]) == "So" and bare[0] not in "⭐🌟★👍👎":
        bare = bare[1:].lstrip(" ")
    return bare if bare[:1].isdigit() or bare[:1] in "⭐🌟★" else said


#: What a reader answers: a score, maybe off the scale, and the words beside it.
_Found = tuple[int, str] | None


def _fold(char: str) -> str:
    """One character for one, without accent and in lower case, so that places in both texts agree."""
    base = unicodedata.normalize("NFKD", char).casefold()
    kept = [c for c in base if not unicodedata.combining(c)]
    return kept[0] if len(kept) == 1 else char


def _by_signs(said: str, plain: str, scale: int) -> _Found:
    """Stars counted, a thumb up or down; words may follow."""
    if stars := _STARS.match(plain):
        count = len(re.sub(r"[^⭐🌟★*]", "", stars[0]))
        rest = said[stars.end() :]
        return None if re.match(r"\s*[0-9]", rest) else (count, rest)
    if thumbs := _THUMBS.match(plain):
        rest = said[thumbs.end() :]
        return None if re.search("👍|👎", rest) else (scale if thumbs["thumb"] == "👍" else lowest(scale), rest)
    return None


def _at_the_start(said: str, plain: str, scale: int) -> _Found:
    """A score first, what was good or bad after it."""
    if one := _ONE_STAR.match(plain):
        return 1, said[one.end() :]
    found = _START.match(plain)
    if found is None:
        return None
    score = _value(found, scale)
    rest = plain[found.end() :]
    if score is None or re.match(r"[a-z0-9%$°#@/&]|[.,:][0-9]|\ ?[-–—]\ ?[0-9]|['\"]s", rest):
        return None
    apart = _APART.match(rest)
    words = rest[apart.end() :] if apart else rest.lstrip()
    if re.fullmatch(r"[0-9\s.,;-]+", words) or re.match(r"(?:or|o|to|a|and|y|-|&) ?[0-9]", words):
        return None  # two numbers are no score
    if not apart and not POLITE.fullmatch(words) and not _follows_freely(found, words):
        return None
    return score, said[len(said) - len(words) :] if words else ""


def _follows_freely(found: re.Match[str], words: str) -> bool:
    """Whether words that follow the number with nothing between still leave it a score: "2 box was crushed"."""
    first = re.match(r"[a-z'/]+", words)
    if first is None:
        return not re.match("[?0-9#]", words)
    if found["marks"]:
        # "4/5 boxes came" counts boxes; "4 stars" can only be a score.
        return found["top"] is None or first[0] not in COUNTED
    if "?" in words or first[0] in COUNTED or STREET.match(words):
        return False
    if found["number"] == "1" and first[0] in COUNTED_ONCE:
        return False
    # "one driver was rude" counts drivers, "number 2 was wet" names one of several.
    return found["number"] not in ("one", "uno") and not re.match("number|numero|opti|opci", found["saying"] or "")


def _inside(said: str, plain: str, scale: int) -> _Found:
    """ "great driver, 5 stars": only a number that names its scale counts in the middle of a text, and only one."""
    found = list(_INSIDE.finditer(plain))
    if len(found) != 1 or "?" in plain:
        return None
    score = _value(found[0], scale)
    if score is None:
        return None
    next_word = re.match(r"\ *([a-z]+)", plain[found[0].end() :])
    if found[0]["top"] is not None and next_word and next_word[1] in COUNTED:
        return None
    if "/" in found[0][0] and (_DATE.search(plain[: found[0].start()]) or next_word):
        return None
    return score, f"{said[: found[0].start()].rstrip(' ,.:;-')} {said[found[0].end() :]}"


def _at_the_end(said: str, plain: str, scale: int) -> _Found:
    """ "excellent service 5": nothing but an opinion before it."""
    found = _END.fullmatch(plain)
    if found is None:
        return None
    words = set(re.findall(r"[a-z']+", found["words"]))
    if not words & OPINIONS or words - OPINIONS - BESIDE:
        return None
    score = _value(found, scale)
    return None if score is None else (score, said[: found.end("words")])


def _value(found: re.Match[str], scale: int) -> int | None:
    """The whole score a match names. Full marks on another scale are full marks here; the rest of it is None."""
    number = _number(found["number"])
    if number == scale and re.search("[.,]5", found["number"]):
        return None
    top = None if found["top"] is None else _number(found["top"])
    if top is None or top == scale:
        return number
    return scale if number == top and top > 1 else None


def _number(word: str) -> int:
    return WORDS[word] if word in WORDS else int(re.split("[.,]", word)[0])


def _tidy(comment: str) -> str | None:
    """The words without the marks that joined them to the score; None when nothing or only politeness is left."""
    words = comment.strip().lstrip(" ,.;:!?-–—)]+*=\n").strip()
    plain = "".join(_fold(char) for char in words)
    if not re.search(r"\w", plain) or POLITE.fullmatch(plain) or plain.strip("(). !") in WORDS:
        return None
    return words


# -- counting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure and how many answers it rests on."""

    value: float
    n: int


def mean(scores: Sequence[int]) -> Measure | None:
    """The arithmetic mean; None without answers."""
    return Measure(sum(scores) / len(scores), len(scores)) if scores else None


def csat(scores: Sequence[int]) -> Measure | None:
    """Customer satisfaction: the percentage of 4s and 5s among scores of 1-5; None without answers.

    Raises ValueError for a score off that scale.
    """
    _within(scores, 1, 5)
    return Measure(100 * sum(score >= 4 for score in scores) / len(scores), len(scores)) if scores else None


def nps(scores: Sequence[int]) -> Measure | None:
    """Net Promoter Score: percentage of 9-10 less percentage of 0-6, from -100 to 100; None without answers.

    Raises ValueError for a score off the scale of 0-10.
    """
    _within(scores, 0, NPS_SCALE)
    if not scores:
        return None
    net = sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)
    return Measure(100 * net / len(scores), len(scores))


def _within(scores: Sequence[int], low: int, high: int) -> None:
    if any(not low <= score <= high for score in scores):
        raise ValueError(f"scores must lie between {low} and {high}")
