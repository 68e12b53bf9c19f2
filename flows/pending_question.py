"""Answers to a question of ours: a number, "the second one", an order number, yes or no; an open story's last."""

import re
from collections.abc import Callable

from bot.entities import choice, yes_or_no
from channels.inbox import ClaimedText
from flows import consent, driver_answers, small_talk, where_is_my_order
from flows.kit import Kit
from flows.menus import OFFER
from flows.models import PendingQuestion
from flows.serving import about_order, serve
from flows.small_talk import CLARIFY, WHICH_PROBLEM
from flows.stories import not_received, running
from flows.thoughts import has_several
from flows.where_is_my_order import WHICH_PARCEL

#: Nothing but a number: an answer, also when it is none of the choices.
_BARE_NUMBER = re.compile(r"\W*\d{1,2}\W*", re.ASCII)


def pending_question(message: ClaimedText, kit: Kit) -> bool:
    """Take the answer to the question we have open; anything else is left to the other flows, the question open.

    A text that may hold several thoughts is left whole to `conversation`, which asks here for each of them.
    """
    return not has_several(message.text) and taken(message, kit)


def taken(message: ClaimedText, kit: Kit) -> bool:
    """Take one thought that answers what we have open."""
    question = kit.question()
    if question is not None and question.story in STORIES:
        kit.answering = True
        if STORIES[question.story](message.text, kit, question):
            running.resume(kit)
            return True
        kit.answering = False
    return running.answered(kit) or not_received.found_by_itself(kit)


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
        return _once_more(text, kit, question)
    kit.forget_question()
    kit.dialogue.misses = 0
    intent = question.options[picked - 1]["intent"]
    if intent == small_talk.PROBLEM:
        small_talk.ask_which_problem(kit)
    else:
        serve(kit, intent, (), said="")
    return True


def _which_problem(text: str, kit: Kit, question: PendingQuestion) -> bool:
    picked = choice(text, len(question.options))
    if picked is None:
        return _once_more(text, kit, question)
    kit.forget_question()
    serve(kit, question.options[picked - 1]["intent"], (), said="")
    return True


def _once_more(text: str, kit: Kit, question: PendingQuestion) -> bool:
    """Ask again after a number that is none of the choices; words are left to whoever understands them."""
    if not _BARE_NUMBER.fullmatch(text):
        return False
    small_talk.ask_again(kit, question.story, question.options)
    return True


def _offer(text: str, kit: Kit, question: PendingQuestion) -> bool:
    picked = choice(text, len(question.options))
    if picked is None:
        return False
    kit.forget_question()
    option = question.options[picked - 1]
    serve(kit, option["intent"], about_order(option["order"]), said="")
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
    OFFER: _offer,
    WHICH_PROBLEM: _which_problem,
    consent.STOP_TEXTING: _stop_texting,
    **driver_answers.STORIES,
}
