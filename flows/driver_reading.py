"""Which stops a driver's text names, and what is left of the text without them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot import driver_words, entities
from bot.driver_words import Said, Word
from channels.consent_words import plain
from tracking_core.rounds import Stop

#: A figure shorter than this may be anything.
LEAST_DIGITS = 3
#: As many words an order number may have been torn into: "A 1001", "ORD 2024 17".
MOST_WORDS = 3
#: As many of the driver's own stops are offered for a number that is none of them.
MOST_OFFERED = 3
#: "stop 3", "parada nº 3": the place in the round.
_PLACE = re.compile(
    r"(?<!\w)(?:stops?|paradas?)\s*(?:#|no\.?|n[º°o]\.?|number|n[uú]mero)?\s*(\d{1,4})(?!\w)", re.IGNORECASE
)
_FIGURES = re.compile(r"(?<![\w#:.$-])#?(\d{1,11})(?![\w:.%-])")
_TOKEN = re.compile(r"#?[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
#: What may stand between the number and what is said of it, and before the number.
_APART = re.compile(r"\s*[:,;.\u2013\u2014-]*\s*")
_BEFORE = re.compile(r"\W*(?:(?:for|order|to|customer|para|pedido|orden|el|la|cliente|del?)\W+){0,3}", re.IGNORECASE)
#: Figures behind these, or before a street, are a place and no order.
_FLAT_BEFORE = re.compile(
    r"(?:apt|apartment|unit|suite|ste|floor|room|flat|house|building|bldg|gate|code|pin|box|locker|apto|departamento|"
    r"depto|dpto|piso|casa|edificio|c[oó]digo|puerta|local|int|interior)\.?\s*(?:no\.?|n[º°]|number|#)?\s*$",
    re.IGNORECASE,
)
_STREET_AFTER = re.compile(
    r"\s+(?:[A-Za-z]+\s+){1,3}(?:st|street|ave|avenue|rd|road|blvd|boulevard|lane|ln|drive|dr|way|court|ct|place|pl)\b",
    re.IGNORECASE,
)
_STREET_BEFORE = re.compile(r"(?:calle|avenida|av|camino|paseo)\.?\s+(?:\w+\s+){0,3}#?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A driver's text, read against the stops of the round."""

    #: What is said, in the words of the road; None when it is not surely one of them.
    said: Said | None
    #: The stops it names.
    stops: tuple[Stop, ...] = ()
    #: A number that is none of this round, as it was written; None when there is none.
    unknown: str | None = None
    #: The words without the numbers.
    rest: str = ""
    #: Begins with the number and goes on with words: `A1001: I'm outside`.
    addressed: bool = False
    #: … with a colon between them: the words are for the customer, whatever they are.
    colon: bool = False

    @property
    def names(self) -> bool:
        """Whether any number is named."""
        return bool(self.stops) or self.unknown is not None


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    stops: tuple[Stop, ...]


def read(text: str, stops: Sequence[Stop]) -> Reading:
    """Read a text of a driver with these stops. Other drivers' parcels are unknown here, like all that are not."""
    whole = driver_words.read(text)
    if whole is not None and (whole.word is Word.EMERGENCY or (whole.word is Word.LATE and whole.minutes)):
        return Reading(whole, rest=text)
    found = _places(text, stops) or _numbers(text, stops)
    if found:
        return _around(text, found)
    unknown = _unknown(text, whole)
    if unknown is not None:
        start, end = unknown
        rest = _without(text, [(start, end)])
        return Reading(driver_words.read(rest), unknown=text[start:end].lstrip("#"), rest=rest)
    return Reading(whole, rest=text)


def nearest(said: str, stops: Iterable[Stop]) -> list[Stop]:
    """The stops whose numbers are most like that one, the likest first: its place, or at most two slips away."""
    wanted = squeezed(said)
    ranked = []
    for stop in stops:
        if wanted == str(stop.number):
            ranked.append((0, 0, stop))
            continue
        number = squeezed(stop.shipment.order_number)
        away = _slips(wanted, number)
        if away <= max(2, len(number) // 4) and away < len(number) // 2 + 1:
            ranked.append((away, stop.number, stop))
    return [stop for _, _, stop in sorted(ranked, key=lambda one: one[:2])[:MOST_OFFERED]]


def squeezed(number: str) -> str:
    """A number without case, spaces and hyphens."""
    return re.sub(r"[\W_]+", "", plain(number))


def _around(text: str, found: Sequence[_Found]) -> Reading:
    stops = tuple(dict.fromkeys(stop for one in found for stop in one.stops))
    rest = _without(text, [(one.start, one.end) for one in found])
    first = found[0]
    apart = _APART.match(text, first.end)
    behind = text[apart.end() :] if apart else ""
    addressed = (
        len(found) == 1 and _BEFORE.fullmatch(text[: first.start]) is not None and bool(re.search(r"\w", behind))
    )
    colon = addressed and apart is not None and ":" in apart.group()
    return Reading(driver_words.read(rest), stops, rest=behind if addressed else rest, addressed=addressed, colon=colon)


def _places(text: str, stops: Sequence[Stop]) -> list[_Found]:
    by_number = {stop.number: stop for stop in stops}
    return [
        _Found(*match.span(), (by_number[int(match[1])],))
        for match in _PLACE.finditer(text)
        if int(match[1]) in by_number
    ]


def _numbers(text: str, stops: Sequence[Stop]) -> list[_Found]:
    """Where the text names order or tracking numbers of these stops, the longest reading first, none overlapping."""
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    found: list[_Found] = []
    at = 0
    while at < len(tokens):
        for words in range(min(MOST_WORDS, len(tokens) - at), 0, -1):
            start, end = tokens[at][0], tokens[at + words - 1][1]
            named = _named(squeezed(text[start:end]), stops)
            if named and text[start:end].isdigit() and _is_place(text, start, end):
                named = ()
            if named:
                found.append(_Found(start, end, named))
                at += words - 1
                break
        at += 1
    return found


def _is_place(text: str, start: int, end: int) -> bool:
    """Whether the figures are a flat, a code or a house number."""
    before = text[:start]
    return bool(_FLAT_BEFORE.search(before) or _STREET_BEFORE.search(before) or _STREET_AFTER.match(text, end))


def _named(said: str, stops: Sequence[Stop]) -> tuple[Stop, ...]:
    """The stops with that number; else those whose number ends in these figures: people leave the letters out."""
    if len(said) < LEAST_DIGITS or not any(char.isdigit() for char in said):
        return ()
    numbers = [(stop, _numbers_of(stop)) for stop in stops]
    exact = tuple(stop for stop, known in numbers if said in known)
    if exact or not said.isdigit():
        return exact
    ending = tuple(stop for stop, known in numbers if any(_ending(number) == said for number in known))
    if ending or len(said) == LEAST_DIGITS:
        return ending
    return tuple(stop for stop, known in numbers if any(number.endswith(said) for number in known))


def _numbers_of(stop: Stop) -> tuple[str, ...]:
    parcel = stop.shipment
    return tuple(filter(None, (squeezed(parcel.order_number), squeezed(parcel.tracking_number))))


def _ending(number: str) -> str:
    """The figures at the end of a number."""
    match = re.search(r"\d+$", number)
    return match.group() if match else ""


def _unknown(text: str, whole: Said | None) -> tuple[int, int] | None:
    """Where a number stands that looks like an order's and is none of the round; a place it was left at is none."""
    if whole is not None and whole.note is not None:
        return None
    for entity in entities.find(text):
        return entity.start, entity.end
    alone = _FIGURES.search(text)
    if alone is None or _is_place(text, *alone.span()):
        return None
    rest = _without(text, [alone.span()])
    # "delivered 4471", "here 3": with a word of the road beside them, figures are an order's, or a place in the round.
    return alone.span() if driver_words.read(rest) is not None else None


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(text.split()).strip(" :,;#-")


def _slips(one: str, other: str) -> int:
    """How many letters must be changed, added, taken away, or swapped with the next, to make one the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, char in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
