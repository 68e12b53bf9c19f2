"""The parcel's actions as the case's page offers them: each with its fields, or why it cannot be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows import desk_actions, rescheduling
from flows.desk_actions import ACTIONS
from flows.desk_actions_driver import WORDS_MAX, drivers, stops
from flows.desk_actions_parcel import slots
from flows.desk_actions_store import REASONS
from flows.desk_deeds import NOTE_MAX, Deed
from flows.house import House
from tracking_core.models import Shipment
from web.console import clocks
from web.console.showing import in_words


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an action's form."""

    name: str
    label: str
    #: text, area, choice.
    kind: str = "text"
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = False
    most: int = NOTE_MAX


@dataclass(frozen=True, slots=True)
class Offered:
    """One action."""

    name: str
    label: str
    #: What it does, before one presses.
    help: str
    fields: Sequence[Field] = ()
    #: Why it cannot be done now; None when it can.
    why_not: str | None = None
    #: Its button is red: what it does cannot be taken back.
    grave: bool = False


HELP = {
    "reschedule": "The store, the driver and the shopper hear of the new time.",
    "address": "The shopper hears of it by every way there is; a driver who has the parcel is texted.",
    "link": "The shopper gets the address of the tracking page once more.",
    "pin": "The PIN before becomes void. Nobody at the desk sees the digits.",
    "tell_driver": "The driver reads it as from support, and answers to the main number.",
    "hand_over": "Both drivers are texted; an open driver line goes on with the new one.",
    "move_stop": "The driver is texted when the round has come to rest.",
    "reissue": "The store is asked to send the same once more.",
    "refund": "The store is asked to give the money back.",
    "return": "A parcel on its way turns round; of one that was delivered the store arranges the return.",
    "lost": "The parcel is given up. Only a correction brings it back.",
}
NOTE = Field("note", "Note", "area", hint="The store reads it.")
WHY = Field("reason", "Why", "choice", options=tuple((one, in_words(one)) for one in REASONS), required=True)


def shown(session: Session, house: House, parcel: Shipment, *, now: datetime) -> list[Offered]:
    """Every action, in the order of the list."""
    why_not = desk_actions.hindrances(session, house, parcel, now=now)
    deed = Deed(session, house, parcel, "", "", now)
    return [
        Offered(
            name=name,
            label=action.label,
            help=HELP[name],
            fields=() if why_not[name] else _fields(deed, name),
            why_not=why_not[name],
            grave=name in {"lost", "refund"},
        )
        for name, action in ACTIONS.items()
    ]


def _fields(deed: Deed, name: str) -> Sequence[Field]:
    if name == "reschedule":
        return (Field("slot", "New time, on the shopper's clock", "choice", options=_slots(deed), required=True),)
    if name == "address":
        return _address(deed)
    if name == "tell_driver":
        return (Field("words", "Text", "area", required=True, most=WORDS_MAX),)
    if name == "hand_over":
        found = [(str(one.id), one.name) for one in drivers(deed)]
        return (Field("driver", "Driver", "choice", options=found, required=True),)
    if name == "move_stop":
        return (Field("place", "New place", "choice", options=_places(deed), required=True),)
    if name == "refund":
        amount = Field("amount", "Amount", hint="In the order's currency; empty: all of it.", most=12)
        return (WHY, amount, NOTE)
    if name in {"reissue", "return"}:
        return (WHY, NOTE)
    return (Field("note", "Note", "area"),) if name == "lost" else ()


def _slots(deed: Deed) -> list[tuple[str, str]]:
    zone = rescheduling.clock_of(deed.shipment, deed.workflow)
    found = []
    for slot in slots(deed):
        begins, ends = slot.begins.astimezone(zone), slot.ends.astimezone(zone)
        day = f"{begins:%a, %b} {begins.day}"
        found.append((slot.begins.isoformat(), f"{day}, {clocks.clock_of(begins)} to {clocks.clock_of(ends)}"))
    return found


def _address(deed: Deed) -> Sequence[Field]:
    old = deed.shipment.destination
    named = (
        ("line1", "Street and number", True),
        ("line2", "Flat, floor, company", False),
        ("city", "City", True),
        ("region", "State or region", False),
        ("postal_code", "Postal code", True),
    )
    return [
        Field(name, label, value=str(old.get(name) or ""), required=required, most=100)
        for name, label, required in named
    ]


def _places(deed: Deed) -> list[tuple[str, str]]:
    found = stops(deed)
    here = next((at for at, stop in enumerate(found) if stop.shipment.id == deed.shipment.id), -1)
    options = []
    for at, stop in enumerate(found):
        if at == here:
            continue
        side = "before" if at < here else "after"
        options.append((str(at + 1), f"{at + 1}, {side} {stop.shipment.order_number}"))
    return options
