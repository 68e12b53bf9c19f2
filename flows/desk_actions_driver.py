"""The desk's actions on who brings a parcel, and when on the round: the drivers are texted."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from channels.segments import count
from flows import driver_links, tracking
from flows.desk_deeds import CannotDo, Deed, words_of
from flows.driver_texts import language_of, may_text, tell_driver
from tracking_core import rounds
from tracking_core.matching import locked
from tracking_core.models import Driver
from tracking_core.rounds import Stop
from tracking_core.states import ShipmentState

S = ShipmentState
#: A word to a driver is read at the wheel.
WORDS_MAX = 220
SEGMENTS_MAX = 2
#: Drivers offered in the list.
DRIVERS_MAX = 200


def drivers(deed: Deed) -> Sequence[Driver]:
    """Who else of the retailer's own drivers could bring it, by name."""
    query = select(Driver).where(Driver.retailer == deed.shipment.retailer, Driver.network.is_(None))
    if deed.shipment.driver_id is not None:
        query = query.where(Driver.id != deed.shipment.driver_id)
    return deed.session.scalars(query.order_by(Driver.name, Driver.id).limit(DRIVERS_MAX)).all()


def stops(deed: Deed) -> list[Stop]:
    """What is left of the driver's round today, in order; empty when nobody drives the parcel, or it is not on it."""
    if deed.shipment.driver is None:
        return []
    round_ = driver_links.round_of(deed.session, deed.house, deed.shipment.driver, now=deed.now)
    left = rounds.left(round_.stops)
    return left if any(stop.shipment.id == deed.shipment.id for stop in left) else []


def nobody(deed: Deed) -> str | None:
    """Why the driver cannot be texted."""
    driver = deed.shipment.driver
    if driver is None:
        return "Nobody drives it yet."
    return None if may_text(deed.session, driver) else "The driver takes no texts from us."


def settled(deed: Deed) -> str | None:
    """Why it cannot be given to another driver."""
    if deed.state.is_final or deed.state in (S.RETURNING, S.AVAILABLE_FOR_PICKUP):
        return "Nothing is left to deliver."
    driver = deed.shipment.driver
    if driver is not None and driver.network is not None:
        return "A courier network sends the driver: ask there."
    return None if drivers(deed) else "There is no other driver."


def alone(deed: Deed) -> str | None:
    """Why it has no other place in the route."""
    driver = deed.shipment.driver
    if driver is None:
        return "Nobody drives it yet."
    if driver.network is not None:
        return "A courier network plans the route."
    found = stops(deed)
    if not found:
        return "It is not on today's round."
    return None if len(found) > 1 else "It is the only stop that is left."


def tell(deed: Deed, said: Mapping[str, str]) -> str:
    """Text the driver in the name of the support staff; the driver's answer comes to the main number."""
    words = words_of(said.get("words"), least=2, most=WORDS_MAX, what="text")
    shipment, driver = deed.shipment, deed.shipment.driver
    if driver is None:
        raise CannotDo("Nobody drives it yet.")
    language = language_of(deed.session, driver, deed.workflow)
    values = {"order": shipment.order_number, "words": words}
    if count(deed.house.texts.render("driver_support", language, deed.workflow, **values)).segments > SEGMENTS_MAX:
        raise CannotDo("That is too long for a text to a driver: make it shorter.")
    key = f"{deed.key}:driver"
    if not tell_driver(deed.session, deed.house, shipment, "driver_support", key=key, now=deed.now, **values):
        raise CannotDo("The driver could not be texted.")
    return f"texted the driver: {words}"


def hand_over(deed: Deed, said: Mapping[str, str]) -> str:
    """Put the parcel on the round of the driver with the id `driver`; both hear of it, and an open line moves on."""
    chosen = said.get("driver", "")
    driver = next((one for one in drivers(deed) if str(one.id) == chosen), None)
    if driver is None:
        raise CannotDo("Choose a driver.")
    before = deed.shipment.driver_id
    tracking.put_driver(deed.session, deed.house, deed.shipment, name=driver.name, phone=driver.phone, now=deed.now)
    deed.facts = {"before": before, "after": driver.id}
    return f"gave the stop to {driver.name}"


def move(deed: Deed, said: Mapping[str, str]) -> str:
    """Give the parcel the place `place` (1 is next) among the driver's stops that are left."""
    found = stops(deed)
    here = next((at for at, stop in enumerate(found) if stop.shipment.id == deed.shipment.id), None)
    chosen = said.get("place", "")
    if here is None or not (chosen.isascii() and chosen.isdigit()) or not 1 <= int(chosen) <= len(found):
        raise CannotDo("Choose a place in the route.")
    there = int(chosen) - 1
    if there == here:
        raise CannotDo("It has that place already.")
    order = [stop.shipment.id for stop in found]
    order.insert(there, order.pop(here))
    _number(deed, found, order)
    deed.facts = {"before": here + 1, "after": there + 1}
    return f"moved the stop from place {here + 1} to {there + 1}"


def _number(deed: Deed, found: Sequence[Stop], order: Sequence[int]) -> None:
    """Number the whole of today's round anew: what is done comes first, so that every number is another."""
    driver = deed.shipment.driver
    if driver is None:
        return
    whole = driver_links.round_of(deed.session, deed.house, driver, now=deed.now).stops
    waiting = {stop.shipment.id for stop in found}
    done = [stop.shipment.id for stop in whole if stop.shipment.id not in waiting]
    place = {one: number for number, one in enumerate([*done, *order], start=1)}
    for shipment_id in sorted(place):  # in one order, so that two agents never wait in a circle
        rounds.reorder(deed.session, locked(deed.session, shipment_id), place[shipment_id], now=deed.now)
