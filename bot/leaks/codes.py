"""One-time codes: what opens somebody's account, told apart from what opens somebody's gate. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.leaks.base import LeakKind
from bot.leaks.groups import Chain, Group

#: Nobody says these of a gate.
_SURE: Final = re.compile(
    r"verif\w+|one[\s\-]?time|\botp\b|2\s?fa\b|two[\s\-](?:factor|step)|dos\s+pasos|doble\s+factor|security\s+code|"
    r"codigo\s+de\s+(?:seguridad|inicio|confirmacion|activacion|autenticacion|recuperacion|un\s+solo)|un\s+solo\s+uso|"
    r"log[\s\-]?in|sign[\s\-]?in|inicia\w*\s+sesion|inicio\s+de\s+sesion|authenticat\w+|autentica\w+|password\s+reset|"
    r"reset\s+(?:code|your)|activation\s+code|confirmation\s+code|"
    r"(?:do\s?n.?t|do\s+not|never|no)\s+(?:share|give|comparta?s?|lo\s+compartas?|se\s+lo)\b|"
    r"(?:what\W?s?\s?app|google|uber|apple|amazon|paypal|facebook|instagram|bank\w*|banco|doordash|zelle|venmo|chase|netflix|"
    r"microsoft|tinder|airbnb|lyft|telegram)\s+(?:\w+\s+)?(?:code|codigo|pin)|"
    r"(?:code|codigo|pin)\b[^\n]{0,20}\b(?:de|from|for|del|para|por)\s+(?:\w+\s+)?(?:whats?app|google|uber|apple|amazon|paypal|facebook|"
    r"instagram|bank\w*|banco|doordash|zelle|venmo|chase|netflix|microsoft|airbnb|lyft|telegram|login|sms)\b"
)
#: These are said of a gate as well: they need six digits or so and no gate near them.
_LIKELY: Final = re.compile(
    r"\b(?:your|ur|tu|su)\s+(?:\w+\s+){0,3}(?:code|codigo|pin|passcode)\b|"
    r"\b(?:code|codigo|clave)\b[^.\n]{0,40}\b(?:texted|sent|got|received|llego|enviaron|mandaron|recibi\w*|mensaje|sms)\b|"
    r"\b(?:texted|sent|got|received|llego|enviaron|mandaron|recibi\w*)\b[^.\n]{0,40}\b(?:code|codigo|clave)\b"
)
_GATE: Final = re.compile(
    r"\b(?:gate|door|lobby|building|bldg|key\s?pad|lock\s?box|buzzer|garage|call\s?box|elevator|entrance|entry|entr\w*|access|"
    r"puerta|porton|edificio|entrada|timbre|acceso|garaje|cochera|elevador|ascensor|caseta|reja|candado|interfon|zip|postal|"
    r"order|pedido|tracking|guia|delivery|entrega|pickup|recogida|locker|casillero|caja|box|room|mailroom|apt|unit|parking)\b"
)
_GOOGLE: Final = re.compile(r"(?<![a-z0-9])g\s?-\s?\d{6}(?!\d)")
#: How far from the words a code stands, in characters.
_REACH: Final = 90


def find(text: str, chains: Sequence[Chain], kept: frozenset[str]) -> Iterator[tuple[LeakKind, int, int]]:
    """Every one-time code of a plain text: four to eight digits that words near them call so."""
    for match in _GOOGLE.finditer(text):
        yield LeakKind.CODE, *match.span()
    if not (_SURE.search(text) or _LIKELY.search(text)):
        return
    for chain in chains:
        for groups in _candidates(chain.groups):
            digits = "".join(group.digits for group in groups)
            start, end = groups[0].start, groups[-1].end
            if digits not in kept and _called_so(text, start, end, len(digits)):
                yield LeakKind.CODE, start, end


def _candidates(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    whole = sum(len(group.digits) for group in groups)
    if 4 <= whole <= 8 and (len(groups) <= 3 or all(len(group.digits) == 1 or group.dressed for group in groups)):
        yield groups
        return
    for group in groups:
        if 4 <= len(group.digits) <= 8:
            yield (group,)


def _called_so(text: str, start: int, end: int, size: int) -> bool:
    near = text[max(0, start - _REACH) : end + _REACH]
    close = text[max(0, start - 40) : end + 25]
    if _SURE.search(near):
        return not _GATE.search(text[max(0, start - 30) : start]) or bool(
            _SURE.search(text[max(0, start - 30) : start])
        )
    return size >= 5 and bool(_LIKELY.search(near)) and not _GATE.search(close)
