"""What a driver reports of one stop, or of all at one door: done, told to the customer, and confirmed."""

from collections.abc import Sequence
from typing import Any

from bot.driver_words import Said
from flows import driver_pins, driver_proofs
from flows.driver_actions import ASKED, Acted, Action, Problem, act
from flows.driver_desk import TEXT, Desk
from flows.driver_questions import ask_sure
from flows.driver_undo import undo
from tracking_core.rounds import Stop
from tracking_core.states import ShipmentState as S

#: After these there is nothing left to do at a stop.
CLOSES = frozenset({Action.DELIVERED, Action.NOBODY_HOME, Action.REFUSED, Action.DAMAGED, Action.GAVE_UP})


def report(desk: Desk, stops: Sequence[Stop], said: Said, *, sure: bool = False) -> None:
    """Take in what the driver says of these stops, all at one door or named in one text, and confirm it.

    sure: the driver was asked whether the parcel is out, and it is.
    """
    action = Action(said.word.value)
    kit = desk.kit
    if desk.pin is not None:
        stops = driver_pins.meant(desk, list(stops))
    kit.shipment_id = stops[-1].shipment.id
    if desk.pin is not None and len(stops) > 1:
        driver_pins.say_which(desk, stops[0])
        return
    done = [(stop, _act(desk, stop, action, said, sure=sure)) for stop in stops]
    kit.answering = kit.answering or any(acted.changed for _, acted in done)
    desk.fresh()
    went = [(stop, acted) for stop, acted in done if acted.problem is None]
    unproved = [(stop, acted) for stop, acted in done if acted.problem in driver_pins.PROBLEMS]
    if unproved and not went:
        driver_pins.say(desk, *unproved[0])
    elif not went:
        _say_problem(desk, done[0][0], action, done[0][1], said)
    elif action in ASKED:
        acted = went[0][1]
        desk.reply("driver_asked", order=_orders(went), told=acted.told_customer, line=acted.line)
    else:
        _confirm(desk, action, went)
        for stop, acted in unproved[:1]:
            driver_pins.say(desk, stop, acted)


def take_photos(desk: Desk, stop: Stop) -> None:
    """Keep the pictures as photos of this stop's delivery."""
    kit = desk.kit
    kit.shipment_id = stop.shipment.id
    kept = driver_proofs.keep(
        kit.session, kit.house, stop.shipment, desk.pictures, TEXT, kit.text.received_at, now=kit.now
    )
    kit.answering = kit.answering or kept > 0
    again = bool(desk.pictures) and not kept  # the very same picture once more
    desk.reply(
        "driver_photo",
        order=stop.shipment.order_number,
        kept=kept or len(desk.pictures) * again,
        done=stop.state is S.DELIVERED,
    )


def _act(desk: Desk, stop: Stop, action: Action, said: Said, *, sure: bool) -> Acted:
    kit = desk.kit
    return act(
        kit.session,
        kit.house,
        desk.driver,
        stop.shipment,
        action,
        at=kit.text.received_at,
        source=TEXT,
        key=f"{desk.origin}:{action.value}",
        pictures=desk.pictures,
        note=said.note,
        sure=sure,
        pin=desk.pin,
        no_pin=desk.no_pin,
        now=kit.now,
    )


def _confirm(desk: Desk, action: Action, went: Sequence[tuple[Stop, Acted]]) -> None:
    """One text: what was set, whether the customer knows, what is still wanted, what comes next."""
    stop = went[0][0]
    closes = action in CLOSES
    following = desk.next() if closes else None
    order = _orders(went) if action is not Action.ON_MY_WAY else desk.phrase(stop, window=False)
    values: dict[str, Any] = {
        "order": order,
        "action": action.value,
        "told": any(one.told_customer for _, one in went),
        "photo": _photo(desk, action, went),
        "last": closes and following is None,
    }
    desk.reply_next("driver_set", following, **values)


def _photo(desk: Desk, action: Action, went: Sequence[tuple[Stop, Acted]]) -> str:
    if any(acted.photos for _, acted in went):
        return "kept"
    kit = desk.kit
    if action is Action.DELIVERED and any(
        driver_proofs.wants_photo(kit.session, kit.house, stop.shipment) for stop, _ in went
    ):
        return "wanted"
    return ""


def _say_problem(desk: Desk, stop: Stop, action: Action, acted: Acted, said: Said) -> None:
    now_there = desk.same(stop)
    state = desk.state(acted.state)
    order = stop.shipment.order_number
    if acted.problem is Problem.NOT_OUT:
        ask_sure(desk, stop, said, state)
        return
    if acted.problem is Problem.ALREADY and acted.state is S.DELIVERED and action is not Action.DELIVERED:
        # "Not delivered" of what was just said to be: that was the mistake.
        undone = None if action is Action.ON_MY_WAY else _undo(desk, stop)
        if undone:
            report(desk, [now_there or stop], said)
            return
    if acted.photos:
        desk.reply("driver_photo", order=order, kept=acted.photos, done=acted.state is S.DELIVERED)
        return
    problem = acted.problem.value if acted.problem else ""
    desk.reply_next("driver_problem", desk.next(), order=order, problem=problem, state=state)


def _undo(desk: Desk, stop: Stop) -> bool:
    kit = desk.kit
    back = undo(
        kit.session, kit.house, desk.driver, source=TEXT, key=f"{desk.origin}:undo", shipment=stop.shipment, now=kit.now
    )
    desk.fresh()
    return back is not None


def _orders(went: Sequence[tuple[Stop, Acted]]) -> str:
    numbers = list(dict.fromkeys(stop.shipment.order_number for stop, _ in went))
    return " + ".join(numbers) if len(numbers) < 3 else f"{numbers[0]} +{len(numbers) - 1}"
