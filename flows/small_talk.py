"""Everything that is said to nobody in particular: greetings, thanks, and asking back when a text means nothing."""

from typing import Any

from flows.kit import Kit

#: Stories under which these questions wait for their answers.
CLARIFY = "clarify"
WHICH_PROBLEM = "which_problem"
#: The choices as the texts number them.
CHOICES = ("where_is_my_order", "problem", "talk_to_person")
PROBLEMS = ("not_received", "damaged", "wrong_or_missing_item", "complaint")
#: Intents that are answered with the text of the same name.
PLAIN = frozenset({"greet", "thanks", "goodbye", "are_you_a_bot"})


def ask_what(kit: Kit, *, again: bool) -> None:
    """Ask what the text is about, with choices."""
    _ask(kit, CLARIFY, "clarify", CHOICES, again=again)


def ask_which_problem(kit: Kit, *, again: bool) -> None:
    """Ask what went wrong, with choices."""
    _ask(kit, WHICH_PROBLEM, "which_problem", PROBLEMS, again=again)


def _ask(kit: Kit, story: str, template: str, intents: tuple[str, ...], *, again: bool) -> None:
    options: list[dict[str, Any]] = [{"intent": intent} for intent in intents]
    kit.ask(story, options)
    kit.reply(template, again=again)
