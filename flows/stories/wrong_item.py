"""Something is missing, or it is not what was ordered: which of the two, what exactly, and a person who mends it."""

import re
from typing import Final

from sqlalchemy import select

from bot.answers import choice, yes_or_no
from bot.normal import normal
from bot.understanding import Understanding
from flows import promises
from flows.stories import describing
from flows.stories.damaged import not_here, say_where
from flows.stories.machine import OVER, PERSON, Next, Plot, Step, Talk
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

MISSING, WRONG = "missing", "wrong"
_MISSING: Final = re.compile(
    r"(?<!\w)(?:missing|incomplete|not in the (?:box|bag|package|parcel)|short|only (?:got|received|one|half|part)|"
    r"left out|forgot|faltan?|falto|incompleto|incompleta|solo (?:llego|vino|recibi|me llego)|no (?:venia|vino|viene)|"
    r"empty|vacia|vacio)(?!\w)"
)
_WRONG: Final = re.compile(
    r"(?<!\w)(?:wrong|different|instead of|not what i|someone elses|somebody elses|equivocado|equivocada|"
    r"equivocaron|diferente|distinto|distinta|en vez de|en lugar de|no es lo que|otra cosa|otro producto|"
    r"otro articulo)(?!\w)"
)


def _kind(text: str) -> str | None:
    """What the words say by themselves; None when they say neither, or both."""
    plain = normal(text)
    found = {kind for kind, words in ((MISSING, _MISSING), (WRONG, _WRONG)) if words.search(plain)}
    return found.pop() if len(found) == 1 else None


def _begin(talk: Talk, text: str) -> str:
    enough = describing.first_said_enough(talk, text)
    kind = _kind(text)
    talk.note(kind=kind)
    if kind == MISSING and _still_to_come(talk):
        return "other_parcel"
    if enough and talk.data.get("pictures"):
        return PERSON
    return _after_kind(talk, kind) if kind else "kind"


def _after_kind(talk: Talk, kind: str) -> str:
    talk.note(kind=kind)
    if not talk.data.get("what"):
        return "tell_missing" if kind == MISSING else "tell_wrong"
    return describing.PHOTO if kind == WRONG else PERSON


def _still_to_come(talk: Talk) -> Shipment | None:
    """Another parcel of the same order that has not arrived: what is missing may be in it."""
    parcel = talk.the_parcel
    others = talk.kit.session.scalars(
        select(Shipment)
        .where(
            Shipment.retailer == parcel.retailer,
            Shipment.order_number == parcel.order_number,
            Shipment.customer_phone == parcel.customer_phone,
            Shipment.id != parcel.id,
        )
        .order_by(Shipment.id)
    )
    return next((one for one in others if not ShipmentState(one.state).is_final), None)


def _ask_kind(talk: Talk, again: bool) -> None:
    talk.say("wrong_item_kind", again=again)


def _pick_kind(talk: Talk, text: str) -> Next:
    picked = choice(text, 2)
    if picked is None:
        return None
    kind = MISSING if picked == 1 else WRONG
    return "other_parcel" if kind == MISSING and _still_to_come(talk) else _after_kind(talk, kind)


def _kind_in_words(talk: Talk, text: str, _understood: Understanding) -> Next:
    kind = _kind(text)
    if kind is None:
        return None
    describing.note_words(talk, text)
    return _after_kind(talk, kind)


def _ask_other_parcel(talk: Talk, again: bool) -> None:
    other = _still_to_come(talk)
    parcel, kit, name = other or talk.the_parcel, talk.kit, "wrong_item_other_parcel"
    values = kit.wording.parcel(kit.session, parcel)
    words = kit.compose(name, again=again, order=values["order"], window=values["window"])
    key, expected = kit.next_key(), kit.wording.expected(parcel)
    if values["window"]:
        promises.note(kit.session, kit.wording, parcel, words, key=key, template=name, expected=expected)
    kit.say(words, key=key)


def _pick_other_parcel(talk: Talk, text: str) -> Next:
    picked = choice(text, 2)
    answer = yes_or_no(text)
    if picked == 1 or answer is True:
        talk.say("noted")
        return OVER
    return _after_kind(talk, MISSING) if picked == 2 or answer is False else None


def _nothing(_talk: Talk, _text: str, _understood: Understanding) -> Next:
    return None


def _collected(talk: Talk) -> str:
    return ": ".join(part for part in (talk.data.get("kind", ""), describing.collected(talk)) if part)


PLOT: Final = Plot(
    name="wrong_or_missing_item",
    hindrance=not_here,
    refuse=say_where,
    begin=_begin,
    begins_with=frozenset({"kind", "other_parcel", "tell_missing", "tell_wrong", describing.PHOTO, PERSON}),
    steps={
        "kind": Step(
            ask=_ask_kind,
            pick=_pick_kind,
            words=_kind_in_words,
            leads_to=frozenset({"other_parcel", "tell_missing", "tell_wrong", describing.PHOTO, PERSON}),
        ),
        "other_parcel": Step(
            ask=_ask_other_parcel,
            pick=_pick_other_parcel,
            words=_nothing,
            leads_to=frozenset({"tell_missing", PERSON, OVER}),
        ),
        "tell_missing": describing.tell("wrong_item_tell_missing", then=PERSON),
        "tell_wrong": describing.tell("wrong_item_tell_wrong", then=describing.PHOTO),
        describing.PHOTO: describing.photo(),
    },
    looks_back=True,
    needs_words=True,
    collected=_collected,
    also=frozenset({"damaged", "complaint", "return_or_refund", "not_received"}),
)
