"""How to hand a parcel over: gate codes, safe places, people who take it. Pure; never raises."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bot.folding import MAX_CHARS, blanked, composed, fold
from bot.place_words import CODE_SHAPES, NAMED_PERSON, PERSON, PERSON_ALONE, PLACE, WRAPPING
from bot.spoken import digits_spoken


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a driver has to know at the door. Parts that were not said are None."""

    #: As it is typed: "4412#", "*5521".
    gate_code: str | None
    #: Where the parcel may lie: "behind the planter".
    place: str | None
    #: Who takes it: "the doorman", "my neighbor in 4B".
    person: str | None
    #: What else was said, without the parts above and without "please leave it".
    note: str | None

    def __bool__(self) -> bool:
        return any((self.gate_code, self.place, self.person))


def instructions(text: str, language: str) -> Instructions:
    """What a text tells the driver; false when it names no code, place or person.

    Both English and Spanish are read whatever `language` says, because people mix them at the door.
    """
    del language
    written = composed(text)
    plain = fold(written)
    code, plain = _code(written, plain)
    person, plain = _person(written, plain)
    place, plain = _first(written, plain, PLACE)
    return Instructions(code, place, person, _note(written, plain))


def gate_code_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text holds gate codes: `text[start:end]` is the code with its marks, however accents are written."""
    # Accents that stand apart from their letters are left out, and the places counted back into the text as it is.
    kept = [place for place, char in enumerate(text[:MAX_CHARS]) if not unicodedata.combining(char)]
    plain = fold("".join(text[place] for place in kept))
    found = []
    for shape in CODE_SHAPES:
        for match in shape.finditer(plain):
            if _is_code(match["code"]):
                start, end = match.span("code")
                found.append((kept[start], kept[end - 1] + 1))
                plain = blanked(plain, *match.span())
    return tuple(sorted(found))


def _code(written: str, plain: str) -> tuple[str | None, str]:
    for shape in CODE_SHAPES:
        for match in shape.finditer(plain):
            if _is_code(match["code"]):
                return _typed(written[slice(*match.span("code"))]), blanked(plain, *match.span())
    return None, plain


def _is_code(value: str) -> bool:
    said = _typed(value)
    return 2 <= sum(c.isdigit() for c in said) <= 10


def _typed(value: str) -> str:
    """The code as one types it: "*55 21" is *5521, "four four one two pound" is 4412#."""
    said = digits_spoken(value)
    said = re.sub(r"(?i)\b(?:star|asterisk|asterisco|estrella)\b", "*", said)
    said = re.sub(r"(?i)\b(?:pound|hash|hashtag|numeral|gato|almohadilla|sharp)\b(?: ?(?:sign|key))?", "#", said)
    return re.sub(r"[^0-9A-Za-z*#]", "", said).upper()


#: "don't leave it on the porch": a place to keep away from is said in the note.
_NEVER: Final = re.compile(r"(?:don't|dont|do not|never|not|no|nunca|ni|avoid|except|jamas)(?: \w+){0,3} $")


def _first(written: str, plain: str, shape: re.Pattern[str]) -> tuple[str | None, str]:
    for match in shape.finditer(plain):
        if match.lastgroup is not None and not _NEVER.search(plain[max(0, match.start() - 40) : match.start()]):
            return written[slice(*match.span(match.lastgroup))].strip(), blanked(plain, *match.span())
    return None, plain


def _person(written: str, plain: str) -> tuple[str | None, str]:
    for shape in (PERSON_ALONE, PERSON, NAMED_PERSON):
        person, rest = _first(written, plain, shape)
        if person is not None:
            return person, rest
    return None, plain


def _note(written: str, plain: str) -> str | None:
    """The words nobody has taken yet, tidied; None when they only wrapped the rest."""
    kept = "".join(" " if gone == "\0" else char for char, gone in zip(written, plain, strict=True))
    plain = fold(kept)
    for match in WRAPPING.finditer(plain):
        if not _NEVER.search(plain[max(0, match.start() - 40) : match.start()]):
            plain = blanked(plain, *match.span())
    kept = "".join(" " if gone == "\0" else char for char, gone in zip(kept, plain, strict=True))
    words = re.sub(r"\s+", " ", kept)
    words = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"(?:[,.;:!?&-]\s*){2,}", ". ", words))
    words = words.strip(" ,.;:!?&-\"'¡¿()")
    return words if len(re.findall(r"\w+", words)) >= 2 else None
