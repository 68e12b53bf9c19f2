"""Words about a delivery PIN: a shopper who asks for it, a driver who passes on what was told at the door. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bot.normal import normal

_MINE: Final = r"(?:(?:my|the|a|another|new|mi|el|un|otro|nuevo|tu|la|una|otra|nueva) )*"
_PIN: Final = (
    r"(?:delivery |parcel |package |door |driver )?"
    r"(?:pin|code|pin code|codigo|codigo pin|clave|nip|pin number|numero de pin)"
    r"(?: (?:de (?:la )?entrega|del paquete|del pedido|para el repartidor|"
    r"for (?:the )?(?:delivery|driver|parcel|package)))?"
)
_ASKS: Final = (
    r"(?:(?:can|could|would) you )?(?:re ?send|send|text|give|tell|get|show)(?: me| us)?(?: again)? |"
    r"(?:what is|what was|whats|where is|wheres) |(?:i )?(?:need|want|would like|lost|forgot|forgot about|deleted) |"
    r"(?:i )?(?:did not|do not|never|have not) (?:get|got|have|received|receive|find|know|remember) |"
    r"(?:cual (?:es|era)|donde esta|que pin|dime|me das|me dices) |"
    r"(?:(?:me )?(?:puede|puedes|podrian|podrias|pueden) )?(?:re ?envi\w*|envi\w*|mand\w*|dar\w*|pas\w*)(?: me)? |"
    r"(?:yo )?(?:necesito|quiero|perdi|olvide|se me olvido|borre) |"
    r"no (?:me )?(?:llego|ha llegado|tengo|recibi|encuentro|se) "
)
_KIND: Final = r"(?:(?:hi|hello|hey|hola|please|pls|plz|por favor|porfa|ok|sorry|perdon|disculpa) )*"
_AFTER: Final = (
    r"(?: (?:please|pls|plz|por favor|porfa|again|otra vez|de nuevo|now|ahora|thanks|thank you|gracias|it is))*"
)
_WISH: Final = re.compile(rf"{_KIND}(?P<asks>(?:{_ASKS})?){_MINE}{_PIN}{_AFTER}")
_NEW: Final = re.compile(rf"{_KIND}(?:re ?send|new|reenvi\w*|nuevo|otro) {_MINE}{_PIN}{_AFTER}")

#: What a driver writes before or after the figures.
_NAMED: Final = re.compile(
    r"(?<!\w)(?:the\s+|el\s+)?(?:delivery\s+)?(?:pin|code|c[oó]digo|clave|nip)(?:\s+de\s+entrega)?(?:\s+(?:is|was|es|era))?"
    r"\s*[:#=-]?\s*(?P<pin>\d(?:[ -]?\d){3,5})(?![\w-])",
    re.IGNORECASE,
)
_WITHOUT: Final = re.compile(
    r"[\s,;.(-]*(?<!\w)(?:no|without|w/o|sin)\s+(?:the\s+|a\s+|el\s+|un\s+)?(?:delivery\s+)?"
    r"(?:pin|code|c[oó]digo|clave|nip)(?!\w)[\s,:;.)-]*(?P<why>.*)",
    re.IGNORECASE | re.DOTALL,
)
_FIGURES: Final = re.compile(r"(?<![\w#:.$-])(\d{4,6})(?![\w:.%-])")
WHY_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class AtDoor:
    """What a driver's text says of the PIN."""

    #: The figures, as they were written; None: none.
    pin: str | None
    #: Why there is none; "" when the text only says that there is none; None when it does not say so.
    why: str | None
    #: The text without it.
    rest: str
    #: The text with the figures covered.
    covered: str


def asks_for_pin(text: str) -> bool:
    """Whether the text is nothing but the wish for one's PIN: "resend my PIN", "cuál es mi código"."""
    words = normal(text[:200]).strip()
    return bool(words) and (_WISH.fullmatch(words) is not None or _NEW.fullmatch(words) is not None)


def figures(text: str) -> list[str]:
    """The figures of a text that could be a PIN."""
    return _FIGURES.findall(text)


def at_door(text: str, *, digits: Collection[int] = (), stops: Collection[str] = ()) -> AtDoor | None:
    """What a driver says of the PIN; None: nothing.

    digits: figures of so many stand for a PIN also without the word. stops: figures that name a stop of the round.
    """
    named = _NAMED.search(text)
    if named is not None:
        return _found(text, *named.span(), *named.span("pin"))
    without = _WITHOUT.search(text)
    if without is not None:
        why = " ".join(without["why"].split())[:WHY_MAX]
        return AtDoor(None, why, text[: without.start()].strip(), text)
    alone = [match for match in _FIGURES.finditer(text) if len(match[1]) in digits and match[1] not in stops]
    if len(alone) == 1:
        return _found(text, *alone[0].span(), *alone[0].span())
    return None


def _found(text: str, start: int, end: int, first: int, last: int) -> AtDoor:
    rest = f"{text[:start]} {text[end:]}".strip(" ,;:.-")
    return AtDoor(text[first:last], None, rest, f"{text[:first]}****{text[last:]}")
