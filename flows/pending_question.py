"""Answers to a question of ours: a number, "the second one", an order number, yes or no."""

import re
from collections.abc import Callable

from bot.entities import choice, yes_or_no
from channels.inbox import ClaimedText
from flows import consent, escalation, where_is_my_order
from flows.kit import Kit
from flows.models import PendingQuestion
from flows.small_talk import CLARIFY, WHICH_PROBLEM, ask_what, ask_which_problem
from flows.where_is_my_order import WHICH_PARCEL

#: Nothing but a number: an answer, also when it is none of the choices.
_BARE_NUMBER = re.compile(r"\W*\d{1,2}\W*", re.ASCII)


def pending_question(message: ClaimedText, kit: Kit) -> bool:
    """Take the answer to the question we have open; anything else is left to the other flows, the question open."""
    question = kit.question()
    if question is None:
        return False
    kit.answering = True
    taken = STORIES[question.story](message.text, kit, question) if question.story in STORIES else False
    kit.answering = taken
    return taken


def _which_parcel(text: str, kit: Kit, question: PendingQuestion) -> bool:
    picked = choice(text, len(question.options)) or where_is_my_order.named_option(text, question.options)
    if picked is not None:
        kit.forget_question()
        where_is_my_order.answer_about(kit, question.options[picked - 1]["shipment_id"])
    elif _BARE_NUMBER.fullmatch(text):
        where_is_my_order.ask_again(kit, question)
    return picked is not None or bool(_BARE_NUMBER.fullmatch(text))


def _clarify(text: str, kit: Kit, question: PendingQuestion) -> bool:
    picked = choice(text, len(question.options))
    if picked is None:
        if not _BARE_NUMBER.fullmatch(text):
            return False
        ask_what(kit, again=True)
        return True
    kit.forget_question()
    kit.dialogue.misses = 0
    intent = question.options[picked - 1]["intent"]
    if intent == "where_is_my_order":
        where_is_my_order.answer(kit, numbers=())
    elif intent == "talk_to_person":
        escalation.talk_to_person(kit)
    else:
        ask_which_problem(kit, again=False)
    return True


def _which_problem(text: str, kit: Kit, question: PendingQuestion) -> bool:
    picked = choice(text, len(question.options))
    if picked is None:
        if not _BARE_NUMBER.fullmatch(text):
            return False
        ask_which_problem(kit, again=True)
        return True
    kit.forget_question()
    escalation.for_intent(kit, question.options[picked - 1]["intent"], numbers=())
    return True


def _stop_texting(text: str, kit: Kit, question: PendingQuestion) -> bool:
    answer = yes_or_no(text)
    if answer is None or question.story != consent.STOP_TEXTING:
        return False
    kit.forget_question()
    if answer:
        consent.stop(kit, by="words")
    else:
        kit.reply("noted")
    return True


#: Story -> who takes the answer: True when the text was one.
STORIES: dict[str, Callable[[str, Kit, PendingQuestion], bool]] = {
    WHICH_PARCEL: _which_parcel,
    CLARIFY: _clarify,
    WHICH_PROBLEM: _which_problem,
    consent.STOP_TEXTING: _stop_texting,
}
