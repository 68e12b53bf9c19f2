"""What a driver is asked back, and what is kept until the answer."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.driver_words import Said, Word
from channels.segments import count
from flows.driver_desk import MOST_OFFERED, Desk
from flows.kit import Kit
from flows.texts import MAX_SEGMENTS
from tracking_core.rounds import Stop

#: Stories under which these wait for their answers.
WHICH = "driver_which"
SURE = "driver_sure"
MINUTES = "driver_minutes"
LEAK = "driver_leak"
#: "A stop of yours, or your own order?", and what was answered.
WHO, AS_DRIVER, AS_CUSTOMER = "driver_or_customer", "driver_as_driver", "driver_as_customer"
#: In place of a word: the text was a picture, or words for the customer.
PHOTO, NOTHING = "photo", ""


def ask_which(
    desk: Desk, stops: Sequence[Stop], said: Said | None, *, photo: bool = False, again: bool = False
) -> None:
    """Ask which of these stops is meant; what was said waits for the answer."""
    _offer(desk, "driver_which", stops, kept(said, photo=photo), again=again)


def ask_instead(desk: Desk, unknown: str, stops: Sequence[Stop], said: Said | None, *, photo: bool = False) -> None:
    """Say that this number is none of the round, and ask whether one of these is meant."""
    _offer(desk, "driver_not_on_round", stops, kept(said, photo=photo), said=unknown[:30].upper())


def ask_sure(desk: Desk, stop: Stop, said: Said, state: str) -> None:
    """Ask whether a parcel that has not gone out by what we know is with the driver all the same."""
    desk.kit.ask(SURE, [_option(desk, stop, kept(said))])
    desk.reply("driver_sure", order=stop.shipment.order_number, state=state)


def ask_minutes(desk: Desk, said: Said) -> None:
    """Ask how many minutes late."""
    desk.kit.ask(MINUTES, [{"origin": desk.origin, "said": kept(said)}])
    desk.reply("driver_how_late")


def forget(kit: Kit) -> None:
    """Close a question of the round: the driver has gone on with something else."""
    question = kit.question()
    if question is not None and question.story in (WHICH, SURE, MINUTES, LEAK):
        kit.forget_question()


def kept(said: Said | None, *, photo: bool = False) -> dict[str, Any]:
    """What was said, as it is kept with a question."""
    if said is None:
        return {"word": PHOTO if photo else NOTHING}
    return {**asdict(said), "word": said.word.value}


def said_before(known: dict[str, Any]) -> Said | None:
    """What was said before the question; None when it was a picture, or a number alone."""
    if known["word"] in (PHOTO, NOTHING):
        return None
    return Said(Word(known["word"]), known["minutes"], known["more"], known["note"], known["language"])


def _offer(desk: Desk, template: str, stops: Sequence[Stop], known: dict[str, Any], **values: Any) -> None:
    kit = desk.kit
    shown, words = list(stops), ""
    for most, streets in ((MOST_OFFERED, True), (MOST_OFFERED, False), (2, False)):
        shown = list(stops)[:most]
        words = kit.compose(template, stops=desk.rows(shown, streets=streets), **values)
        if count(words).segments <= MAX_SEGMENTS:
            break
    if shown:
        kit.ask(WHICH, [_option(desk, stop, known) for stop in shown])
    if values.get("again") or not kit.is_loop(words):
        kit.say(words)


def _option(desk: Desk, stop: Stop, known: dict[str, Any]) -> dict[str, Any]:
    parcel = stop.shipment
    return {
        "shipment_id": parcel.id,
        "order": parcel.order_number,
        "tracking": parcel.tracking_number,
        "origin": desk.origin,
        "said": known,
    }
