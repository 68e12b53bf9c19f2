"""What a driver asks: the next stop, a stop by number, the customer's note, the list, whether the day is over."""

from collections.abc import Sequence

from bot.driver_words import Said
from channels.segments import count
from flows.driver_desk import LISTS, Desk
from flows.driver_page import may_read_instructions
from flows.driver_page_models import InstructionsShown
from flows.texts import MAX_SEGMENTS
from tracking_core.rounds import Stop

#: A customer's note is passed on in so many characters; the rest stands on the driver's page.
NOTE_MAX = 200


def show(desk: Desk, said: Said | None, named: Sequence[Stop]) -> None:
    """Tell all a driver needs of a stop: the one that is named, else the next."""
    stop = named[0] if named else desk.next()
    if stop is None:
        done(desk, said, ())
        return
    desk.kit.shipment_id = stop.shipment.id
    card = desk.card(stop)
    after = sum(1 for one in desk.left if one.shipment.id != stop.shipment.id)
    desk.reply(
        "driver_next",
        {"window": ""},
        place=stop.number,
        order=stop.shipment.order_number,
        items=sum(int(item.get("quantity", 1)) for item in stop.shipment.items),
        state="" if stop.is_out else desk.state(stop.state),
        name=card.name,
        address=", ".join(card.address),
        window="" if stop.done else desk.window(stop),
        door=bool(stop.shipment.delivery.get("leave_at_door")) and not stop.done,
        left=after,
    )
    if may_read_instructions(stop):
        _say_note(desk, stop)


def notes(desk: Desk, said: Said, named: Sequence[Stop]) -> None:
    """Tell what the customer wrote: only to whom has the parcel out."""
    stop = named[0] if named else desk.next()
    if stop is None:
        done(desk, said, ())
        return
    desk.kit.shipment_id = stop.shipment.id
    if may_read_instructions(stop):
        _say_note(desk, stop)
    else:
        desk.reply("driver_note", order=stop.shipment.order_number, note="")


def show_list(desk: Desk, said: Said, named: Sequence[Stop]) -> None:
    """Tell which stops are left."""
    left = desk.left
    if not left:
        done(desk, said, named)
        return
    finished = len(desk.round.stops) - len(left)
    words = ""
    for most, streets in LISTS:
        rows = desk.rows(left[:most], streets=streets)
        words = desk.kit.compose(
            "driver_list", left=len(left), done=finished, stops=rows, more=max(0, len(left) - most)
        )
        if count(words).segments <= MAX_SEGMENTS:
            break
    if not desk.kit.is_loop(words):
        desk.kit.say(words)


def done(desk: Desk, said: Said | None, named: Sequence[Stop]) -> None:  # noqa: ARG001  as all of them
    """Say that the day is over, or what is still open."""
    left = desk.left
    if left:
        desk.reply_next("driver_not_done", desk.next(), left=len(left))
    elif desk.round.stops:
        desk.reply("driver_all_done", done=len(desk.round.stops))
    else:
        desk.reply("driver_no_stops")


def _say_note(desk: Desk, stop: Stop) -> None:
    kit = desk.kit
    shown = InstructionsShown(retailer=kit.retailer, driver_id=desk.driver.id, shipment_id=stop.shipment.id, at=kit.now)
    kit.session.add(shown)
    kit.session.flush()
    said = desk.card(stop).instructions or ""
    words = " ".join(said.split())
    note = words if len(words) <= NOTE_MAX else f"{words[: NOTE_MAX - 3]}..."
    desk.reply("driver_note", order=stop.shipment.order_number, note=note)
