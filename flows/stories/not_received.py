"""Delivered, says the scan, and it is not there: what we know, where to look, and a person when it stays away."""

import re
from typing import Final

from bot.answers import choice, yes_or_no
from bot.folding import fold
from bot.found_words import says_found, says_missing
from bot.understanding import Understanding
from flows import missing, proofs
from flows.kit import Kit
from flows.stories.machine import DONE, OVER, PERSON, SAY_WHERE, Next, Plot, Step, Talk
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

_WILL_NOT_WAIT: Final = re.compile(
    r"(?<!\w)(?:(?:can't|cant|cannot|can not|won't|wont|don't want to|do not want to|not going to|not) wait|"
    r"need it (?:now|today)|"
    r"no (?:quiero|puedo|voy a|pienso) esperar|no espero|lo necesito (?:ya|hoy))(?!\w)"
)
CHECK, WAITING, STILL = "check", "waiting", missing.STILL


def _hindrance(_kit: Kit, parcel: Shipment) -> str | None:
    return None if parcel.state == ShipmentState.DELIVERED else "not_delivered"


def _refuse(_why: str) -> tuple[str, tuple[str, ...]]:
    return SAY_WHERE


def _begin(talk: Talk, _text: str) -> str:
    known = missing.of_parcel(talk.kit, talk.the_parcel.id)
    if known is not None and known.state in missing.LIVE:
        return STILL if known.state == "asked" else WAITING
    if known is not None and known.state == "handed_over":
        return PERSON  # joins the case
    if not missing.waited_enough(talk.kit, talk.the_parcel):
        missing.wait(talk.kit, talk.the_parcel)  # whoever says no more is asked again, too
    return CHECK


def _ask_check(talk: Talk, again: bool) -> None:
    """What we know of the delivery, and where such parcels are found."""
    kit, parcel = talk.kit, talk.the_parcel
    zone = kit.wording.zone(parcel)
    when = kit.wording.moment(parcel.delivered_at, zone) if parcel.delivered_at is not None else ""
    has_photo = proofs.newest_photo(kit.session, parcel) is not None
    link = proofs.link(kit.session, kit.house, parcel, now=kit.now) if has_photo else ""
    talk.say("not_received_check", order=parcel.order_number, when=when, photo=link, again=again)


def _pick_check(talk: Talk, text: str) -> Next:
    picked = choice(text, 2)
    if picked == 1 or says_found(text):
        return found(talk)
    if picked == 2 or yes_or_no(text) is False or says_missing(text):
        return _looked(talk)
    return None


def _check_words(talk: Talk, _text: str, understood: Understanding) -> Next:
    if understood.is_clear and understood.intent in ("not_received", "deny"):
        return _looked(talk)
    return None


def _looked(talk: Talk) -> Next:
    """They looked in vain. A scan is often early, and a neighbor slow: we wait, and ask; unless that has been done."""
    kit, parcel = talk.kit, talk.the_parcel
    talk.note(looked=True)
    if missing.waited_enough(kit, parcel):
        return PERSON
    row = missing.wait(kit, parcel)
    talk.say(
        "not_received_wait", order=parcel.order_number, when=kit.wording.moment(row.due_at, kit.wording.zone(parcel))
    )
    return DONE


def _ask_waiting(talk: Talk, again: bool) -> None:
    talk.say("not_received_waiting", order=talk.the_parcel.order_number, again=again)


def _ask_still(talk: Talk, again: bool) -> None:
    talk.say("not_received_still", order=talk.the_parcel.order_number, again=again)


def _pick_still(talk: Talk, text: str) -> Next:
    picked, said = choice(text, 2), yes_or_no(text)
    if picked == 1 or says_found(text) or (picked is None and said is True):
        return found(talk)
    return PERSON if picked == 2 or said is False or says_missing(text) else None


def _still_words(_talk: Talk, _text: str, understood: Understanding) -> Next:
    return PERSON if understood.is_clear and understood.intent in ("not_received", "deny") else None


def _pick_waiting(talk: Talk, text: str) -> Next:
    picked = choice(text, 2)
    if picked == 1 or says_found(text):
        return found(talk)
    return PERSON if picked == 2 or says_missing(text) else None


def found(talk: Talk) -> Next:
    """It has turned up: nobody needs to look any more."""
    missing.wait(talk.kit, talk.the_parcel)
    missing.found(talk.kit)
    talk.say("not_received_found", order=talk.the_parcel.order_number)
    return OVER


def found_by_itself(kit: Kit) -> bool:
    """Take "my neighbor had it" also when no question is open. False: nothing was missing, or that is not said."""
    if not says_found(kit.text.text):
        return False
    parcel = missing.found(kit)
    if parcel is None:
        return False
    kit.shipment_id = parcel.id
    kit.reply("not_received_found", order=parcel.order_number)
    return True


def _correct(talk: Talk, said: str) -> Next:
    """After "we ask you again tomorrow": it has turned up, or they do not want to wait."""
    if says_found(said):
        return found(talk)
    return PERSON if _WILL_NOT_WAIT.search(fold(talk.kit.text.text)) else None


def _collected(talk: Talk) -> str:
    missing.handed_over(talk.kit, talk.the_parcel.id)
    looked = (
        "looked at other doors, with neighbors and at home" if talk.data.get("looked") else "has been asked to look"
    )
    asked = "; asked again, still missing" if talk.row.step == STILL else ""
    return f"Says it never arrived; {looked}{asked}"


PLOT: Final = Plot(
    name=missing.NAME,
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({CHECK, WAITING, STILL, PERSON}),
    steps={
        CHECK: Step(_ask_check, _pick_check, _check_words, frozenset({DONE})),
        WAITING: Step(_ask_waiting, _pick_waiting, _still_words, frozenset()),
        STILL: Step(_ask_still, _pick_still, _still_words, frozenset()),
    },
    correct=_correct,
    collected=_collected,
)
