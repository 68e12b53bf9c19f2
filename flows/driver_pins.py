"""What a driver texts of a delivery PIN: `delivered A1001 4821`, `pin 4821 A1001`, `4821`; and what is answered."""

from dataclasses import dataclass

from bot import pin_words
from bot.driver_words import Said, Word
from flows import driver_reading, pin_covers, pins
from flows.driver_actions import Acted, Problem
from flows.driver_desk import Desk
from flows.driver_reading import Reading
from tracking_core.rounds import Stop

#: What keeps a parcel from being delivered -> what the text calls it.
PROBLEMS = {
    Problem.PIN_WANTED: "wanted",
    Problem.PIN_SENT: "sent",
    Problem.PIN_WRONG: "wrong",
    Problem.PIN_MALFORMED: "malformed",
    Problem.PIN_LOCKED: "locked",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A text about a PIN."""

    said: Said
    reading: Reading
    pin: str | None
    no_pin: str | None


def hear(desk: Desk) -> Heard | None:
    """Read the text as one about the PIN of a stop; None when it is none. The row keeps it without the digits.

    Figures alone count only while a parcel that needs a PIN is out; a code that is said of something else (a gate) is
    left to whoever reads the rest.
    """
    kit = desk.kit
    asking = [stop for stop in desk.left if pins.are_asked(kit.session, kit.house, stop.shipment)]
    if not asking:
        return None
    known = pin_covers.of_parcels(kit.session, [stop.shipment for stop in asking])
    text = kit.text.text
    hidden = pin_covers.covered(kit.house, known, text)
    stops = desk.round.stops
    orders = [one for one in pin_words.figures(text) if driver_reading.read(one, stops).stops]
    out = {stop.shipment.id for stop in asking if stop.is_out}
    found = pin_words.at_door(text, digits={row.digits for row in known if row.shipment_id in out}, stops=orders)
    reading = driver_reading.read(found.rest, stops) if found is not None else None
    taken = found is not None and reading is not None and _is_about_delivery(reading)
    if taken and found is not None:
        hidden = found.covered
    if hidden != text:
        pin_covers.rewrite(kit.session, kit.text.id, hidden)
    if not taken or found is None or reading is None:
        return None
    return Heard(reading.said or Said(Word.DELIVERED), reading, found.pin, found.why or None)


def meant(desk: Desk, stops: list[Stop]) -> list[Stop]:
    """Of several stops at one door, those that a PIN can be for."""
    kit = desk.kit
    return [stop for stop in stops if pins.are_asked(kit.session, kit.house, stop.shipment)] or stops


def say(desk: Desk, stop: Stop, acted: Acted) -> None:
    """Tell the driver why the parcel is not delivered, and what to do."""
    problem = PROBLEMS[acted.problem] if acted.problem is not None else ""
    desk.reply(
        "driver_pin",
        order=stop.shipment.order_number,
        problem=problem,
        left=acted.tries_left,
        digits=acted.digits,
    )


def say_which(desk: Desk, stop: Stop) -> None:
    """One PIN, and several orders: ask for one at a time."""
    desk.reply("driver_pin", order=stop.shipment.order_number, problem="which", left=0, digits=0)


def _is_about_delivery(reading: Reading) -> bool:
    if reading.said is not None:
        return reading.said.word is Word.DELIVERED
    return reading.unknown is None and not reading.rest.strip(" .,:;-!#")
