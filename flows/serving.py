"""What each intent leads to, however it was found out: by understanding, or from a menu."""

from collections.abc import Sequence
from typing import Final

from bot.found_words import never_came
from bot.understanding import Entity
from flows import escalation, menus, possible, small_talk, where_is_my_order
from flows.kit import Kit
from flows.stories import running
from flows.stories.plots import PLOTS
from flows.text_names import CASE_INTENTS
from tracking_core.states import ShipmentState

PERSON: Final = "talk_to_person"
#: What is offered to whoever asks what we can do, in this order, as far as the parcel's state allows.
HELP: Final = (
    "where_is_my_order",
    "contact_driver",
    "delivery_instructions",
    "reschedule",
    "change_address",
    "proof_of_delivery",
    "not_received",
    "damaged",
    "wrong_or_missing_item",
    "return_or_refund",
)
MOST_HELP: Final = 5


def serve(kit: Kit, intent: str, numbers: Sequence[Entity], *, said: str | None = None) -> None:
    """Answer the intent, or begin its story. numbers: the orders it is about. said: what a story begins with."""
    if intent == "where_is_my_order" and never_came(kit.text.text) and _all_delivered(kit, numbers):
        intent = "not_received"  # to tell them that it was delivered would send them round in a circle
    if intent == "where_is_my_order":
        where_is_my_order.answer(kit, numbers)
    elif intent in PLOTS:
        running.begin(kit, intent, numbers, said=said)
    elif intent == "talk_to_person":
        escalation.talk_to_person(kit, numbers)
    elif intent in CASE_INTENTS:
        escalation.for_intent(kit, intent, numbers)
    elif intent == "help":
        _help(kit, numbers)
    elif intent in small_talk.PLAIN:
        kit.reply(intent)
    else:  # affirm, deny: there is no question of ours they could answer
        kit.reply("noted")


def _all_delivered(kit: Kit, numbers: Sequence[Entity]) -> bool:
    """Whether all the parcels they may mean have been delivered, as far as we know."""
    found = where_is_my_order.meant(kit, numbers)
    return bool(found) and all(one.state == ShipmentState.DELIVERED for one in found)


def about_order(order_number: str | None) -> tuple[Entity, ...]:
    """The order as a number somebody wrote; () for none."""
    return () if order_number is None else (Entity("order_number", order_number, 0, 0),)


def _help(kit: Kit, numbers: Sequence[Entity]) -> None:
    """Offer what can be done for the parcel they most likely mean; somebody without one reads how this works."""
    parcels = where_is_my_order.meant(kit, numbers)
    if not parcels:
        kit.reply("help", contact=kit.workflow.contact)
        return
    parcel = parcels[0]
    kit.shipment_id = parcel.id
    fitting = [one for one in HELP if one != PERSON and possible.makes_sense(kit, one, parcel)]
    menus.offer(kit, "help_menu", (*fitting[:MOST_HELP], PERSON), parcel)
