"""A driver who works by text: the words of the road, stops by number, pictures, and words for a customer.

Asked before the conversation, once it is known what a text means. A driver may be somebody's customer too: a text about
an order of their own is the conversation's, and where neither is sure a question decides.
"""

from collections.abc import Sequence

from bot.driver_words import Said, Word, is_doubtful
from bot.understanding import DRIVER_INTENTS, Understanding, from_customer, from_driver
from channels.inbox import ClaimedText
from flows import driver_pins, driver_proofs, driver_reading, escalation, languages
from flows.driver_commands import perform
from flows.driver_desk import Desk
from flows.driver_questions import AS_CUSTOMER, AS_DRIVER, WHO, ask_instead, ask_which, forget
from flows.driver_reading import Reading, nearest, squeezed
from flows.driver_showing import show
from flows.driver_stops import take_photos
from flows.driver_writing import write
from flows.kit import Kit
from tracking_core import rounds
from tracking_core.models import Shipment
from tracking_core.rounds import Stop
from tracking_core.shipments import of_phone
from tracking_core.states import ShipmentState as S

#: What the NLU calls what drivers report.
WORDS = {
    "driver_on_my_way": Word.ON_MY_WAY,
    "driver_arrived": Word.HERE,
    "driver_delivered": Word.DELIVERED,
    "driver_running_late": Word.LATE,
    "driver_cannot_find_address": Word.CANNOT_FIND,
    "driver_nobody_home": Word.NOBODY_HOME,
    "driver_cannot_access": Word.CANNOT_ACCESS,
    "driver_refused": Word.REFUSED,
    "driver_damaged": Word.DAMAGED,
    "driver_next_stop": Word.NEXT,
}
#: The conversation says these to everybody alike.
FOR_ANYBODY = frozenset({"talk_to_person", "thanks", "goodbye", "are_you_a_bot", "affirm", "deny"})
#: A driver who says these wants to know what is next.
ABOUT_NEXT = frozenset({"greet", "where_is_my_order", "help"})
#: With a colon these are reported, and not said to the customer.
REPORTED = frozenset({Word.DELIVERED, Word.NOBODY_HOME, Word.REFUSED, Word.DAMAGED, Word.GAVE_UP})
#: What may as well be said of the driver's own order.
EITHER = frozenset({Word.DELIVERED, Word.DAMAGED, Word.REFUSED, Word.LATE, Word.UNDO, Word.GAVE_UP})


def driver(message: ClaimedText, kit: Kit) -> bool:
    """Take the texts of a driver about the round; anything else, and everybody else's, is left to the conversation."""
    known = rounds.driver_of(kit.session, kit.retailer, message.sender)
    if known is None or _was_answered(kit, AS_CUSTOMER):
        return False
    desk = Desk.open(kit, known)
    own = of_phone(kit.session, kit.retailer, message.sender, now=kit.now)
    reading = driver_reading.read(message.text, desk.round.stops)
    _speak(kit, reading)
    if languages.asked_for(message.text, kit.workflow.languages) is not None:
        return False
    if reading.said is not None and reading.said.word is Word.EMERGENCY:
        kit.rule = "driver:emergency"
        perform(desk, reading.said, ())
        return True
    if not desk.round.stops:
        return _without_stops(desk, reading, own)
    if _take_pin(desk):
        return True
    as_driver = _was_answered(kit, AS_DRIVER)
    if not as_driver and _is_own(reading, own):
        return False
    return _take(desk, reading, () if as_driver else own)


def _take_pin(desk: Desk) -> bool:
    """Words about the PIN of a stop."""
    heard = driver_pins.hear(desk)
    if heard is None:
        return False
    kit = desk.kit
    kit.rule, kit.answering, kit.dialogue.misses = "driver:pin", kit.answering or heard.pin is not None, 0
    forget(kit)
    _speak(kit, heard.reading)
    desk.pin, desk.no_pin = heard.pin, heard.no_pin
    perform(desk, heard.said, heard.reading.stops)
    return True


def _speak(kit: Kit, reading: Reading) -> None:
    """Answer in the language of the words: "siguiente" is too short for anybody who has to guess."""
    language = reading.said.language if reading.said is not None else None
    if language in kit.workflow.languages and not kit.dialogue.language_asked:
        kit.language = kit.dialogue.language = str(language)


def _take(desk: Desk, reading: Reading, own: Sequence[Shipment]) -> bool:
    """By what surely is said; then by what the NLU takes it for; then ask back."""
    kit = desk.kit
    if desk.pictures and reading.said is None and not reading.colon:
        kit.rule = "driver:photo"
        _photo(desk, reading)
    elif reading.unknown is not None:
        kit.rule = "driver:unknown_number"
        offered = nearest(reading.unknown, desk.round.stops)
        ask_instead(desk, reading.unknown, offered, reading.said)
    elif reading.said is not None:
        if own and not reading.stops and reading.said.word in EITHER and not _at_a_stop(desk):
            _ask_who(desk)
        else:
            kit.rule = "driver:words"
            forget(kit)
            _said(desk, reading, reading.said)
    elif reading.stops and not reading.rest.strip(" ?!."):
        kit.rule = "driver:number"
        show(desk, None, reading.stops)
    else:
        return _understood(desk, reading, own)
    kit.dialogue.misses = 0
    return True


def _said(desk: Desk, reading: Reading, said: Said) -> None:
    """Words of the road. Behind a number and a colon, and asking for help, they are said to the customer as well."""
    stop = reading.stops[0] if len(reading.stops) == 1 else None
    helped = said.word in (Word.CANNOT_FIND, Word.CANNOT_ACCESS)
    if stop is not None and reading.colon and said.word not in REPORTED and not helped:
        write(desk, stop, reading.rest)
    elif stop is not None and reading.addressed and helped:
        perform(desk, Said(said.word, note=reading.rest), reading.stops)
    else:
        perform(desk, said, reading.stops)


def _understood(desk: Desk, reading: Reading, own: Sequence[Shipment]) -> bool:
    """Free words: by the NLU, read as a driver's."""
    kit = desk.kit
    if reading.colon:
        kit.rule = "driver:line"
        write(desk, reading.stops[0], reading.rest)
        return True
    understood = from_driver(kit.understood())
    word = WORDS.get(understood.intent) if understood.is_clear else None
    if word is not None and is_doubtful(word, kit.text.text):
        word = None
    # Behind a number, a whole sentence about where the driver is was written for the customer.
    if word is not None and not (reading.addressed and word in (Word.HERE, Word.ON_MY_WAY)):
        if own and not reading.stops and word in EITHER and not _at_a_stop(desk):
            _ask_who(desk)
        else:
            kit.rule, kit.dialogue.misses = "driver:nlu", 0
            forget(kit)
            perform(desk, Said(word), reading.stops)
        return True
    if reading.addressed:
        kit.rule = "driver:line"
        write(desk, reading.stops[0], reading.rest)
        return True
    return _otherwise(desk, understood, own)


def _otherwise(desk: Desk, understood: Understanding, own: Sequence[Shipment]) -> bool:
    """Nothing a driver reports: the driver's own order, what anybody may say, or nothing we understand."""
    kit = desk.kit
    intent = understood.intent if understood.is_clear else "out_of_scope"
    if intent in FOR_ANYBODY:
        return False
    if own and from_customer(kit.understood()).is_clear and intent not in ("out_of_scope", "greet", "help"):
        return False
    if intent in ABOUT_NEXT:
        kit.rule, kit.dialogue.misses = "driver:next", 0
        show(desk, None, ())
        return True
    if own and kit.question() is None:
        _ask_who(desk)
        return True
    kit.dialogue.misses += 1
    if kit.dialogue.misses > 1:
        kit.dialogue.misses = 0
        escalation.not_understood(kit)
        return True
    kit.rule = "driver:help"
    following = desk.next()
    desk.reply("driver_help", order=following.shipment.order_number if following else "A1001")
    return True


def _without_stops(desk: Desk, reading: Reading, own: Sequence[Shipment]) -> bool:
    """Nothing is to be driven today: an own order is the conversation's, anything else is told so."""
    kit = desk.kit
    understood = from_driver(kit.understood())
    drives = reading.said is not None or (understood.is_clear and understood.intent in DRIVER_INTENTS)
    if own and not drives:
        return False
    if understood.is_clear and understood.intent in FOR_ANYBODY:
        return False
    kit.rule = "driver:no_stops"
    desk.reply("driver_no_stops")
    return True


def _photo(desk: Desk, reading: Reading) -> None:
    """A picture belongs to the stop it names; else to what was just delivered; else to where the driver is."""
    if reading.unknown is not None:
        ask_instead(desk, reading.unknown, nearest(reading.unknown, desk.round.stops), None, photo=True)
        return
    stops = list(reading.stops) or _pictured(desk)
    if len(stops) == 1:
        take_photos(desk, stops[0])
    elif stops:
        ask_which(desk, stops, None, photo=True)
    else:
        show(desk, None, ())


def _pictured(desk: Desk) -> list[Stop]:
    kit = desk.kit
    delivered = driver_proofs.just_delivered(kit.session, desk.driver, now=kit.now)
    waiting = [one for one in delivered if driver_proofs.wants_photo(kit.session, kit.house, one)]
    here = [stop for stop in desk.left if stop.state is S.AT_ADDRESS]
    recent = waiting[:1] or ([] if here else delivered[:1])
    found = [stop for one in recent if (stop := desk.round.stop(one.id)) is not None]
    return found or here or [stop for stop in desk.left if stop.is_out]


def _ask_who(desk: Desk) -> None:
    kit = desk.kit
    kit.rule = "driver:menu"
    kit.ask(WHO, [{"origin": kit.text.id}, {}])
    # A key of its own: the text comes back to us, and its answer must not look like this one.
    kit.reply("driver_or_customer", key=f"driver:{kit.text.id}:who")


def _was_answered(kit: Kit, story: str) -> bool:
    """Whether the driver has said what this very text is about."""
    question = kit.question()
    return question is not None and question.story == story and question.options[0]["origin"] == kit.text.id


def _at_a_stop(desk: Desk) -> bool:
    return any(stop.state in (S.AT_ADDRESS, S.ARRIVING) for stop in desk.left)


def _is_own(reading: Reading, own: Sequence[Shipment]) -> bool:
    """Whether the text names an order of the driver's own, and none of the round."""
    if reading.stops or reading.unknown is None:
        return False
    said = squeezed(reading.unknown)
    return any(said in (squeezed(one.order_number), squeezed(one.tracking_number)) for one in own)
