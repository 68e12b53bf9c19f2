"""Rounds whose stops nobody has numbered are put in order, where the workflow says `route: {order: ours}`."""

import math
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import Database
from flows import driver_links
from flows.accounts import Retailer
from flows.house import House
from tracking_core import positions, rounds
from tracking_core.eta_sources import DETOUR, STOP_S, TOWN_MPS
from tracking_core.matching import locked
from tracking_core.models import Driver, Shipment
from tracking_core.rounds import Stop
from tracking_core.routing import MOST, Door, Pace, Place, best_order
from tracking_core.states import ShipmentState

#: How fast a round goes as far as its order is concerned.
PACE = Pace(DETOUR / TOWN_MPS, STOP_S)
#: Rounds one tick looks at for each retailer.
BATCH = 100


def tick(database: Database, house: House, *, now: datetime) -> int:
    """Put rounds in order in which a stop has no number; answers how many. Each in a transaction of its own."""
    with database.read() as session:
        names = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
        wanted = [name for name in names if house.workflows.of(session, name).route.order == "ours"]
        drivers = [driver for name in wanted for driver in _unordered(session, name)]
    return sum(database.run(partial(_plan, house=house, driver_id=one, now=now)) for one in drivers)


def _plan(session: Session, house: House, driver_id: int, now: datetime) -> bool:
    return plan(session, house, driver_id, now=now)


def plan(session: Session, house: House, driver_id: int, *, now: datetime) -> bool:
    """Number the stops that are out with the driver. False: nothing is to be done, or the retailer's order stands.

    What is near or at a door stays first. A stop of which no place is known leaves the round as it is.
    """
    driver = session.get_one(Driver, driver_id)
    positions.hold(session, driver)
    zone = driver_links.clock_of(session, house, driver.retailer)
    today = rounds.stops_of(session, driver.retailer, driver.id, now=now, zone=zone)
    left = [stop for stop in rounds.left(today) if stop.is_out]
    first = [stop for stop in left if stop.state is not ShipmentState.OUT_FOR_DELIVERY]
    rest = [stop for stop in left if stop.state is ShipmentState.OUT_FOR_DELIVERY]
    doors = [_door(stop, now) for stop in rest]
    known = [door for door in doors if door is not None]
    if not rest or len(known) < len(rest) or len(rest) > MOST or any(_is_given(stop.shipment) for stop in left):
        return False
    if all(stop.shipment.stop_number is not None for stop in rest):
        return False
    order = best_order(_start(session, driver, first, now), known, PACE)
    begins = max((stop.shipment.stop_number or 0 for stop in today if stop.done), default=0) + 1
    _number([*first, *(rest[one] for one in order)], session, begins, now)
    rounds.note_change(session, rest[order[0]].shipment, driver.id, now=now)
    rounds.count_down(session, rounds.stops_of(session, driver.retailer, driver.id, now=now, zone=zone), now=now)
    return True


def _unordered(session: Session, retailer: str) -> Sequence[int]:
    query = (
        select(Shipment.driver_id)
        .where(
            Shipment.retailer == retailer,
            Shipment.state == ShipmentState.OUT_FOR_DELIVERY,
            Shipment.driver_id.is_not(None),
            Shipment.stop_number.is_(None),
        )
        .distinct()
        .limit(BATCH)
    )
    return [one for one in session.scalars(query) if one is not None]


def _is_given(parcel: Shipment) -> bool:
    return parcel.stop_number is not None and (parcel.learned or {}).get("route") != parcel.stop_number


def _door(stop: Stop, now: datetime) -> Door | None:
    parcel = stop.shipment
    lat, lon = parcel.destination.get("lat"), parcel.destination.get("lon")
    if lat is None or lon is None:
        return None
    begins, ends = parcel.promised_from, parcel.promised_to
    return Door(
        (float(lat), float(lon)),
        -math.inf if begins is None else (begins - now).total_seconds(),
        math.inf if ends is None else (ends - now).total_seconds(),
    )


def _start(session: Session, driver: Driver, first: Sequence[Stop], now: datetime) -> Place | None:
    doors = [door for stop in first if (door := _door(stop, now)) is not None]
    if doors:
        return doors[-1].place
    seen = positions.newest(session, driver.id, now=now)
    return (seen.lat, seen.lon) if seen is not None else None


def _number(stops: Sequence[Stop], session: Session, begins: int, now: datetime) -> None:
    numbers = {stop.shipment.id: number for number, stop in enumerate(stops, start=begins)}
    for shipment_id in sorted(numbers):  # in one order, so that two never wait in a circle
        parcel, number = locked(session, shipment_id), numbers[shipment_id]
        parcel.stop_number, parcel.updated_at = number, now
        parcel.learned = {**(parcel.learned or {}), "route": number}
