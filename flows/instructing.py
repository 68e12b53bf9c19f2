"""What a shopper tells the driver: kept with the parcel, shown only while it is out, and erased afterwards."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from bot.places import Instructions, gate_code_spans, instructions
from flows import erasing, pin_covers
from flows.driver_texts import tell_driver
from flows.house import House
from tracking_core.matching import locked
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: The driver has it in the van.
OUT: Final = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})
#: Nobody reads more than this at a door.
MOST_CHARS, MOST_PARTS = 300, 4
_DOOR: Final = re.compile(
    r"(?<!\w)(?:(?:at|by|outside|near|in front of|on|just outside) (?:the |my |our )?(?:front |apartment |house |apt )?"
    r"(?:door\b|doorstep|door step|porch|door mat|doormat|stoop)|doorstep|door mat|"
    r"(?:en|a|ante|frente a|delante de|junto a|fuera de) (?:la |mi |nuestra )?(?:puerta|entrada)|en el felpudo)",
    re.IGNORECASE,
)
_LEAVE: Final = re.compile(
    r"(?<!\w)(?:leave|leav|left|drop|put|place|set|lay|deja\w*|déja\w*|deje\w*|déje\w*|pon|ponl[oa]|pong\w*|coloca\w*)(?!\w)",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"(?<!\w)(?:no|not|never|don'?t|dont|do not|nunca|nada de)(?!\w)", re.IGNORECASE)
#: A code by itself, as an answer to what the driver has to know.
CODE: Final = re.compile(r"\s*[#*]?\s*(?:\d[\s-]?){3,8}[#*]?\s*", re.ASCII)


def tell(
    session: Session,
    house: House,
    parcels: Sequence[Shipment],
    words: str,
    *,
    language: str,
    instead: bool,
    inbox: Sequence[int],
    key: str,
    now: datetime,
) -> bool:
    """Keep the words with the parcels; a driver who has one of them out hears it at once. True: one did.

    instead: they take the place of the last ones; otherwise of those that speak of the same thing only. inbox: the
    texts that carry them. key: of the text that confirms them.
    """
    heard = False
    words = pin_covers.covered(house, pin_covers.of_parcels(session, parcels), words)  # the driver reads them
    for parcel in parcels:
        shipment = locked(session, parcel.id)
        _keep(shipment, words[:MOST_CHARS], language, instead=instead, now=now)
        told = f"driver:instructions:{shipment.id}:{key}"
        if ShipmentState(shipment.state) in OUT and tell_driver(
            session,
            house,
            shipment,
            "driver_instructions",
            key=told,
            now=now,
            order=shipment.order_number,
            words=shipment.delivery["instructions"][:MOST_CHARS],
        ):
            heard = True
        erasing.mark(session, [shipment.id], inbox=inbox, outbox=(key, told))
    session.flush()
    return heard


def _keep(shipment: Shipment, words: str, language: str, *, instead: bool, now: datetime) -> None:
    delivery = dict(shipment.delivery)
    told = dict(delivery.get("told") or {})
    if told.get("text") != delivery.get("instructions"):  # the retailer wrote something else since, or before
        told = {"before": delivery.get("instructions")}
    parts = list(told.get("parts", ()))
    kinds = kinds_of(words, language)
    mended = _recoded(parts[-1], words, kinds, language) if instead and parts else None
    if mended is not None:
        parts = [*parts[:-1], mended]
    else:
        if instead and parts:
            parts = [*parts[:-1], *_without(parts[-1], words, kinds, language)]
        else:
            parts = [left for part in parts for left in _beside(part, kinds)]
        parts = [*parts, {"words": words, "kinds": sorted(kinds)}][-MOST_PARTS:]
    text = ". ".join(one for one in (told.get("before"), *(part["words"].rstrip(" .") for part in parts)) if one)
    delivery["instructions"] = text
    delivery["told"] = {**told, "by": "customer", "at": now.isoformat(), "parts": parts, "text": text}
    at_door = leaves_at_door(words)
    if at_door is not None:
        delivery["leave_at_door"] = at_door
    shipment.delivery = delivery
    shipment.updated_at = now


def kinds_of(words: str, language: str) -> set[str]:
    """What the words speak of: code, spot (a place or a person), note."""
    found: Instructions = instructions(words, language)
    kinds = {"code"} if found.gate_code or CODE.fullmatch(words) else set()
    kinds |= {"spot"} if found.place or found.person else set()
    return kinds or {"note"}


def leaves_at_door(words: str) -> bool | None:
    """True when the words want it left at the door, False when they forbid it, None when they say neither."""
    found = _DOOR.search(words)
    if found is None or not (_LEAVE.search(words) or not words[: found.start()].strip()):
        return None
    return _NOT.search(words[max(0, found.start() - 30) : found.start()]) is None


def _beside(part: dict[str, Any], kinds: set[str]) -> list[dict[str, Any]]:
    """What stays of an earlier part beside new words: nothing of one that spoke of the same thing."""
    same = set(part["kinds"]) <= kinds and part["kinds"] != ["note"]
    return [] if same else [part]


def _recoded(part: dict[str, Any], words: str, kinds: set[str], language: str) -> dict[str, Any] | None:
    """The corrected part with the new code where the old one stood; None when more than the code is corrected."""
    spans, new = gate_code_spans(part["words"]), instructions(words, language)
    if kinds != {"code"} or len(spans) != 1 or new.note:
        return None
    start, end = spans[0]
    code = new.gate_code or words.strip(" ,.;")
    return {**part, "words": f"{part['words'][:start]}{code}{part['words'][end:]}"}


def _without(part: dict[str, Any], words: str, kinds: set[str], language: str) -> list[dict[str, Any]]:
    """What stays of the part that is corrected: a code that the correction does not speak of."""
    if set(part["kinds"]) <= kinds or kinds == {"note"}:
        return []
    old, new = instructions(part["words"], language), instructions(words, language)
    if "code" in kinds and old.gate_code and new.gate_code:
        kept = part["words"]
        for start, end in reversed(gate_code_spans(kept)):
            kept = kept[:start] + kept[end:]
        kept = " ".join(kept.split()).strip(" ,.;")
        return [{"words": kept, "kinds": [kind for kind in part["kinds"] if kind != "code"]}] if kept else []
    if old.gate_code:
        return [{"words": f"{old.gate_code}", "kinds": ["code"]}]
    return []
