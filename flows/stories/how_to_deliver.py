"""What the driver has to know: gate code, safe place, neighbour; saved, confirmed back, and erased afterwards."""

import re
from typing import Final

from bot.answers import yes_or_no
from bot.places import instructions
from bot.understanding import Understanding
from channels.segments import count, to_gsm
from flows.instructing import CODE, tell
from flows.kit import Kit
from flows.stories.machine import DONE, OVER, Next, Plot, Step, Talk
from flows.stories.words import asks
from flows.where_is_my_order import own
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

S = ShipmentState
WHAT: Final = "what"
HINDRANCES: Final = {
    S.DELIVERED: "delivered",
    S.AVAILABLE_FOR_PICKUP: "pickup",
    **dict.fromkeys((S.RETURNING, S.RETURNED, S.CANCELLED, S.LOST, S.EXPIRED), "over"),
}
#: So much of what they wrote is said back.
ECHO_CHARS: Final = 110
#: A text that only asks whether, or says that, something is to be told, and not what.
_ONLY_ASKS: Final = re.compile(
    r"\b(?:can|could|may|how do|how can|want to|wanna|like to|need to|let me|puedo|podria|como puedo|quiero|"
    r"quisiera|necesito|me gustaria)\b.*\b(?:instructions?|note|message|something|driver|courier|instrucciones|"
    r"indicaciones|nota|mensaje|algo|repartidor|chofer|conductor|mensajero)\b"
    r"|^\W*(?:(?:add|leave|special|change|update|give|set|new|dejar|agregar|anadir|dar|cambiar|poner)\s+)*"
    r"(?:i have |i've got |tengo )?(?:my |the |some |a |mis |unas |una )?(?:delivery |special |drop ?off )?"
    r"(?:instructions?|notes?|instrucciones|indicaciones)"
    r"(?: de entrega| for the driver| para el repartidor| please| por favor)?\W*$",
    re.IGNORECASE,
)
_LEAST_WORDS: Final = 3


def _hindrance(_kit: Kit, shipment: Shipment) -> str | None:
    return HINDRANCES.get(S(shipment.state))


def _refuse(_why: str) -> tuple[str, tuple[str, ...]]:
    return "instructions_not", ()


def _begin(talk: Talk, text: str) -> str:
    """Take what the first text says already; ask only when it says nothing yet."""
    if instructions(text, talk.kit.language) or _says_something(text):
        return _save(talk, text, instead=False)
    return WHAT


def _says_something(text: str) -> bool:
    return (
        len(text.split()) >= _LEAST_WORDS and not asks(text) and not _ONLY_ASKS.search(to_gsm(text, drop_accents=True))
    )


def _ask(talk: Talk, again: bool) -> None:
    talk.say("instructions_ask", order=_orders(talk), again=again)


def _pick(talk: Talk, text: str) -> Next:
    if CODE.fullmatch(text):
        return _save(talk, text.strip(), instead=bool(talk.data.get("instead")))
    if yes_or_no(text) is False:
        talk.say("story_dropped")
        return OVER
    return None


def _words(talk: Talk, text: str, understood: Understanding) -> Next:
    """Whatever is no question and no bare yes is for the driver."""
    if instructions(text, talk.kit.language):
        return _save(talk, text, instead=bool(talk.data.get("instead")))
    nothing = understood.is_clear and understood.intent in ("affirm", "out_of_scope")
    if nothing or asks(text) or not text.strip() or _ONLY_ASKS.search(to_gsm(text, drop_accents=True)):
        return None
    return _save(talk, text, instead=bool(talk.data.get("instead")))


def _claims(talk: Talk, text: str, _understood: Understanding) -> bool:
    return bool(instructions(text, talk.kit.language)) and not asks(text)


def _save(talk: Talk, words: str, *, instead: bool) -> str:
    """Keep the words, tell a driver who has the parcel out, and say them back."""
    kit, key = talk.kit, talk.kit.next_key()
    heard = tell(
        kit.session,
        kit.house,
        _parcels(talk),
        words.strip(),
        language=kit.language,
        instead=instead,
        inbox=talk.data.get("inbox", ()),
        key=key,
        now=talk.now,
    )
    talk.say("instructions_saved", key=key, order=_orders(talk), words=echo(words), heard=heard)
    talk.note(instead=None, saved=True)
    return DONE


def _correct(talk: Talk, said: str) -> Next:
    """Other words than those just saved; a bare no asks for them."""
    if not said:
        talk.note(instead=True)
        return WHAT
    if instructions(said, talk.kit.language) or CODE.fullmatch(said):
        return _save(talk, said, instead=True)
    return None


def _parcels(talk: Talk) -> list[Shipment]:
    wanted = talk.data.get("parcels", ())
    return sorted((one for one in own(talk.kit) if one.id in wanted), key=lambda one: one.id)


def _orders(talk: Talk) -> str:
    return ", ".join(dict.fromkeys(one.order_number for one in _parcels(talk)))


def echo(words: str) -> str:
    """What they wrote, cut and spelled so that it costs little: what GSM-7 cannot say is left out."""
    plain = to_gsm(" ".join(words.split()), drop_accents=True)
    plain = "".join(letter for letter in plain if count(letter).encoding == "GSM-7").strip()
    return plain if len(plain) <= ECHO_CHARS else f"{plain[: ECHO_CHARS - 3].rstrip()}..."


def _collected(_talk: Talk) -> str:
    return "Wants to tell the driver something"


PLOT = Plot(
    name="delivery_instructions",
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({WHAT, DONE}),
    steps={WHAT: Step(_ask, _pick, _words, frozenset({DONE}), _claims)},
    correct=_correct,
    collected=_collected,
    many=True,
)
