"""What a text names: order and tracking numbers, a choice, yes or no. Pure; never raises."""

import re
from collections.abc import Iterator
from typing import Final

from bot.answers import choice, yes_or_no
from bot.understanding import Entity

__all__ = ["choice", "find", "yes_or_no"]

#: Longer texts hold no number anybody waits for.
_MAX_CHARS: Final = 4000

_FLAGS: Final = re.IGNORECASE | re.ASCII

#: Word after which a number is an order's: "order no. 1042", "pedido nº 1042", "my package (1042)".
_ORDER_WORD: Final = (
    r"(?:order|purchase|package|parcel|shipment|delivery|invoice|pedido|orden|compra|paquete|env[ií]o|entrega)s?"
)
_FILLER: Final = r"(?:\s+|number|numero|n[uú]mero|num|nr|no|id|is|es|[:#.(\-,=]|n?[º°])"
_AFTER_ORDER: Final = re.compile(
    rf"(?<![a-z0-9]){_ORDER_WORD}{_FILLER}{{1,8}}(?P<n>[a-z]{{0,5}}-?\d[a-z0-9]*(?:-[a-z0-9]+)*)(?![a-z0-9])",
    re.IGNORECASE,
)
#: Word after which a number is a tracking number whatever its shape.
_AFTER_TRACKING: Final = re.compile(
    rf"(?<![a-z0-9])(?:tracking|track|rastreo|seguimiento|gu[ií]a|dhl|fedex|ups|usps){_FILLER}{{1,8}}"
    r"(?P<n>[a-z]{0,4}\d[a-z0-9]{6,33})(?![a-z0-9])",
    re.IGNORECASE,
)
_TRACKING: Final = tuple(
    re.compile(rf"(?<![a-z0-9+.\-])(?:{shape})(?![a-z0-9]|[.\-]\d)", _FLAGS)
    for shape in (
        r"1z(?:\s?[a-z0-9]){3,16}(?<=\d)|1z[a-z0-9]{3,16}",  # UPS
        r"(?:9[1-5]\d{2}(?: ?\d{4}){4}(?: ?\d{2})?|\d{20,22})",  # USPS, also as printed, in groups of four
        r"[a-z]{2}\d{9}[a-z]{2}",  # any post office, international
        r"(?:\d{4} \d{4} \d{4}|\d{15}|\d{12})",  # FedEx
        r"j?jd\d{16,20}|gm\d{14,22}",  # DHL
        r"tba\d{12}",
    )
)
#: Free forms that are an order number wherever they stand: #4471, B-4471, A1001, ORD-2024-17, 112-4455667-1234567.
_ORDER: Final = tuple(
    re.compile(shape, _FLAGS)
    for shape in (
        r"(?<![a-z0-9#])#(?P<n>[a-z]{0,5}-?\d[a-z0-9\-]{1,20})(?![a-z0-9#])",
        r"(?<![a-z0-9\-+#])(?P<n>\d{3}-\d{7}-\d{7})(?![a-z0-9])",
        r"(?<![a-z0-9\-+#])(?P<n>[a-z]{1,5}-?\d{3,12}(?:-\d{1,8})?)(?![a-z0-9\-#]|:\d)",
    )
)
_ONLY_DIGITS: Final = re.compile(r"\s*(?P<n>\d{3,11})\s*[.!?]?\s*", re.ASCII)
#: What stands before a number that is no order's: a gate code, a flat, a PIN, money.
_NOT_ORDER_BEFORE: Final = re.compile(
    r"(?:code|gate|pin|apt|apartment|apto|unit|suite|ste|floor|room|flat|building|bldg|buzzer|keypad|lockbox|route|zip|"
    r"c[oó]digo|port[oó]n|puerta|piso|departamento|depto|dpto|timbre|clave|casa|[$€£])\s*(?:number|no|num|es|is)?[\s.:#=]*$",
    re.IGNORECASE,
)


def _free(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return all(end <= a or start >= b for a, b in taken)


def _tidy(value: str) -> str:
    return re.sub(r"[\s#]", "", value).upper().strip("-")


def _claims(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of all that looks like a number of ours, the surest first."""
    for match in _AFTER_TRACKING.finditer(text):
        yield "tracking_number", *match.span("n")
    for match in _AFTER_ORDER.finditer(text):
        if _is_order_number(match["n"], text[match.end("n") :]):
            yield "order_number", *match.span("n")
    for match in (match for shape in _TRACKING for match in shape.finditer(text)):
        yield "tracking_number", *match.span()
    for match in (match for shape in _ORDER for match in shape.finditer(text)):
        if not _NOT_ORDER_BEFORE.search(text[max(0, match.start() - 30) : match.start()]):
            yield "order_number", *match.span("n")
    only = _ONLY_DIGITS.fullmatch(text)
    if only:
        yield "order_number", *only.span("n")


def find(text: str) -> tuple[Entity, ...]:
    """Every order and tracking number of the text, in the order of writing, none overlapping another.

    A number that follows a word such as "order" or "pedido" is an order number whatever its shape; a text that is
    nothing but three to eleven digits is one too. Phone numbers, gate codes and flats are not taken.
    """
    text = text[:_MAX_CHARS]
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []

    def add(kind: str, start: int, end: int) -> None:
        value = _tidy(text[start:end])
        if sum(c.isdigit() for c in value) >= 2 and _free(taken, start, end):
            taken.append((start, end))
            found.append(Entity(kind, value, start, end))

    for kind, start, end in _claims(text):
        add(kind, start, end)
    return tuple(sorted(found, key=lambda entity: entity.start))


#: "order 2 days ago", "my delivery 10-12", "order 12:30" name no order.
_UNIT_AFTER: Final = re.compile(
    r"\s*(?:days?|weeks?|hours?|hrs?|h|min|minutes?|months?|am|pm|items?|times?|d[ií]as?|semanas?|horas?|minutos?|veces)"
    r"(?![a-z])|[:/]\d",
    re.IGNORECASE,
)
_STREET_AFTER: Final = re.compile(
    r"\s+[A-Za-z]+\s+(?:st|street|ave|avenue|rd|road|blvd|lane|ln|drive|dr)\b", re.IGNORECASE
)


def _is_order_number(value: str, rest: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    if digits < 3 or re.fullmatch(r"\d{1,2}-\d{1,2}", value):
        return False
    if re.fullmatch(r"1z[a-z0-9]{3,16}", value, re.IGNORECASE):
        return False
    return not _UNIT_AFTER.match(rest) and not _STREET_AFTER.match(rest)
