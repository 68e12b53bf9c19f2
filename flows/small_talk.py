"""Asking back when a text means nothing we know: what it is likely to mean first, and always a person."""

from collections.abc import Sequence
from typing import Any, Final

from flows import menus, possible
from flows.kit import Kit

#: Stories under which these questions wait for their answers.
CLARIFY: Final = "clarify"
WHICH_PROBLEM: Final = "which_problem"
#: A choice that leads to the next question: what went wrong.
PROBLEM: Final = "problem"
PERSON: Final = "talk_to_person"
#: What is offered where nothing is likely.
CHOICES: Final = ("where_is_my_order", PROBLEM, PERSON)
PROBLEMS: Final = ("not_received", "damaged", "wrong_or_missing_item", "complaint")
#: What can be wrong with a parcel that has not come yet.
EARLY: Final = ("where_is_my_order", "complaint", PERSON)
#: So many guesses are offered, beside the person.
MOST_GUESSES: Final = 3
#: Intents that are answered with the text of the same name.
PLAIN: Final = frozenset({"greet", "thanks", "goodbye", "are_you_a_bot"})
#: What nobody is asked whether they meant it.
_NOT_OFFERED: Final = PLAIN | {"affirm", "deny", "help", "out_of_scope", PERSON}


def ask_what(kit: Kit, *, guesses: Sequence[str] = ()) -> None:
    """Ask what the text is about: what it is likely to mean and the parcels allow, else the usual; last a person."""
    likely = [one for one in possible.possible(kit, guesses) if one not in _NOT_OFFERED][:MOST_GUESSES]
    intents = (*likely, PERSON) if len(likely) > 1 else tuple(dict.fromkeys((*likely, *CHOICES)))
    menus.offer(kit, CLARIFY, intents, story=CLARIFY, again=False, guessed=bool(likely))


def ask_which_problem(kit: Kit) -> None:
    """Ask what went wrong, with the choices that make sense for one of the parcels at least."""
    problems = possible.possible(kit, PROBLEMS)
    # Before anything has been delivered, little can have gone wrong but the time.
    menus.offer(kit, WHICH_PROBLEM, problems if len(problems) > 1 else EARLY, story=WHICH_PROBLEM, again=False)


def ask_again(kit: Kit, story: str, options: Sequence[dict[str, Any]]) -> None:
    """Ask the same once more: the number was none of the choices."""
    intents = [option["intent"] for option in options]
    if story == CLARIFY:
        menus.offer(kit, CLARIFY, intents, story=CLARIFY, again=True, guessed=False)
    else:
        menus.offer(kit, WHICH_PROBLEM, intents, story=WHICH_PROBLEM, again=True)
