"""What can be tapped on each stop of the driver's page, and what the page calls its state. Pure."""

from dataclasses import dataclass
from typing import Any

from flows.driver_page import Card
from tracking_core.rounds import Stop
from tracking_core.states import ShipmentState
from web.wording import Words

S = ShipmentState
#: What the page calls a state: where the stop is in the driver's day, not in the parcel's life.
STATES = {
    S.OUT_FOR_DELIVERY: "drive.state.out",
    S.ARRIVING: "drive.state.arriving",
    S.AT_ADDRESS: "drive.state.here",
    S.DELIVERED: "drive.state.delivered",
    S.ATTEMPT_FAILED: "drive.state.failed",
    S.EXCEPTION: "drive.state.problem",
}
NOT_OUT, ELSEWHERE = "drive.state.not_out", "drive.state.elsewhere"
LABELS = {
    "on_my_way": "drive.on_my_way",
    "here": "drive.here",
    "delivered": "drive.delivered",
    "nobody_home": "drive.nobody_home",
    "cannot_find": "drive.cannot_find",
    "cannot_access": "drive.cannot_access",
    "refused": "drive.refused",
    "damaged": "drive.damaged",
    "gave_up": "drive.gave_up",
}
LATE_MIN = (10, 20, 30)
#: The main button by state; before the parcel is out it is the first of these.
MAIN = {S.OUT_FOR_DELIVERY: "here", S.ARRIVING: "here", S.AT_ADDRESS: "delivered"}
ON_THE_WAY = ("on_my_way", "here", "delivered")
#: What `flows.driver_undo` can take back: what moves a parcel.
TAKEN_BACK = frozenset({*ON_THE_WAY, "nobody_home", "refused", "damaged", "gave_up"})
TROUBLE = ("nobody_home", "cannot_find", "cannot_access", "refused", "damaged")


@dataclass(frozen=True)
class Button:
    """Something to tap."""

    #: As it is sent: an action of `flows.driver_actions`, `late:20`, `photo`, …
    value: str
    label: str


def buttons(stop: Stop, card: Card, said: Words) -> dict[str, Any]:
    """The main button, the other ways on, what can go wrong, and being late."""

    def button(action: str) -> Button:
        return Button(action, said(LABELS[action]))

    if stop.done:
        again = stop.state is S.ATTEMPT_FAILED
        others: tuple[Button, ...] = (Button("on_my_way", said("drive.try_again")),) if again else ()
        return {"main": None, "others": others, "trouble": (), "late": ()}
    late = tuple(Button(f"late:{minutes}", said("drive.late", minutes=minutes)) for minutes in LATE_MIN)
    if not stop.is_out:
        return {"main": button("on_my_way"), "others": (), "trouble": (button("damaged"),), "late": late}
    first = MAIN[stop.state]
    others = tuple(button(one) for one in ON_THE_WAY if one != first and _makes_sense(one, stop.state))
    trouble = ("gave_up", *TROUBLE) if card.can_give_up else TROUBLE
    return {"main": button(first), "others": others, "trouble": tuple(map(button, trouble)), "late": late}


def _makes_sense(action: str, state: S) -> bool:
    if action == "on_my_way":
        return state is S.OUT_FOR_DELIVERY
    return not (action == "here" and state is S.AT_ADDRESS)


def tone(stop: Stop) -> str:
    """How the stop looks: todo, here, done, trouble."""
    if stop.state in (S.ATTEMPT_FAILED, S.EXCEPTION):
        return "trouble"
    if stop.done:
        return "done"
    return "here" if stop.state in (S.AT_ADDRESS, S.ARRIVING) else "todo"


def state_name(stop: Stop) -> str:
    """The name of the word for its state."""
    return STATES.get(stop.state, ELSEWHERE if stop.done else NOT_OUT)
