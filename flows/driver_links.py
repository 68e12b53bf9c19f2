"""The address of a driver's page: one for each driver and shift, and what it opens."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import insert_once
from flows.driver_page_models import DriverShift
from flows.house import House
from flows.zones import zone_of
from tracking_core import rounds
from tracking_core.models import Driver, Shipment
from tracking_core.rounds import Stop

KIND = "d"
#: A shift ends in the small hours, local time: nobody's evening round is cut off at midnight.
ENDS_AT = time(4)
#: A shift that is asked for in the night is the coming day's.
LEAST = timedelta(hours=6)
#: An address this near to its end is not handed out any more.
STILL_GOOD_FOR = timedelta(hours=1)
#: What was tapped during the shift, and found no signal, is taken in for so long after it.
TAPS_FOLLOW = timedelta(hours=24)
#: After the last stop the page stays so long, for a photo that was forgotten.
GRACE = timedelta(hours=1)


@dataclass(frozen=True)
class Round:
    """What a page is about: a driver, and today's stops in their order."""

    driver: Driver
    stops: tuple[Stop, ...]
    #: Whose clock the driver works by.
    zone: tzinfo

    def stop(self, shipment_id: int) -> Stop | None:
        """The stop of that parcel; None when it is not, or no longer, on this round."""
        return next((one for one in self.stops if one.shipment.id == shipment_id), None)


def link(session: Session, house: House, driver: Driver, *, now: datetime) -> str:
    """Answer the address of the driver's page for the shift that is running, or begins now; the same one all day."""
    shift = _shift(session, house, driver, now)
    url = house.links.url(session, KIND, shift.id, now=now)
    house.links.expire(session, KIND, shift.id, at=shift.ends_at + TAPS_FOLLOW)
    return url


def revoke(session: Session, house: House, driver: Driver, *, now: datetime) -> None:
    """Make every address the driver was given for a shift that is not over worthless; `link` then gives a new one."""
    running = select(DriverShift).where(DriverShift.driver_id == driver.id, DriverShift.ends_at > now)
    for shift in session.scalars(running):
        house.links.revoke(session, KIND, shift.id, now=now)
        house.links.expire(session, KIND, shift.id, at=shift.ends_at + TAPS_FOLLOW)


def opened_by(
    session: Session, house: House, token: str, *, now: datetime, tapped_at: datetime | None = None
) -> Driver | None:
    """Whose page the token opens; None when it opens nothing, or the shift is over.

    tapped_at: when something was tapped that arrives only now; what was tapped during the shift may follow for a day.
    """
    shift_id = house.links.find(session, KIND, token, now=now)
    shift = None if shift_id is None else session.get(DriverShift, shift_id)
    if shift is None or (tapped_at or now) >= shift.ends_at:
        return None
    return session.get(Driver, shift.driver_id)


def clock_of(session: Session, house: House, retailer: str) -> rounds.Zone:
    """Whose clock each parcel of the retailer's rounds goes by."""
    fallback = house.workflows.of(session, retailer).support_hours.timezone

    def zone(shipment: Shipment) -> tzinfo:
        return zone_of(shipment.destination, phone=shipment.customer_phone, fallback=fallback)

    return zone


def round_of(session: Session, house: House, driver: Driver, *, now: datetime) -> Round:
    """The driver's round of today."""
    zone, workflow = clock_of(session, house, driver.retailer), house.workflows.of(session, driver.retailer)
    stale_after = workflow.eta.stale_after
    found = rounds.stops_of(session, driver.retailer, driver.id, now=now, zone=zone, stale_after=stale_after)
    return Round(driver, tuple(found), zone(found[0].shipment) if found else workflow.support_hours.zone)


def is_over(round_: Round, *, now: datetime) -> bool:
    """Whether there is nothing to show: no stop is the driver's, or the last one was done a while ago."""
    if rounds.left(round_.stops):
        return False
    ended = [stop.shipment.state_at for stop in round_.stops if stop.shipment.state_at is not None]
    return not ended or now >= max(ended) + GRACE


def _shift(session: Session, house: House, driver: Driver, now: datetime) -> DriverShift:
    running = (
        select(DriverShift)
        .where(DriverShift.driver_id == driver.id, DriverShift.ends_at > now + STILL_GOOD_FOR)
        .order_by(DriverShift.ends_at)
        .limit(1)
    )
    found = session.scalars(running).first()
    if found is not None:
        return found
    local = (now + LEAST).astimezone(round_of(session, house, driver, now=now).zone)
    ends_on = local.date() if local.time() < ENDS_AT else local.date() + timedelta(days=1)
    fresh = DriverShift(
        retailer=driver.retailer,
        driver_id=driver.id,
        ends_on=ends_on,
        began_at=now,
        ends_at=datetime.combine(ends_on, ENDS_AT, local.tzinfo),
    )
    if insert_once(session, fresh):
        return fresh
    return session.scalars(
        select(DriverShift).where(DriverShift.driver_id == driver.id, DriverShift.ends_on == ends_on)
    ).one()
