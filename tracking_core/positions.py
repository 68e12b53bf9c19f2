"""Where drivers are, what that says of the parcels in the van, and when the next one is near, or there."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core import rounds, stops_said
from tracking_core.eta_sources import seconds_a_metre
from tracking_core.facts import CarrierEvent, Position
from tracking_core.models import Driver, Shipment
from tracking_core.position_models import DriverPosition, DriverTrail
from tracking_core.states import FINAL, ShipmentState

#: `CarrierEvent.carrier` of what a place tells us.
SOURCE = "position"
#: Parcels that are in the van now.
OUT = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})
#: Forgotten after so long: the trail, the newest place, and the place on a parcel whose story is over.
KEPT = timedelta(hours=24)
#: A trail is no film: at most one place in so long.
TRAIL_EVERY = timedelta(seconds=10)
#: How far ahead of ours a phone's clock may run; its places are then taken as of now.
CLOCK_AHEAD = timedelta(minutes=10)
#: A zone counts as left only so many times its radius away, so that a place that wavers does not enter it twice.
LEFT_AT = 1.5
#: Parcels for one person within so many metres are one stop.
SAME_DOOR_M = 30
EARTH_M = 6_371_000
#: Rows one call of `forget` deletes.
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Fix:
    """A place somebody was at, as their phone says."""

    lat: float
    lon: float
    at: datetime
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Radii:
    """How near is near, in metres, and how old a place may be that still tells somebody something."""

    arriving_m: float
    at_address_m: float
    stale_after: timedelta
    #: So little of the way left, in time, is near as well; None: only metres count.
    arriving_within: timedelta | None = None

    def near_m(self, parcel: Shipment) -> float:
        """From how far off its driver is near: the metres, or those a van makes in the time on its roads."""
        within_s = self.arriving_within.total_seconds() if self.arriving_within is not None else 0.0
        return max(self.arriving_m, within_s / seconds_a_metre(parcel))


@dataclass(frozen=True, slots=True)
class Moved:
    """What one place did."""

    #: False: it came out of order, twice, or a day late, and nothing was changed.
    taken: bool
    #: What is to be recorded of the next stop's parcels.
    events: tuple[tuple[Shipment, CarrierEvent], ...] = ()


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two places along the ground."""
    one, other = math.radians(lat), math.radians(other_lat)
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half)))


def hold(session: Session, driver: Driver) -> None:
    """Let one at a time tell of this driver's round: places and taps touch the same parcels in other orders."""
    session.execute(select(Driver.id).where(Driver.id == driver.id).with_for_update(key_share=True))


def take(
    session: Session, driver: Driver, fix: Fix, radii: Radii, *, now: datetime, zone: rounds.Zone | None = None
) -> Moved:
    """Take in where the driver is, and set it with the stops to go on the parcels that are out.

    The next stop in order, and no other, is `arriving` or `at_address` once it is within its radius; the caller records
    those events in the same transaction. A stop the driver was at and has clearly left without a word is over as far as
    this goes: the one after it must not wait for a tap that never comes. A place no newer than the one we have changes
    nothing; one that is stale is kept and tells nobody, and so does one that may be farther off than the door's radius.
    zone: as in `rounds.stops_of`.
    """
    at = min(fix.at, now) if fix.at <= now + CLOCK_AHEAD else now
    here = Fix(fix.lat, fix.lon, at, fix.accuracy_m)
    known = _lock(session, driver, here, now)
    if known is None:
        return Moved(taken=False)
    parcels, door = _out(session, driver, here, radii, now, zone)
    for parcel in parcels:
        parcel.position = {"lat": here.lat, "lon": here.lon, "at": at.isoformat()}
    zones = _still_near(session, known.zones, here, radii)
    blurred = here.accuracy_m is not None and here.accuracy_m > radii.at_address_m
    events: list[tuple[Shipment, CarrierEvent]] = []
    if not blurred and now - at <= radii.stale_after:
        for place, parcel in enumerate(door):
            entered = _entered(parcel, here, radii, zones)
            events += [(parcel, _event(parcel, one, here, stops_away=place)) for one in entered]
    known.zones = zones
    session.flush()
    return Moved(taken=True, events=tuple(events))


def heralds(parcel: Shipment, here: Fix, radii: Radii, *, before: str) -> list[CarrierEvent]:
    """What a place says of the parcel it was sent with that nobody has said yet: near, and at the door, in order.

    For what comes with a scan or a tap, which may be the first that is heard after minutes without a signal. before:
    the status of that scan; only what comes before it on the way is answered, all of it for another.
    """
    state, door = ShipmentState(parcel.state), _place(parcel)
    if state not in OUT or door is None or stops_said.ours(parcel) > 0:
        return []
    if here.accuracy_m is not None and here.accuracy_m > radii.at_address_m:
        return []
    found = _passed(parcel, distance_m(here.lat, here.lon, *door), radii)
    told = {ShipmentState.ARRIVING.value, ShipmentState.AT_ADDRESS.value}
    upto = list(found) if before not in told else [zone for zone in found if zone.rank < ShipmentState(before).rank]
    rest = [zone for zone in upto if zone.rank > state.rank]
    return [_event(parcel, zone, here, stops_away=parcel.stops_away) for zone in rest]


def expected_soon(parcel: Shipment, *, at: datetime) -> list[CarrierEvent]:
    """That the parcel is near by the clock alone; [] when that, or more, is known, or other stops come first."""
    if parcel.state != ShipmentState.OUT_FOR_DELIVERY or (parcel.stops_away or 0) > 0:
        return []
    event_id = f"{ShipmentState.ARRIVING}:{parcel.attempts}"
    return [CarrierEvent(SOURCE, event_id, parcel.tracking_number, ShipmentState.ARRIVING.value, at)]


def _passed(parcel: Shipment, away_m: float, radii: Radii) -> tuple[ShipmentState, ...]:
    """The zones of a door somebody so far away is in, the outer one first."""
    if away_m <= radii.at_address_m:
        return (ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS)
    return (ShipmentState.ARRIVING,) if away_m <= radii.near_m(parcel) else ()


def newest(session: Session, driver_id: int, *, now: datetime) -> DriverPosition | None:
    """Where the driver was last; None when that is unknown, or too long ago to keep."""
    found = session.get(DriverPosition, driver_id)
    return found if found is not None and now - found.at < KEPT else None


def forget(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Forget places older than a day. Answers how many rows of trails went; call again while it is `limit`."""
    cut = now - KEPT
    old = select(DriverTrail.id).where(DriverTrail.at < cut).order_by(DriverTrail.at).limit(limit)
    ids = list(session.scalars(old.with_for_update(skip_locked=True)))
    if ids:
        session.execute(delete(DriverTrail).where(DriverTrail.id.in_(ids)))
    session.execute(delete(DriverPosition).where(DriverPosition.at < cut))
    over = (
        select(Shipment.id)
        .where(
            Shipment.driver_id.is_not(None),
            Shipment.position.is_not(None),
            Shipment.state.in_(FINAL),
            Shipment.state_at < cut,
        )
        .limit(limit)
    )
    done = list(session.scalars(over))
    if done:
        session.execute(update(Shipment).where(Shipment.id.in_(done)).values(position=null()))
    return len(ids)


def _lock(session: Session, driver: Driver, here: Fix, now: datetime) -> DriverPosition | None:
    """The driver's row with the new place in it, locked; None when the place is no news."""
    if now - here.at >= KEPT:
        return None
    fresh = DriverPosition(
        driver_id=driver.id,
        lat=here.lat,
        lon=here.lon,
        accuracy_m=here.accuracy_m,
        at=here.at,
        received_at=now,
        zones={},
    )
    before: datetime | None = None
    known = fresh
    if not insert_once(session, fresh):
        query = select(DriverPosition).where(DriverPosition.driver_id == driver.id).with_for_update()
        known = session.scalars(query.execution_options(populate_existing=True)).one()
        before = known.at
        if here.at <= before:
            return None
        known.lat, known.lon, known.accuracy_m = here.lat, here.lon, here.accuracy_m
        known.at, known.received_at = here.at, now
    if before is None or here.at - before >= TRAIL_EVERY:
        insert_once(session, DriverTrail(driver_id=driver.id, lat=here.lat, lon=here.lon, at=here.at))
    return known


def _out(
    session: Session, driver: Driver, here: Fix, radii: Radii, now: datetime, zone: rounds.Zone | None
) -> tuple[list[Shipment], list[Shipment]]:
    """The parcels that are out with the driver in the round's order, and those of the stop that comes next; locked."""
    round_ = rounds.stops_of(session, driver.retailer, driver.id, now=now, zone=zone, stale_after=radii.stale_after)
    ids = [stop.shipment.id for stop in round_ if stop.is_out]
    locked = (
        select(Shipment)
        .where(Shipment.id.in_(ids))
        .order_by(Shipment.id)
        .with_for_update(of=Shipment)
        .execution_options(populate_existing=True)
    )
    found = {parcel.id: parcel for parcel in session.scalars(locked)}
    # What has moved on, or to another driver, while we waited for the lock is not out with this one any more.
    ours = {one: parcel for one, parcel in found.items() if parcel.state in OUT and parcel.driver_id == driver.id}
    rounds.count_down(session, round_, now=now)
    coming = [stop for stop in round_ if stop.shipment.id in ours]
    following = rounds.next_of([stop for stop in coming if not _was_left(ours[stop.shipment.id], here, radii)])
    parcels = [ours[one] for one in ids if one in ours]
    if following is None:
        return parcels, []
    door = ours[following.shipment.id]
    return parcels, [door, *(one for one in parcels if one is not door and _same_door(door, one))]


def _was_left(parcel: Shipment, here: Fix, radii: Radii) -> bool:
    """Whether the driver was at the parcel's door and is clearly away from it now."""
    door = _place(parcel) if parcel.state == ShipmentState.AT_ADDRESS else None
    return door is not None and distance_m(here.lat, here.lon, *door) > LEFT_AT * radii.arriving_m


def _same_door(one: Shipment, other: Shipment) -> bool:
    person = one.customer_phone or one.customer_email
    if person is None or person != (other.customer_phone or other.customer_email):
        return False
    here, there = _place(one), _place(other)
    return here is not None and there is not None and distance_m(*here, *there) <= SAME_DOOR_M


def _place(parcel: Shipment) -> tuple[float, float] | None:
    lat, lon = parcel.destination.get("lat"), parcel.destination.get("lon")
    return (float(lat), float(lon)) if lat is not None and lon is not None else None


def _entered(parcel: Shipment, here: Fix, radii: Radii, zones: dict[str, str]) -> tuple[ShipmentState, ...]:
    """The zones of the parcel's door the driver has newly entered, the outer one first; they are noted in `zones`.

    After minutes without a place the driver may stand at the door at once; that they came near is told all the same.
    """
    door = _place(parcel)
    if door is None:
        return ()
    passed = _passed(parcel, distance_m(here.lat, here.lon, *door), radii)
    if not passed:
        return ()
    if zones.get(str(parcel.id)) in (passed[-1], ShipmentState.AT_ADDRESS):
        return ()
    zones[str(parcel.id)] = passed[-1].value
    return tuple(zone for zone in passed if zone.rank > ShipmentState(parcel.state).rank)


def _still_near(session: Session, zones: dict[str, str], here: Fix, radii: Radii) -> dict[str, str]:
    """The zones without those the driver has clearly left."""
    if not zones:
        return {}
    near = dict(zones)
    for parcel in session.scalars(select(Shipment).where(Shipment.id.in_([int(one) for one in zones]))):
        door = _place(parcel)
        if door is None or distance_m(here.lat, here.lon, *door) > LEFT_AT * radii.near_m(parcel):
            near.pop(str(parcel.id))
    return near


def _event(parcel: Shipment, zone: ShipmentState, here: Fix, *, stops_away: int | None) -> CarrierEvent:
    return CarrierEvent(
        carrier=SOURCE,
        # Once for each attempt, whatever is forgotten about the driver in between.
        event_id=f"{zone}:{parcel.attempts}",
        tracking_number=parcel.tracking_number,
        status=zone.value,
        occurred_at=here.at,
        position=Position(here.lat, here.lon, here.at),
        stops_away=stops_away,
    )
