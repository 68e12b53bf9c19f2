"""A payload as it may be shown to whoever mends a connection: its shape and its codes, nobody's person. Pure."""

import re
from collections.abc import Mapping
from typing import Any

#: Names of fields whose value is somebody, or lets somebody in, whatever it looks like.
PERSONAL = re.compile(
    r"name|phone|mobile|tel\b|email|mail|address|street|line[_ ]?[123]|zip|postal|postcode|city|contact|recipient"
    r"|customer|consignee|receiver|sign|note|instruct|comment|message|body|pin|token|secret|url|link|latitude|longitude|\blat\b"
    r"|\bl(?:on|ng)\b|location|birth|company|first|last",
    re.IGNORECASE,
)
#: Digits in such a number may be a phone, a card or a parcel: the last two stay, so that a person can compare.
LONG_DIGITS = re.compile(r"\d(?:[\d\s().-]{5,})\d")
MAILBOX = re.compile(r"[^\s@]+@[^\s@]+")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?|\d{2}[./]\d{2}[./]\d{4}(?: [\d:]+)?")
HIDDEN = "…"
DEEPEST, LONGEST, MOST = 8, 80, 30


def redacted(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the payload without anything personal, at most 30 entries wide, 8 deep and 80 characters a text."""
    return {str(key)[:LONGEST]: _value(str(key), value, 1) for key, value in list(payload.items())[:MOST]}


def _value(name: str, value: Any, depth: int) -> Any:
    if isinstance(value, bool | None):
        return value
    if isinstance(value, Mapping):
        if depth >= DEEPEST:
            return HIDDEN
        return {str(key)[:LONGEST]: _value(str(key), inner, depth + 1) for key, inner in list(value.items())[:MOST]}
    if isinstance(value, list | tuple):
        return [_value(name, inner, depth + 1) for inner in value[:MOST]] if depth < DEEPEST else HIDDEN
    if PERSONAL.search(name.replace("_", " ")):
        return HIDDEN
    return value if isinstance(value, float | int) and abs(value) < 1_000_000 else _text(str(value))


def _text(said: str) -> str:
    if MOMENT.fullmatch(said):
        return said
    said = MAILBOX.sub(HIDDEN, said)
    return LONG_DIGITS.sub(lambda found: f"{HIDDEN}{re.sub(r'[^0-9]', '', found.group())[-2:]}", said)[:LONGEST]
