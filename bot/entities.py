"""What a text names: order and tracking numbers. Choices, yes and no are read by `bot.answers`. Pure; never raises."""

# ruff: noqa: ISC004  a shape may take several lines

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from bot import tracking_numbers
from bot.answers import choice, yes_or_no
from bot.dictated import dictated
from bot.places import gate_code_spans
from bot.understanding import Entity

__all__ = ["choice", "find", "yes_or_no"]

#: Longer texts hold no number anybody waits for.
_MAX_CHARS: Final = 4000
#: Digits of an American phone without its area.
_LOCAL_PHONE: Final = 7

_FLAGS: Final = re.IGNORECASE | re.ASCII

#: Word after which a number is an order's: "order no. 1042", "pedido nº 1042", "my package (1042)".
_ORDER_WORD: Final = (
    r"(?:order|purchase|package|parcel|shipment|delivery|invoice|pedido|orden|compra|paquete|env[ií]o|entrega)s?"
)
_FILLER: Final = r"(?:\s+|number|numero|n[uú]mero|num|nr|no|id|is|es|[:#.(\-,=]|n?[º°])"
_AFTER_ORDER: Final = re.compile(
    rf"(?<![a-z0-9]){_ORDER_WORD}{_FILLER}{{1,8}}"
    r"(?P<n>\d(?: \d){3,11}(?! ?\d)|"
    r"(?:(?!(?:of|on|in|at|to|by|de|el|la|en)\b)[a-z]{1,2} |[a-z]{0,5}-?)\d[a-z0-9]*(?:-[a-z0-9]+)*)(?![a-z0-9])",
    re.IGNORECASE,
)
#: Word after which a number is a tracking number whatever its shape.
_AFTER_TRACKING: Final = re.compile(
    rf"(?<![a-z0-9])(?:tracking|track|rastreo|seguimiento|gu[ií]a|dhl|fedex|ups|usps){_FILLER}{{1,8}}"
    r"(?P<n>[a-z]{0,4}\d[a-z0-9]{6,33})(?![a-z0-9])",
    re.IGNORECASE,
)
#: Free forms that are an order number wherever they stand: #4471, B-4471, A1001, ORD-2024-17, 112-4455667-1234567.
_ORDER: Final = tuple(
    re.compile(shape, _FLAGS)
    for shape in (
        r"(?<![a-z0-9#])(?:so|po)?# ?(?P<n>[a-z]{0,5}-?\d[a-z0-9\-]{1,20})(?![a-z0-9#])",
        r"(?<![a-z0-9\-+#])(?P<n>\d{3}-\d{7}-\d{7})(?![a-z0-9])",
        r"(?<![a-z0-9\-+#])(?P<n>(?!(?:i|us|sr|hwy|rte?)-?\d{2,3}(?!\d))[a-z]{1,5}-?\d{3,12}(?:-\d{1,8})?)"
        r"(?![a-z0-9\-#]|:\d)",
        r"(?<![a-z0-9\-+#])(?P<n>[a-z] ?[-.] ?\d{3,12})(?![a-z0-9\-#]|:\d)",
    )
)
#: "B 4471": a capital alone, or nothing else in the text.
_APART: Final = re.compile(r"(?<![A-Za-z0-9'\-+#])(?P<n>[B-HJ-Z] \d{3,12})(?![A-Za-z0-9\-#]|:\d)")
_ABOUT: Final = (
    r"(?:(?:it'?s|it is|the|my|number|n[uú]mero|is|es|el|la|mi|and|y|where'?s|where is|d[oó]nde est[aá]|status of|"
    r"track|about|what about|n[º°]|no\.)[\s:]+)+"
)
_ONLY_NAMED: Final = re.compile(rf"\W*{_ABOUT}(?P<n>\d{{4,11}})\s*[.!?]*\s*", _FLAGS)
_ONLY: Final = re.compile(r"\s*(?P<n>(?:[a-hj-z] ?-? ?)?\d{3,11})\s*[.!?]?\s*", _FLAGS)
#: What stands before a number that is no order's: a gate code, a flat, a PIN, money, a room.
_NOT_ORDER_BEFORE: Final = re.compile(
    r"(?:code|gate|pin|apt|apartment|apto|unit|suite|ste|floor|room|flat|building|bldg|buzzer|keypad|lockbox|route|zip|"
    r"c[oó]digo|port[oó]n|puerta|piso|departamento|depto|dpto|timbre|clave|casa|lote|lot|space|stall|bay|gate|exit|"
    r"call ?box|postal|c\.?p\.?|[$€£])\s*(?:number|no|num|es|is)?[\s.:#=]*$",
    re.IGNORECASE,
)
#: "#4412 is the gate code".
_CODE_AFTER: Final = re.compile(
    r"\s*(?:is|es|for|para|opens|abre)\s+(?:the|my|our|el|la|mi)?\s*(?:(?:gate|door|entry|building|front)\b|code\b|"
    r"c[oó]digo\b|clave\b|port[oó]n\b|puerta\b|reja\b)",
    re.IGNORECASE,
)
_NUMBER_WORD: Final = re.compile(
    rf"(?:{_ORDER_WORD}|tracking|track|rastreo|seguimiento|gu[ií]a|number|n[uú]mero|hash|#|pound)"
    r"(?:\s+|number|n[uú]mero|is|it'?s|es|el|the|[:.,-])*$",
    re.IGNORECASE,
)


def find(text: str) -> tuple[Entity, ...]:
    """Every order and tracking number of the text, in the order of writing, none overlapping another.

    A number that follows a word such as "order" or "pedido" is an order number whatever its shape; a text that is
    nothing but three to eleven digits is one too, unless it can be dialled. Spelled numbers are read as well. Phones,
    gate codes, flats, dates, times and prices are not taken.
    """
    text = text[:_MAX_CHARS]
    if not re.search(r"\d|[a-zA-Z]", text):
        return ()
    found: list[Entity] = []
    taken = list(gate_code_spans(text))

    def add(kind: str, start: int, end: int, value: str) -> None:
        if sum(c.isdigit() for c in value) >= 2 and all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            found.append(Entity(kind, value, start, end))

    for kind, start, end in _said_so(text):
        add(kind, start, end, _tidy(text[start:end]))
    for start, end in tracking_numbers.found_in(text):
        if tracking_numbers.carrier(text[start:end]) or not _is_dialled(text, start, end):
            add("tracking_number", start, end, _tidy(text[start:end]))
    taken += _phones(text) if not found else ()
    for start, end in _by_shape(text):
        add("order_number", start, end, _tidy(text[start:end]))
    for spelled in dictated(text):
        meant = _kind_of_spelled(text, spelled.value, spelled.start, spelled.end)
        if meant:
            add(meant, spelled.start, spelled.end, spelled.value)
    return tuple(sorted(found, key=lambda entity: entity.start))


def _tidy(value: str) -> str:
    return re.sub(r"[\s#.]", "", value).upper().strip("-")


def _said_so(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of numbers that follow a word for them."""
    for match in _AFTER_TRACKING.finditer(text):
        yield "tracking_number", *match.span("n")
    for match in _AFTER_ORDER.finditer(text):
        if _is_order_number(match["n"], text[match.end("n") :]):
            yield "order_number", *match.span("n")


def _by_shape(text: str) -> Iterator[tuple[int, int]]:
    """Places of what looks like an order number by itself."""
    for match in (match for shape in (*_ORDER, _APART) for match in shape.finditer(text)):
        before = text[max(0, match.start() - 30) : match.start()]
        after = text[match.end() :]
        if not (_NOT_ORDER_BEFORE.search(before) or _STREET_AFTER.match(after) or _CODE_AFTER.match(after)):
            yield match.span("n")
    only = _ONLY.fullmatch(text) or _ONLY_NAMED.fullmatch(text)
    if only:
        yield only.span("n")


def _kind_of_spelled(text: str, value: str, start: int, end: int) -> str | None:
    """What a spelled number is; None when nothing tells that it is one of ours."""
    if tracking_numbers.carrier(value) not in (None, "dhl") or re.fullmatch(r"1Z[A-Z0-9]{3,16}|TBA\d{12}", value):
        return "tracking_number"
    before, after = text[:start], text[end:]
    if _NOT_ORDER_BEFORE.search(before[-30:]) or not _is_order_number(value, after) or _STREET_AFTER.match(after):
        return None
    alone = len(re.findall(r"\w+", before + after)) <= 2
    told = bool(_NUMBER_WORD.search(before[-40:]))
    if not told and value.isdigit() and (len(value) == _LOCAL_PHONE or _is_phone(value)):
        return None
    lettered = bool(re.fullmatch(r"[A-Z]{1,3}-?\d{3,12}", value))
    return "order_number" if told or lettered or (alone and value.isdigit()) else None


#: "order 2 days ago", "my delivery 10-12", "order 12:30", "order 1,200 dollars" name no order.
_UNIT_AFTER: Final = re.compile(
    r"\s*(?:days?|weeks?|hours?|hrs?|h|min|minutes?|months?|am|pm|items?|times?|d[ií]as?|semanas?|horas?|minutos?|"
    r"veces|"
    r"dollars|bucks|usd|d[oó]lares|pesos|euros|eur|percent|people|pieces|boxes|cajas|piezas|personas|years?|a[nñ]os?)"
    r"(?![a-z])|[:/]\d|\s*[$€£%]|[.,]\d",
    re.IGNORECASE,
)
_STREET_AFTER: Final = re.compile(
    r"\s+(?:[nsew]\.? )?(?:[A-Za-z0-9]+\s+){1,2}(?:st|street|ave|avenue|rd|road|blvd|boulevard|lane|ln|drive|dr|ct|"
    r"court|"
    r"way|place|pl|hwy|pkwy|terrace)\b",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"\d{1,2}-\d{1,2}(?:-(?:20)?\d\d)?|20\d\d-[01]?\d-[0-3]?\d")


def _is_order_number(value: str, rest: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    if digits < 3 or _DATE.fullmatch(value):
        return False
    if re.fullmatch(r"1z[a-z0-9]{3,16}", value, re.IGNORECASE):
        return False
    return not _UNIT_AFTER.match(rest) and not _STREET_AFTER.match(rest)


def _phones(text: str) -> list[tuple[int, int]]:
    """Where a text holds numbers that can be dialled."""
    if sum(c.isdigit() for c in text) < 7:
        return []
    leniency = phonenumbers.Leniency.VALID
    return [(one.start, one.end) for one in phonenumbers.PhoneNumberMatcher(text, "US", leniency=leniency)]


def _is_dialled(text: str, start: int, end: int) -> bool:
    """Whether a number is written as phones are: after a plus, or as part of one."""
    return text[:start].endswith("+") or any(a < start and b >= end for a, b in _phones(text))


def _is_phone(value: str) -> bool:
    """Whether bare digits, written together, are a phone of the country we speak to first."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(value, "US"))
    except phonenumbers.NumberParseException:
        return False
