"""The desk's actions on when, where and how a parcel comes: another time, another address, its link, its PIN."""

from collections.abc import Mapping
from datetime import datetime

from flows import addresses, delays, outbound_events, pins, rescheduling, tracking
from flows.desk_deeds import CannotDo, Deed
from flows.driver_texts import tell_driver
from flows.pins import Told
from flows.slots import Slot
from tracking_core.states import ShipmentState

S = ShipmentState
_NOT = {
    "delivered": "It is delivered.",
    "at_address": "The driver is at the door.",
    "soon": "It comes too soon for another time.",
    "pickup": "It waits to be picked up.",
    "over": "Its journey is over.",
    "none": "There is no free time slot.",
}
_PIN_NOT = {
    Told.NOT_YET: "The PIN is told by itself when the parcel goes out.",
    Told.LOCKED: "The PIN is locked after too many wrong tries.",
    Told.ENOUGH: "No further PIN can be made for this parcel.",
    Told.NO_WAY: "There is no phone and no mailbox to tell it to.",
}


def slots(deed: Deed) -> list[Slot]:
    """The times the parcel can be brought instead, soonest first."""
    return rescheduling.offered(deed.session, deed.shipment, deed.workflow, now=deed.now)


def fixed(deed: Deed) -> str | None:
    """Why the time cannot be changed."""
    why = rescheduling.hindrance(deed.session, deed.shipment, deed.workflow, now=deed.now)
    return None if why is None else _NOT.get(why, "Its time cannot be changed now.")


def over(deed: Deed) -> str | None:
    """Why the address cannot be corrected: also while it is out, an agent may, and the driver hears of it."""
    why = addresses.hindrance(deed.shipment)
    return None if why in (None, "out") else _NOT.get(why, "Its journey is over.")


def unreachable(deed: Deed) -> str | None:
    """Why no link can be sent."""
    return None if deed.telling().ways(deed.shipment) else "The shopper cannot be reached by text or mail."


def without_pin(deed: Deed) -> str | None:
    """Why there is no PIN to send."""
    if not pins.are_asked(deed.session, deed.house, deed.shipment):
        return "It is handed over without a PIN."
    return None if deed.state in pins.OUT else "The PIN is told when the parcel goes out."


def reschedule(deed: Deed, said: Mapping[str, str]) -> str:
    """Promise the slot that begins at `slot` (ISO 8601); store, driver and shopper hear of it."""
    try:
        begins = datetime.fromisoformat(said.get("slot", ""))
    except ValueError:
        raise CannotDo("Choose a time.") from None
    slot = next((one for one in slots(deed) if one.begins == begins), None)
    if slot is None:
        raise CannotDo("That time is taken or over. Choose another.")
    rescheduling.move(deed.session, deed.house, deed.shipment, slot, key=deed.key, now=deed.now)
    zone = rescheduling.clock_of(deed.shipment, deed.workflow)
    words = rescheduling.in_words(slot, deed.telling().wording(deed.shipment), zone)
    delays.say_anew(deed.telling(), deed.shipment)
    told = deed.tell("reschedule_done", slot=words)
    deed.facts = {"from": slot.begins, "to": slot.ends}
    local = slot.begins.astimezone(zone)
    window = f"{local:%a, %b} {local.day}, {local:%H:%M} to {slot.ends.astimezone(zone):%H:%M} {local:%Z}"
    return f"moved the delivery to {window}{_also(told)}"


def address(deed: Deed, said: Mapping[str, str]) -> str:
    """Write the address; the shopper hears of it by every way there is, and so does a driver who has the parcel."""
    shipment = deed.shipment
    old = shipment.destination
    wish = addresses.read(said, str(old.get("country") or "US"))
    if wish.faults:
        named = ", ".join(f"{name.replace('_', ' ')} ({why.replace('_', ' ')})" for name, why in wish.faults.items())
        raise CannotDo(f"The address is not complete: {named}.")
    new = {name: value or None for name, value in wish.said.items()}
    if all((old.get(name) or None) == value for name, value in new.items()):
        raise CannotDo("That is the address already.")
    place = {**new, "lat": None, "lon": None}
    moved = old.get("postal_code") != new["postal_code"]
    tracking.change_shipment(
        deed.session,
        deed.house,
        shipment,
        {"destination": {**place, **({"timezone": None} if moved else {})}},
        now=deed.now,
    )
    outbound_events.request(
        deed.session,
        shipment,
        "order.address_change_requested",
        {"destination": {**new, "country": old.get("country")}, "written": True},
        key=f"{deed.key}:address",
        now=deed.now,
    )
    words = f"{new['line1']}, {new['city']}"
    link = deed.house.links.url(deed.session, "t", shipment.id, now=deed.now)
    told = deed.tell("address_done", mail=True, address=words, link=link)
    if shipment.driver is not None:
        whole = ", ".join(value for value in new.values() if value)
        key = f"{deed.key}:driver"
        values = {"order": shipment.order_number, "words": whole}
        tell_driver(deed.session, deed.house, shipment, "driver_address", key=key, now=deed.now, **values)
    deed.facts = {"fields": sorted(name for name, value in new.items() if (old.get(name) or None) != value)}
    return f"corrected the address{_also(told)}"


def link(deed: Deed, said: Mapping[str, str]) -> str:  # noqa: ARG001  as all actions
    """Send the tracking page's address once more."""
    url = deed.house.links.url(deed.session, "t", deed.shipment.id, now=deed.now)
    if not deed.tell("desk_link", mail=True, link=url):
        raise CannotDo("The shopper cannot be reached by text or mail.")
    return "sent the tracking link again"


def pin(deed: Deed, said: Mapping[str, str]) -> str:  # noqa: ARG001  as all actions
    """Make a new PIN, which voids the one before, and tell it to the shopper."""
    told = pins.tell(deed.session, deed.house, deed.shipment, now=deed.now)
    if told is not Told.TOLD:
        raise CannotDo(_PIN_NOT.get(told, "The PIN cannot be told now."))
    return "sent a new delivery PIN"


def _also(told: bool) -> str:
    return ", and told the shopper" if told else "; the shopper could not be told"
