"""What drivers text from the road: "omw", "20 late", "left with neighbor 4B". Pure; never raises.

Whole texts made of known phrases, nothing else: what is not surely one of them is left to the NLU, or asked back.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.driver_phrases import AROUND, CORE, LATE, LATE_AROUND
from bot.normal import normal
from bot.phrases import Phrases, made_of


class Word(StrEnum):
    """What a driver means."""

    ON_MY_WAY = "on_my_way"
    HERE = "here"
    DELIVERED = "delivered"
    NOBODY_HOME = "nobody_home"
    CANNOT_FIND = "cannot_find"
    CANNOT_ACCESS = "cannot_access"
    REFUSED = "refused"
    DAMAGED = "damaged"
    GAVE_UP = "gave_up"
    LATE = "late"
    #: The whole round sets out.
    SET_OUT = "set_out"
    NEXT = "next"
    #: What the customer wrote: a code, a place.
    NOTES = "notes"
    LIST = "list"
    DONE = "done"
    UNDO = "undo"
    #: Call somebody: an accident, a robbery, a van that does not move.
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Said:
    """What a driver's text says, without the stop it names."""

    word: Word
    #: Of LATE: how many; None when the text gives no number.
    minutes: int | None = None
    #: Of LATE: on top of what was said before.
    more: bool = False
    #: Of DELIVERED: where it was left, as it was written.
    note: str | None = None
    #: Of the words, where they are of one language alone.
    language: str | None = None


#: These may be asked as well as said.
ASKED: Final = frozenset({Word.NEXT, Word.LIST, Word.NOTES, Word.EMERGENCY, Word.CANNOT_ACCESS})
#: Nobody reports in so many characters.
MAX_CHARS: Final = 300
#: A delay of more is a typing error.
MOST_MINUTES: Final = 600

_AROUND: Final = Phrases(AROUND)
_NOBODY: Final = re.compile(r"\b(nobody|no one)s\b")
_TABLES: Final = [
    (Word(name), language, Phrases(phrases))
    for name, by_language in CORE.items()
    for language, phrases in by_language.items()
]
#: Said anywhere in a text, beyond doubt.
_EMERGENCY: Final = re.compile(
    "|".join(
        (
            r"\b(?:had|in|been in|have had|was in) an? (?:\w+ )?(?:accident|crash)\b|^accident\b",
            r"\b(?:car|traffic|road) accident\b|\bi (?:just )?(?:crashed|got hit|was hit)\b",
            r"\bi (?:just )?hit a (?:car|tree|pole|person|wall)\b|\bcrashed (?:the|my) (?:van|car|truck)\b",
            r"\b(?:got|was|been|being|getting) (?:robbed|mugged|attacked|threatened|assaulted|stabbed|shot)\b",
            r"\brobbed me\b|\bambulance\b|\bcall (?:911|112|the police)\b|\b(?:this is|there is) an emergency\b",
            r"\b(?:stole|stolen) (?:the|my) (?:van|truck|car|packages?|parcels?)\b",
            r"\b(?:van|truck|car) (?:got|was) stolen\b",
            r"\b(?:tuve|tuvimos|hubo|sufri) un (?:accidente|choque)\b|^accidente\b|^choque\b|\bme choca(?:ron|n)\b",
            r"\bchoque (?:la|el|con)\b|\bme (?:robaron|asaltaron|atacaron|amenazan|amenazaron|estan robando)\b",
            r"\bambulancia\b|\bllam\w+ (?:al 911|al 112|a la policia)\b|\b(?:es|tengo|hay) una emergencia\b",
            r"\brobaron (?:la|el|mi) (?:camioneta|camion|carro|paquetes?)\b",
        )
    )
)
_NOT_EMERGENCY: Final = re.compile(
    r"\b(?:no|not|without|avoid|sin|ningun) (?:an? |un )?(?:accident|accidente|emergency|emergencia)\b"
)

# -- lateness --------------------------------------------------------------------------------------------------------

_NUMBERS: Final = {
    word: number
    for number, row in (
        (5, "five cinco"), (10, "ten diez"), (15, "fifteen quince"), (20, "twenty veinte"), (25, "veinticinco"),
        (30, "thirty treinta"), (40, "forty cuarenta"), (45, "cuarentaicinco"), (50, "fifty cincuenta"),
        (60, "sixty sesenta"), (90, "ninety noventa"),
    )
    for word in row.split()
}  # fmt: skip
_FIGURES: Final = tuple(
    (re.compile(pattern), minutes)
    for pattern, minutes in (
        (r"\b(?:an |one |1 )?hour and a half\b|\b(?:una |1 )?hora y media\b|\b1 5 (?:h|hrs?|hours?|horas?)\b", 90),
        (r"\b(?:half an|half a|half|a half) hour\b|\bmedia hora\b|\b30 ?min(?:utes)?\b", 30),
        (r"\bquarter (?:of an )?hour\b|\bcuarto de hora\b", 15),
        (r"\bforty five\b|\bcuarenta y cinco\b|\bthree quarters of an hour\b", 45),
        (r"\btwenty five\b|\bveinticinco\b", 25),
        (r"\b(?:an|one|1) ?(?:hour|hr|h)\b|\b(?:una|1) ?hora\b", 60),
        (r"\b(?:two|2) ?(?:hours|hrs|h|horas)\b|\bdos horas\b", 120),
        (r"\b3 ?(?:hours|hrs|h|horas)\b|\b(?:three hours|tres horas)\b", 180),
    )
)
_MINUTES: Final = re.compile(
    r"(?<![\d#])(\d{1,3}|" + "|".join(_NUMBERS) + r") ?(?:min|mins|minute|minutes|minuto|minutos|mn|mnts|m|')?(?![\w])"
)
_LATE: Final = Phrases(LATE)
_LATE_AROUND: Final = Phrases(LATE_AROUND)
_FIGURE_ALONE: Final = Phrases("num")
_SPANISH: Final = re.compile(
    r"\b(?:tarde|retras\w*|atras\w*|demor\w*|trafico|voy|llego|media|hora|con|me|una?|tuve|hubo|choque|accidente|emergencia|"
    r"ambulancia|robaron|policia)\b"
)
_MORE: Final = re.compile(r"\b(?:another|more|extra|further|additional|otros|otras|mas)\b(?! tarde)")

# -- where it was left -----------------------------------------------------------------------------------------------

_LEFT: Final = re.compile(
    r"^\W*(?:ok|okay|hi|hola|listo|done|ya)?[\s,.:-]*(?:i(?:'ve| have)?\s+)?(?:just\s+)?(?:it\s+(?:is|was)\s+)?"
    r"(?:delivered[\s,.;-]+(?:and\s+)?(?:i\s+)?)?"
    r"(?:delivered|deliverd|dlvd|dropped\s+off|dropped|left|handed(?:\s+over)?|gave|placed|put)"
    r"(?:\s+(?:it|this|that|them|the\s+(?:package|parcel|box|order)|order|parcel|package))?(?:\s+off)?[\s,:;.-]+"
    r"(?P<en>(?:at|with|by|behind|in|on|to|next\s+to|under|inside|outside|near|beside|beneath|w/)\b.+)$|"
    r"^\W*(?:ok|hola|listo|ya)?[\s,.:-]*(?:lo\s+|la\s+|fue\s+|se\s+|ya\s+|est[aá]\s+)*"
    r"(?:entregad[oa]s?[\s,.;-]+(?:y\s+)?(?:lo\s+|la\s+)?)?"
    r"(?:entregad[oa]s?|entregu[eé](?:lo)?|dej[eé](?:lo)?|dejad[oa]|entreg[oó]|qued[oó])"
    r"(?:\s+(?:el|la)\s+(?:paquete|pedido|caja))?[\s,:;.-]+"
    r"(?P<es>(?:en|con|a|al|detr[aá]s|junto|bajo|debajo|atr[aá]s|dentro|afuera|fuera|sobre|por)\b.+)$",
    re.IGNORECASE | re.DOTALL,
)
#: Not where it was left, but that it was not, or to whom it should not have gone.
_NOT_LEFT: Final = re.compile(
    r"\b(?:wrong|mistake|not|never|can not|could not|but|when|tomorrow|later|equivocad[oa]s?|error|no|pero|nunca|"
    r"manana|"
    r"my way|route|break|lunch|time|go|get|pick|gas|bathroom|depot|warehouse|ruta|camino|almacen|bodega|deposito|"
    r"\d+ ?(?:am|pm|h|hrs?|min|mins|minutes|minutos)|a las \d+)\b"
)
_ONLY_THE_STOP: Final = re.compile(r"\W*(?:at|to|on|a|al|en)\s+(?:the\s+|la\s+|el\s+)?#?\W*$", re.IGNORECASE)
#: More words than these are a story, and no place.
_NOTE_MAX: Final = 120


def read(text: str) -> Said | None:
    """What the text says, None when it is not surely one of the words of the road. Never raises.

    The stop's number is no part of it: whoever knows the stops takes it out first.
    """
    text = text[: MAX_CHARS + 1]
    plain = _NOBODY.sub(r"\1 is", normal(text))
    if not plain or len(text) > MAX_CHARS:
        return None
    if _EMERGENCY.search(plain) and not _NOT_EMERGENCY.search(plain):
        return Said(Word.EMERGENCY, language="es" if _SPANISH.search(plain) else "en")
    late = _late(plain)
    if late is not None:
        return late
    for word, language, core in _TABLES:
        if made_of(plain, core, _AROUND) and _is_meant(word, text):
            return Said(word, language=language)
    return _left(text, plain)


def minutes_in(text: str) -> int | None:
    """The number of minutes a text is, as an answer to "how many?": "20", "20 min", "media hora"; else None."""
    plain, minutes = _figure(normal(text[:MAX_CHARS]))
    if minutes is None or not made_of(plain, _FIGURE_ALONE, _LATE_AROUND):
        return None
    return minutes


def _is_meant(word: Word, text: str) -> bool:
    """Whether a text of the right words says it: a question reports nothing."""
    return "?" not in text or word in ASKED


def _late(plain: str) -> Said | None:
    rest, minutes = _figure(plain)
    if not made_of(rest, _LATE, _LATE_AROUND):
        return None
    more = minutes is not None and bool(_MORE.search(rest))
    return Said(Word.LATE, minutes=minutes, more=more, language="es" if _SPANISH.search(plain) else "en")


def _figure(plain: str) -> tuple[str, int | None]:
    """The words with their one figure replaced by `num`, and the figure in minutes; None for none, or for several."""
    for pattern, minutes in _FIGURES:
        if pattern.search(plain):
            return pattern.sub("num", plain, count=1), minutes
    found = _MINUTES.findall(plain)
    if len(found) != 1:
        return plain, None
    minutes = int(found[0]) if found[0].isdigit() else _NUMBERS[found[0]]
    if not 0 < minutes <= MOST_MINUTES:
        return plain, None
    return _MINUTES.sub("num", plain, count=1), minutes


def _left(text: str, plain: str) -> Said | None:
    match = _LEFT.match(text.strip())
    if match is None or "?" in text or _NOT_LEFT.search(plain):
        return None
    language = "en" if match["en"] else "es"
    note = " ".join((match["en"] or match["es"] or "").split())
    if _ONLY_THE_STOP.fullmatch(note) or len(note) > _NOTE_MAX:
        return Said(Word.DELIVERED, language=language)
    return Said(Word.DELIVERED, note=note, language=language)


def is_doubtful(word: Word, text: str) -> bool:
    """Whether a guess that the text reports this must not be acted on: it asks, denies, or speaks of another time."""
    if word in ASKED:
        return False
    return "?" in text or (word is Word.DELIVERED and bool(_NOT_LEFT.search(normal(text[:MAX_CHARS]))))
