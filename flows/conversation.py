"""Whatever no other flow takes: what the text means decides."""

from collections.abc import Sequence

from bot.understanding import Entity, from_customer
from channels.inbox import ClaimedText
from flows import escalation, languages, small_talk, where_is_my_order
from flows.kit import Kit
from flows.text_names import CASE_INTENTS
from tracking_core.states import ShipmentState


def conversation(message: ClaimedText, kit: Kit) -> bool:
    """Take every text: answer it, ask back, or hand it to a person."""
    understood = from_customer(kit.understood())
    language = languages.asked_for(message.text, kit.workflow.languages)
    if language is not None:
        kit.dialogue.language, kit.dialogue.language_asked, kit.language = language, True, language
        kit.reply("language_switched")
        return True
    if not understood.is_clear or understood.intent == "out_of_scope":
        _unclear(kit, understood.entities)
        return True
    kit.dialogue.misses = 0
    intent, numbers = understood.intent, understood.entities
    if intent == "where_is_my_order":
        where_is_my_order.answer(kit, numbers)
    elif intent == "proof_of_delivery":
        _proof(kit)
    elif intent == "talk_to_person":
        escalation.talk_to_person(kit, numbers)
    elif intent in CASE_INTENTS:
        escalation.for_intent(kit, intent, numbers)
    elif intent == "help":
        kit.reply("help", contact=kit.workflow.contact)
    elif intent in small_talk.PLAIN:
        kit.reply(intent)
    else:  # affirm, deny: there is no question of ours they could answer
        kit.reply("noted")
    return True


def _unclear(kit: Kit, numbers: Sequence[Entity]) -> None:
    """Ask back once; the second time a person looks. Who writes but a number asks for that order.

    What follows an open request belongs to it.
    """
    if where_is_my_order.names_own(kit, numbers):
        where_is_my_order.answer(kit, numbers)
        return
    if escalation.add_to_open_case(kit):
        return
    if numbers:
        where_is_my_order.answer(kit, numbers)
        return
    kit.dialogue.misses += 1
    if kit.dialogue.misses == 1:
        small_talk.ask_what(kit, again=False)
    else:
        kit.dialogue.misses = 0
        escalation.not_understood(kit)


def _proof(kit: Kit) -> None:
    """Say truthfully what there is to show of a delivery; of what has not been delivered, where it is."""
    numbers = kit.understood().entities
    found = where_is_my_order.meant(kit, numbers)
    delivered = [one for one in found if one.state == ShipmentState.DELIVERED]
    if len(delivered) == 1:
        where_is_my_order.tell_status(kit, delivered[0], template="proof_none")
    else:
        where_is_my_order.answer(kit, numbers)
