"""Plays the stories: begins them, hears answers, survives interruptions, and lets a person go on where words fail."""

import re
from collections.abc import Sequence
from typing import Final

from bot.answers import correction, yes_or_no
from bot.temper import is_angry
from bot.understanding import Entity, Understanding, from_customer
from flows import escalation, languages, menus
from flows.kit import Kit
from flows.stories import which
from flows.stories.machine import DONE, OVER, PERSON, Plot, Step, Talk
from flows.stories.plots import PLOTS
from flows.stories.rows import end, fresh, make_way, rows_of, talk_of, under_way
from flows.stories.words import drops_it
from flows.where_is_my_order import meant, own, tell_status
from tracking_core.models import Shipment

#: After so many interruptions the question is not asked again: somebody who is not interested, or a machine.
MOST_RETURNS: Final = 4
#: Nothing but a number: an answer, also when it is none of the choices.
_BARE_NUMBER: Final = re.compile(r"\W*\d{1,2}\W*", re.ASCII)
#: Intents that say nothing by themselves: whether they answer, the step knows.
ANSWERS: Final = frozenset({"affirm", "deny", "out_of_scope"})


def begin(kit: Kit, name: str, numbers: Sequence[Entity], *, said: str | None = None) -> None:
    """Begin the story of that name. One that is open waits until this one has ended.

    said: the words it begins with, by default the text's; empty when the text only picked it from a menu.
    """
    first = kit.text.text if said is None else said
    plot = PLOTS[name]
    found = meant(kit, numbers)
    possible = [one for one in found if plot.hindrance(kit, one) is None]
    if not possible and plot.looks_back and not numbers:
        possible = [one for one in own(kit) if plot.hindrance(kit, one) is None]
    if not found and (plot.needs_parcel or numbers):
        kit.reply("stranger", contact=kit.workflow.contact)
        return
    if found and not possible:
        _refuse(kit, plot, found[0], plot.hindrance(kit, found[0]) or "")
        return
    talk = Talk(kit, fresh(kit, name), None)
    talk.note(first=first, inbox=[kit.text.id])
    if len(possible) > 1:
        talk.note(choices=[one.id for one in possible])
        _go(talk, which.STEP)
    elif possible:
        _with_parcel(talk, possible)
    else:
        _go(talk, plot.begin(talk, first))


def answered(kit: Kit) -> bool:
    """Take what needs no understanding to be an answer to the open story: a number, yes or no, "never mind"."""
    talk = under_way(kit)
    if talk is None:
        return False
    kit.answering = True
    if drops_it(kit.text.text):
        end(talk, "ended")
        talk.say("story_dropped")
        _resume_waiting(kit)
        return True
    if _hindered(talk):
        return True
    after = _step(talk).pick(talk, kit.text.text)
    if after is not None:
        _go(talk, after)
    elif _BARE_NUMBER.fullmatch(kit.text.text):
        _missed(talk)  # a number that is none of the choices
    else:
        kit.answering = False
        return False
    return True


def heard(kit: Kit) -> bool:
    """Take the words that belong to the open story, or correct what was just settled. False: they mean something else.

    What is not understood is asked again, with the choices; the second time a person goes on.
    """
    understood = from_customer(kit.understood())
    talk = under_way(kit)
    if talk is None:
        return _corrected(kit, understood)
    said = correction(kit.text.text) or kit.text.text
    if understood.is_clear and understood.intent == "talk_to_person":
        _go(talk, PERSON)
        return True
    kit.answering = True
    after = None
    if not _interrupts(talk, understood, said) and not _hindered(talk):
        after = _step(talk).words(talk, said, understood)
    if talk.row.state != "open":  # it could not go on: that has been said
        return True
    if after is not None:
        _go(talk, after)
        return True
    kit.answering = False
    if _corrected(kit, understood):
        resume(kit)
        return True
    if _is_something_else(talk, understood):
        return False
    kit.answering = True
    _missed(talk)
    return True


def resume(kit: Kit) -> None:
    """Ask the open story's question once more, after something else has been answered."""
    talk = under_way(kit)
    if talk is None or kit.story_asked or kit.question() is not None or talk.row.returns >= MOST_RETURNS:
        return
    talk.row.returns += 1
    kit.answering = True
    _ask(talk, again=False)


def claims(kit: Kit) -> bool:
    """Whether the words are surely an answer to the open story's question."""
    talk = under_way(kit)
    return talk is not None and _step(talk).claims(talk, kit.text.text, from_customer(kit.understood()))


def is_open(kit: Kit) -> bool:
    """Whether a story waits for an answer."""
    return under_way(kit) is not None


def _go(talk: Talk, after: str) -> None:
    """Move to a step and ask its question, or end."""
    row, plot = talk.row, PLOTS[talk.row.story]
    row.touched_at, row.expires_at = talk.now, talk.now + talk.kit.workflow.conversation.forget_after
    row.misses = 0
    if after == PERSON:
        end(talk, "ended")
        escalation.with_collected(
            talk.kit, plot.name, talk.parcel, _collected(talk), inbox=list(talk.data.get("inbox", ()))
        )
    elif after == OVER:
        end(talk, "ended")
    elif after == DONE:
        end(talk, "done")
    else:
        if row.state != "open":
            make_way(talk.kit, row.story)
            row.state = "open"
        row.step = after
        _ask(talk, again=False)
        return
    _resume_waiting(talk.kit)


def _ask(talk: Talk, *, again: bool) -> None:
    talk.kit.forget_question()
    talk.kit.story_asked = True
    _step(talk).ask(talk, again)


def _collected(talk: Talk) -> str:
    """What the story has collected; nothing while not even the parcel is known."""
    plot = PLOTS[talk.row.story]
    return plot.collected(talk) if talk.parcel is not None or not plot.needs_parcel else ""


def _with_parcel(talk: Talk, chosen: Sequence[Shipment]) -> None:
    """Go on with the parcel, or parcels, it is about."""
    which.settle(talk, chosen)
    _go(talk, PLOTS[talk.row.story].begin(talk, talk.data["first"]))


def _hindered(talk: Talk) -> bool:
    """End a story that the parcel's state has overtaken, and say so."""
    plot = PLOTS[talk.row.story]
    why = plot.hindrance(talk.kit, talk.parcel) if talk.parcel is not None else None
    if why is None or talk.parcel is None:
        return False
    end(talk, "ended")
    _refuse(talk.kit, plot, talk.parcel, why)
    _resume_waiting(talk.kit)
    return True


def _refuse(kit: Kit, plot: Plot, parcel: Shipment, why: str) -> None:
    """Say why it cannot be, and what can be done instead."""
    kit.shipment_id = parcel.id
    template, instead = plot.refuse(why)
    if not template:
        tell_status(kit, parcel)
    elif instead:
        menus.offer(kit, template, instead, parcel, why=why)
    else:
        kit.reply(template, order=parcel.order_number, why=why, choices=[])


def _missed(talk: Talk) -> None:
    talk.row.misses += 1
    if talk.row.misses > 1 or is_angry(talk.kit.text.text):
        _go(talk, PERSON)
        return
    talk.row.expires_at = talk.now + talk.kit.workflow.conversation.forget_after
    _ask(talk, again=True)


def _interrupts(talk: Talk, understood: Understanding, said: str) -> bool:
    return _is_something_else(talk, understood) and not _step(talk).claims(talk, said, understood)


def _is_something_else(talk: Talk, understood: Understanding) -> bool:
    plot = PLOTS[talk.row.story]
    if languages.asked_for(talk.kit.text.text, talk.kit.workflow.languages) is not None:
        return True
    if _names_another(talk, understood):
        return True
    if not understood.is_clear or understood.intent in ANSWERS | plot.also | {plot.name}:
        return False
    # What cannot be for this parcel was hardly meant: "thrown over the fence" is no way to deliver what has been.
    other = PLOTS.get(understood.intent)
    impossible = other is not None and talk.parcel is not None and other.hindrance(talk.kit, talk.parcel) is not None
    return not (impossible and plot.needs_words and not understood.entities)


def _names_another(talk: Talk, understood: Understanding) -> bool:
    """Whether the text is about another parcel of theirs than the story's: "and where is B2002?"."""
    if talk.parcel is None or not understood.entities:
        return False
    named = meant(talk.kit, understood.entities)
    return bool(named) and all(one.order_number != talk.parcel.order_number for one in named)


def _corrected(kit: Kit, understood: Understanding) -> bool:
    """Let what was settled last be set right: "no, Friday", or a bare "no"."""
    text = kit.text.text
    said = correction(text)
    refused = yes_or_no(text) is False and "thank" not in text.lower() and "gracias" not in text.lower()
    marked = said is not None or refused or drops_it(text)
    if not marked and understood.is_clear and understood.intent not in ("affirm", "deny"):
        return False
    for row in rows_of(kit, "done"):
        talk = talk_of(kit, row)
        plot = PLOTS[row.story]
        if talk.parcel is not None and plot.hindrance(kit, talk.parcel) is not None:
            continue
        kit.answering = True
        talk.sure = marked
        after = plot.correct(talk, "" if said is None and refused else said or text)
        if after is not None:
            talk.note(inbox=[*talk.data.get("inbox", ()), kit.text.id])
            kit.shipment_id = row.shipment_id
            _go(talk, after)
            return True
        kit.answering = False
    return False


def _resume_waiting(kit: Kit) -> None:
    """Come back to the story that had to wait."""
    rows = rows_of(kit, "waiting")
    if rows:
        rows[0].state = "open"
        kit.session.flush()
        resume(kit)


def _step(talk: Talk) -> Step:
    if talk.row.step == which.STEP:
        return which.step(PLOTS[talk.row.story])
    return PLOTS[talk.row.story].steps[talk.row.step]
