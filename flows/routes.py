"""Rounds whose stops nobody has numbered are put in order, where the workflow says `route: {order: ours}`."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.road_source import roads_of
from channels.route_solver import VroomSolver, solver_of
from db import Database
from flows import driver_links, road_tables
from flows.accounts import Retailer
from flows.house import House
from tracking_core import positions, rounds
from tracking_core.eta_sources import DETOUR, STOP_S, TOWN_MPS
from tracking_core.matching import locked
from tracking_core.models import Driver, Shipment
from tracking_core.roads import RoadSource
from tracking_core.rounds import Stop
from tracking_core.routing import MOST, Door, Pace, Place, Roads, best_order, legs_of
from tracking_core.states import ShipmentState

log = logging.getLogger("doorline.routes")

#: Rounds one tick looks at for each retailer.
BATCH = 100
#: So long one tick asks for ways and puts rounds in order; what is left waits for the next one.
SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Task:
    """A round that is to be put in order."""

    #: All of today's.
    today: Sequence[Stop]
    #: Those that are near, or at their door: they stay first.
    first: Sequence[Stop]
    #: Those to be put in order, with their doors.
    rest: Sequence[Stop]
    doors: Sequence[Door]
    #: Where it goes on from; None: unknown.
    start: Place | None

    @property
    def places(self) -> list[Place]:
        """All places it goes by, each once."""
        every = [self.start] if self.start is not None else []
        return list(dict.fromkeys([*every, *(door.place for door in self.doors)]))


@dataclass(frozen=True, slots=True)
class Known:
    """What others know about a round."""

    #: Seconds from place to place; a way that is not among them is judged by the straight line.
    roads: Roads = field(default_factory=dict)
    #: Parcels in the order a solver has found; empty: there is none.
    order: tuple[int, ...] = ()


def tick(
    database: Database,
    house: House,
    *,
    now: datetime,
    server: RoadSource | None = None,
    solver: VroomSolver | None = None,
) -> int:
    """Put rounds in order in which a stop has no number; answers how many. Each in a transaction of its own.

    Where a server knows the roads it is asked for the ways between the stops first, and a solver for their order, with
    nothing open. server, solver: those of the settings when absent.
    """
    server, solver = server or roads_of(house.settings.road_url), solver or solver_of(house.settings.route_url)
    with database.read() as session:
        names = session.scalars(select(Retailer.name).order_by(Retailer.name)).all()
        wanted = [name for name in names if house.workflows.of(session, name).route.order == "ours"]
        drivers = [driver for name in wanted for driver in _unordered(session, name)]
    ends, planned = time.monotonic() + SECONDS, 0
    for one in drivers:
        known = Known()
        if server is not None or solver is not None:
            with database.read() as session:
                task = _task(session, house, session.get_one(Driver, one), now)
                ids = [stop.shipment.id for stop in task.rest] if task is not None else []
            if task is None:
                continue
            known = _asked(server, solver, task, ids, until=ends)
        planned += database.run(partial(_plan, house=house, driver_id=one, known=known, now=now))
        if time.monotonic() > ends:
            break  # the next tick goes on
    return planned


def _asked(
    server: RoadSource | None, solver: VroomSolver | None, task: Task, ids: Sequence[int], *, until: float
) -> Known:
    """What others know about the round. ids: of the parcels to be put in order."""
    roads = road_tables.between(server, task.places, until=until) if server is not None else {}
    if solver is None or len(ids) < 2:
        return Known(roads)
    pace = _pace(task.rest)
    windows = [(_finite(door.begins_s), _finite(door.ends_s)) for door in task.doors]
    try:
        order = solver.order(legs_of(task.start, task.doors, pace, roads), windows, pace.stop_s)
    except OSError as error:
        if str(error) != "resting":
            log.warning("route solver gave no order: %s", error)
        return Known(roads)
    return Known(roads, tuple(ids[place] for place in order))


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None


def _plan(session: Session, house: House, driver_id: int, known: Known, now: datetime) -> bool:
    return plan(session, house, driver_id, known=known, now=now)


def plan(session: Session, house: House, driver_id: int, *, now: datetime, known: Known | None = None) -> bool:
    """Number the stops that are out with the driver. False: nothing is to be done, or the retailer's order stands.

    What is near or at a door stays first. A stop of which no place is known leaves the round as it is. known: what
    others said about it; where the round has changed since, their order counts for nothing.
    """
    driver = session.get_one(Driver, driver_id)
    positions.hold(session, driver)
    task = _task(session, house, driver, now)
    if task is None:
        return False
    known, at = known or Known(), {stop.shipment.id: place for place, stop in enumerate(task.rest)}
    hint = [at[one] for one in known.order if one in at]
    order = best_order(task.start, task.doors, _pace(task.rest), known.roads, hint)
    begins = max((stop.shipment.stop_number or 0 for stop in task.today if stop.done), default=0) + 1
    _number([*task.first, *(task.rest[one] for one in order)], session, begins, now)
    rounds.note_change(session, task.rest[order[0]].shipment, driver.id, now=now)
    zone = driver_links.clock_of(session, house, driver.retailer)
    stale_after = house.workflows.of(session, driver.retailer).eta.stale_after
    today = rounds.stops_of(session, driver.retailer, driver.id, now=now, zone=zone, stale_after=stale_after)
    rounds.count_down(session, today, now=now)
    return True


def _task(session: Session, house: House, driver: Driver, now: datetime) -> Task | None:
    """What is to be put in order; None: nothing, or the retailer's own order stands."""
    zone = driver_links.clock_of(session, house, driver.retailer)
    stale_after = house.workflows.of(session, driver.retailer).eta.stale_after
    today = rounds.stops_of(session, driver.retailer, driver.id, now=now, zone=zone, stale_after=stale_after)
    left = [stop for stop in rounds.left(today) if stop.is_out]
    first = [stop for stop in left if stop.state is not ShipmentState.OUT_FOR_DELIVERY]
    rest = [stop for stop in left if stop.state is ShipmentState.OUT_FOR_DELIVERY]
    doors = [door for stop in rest if (door := _door(stop, now)) is not None]
    if not rest or len(doors) < len(rest) or len(rest) > MOST or any(_is_given(stop.shipment) for stop in left):
        return None
    if all(stop.shipment.stop_number is not None for stop in rest):
        return None
    return Task(today, first, rest, doors, _start(session, driver, first, now))


def _pace(stops: Sequence[Stop]) -> Pace:
    """How fast the round goes where no road is known: ways are as much longer than the line as this retailer's are."""
    learned = [float(found) for stop in stops if (found := (stop.shipment.learned or {}).get("detour"))]
    return Pace((max(learned) if learned else DETOUR) / TOWN_MPS, STOP_S)


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
