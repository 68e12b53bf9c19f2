"""A driver's answers to a question of ours."""

import re
from dataclasses import replace
from typing import Any

from bot import driver_words
from bot.answers import choice, yes_or_no
from bot.driver_words import Said, Word
from channels import inbox
from flows import driver_reading
from flows.driver_commands import perform
from flows.driver_desk import Desk
from flows.driver_questions import (
    AS_CUSTOMER,
    AS_DRIVER,
    LEAK,
    MINUTES,
    PHOTO,
    SURE,
    WHICH,
    WHO,
    ask_which,
    said_before,
)
from flows.driver_showing import show
from flows.driver_stops import report, take_photos
from flows.driver_writing import write
from flows.kit import Kit
from flows.models import PendingQuestion
from tracking_core import rounds
from tracking_core.rounds import Stop

_BARE_NUMBER = re.compile(r"\W*\d{1,2}\W*", re.ASCII)
SEND, DROP = 1, 2


def which(text: str, kit: Kit, question: PendingQuestion) -> bool:
    """Take the stop that was meant."""
    desk = _desk(kit, question.options[0]["origin"])
    if desk is None:
        return False
    picked = choice(text, len(question.options)) or _named(text, desk, question)
    known: dict[str, Any] = question.options[0]["said"]
    if picked is None:
        if not _BARE_NUMBER.fullmatch(text):
            return False
        left = [stop for option in question.options if (stop := desk.round.stop(option["shipment_id"]))]
        ask_which(desk, left, said_before(known), photo=known["word"] == PHOTO, again=True)
        return True
    kit.forget_question()
    stop = desk.round.stop(question.options[picked - 1]["shipment_id"])
    if stop is None:
        _gone(desk, question.options[picked - 1]["order"])
        return True
    _go_on(desk, stop, known)
    return True


def sure(text: str, kit: Kit, question: PendingQuestion) -> bool:
    """Take whether the parcel is out after all."""
    answer = yes_or_no(text)
    option = question.options[0]
    desk = _desk(kit, option["origin"])
    if answer is None or desk is None:
        return False
    kit.forget_question()
    stop, said = desk.round.stop(option["shipment_id"]), said_before(option["said"])
    if not answer:
        desk.reply("driver_left_as_is", order=option["order"])
    elif stop is None or said is None:
        _gone(desk, option["order"])
    else:
        report(desk, [stop], said, sure=True)
    return True


def minutes(text: str, kit: Kit, question: PendingQuestion) -> bool:
    """Take how late it is."""
    option = question.options[0]
    found = driver_words.minutes_in(text)
    desk = _desk(kit, option["origin"])
    if found is None or desk is None:
        return False
    kit.forget_question()
    perform(desk, replace(said_before(option["said"]) or Said(Word.LATE), minutes=found), ())
    return True


def leak(text: str, kit: Kit, question: PendingQuestion) -> bool:
    """Take whether the words go to the customer with what they give away."""
    picked = choice(text, DROP)
    option = question.options[0]
    desk = _desk(kit, option["origin"])
    if picked is None or desk is None:
        return False
    kit.forget_question()
    stop = desk.round.stop(option["shipment_id"])
    if picked == SEND and stop is not None:
        write(desk, stop, option["words"], confirmed=True)
    else:
        desk.reply("line_dropped")
    return True


def who(text: str, kit: Kit, question: PendingQuestion) -> bool:
    """Take whether the text before was about the round or about an order of the driver's own: it comes back to us."""
    picked = choice(text, 2)
    if picked is None:
        return False
    origin = question.options[0]["origin"]
    kit.ask(AS_DRIVER if picked == 1 else AS_CUSTOMER, [{"origin": origin}])
    inbox.again(kit.session, origin)
    return True


def _named(text: str, desk: Desk, question: PendingQuestion) -> int | None:
    """Which of the stops the text names, when it does nothing else: a new report is a new report."""
    reading = driver_reading.read(text, desk.round.stops)
    if reading.rest.strip(" .!") or len(reading.stops) != 1:
        return None
    ids = [option["shipment_id"] for option in question.options]
    meant = reading.stops[0].shipment.id
    return ids.index(meant) + 1 if meant in ids else None


def _go_on(desk: Desk, stop: Stop, known: dict[str, Any]) -> None:
    said = said_before(known)
    if said is not None:
        perform(desk, said, [stop])
    elif known["word"] == PHOTO:
        take_photos(desk, stop)
    else:
        show(desk, None, [stop])


def _gone(desk: Desk, order: str) -> None:
    """It has been given to somebody else meanwhile."""
    desk.reply_next("driver_problem", desk.next(), order=order, problem="not_yours", state="")


def _desk(kit: Kit, origin: int) -> Desk | None:
    driver = rounds.driver_of(kit.session, kit.retailer, kit.text.sender)
    return None if driver is None else Desk.open(kit, driver, origin=origin)


#: Story -> who takes the answer: True when the text was one.
STORIES = {WHICH: which, SURE: sure, MINUTES: minutes, LEAK: leak, WHO: who}
