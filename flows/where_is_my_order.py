"""Where is my order: the truth about the sender's own parcels, and nothing about anybody else's."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.understanding import Entity
from channels.consent_words import plain
from channels.segments import count
from flows import promises
from flows.kit import Kit
from flows.models import PendingQuestion
from flows.texts import MAX_SEGMENTS
from tracking_core.models import Shipment
from tracking_core.shipments import of_phone
from tracking_core.states import ShipmentState

#: The story under which "which one?" waits for its answer.
WHICH_PARCEL = "which_parcel"
#: A parcel that arrived so long ago is spoken of beside those that are still to come.
JUST_OVER = timedelta(hours=48)
#: How a list of parcels is shortened until it fits: how many, and whether their states are said.
LISTS = ((5, True), (5, False), (4, False), (3, False), (2, False))
#: States whose time matters to the shopper.
WHEN_MATTERS = frozenset({ShipmentState.DELIVERED, ShipmentState.ATTEMPT_FAILED, ShipmentState.RETURNED})
#: A number as short as this may be anything.
LEAST_DIGITS = 3


def answer(kit: Kit, numbers: Sequence[Entity]) -> None:
    """Say where the sender's parcel is; ask which one when there are several; a stranger learns nothing."""
    found = meant(kit, numbers)
    if not found:
        kit.reply("stranger", contact=kit.workflow.contact)
    elif len(found) == 1:
        tell_status(kit, found[0])
    else:
        _ask(kit, found, again=False)


def answer_about(kit: Kit, shipment_id: int) -> None:
    """Say where this parcel is, if it is still the sender's."""
    found = [one for one in own(kit) if one.id == shipment_id]
    if found:
        tell_status(kit, found[0])
    else:
        kit.reply("stranger", contact=kit.workflow.contact)


def ask_again(kit: Kit, question: PendingQuestion) -> None:
    """Ask once more which parcel is meant: the number was none of the choices."""
    known = {one.id: one for one in own(kit)}
    left = [known[option["shipment_id"]] for option in question.options if option["shipment_id"] in known]
    _ask(kit, left, again=True)


def meant(kit: Kit, numbers: Sequence[Entity]) -> list[Shipment]:
    """The sender's parcels the text may mean: those it names; else those on their way or just arrived; else the last.

    A number that is none of theirs means none of them: it narrows, never widens.
    """
    theirs = own(kit)
    named = _named(kit, theirs, numbers)
    if named or numbers:
        return named
    still_open = [one for one in theirs if not ShipmentState(one.state).is_final]
    fresh = [one for one in theirs if one not in still_open and kit.now - (one.state_at or one.created_at) < JUST_OVER]
    return still_open + fresh or theirs[:1]


def names_own(kit: Kit, numbers: Sequence[Entity]) -> bool:
    """Whether the text names a parcel of the sender's."""
    return bool(_named(kit, own(kit), numbers))


def tell_status(kit: Kit, parcel: Shipment, *, template: str | None = None) -> None:
    """Say where the parcel is, when it comes, and why not sooner."""
    kit.shipment_id = parcel.id
    state, zone = ShipmentState(parcel.state), kit.wording.zone(parcel)
    values = kit.wording.parcel(kit.session, parcel)
    happened = parcel.state_at if state in WHEN_MATTERS else None
    when = kit.wording.moment(happened, zone) if happened else ""
    name = template or f"status_{state.value}"
    words = kit.compose(name, when=when, **values)
    if kit.is_loop(words):
        return
    key = kit.next_key()
    expected = kit.wording.expected(parcel)
    if values["window"]:
        promises.note(kit.session, kit.wording, parcel, words, key=key, template=name, expected=expected)
    kit.say(words, key=key)


def named_option(text: str, options: Sequence[dict[str, Any]]) -> int | None:
    """Which option's number the text names, counted from 1; None for none, or for more than one."""
    found = [
        place
        for place, option in enumerate(options, start=1)
        if any(_names(text, number) for number in (option["order"], option["tracking"]))
    ]
    return found[0] if len(found) == 1 else None


def is_named(parcel: Shipment, text: str, numbers: Sequence[Entity]) -> bool:
    """Whether the text, or a number found in it, names the parcel."""
    return any(_is_number_of(entity.value, parcel) for entity in numbers) or _stands_in(text, parcel)


def _named(kit: Kit, theirs: Sequence[Shipment], numbers: Sequence[Entity]) -> list[Shipment]:
    named = [one for one in theirs if any(_is_number_of(entity.value, one) for entity in numbers)]
    return named or [one for one in theirs if _stands_in(kit.text.text, one)]


def own(kit: Kit) -> list[Shipment]:
    """The sender's parcels of the last weeks, the nearest to the door first."""
    return of_phone(kit.session, kit.retailer, kit.text.sender, now=kit.now)


def _ask(kit: Kit, parcels: Sequence[Shipment], *, again: bool) -> None:
    shown, words = listing(kit, parcels, again=again)
    options = [{"shipment_id": one.id, "order": one.order_number, "tracking": one.tracking_number} for one in shown]
    if again or not kit.is_loop(words):
        kit.ask(WHICH_PARCEL, options)
        kit.say(words)


def listing(
    kit: Kit, parcels: Sequence[Shipment], *, again: bool, every: bool = False
) -> tuple[Sequence[Shipment], str]:
    """As many parcels as fit into two segments, and the question. every: "all of them" is the last choice."""
    words = ""
    shown = parcels
    for most, with_state in LISTS:
        shown = parcels[:most]
        rows = [
            {"label": _label(one, parcels), "state": kit.wording.state(one.state) if with_state else ""}
            for one in shown
        ]
        words = kit.compose("which_parcel", parcels=rows, again=again, every=every)
        if count(words).segments <= MAX_SEGMENTS:
            break
    return shown, words


def _label(parcel: Shipment, parcels: Sequence[Shipment]) -> str:
    """The order number; with the end of the tracking number where several parcels of one order stand in the list."""
    same = [one for one in parcels if one.order_number == parcel.order_number]
    if len(same) == 1:
        return parcel.order_number
    tail = parcel.tracking_number[-4:] or f"{same.index(parcel) + 1}/{len(same)}"
    return f"{parcel.order_number} ({tail})"


def _squeezed(number: str) -> str:
    return re.sub(r"[\W_]+", "", plain(number))


def _is_number_of(said: str, parcel: Shipment) -> bool:
    """Whether what they wrote is the parcel's number, or its end: people leave the letters out."""
    wanted = _squeezed(said)
    for number in (_squeezed(parcel.order_number), _squeezed(parcel.tracking_number)):
        if wanted and (number == wanted or (len(wanted) > LEAST_DIGITS and number.endswith(wanted))):
            return True
    return False


def _stands_in(text: str, parcel: Shipment) -> bool:
    return _names(text, parcel.order_number) or _names(text, parcel.tracking_number)


def _names(text: str, number: str) -> bool:
    """Whether the number stands in the text as a word of its own, however it is hyphenated."""
    wanted = _squeezed(number)
    if len(wanted) < LEAST_DIGITS:
        return False
    words = plain(text).split()
    joined = ("".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, start + 5))
    return wanted in joined
