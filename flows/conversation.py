"""Whatever no other flow takes: what the text means decides, an open story first."""

from collections.abc import Sequence

from bot.lateness import asks_why_late
from bot.person_wish import wants_person
from bot.temper import is_angry
from bot.understanding import Entity, from_customer
from channels.inbox import ClaimedText
from flows import case_reopening, escalation, languages, small_talk, thoughts, where_is_my_order
from flows.kit import Kit
from flows.pending_question import taken
from flows.serving import serve
from flows.stories import running


def conversation(message: ClaimedText, kit: Kit) -> bool:  # noqa: ARG001  as all flows
    """Take every text: go on with the open story, answer, begin a story, ask back, or hand it to a person."""
    if case_reopening.reopened(kit):
        return True
    if not thoughts.serve(kit, _one):
        _one(kit)
        running.resume(kit)
    return True


def _one(kit: Kit) -> None:
    """Serve one thought: an answer to what we asked, words for the open story, or something new."""
    if not taken(kit.text, kit) and not running.heard(kit):
        _take(kit)


def _take(kit: Kit) -> None:
    understood = from_customer(kit.understood())
    language = languages.asked_for(kit.text.text, kit.workflow.languages)
    if language is not None:
        kit.dialogue.language, kit.dialogue.language_asked, kit.language = language, True, language
        kit.reply("language_switched")
    elif asks_why_late(kit.text.text) and not is_angry(kit.text.text):
        kit.dialogue.misses = 0
        where_is_my_order.answer(kit, understood.entities)
    elif not understood.is_clear or understood.intent == "out_of_scope":
        _unclear(kit, understood.entities)
    else:
        kit.dialogue.misses = 0
        # Whoever tells what went wrong and asks for a person is not asked questions first.
        person = understood.intent in thoughts.TO_A_PERSON and wants_person(kit.text.text)
        serve(kit, thoughts.PERSON if person else understood.intent, understood.entities)


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
    if kit.dialogue.misses == 1 and not is_angry(kit.text.text):
        small_talk.ask_what(kit, guesses=from_customer(kit.understood()).guesses)
    else:
        kit.dialogue.misses = 0
        escalation.not_understood(kit)
