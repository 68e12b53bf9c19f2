"""Sending something back, or getting the money back: what they want, why, and a person who arranges it."""

import re
from typing import Final

from bot.answers import choice, yes_or_no
from bot.normal import normal
from bot.understanding import Understanding
from flows.kit import Kit
from flows.stories import describing
from flows.stories.machine import PERSON, Next, Plot, Step, Talk
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

WANT, WHY = "want", "why"
#: As the texts number them.
WANTS: Final = ("return", "refund", "exchange")
REASONS: Final = ("damaged", "not_as_expected", "wrong_item", "no_longer_needed")
_WORDS: Final = {
    "refund": r"refund\w*|money back|reembols\w*|devolucion del dinero|devuelvan (?:el|mi) dinero|mi dinero",
    "exchange": r"exchang\w*|swap|replace\w*|another (?:size|color|one)|cambiar\w*|cambio|reemplaz\w*|otra talla",
    "return": r"return\w*|send (?:it|this|them) back|devolver\w*|devolucion|regresar\w*",
}


def _possible(_kit: Kit, parcel: Shipment) -> str | None:
    return ShipmentState.CANCELLED.value if parcel.state == ShipmentState.CANCELLED else None


def _refuse(_why: str) -> tuple[str, tuple[str, ...]]:
    return "cancel_not", ()


def _wanted(text: str) -> str | None:
    """What the words ask for; of "return it for a refund" the money. None when they name none, or two others."""
    plain = normal(text)
    found = [want for want, words in _WORDS.items() if re.search(rf"(?<!\w)(?:{words})(?!\w)", plain)]
    return found[0] if len(found) == 1 or found[:1] == ["refund"] else None


def _begin(talk: Talk, text: str) -> str:
    want = _wanted(text)
    talk.note(want=want)
    return _next(talk) if describing.first_said_enough(talk, text) else (WHY if want else WANT)


def _next(talk: Talk) -> str:
    return PERSON if talk.data.get("want") else WANT


def _ask_want(talk: Talk, again: bool) -> None:
    talk.say("return_want", order=talk.the_parcel.order_number, again=again)


def _pick_want(talk: Talk, text: str) -> Next:
    picked = choice(text, len(WANTS))
    return None if picked is None else _settle_want(talk, WANTS[picked - 1])


def _want_words(talk: Talk, text: str, _understood: Understanding) -> Next:
    want = _wanted(text)
    return None if want is None else _settle_want(talk, want)


def _settle_want(talk: Talk, want: str) -> str:
    talk.note(want=want)
    return PERSON if talk.data.get("what") else WHY


def _ask_why(talk: Talk, again: bool) -> None:
    talk.say("return_why", order=talk.the_parcel.order_number, again=again)


def _pick_why(talk: Talk, text: str) -> Next:
    shown = describing.note_pictures(talk)
    picked = choice(text, len(REASONS))
    if picked is not None:
        describing.note_words(talk, REASONS[picked - 1])
    elif shown:
        describing.note_words(talk, text)
    return PERSON if shown or picked is not None else None


def _why_words(talk: Talk, text: str, _understood: Understanding) -> Next:
    if yes_or_no(text) is not None:
        return None
    describing.note_words(talk, text)
    return PERSON


def _collected(talk: Talk) -> str:
    return ": ".join(part for part in (talk.data.get("want", ""), describing.collected(talk)) if part)


PLOT: Final = Plot(
    name="return_or_refund",
    hindrance=_possible,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({WANT, WHY, PERSON}),
    steps={
        WANT: Step(_ask_want, _pick_want, _want_words, frozenset({WHY})),
        WHY: Step(_ask_why, _pick_why, _why_words, frozenset(), describing.tells),
    },
    looks_back=True,
    needs_words=True,
    collected=_collected,
    also=frozenset({"damaged", "wrong_or_missing_item", "complaint"}),
)
