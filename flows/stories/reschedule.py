"""Another delivery time: real slots by number or in words, written to the parcel and confirmed in words."""

from collections.abc import Sequence
from datetime import datetime

from bot.answers import choice, yes_or_no
from bot.understanding import Understanding
from bot.when import When, matching, when
from channels.segments import count
from flows import delays
from flows.kit import Kit
from flows.rescheduling import clock_of, hindrance, in_a_list, in_words, move, offered
from flows.slots import Slot
from flows.stories.machine import DONE, PERSON, Next, Plot, Step, Talk
from flows.stories.words import asks, denies, drops_it, undenied, wanted, wants_more, wants_none
from flows.telling import Telling
from flows.texts import MAX_SEGMENTS
from tracking_core.models import Shipment

SLOT, CONFIRM = "slot", "confirm"
#: So many slots are listed at most; fewer when they would not fit.
MOST_LISTED = 6


def _hindrance(kit: Kit, shipment: Shipment) -> str | None:
    return hindrance(kit.session, shipment, kit.workflow, now=kit.now)


def _refuse(why: str) -> tuple[str, tuple[str, ...]]:
    near = why in ("soon", "at_address")
    return "reschedule_not", ("delivery_instructions", "contact_driver", "talk_to_person") if near else ()


def _begin(talk: Talk, text: str) -> str:
    """Go straight to the question when the text names one slot, else list what fits."""
    talk.sure = False
    return _heard(talk, text) or SLOT


# -- which slot -------------------------------------------------------------------------------------------------------


def _ask_slot(talk: Talk, again: bool) -> None:
    free = _left(talk)
    first = talk.data.get("page", 0) if talk.data.get("page", 0) < len(free) else 0
    zone = clock_of(talk.the_parcel, talk.kit.workflow)
    lines = [in_a_list(slot, talk.kit.wording, zone) for slot in free]
    nothing = bool(talk.data.get("nothing"))
    words, shown = "", 0
    for shown in range(min(MOST_LISTED, len(free) - first), 0, -1):
        words = talk.kit.compose(
            "reschedule_slots",
            order=talk.the_parcel.order_number,
            slots=lines[first : first + shown],
            more=shown < len(_all(talk)),
            again=again,
            nothing=nothing,
        )
        if count(words).segments <= MAX_SEGMENTS:
            break
    talk.note(shown=_noted(free[first : first + shown]), page=first, nothing=None)
    talk.kit.say(words)


def _pick_slot(talk: Talk, text: str) -> Next:
    shown = _read(talk.data.get("shown", ()))
    picked = choice(text, len(shown))  # "the last one" is the last slot, not what stands below it
    if picked is not None:
        return _take(talk, shown[picked - 1])
    if wants_more(text) or (choice(text, len(shown) + 1) and len(_all(talk)) > len(shown)):
        return _more(talk)
    return _none_fits(talk) if wants_none(text) else None


def _slot_words(talk: Talk, text: str, understood: Understanding) -> Next:
    after = _heard(talk, text)
    if after is None and understood.is_clear and understood.intent == "deny":
        return _none_fits(talk)
    return after


def _heard(talk: Talk, text: str) -> Next:
    """Take the one slot the words surely mean, ask about it, or list what fits; None when they say nothing of when."""
    fitting = _fitting(talk, text)
    if fitting is None:
        return None
    if len(fitting) == 1 and (not denies(text) or _wish(talk, wanted(text)) is not None):
        if talk.sure and not asks(text) and not denies(text):
            return _take(talk, fitting[0])
        _want(talk, fitting[0])
        return CONFIRM
    talk.note(only=_noted(fitting) or None, nothing=not fitting or None, page=None)
    return SLOT


def _claims_slot(talk: Talk, text: str, understood: Understanding) -> bool:
    """Whether a time in the text is the answer; in a question it may be what they ask about."""
    if asks(text) and understood.intent == "where_is_my_order":
        return False
    return _fitting(talk, text) is not None


def _more(talk: Talk) -> Next:
    """Turn to the next page, after the last one to the first; from a narrowed list back to all."""
    shown, page = len(talk.data.get("shown", ())), talk.data.get("page", 0)
    talk.note(only=None, page=0 if talk.data.get("only") else page + shown)
    return SLOT


def _none_fits(talk: Talk) -> Next:
    """None of these: the next ones, if there are any; else a person."""
    shown, page = len(talk.data.get("shown", ())), talk.data.get("page", 0)
    if talk.data.get("only") or page + shown < len(_all(talk)):
        return _more(talk)
    talk.note(wish="none of the times")
    return PERSON


# -- is it that one? --------------------------------------------------------------------------------------------------


def _ask_confirm(talk: Talk, again: bool) -> None:
    slot = _wanted(talk)
    zone = clock_of(talk.the_parcel, talk.kit.workflow)
    words = in_words(slot, talk.kit.wording, zone)
    talk.say("reschedule_confirm", order=talk.the_parcel.order_number, slot=words, again=again)


def _pick_confirm(talk: Talk, text: str) -> Next:
    picked = choice(text, 2)
    said = yes_or_no(text)
    if picked == 1 or said is True:
        return _take(talk, _wanted(talk))
    if picked == 2 or wants_more(text) or wants_none(text) or (said is False and _fitting(talk, text) is None):
        talk.note(only=None, wanted=None)
        return SLOT
    return None


def _confirm_words(talk: Talk, text: str, understood: Understanding) -> Next:
    if understood.is_clear and understood.intent == "affirm":
        return _take(talk, _wanted(talk))
    if understood.is_clear and understood.intent == "deny" and _fitting(talk, text) is None:
        talk.note(only=None, wanted=None)
        return SLOT
    return _slot_words(talk, text, understood)


# -- what it does -----------------------------------------------------------------------------------------------------


def _take(talk: Talk, slot: Slot) -> Next:
    """Write the slot to the parcel, if it is still free, and say so."""
    parcel, kit = talk.the_parcel, talk.kit
    if slot not in _all(talk) and not _is_back(talk, slot):
        talk.note(only=None, nothing=True, page=None)
        return SLOT
    if "before" not in talk.data and parcel.promised_from and parcel.promised_to:
        talk.note(before=_noted([Slot(parcel.promised_from, parcel.promised_to)])[0])
    key = kit.next_key()
    words = in_words(slot, kit.wording, clock_of(parcel, kit.workflow))
    move(kit.session, kit.house, parcel, slot, key=key, words=words, now=talk.now)
    delays.say_anew(Telling(kit.session, kit.house, kit.workflow, kit.retailer, talk.now), parcel)
    talk.say("reschedule_done", key=key, order=parcel.order_number, slot=words)
    talk.note(taken=_noted([slot])[0], only=None, shown=None, page=None)
    return DONE


def _correct(talk: Talk, said: str) -> Next:
    """Another day than the one just confirmed, a bare no, or all as it was before."""
    if not said:
        talk.note(only=None, page=None)
        return SLOT
    if drops_it(said) and talk.data.get("before"):
        talk.note(wanted=talk.data["before"])
        return CONFIRM
    return _heard(talk, said)


def _is_back(talk: Talk, slot: Slot) -> bool:
    """Whether it is the time it had before, and that can still be kept."""
    before = talk.data.get("before")
    return before == _noted([slot])[0] and slot.begins > talk.now + talk.kit.workflow.reschedule.cutoff


def _want(talk: Talk, slot: Slot) -> None:
    talk.note(wanted=_noted([slot])[0])


def _wanted(talk: Talk) -> Slot:
    return _read([talk.data["wanted"]])[0]


def _all(talk: Talk) -> list[Slot]:
    return offered(talk.kit.session, talk.the_parcel, talk.kit.workflow, now=talk.now)


def _left(talk: Talk) -> list[Slot]:
    """What may be listed: the slots that fit what they said, else all; of both only what is still free."""
    free = _all(talk)
    return [slot for slot in _read(talk.data.get("only", ())) if slot in free] or free


def _fitting(talk: Talk, text: str) -> list[Slot] | None:
    """The free slots the words mean, or do not deny; None when they say nothing about when."""
    if not denies(text):
        return _slots_of(talk, _wish(talk, text))
    meant = _slots_of(talk, _wish(talk, wanted(text)))  # "I am not home tomorrow, can you come on Friday?"
    if meant is not None:
        return meant
    unwanted = _slots_of(talk, _wish(talk, undenied(text)))
    return None if unwanted is None else [slot for slot in _left(talk) if slot not in unwanted] or _all(talk)


def _wish(talk: Talk, text: str) -> When | None:
    zone = clock_of(talk.the_parcel, talk.kit.workflow)
    return when(text, now=talk.now, zone=zone, language=talk.kit.language)


def _slots_of(talk: Talk, wish: When | None) -> list[Slot] | None:
    if wish is None:
        return None
    free = _all(talk)
    zone = clock_of(talk.the_parcel, talk.kit.workflow)
    return [free[place] for place in matching(wish, [slot.pair for slot in free], zone)]


def _noted(slots: Sequence[Slot]) -> list[list[str]]:
    return [[slot.begins.isoformat(), slot.ends.isoformat()] for slot in slots]


def _read(noted: Sequence[Sequence[str]]) -> list[Slot]:
    return [Slot(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in noted]


def _collected(talk: Talk) -> str:
    shown = talk.data.get("wish") or ", ".join(begins for begins, _ in talk.data.get("shown", ()))
    return f"Wants another delivery time; was offered: {shown}" if shown else "Wants another delivery time"


PLOT = Plot(
    name="reschedule",
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({SLOT, CONFIRM}),
    steps={
        SLOT: Step(_ask_slot, _pick_slot, _slot_words, frozenset({SLOT, CONFIRM, DONE}), _claims_slot),
        CONFIRM: Step(_ask_confirm, _pick_confirm, _confirm_words, frozenset({SLOT, DONE}), _claims_slot),
    },
    correct=_correct,
    collected=_collected,
)
