"""REST v1: where drivers are."""

from typing import Annotated

from pydantic import AwareDatetime, Discriminator, Field, RootModel, Tag
from sqlalchemy import select

from flows import driver_positions
from flows.intake import FieldFault, Rejected, Said
from flows.intake import phone as read_phone
from flows.intake_values import Lat, Lon, Moment, PhoneText
from tracking_core.models import Driver
from tracking_core.positions import CLOCK_AHEAD, Fix
from web.api.routing import Access, Answer, Call, Route
from web.api.schemas import Answered
from web.problems import not_found

#: Places one request may bring.
MOST = 200


class DriverPositionIn(Said):
    """Where a driver is, or was."""

    phone: PhoneText = Field(description="The driver's.")
    lat: Lat
    lon: Lon
    at: Moment | None = Field(None, description="Absent: now.")
    accuracy_m: float | None = Field(None, ge=0, le=1_000_000, description="How far off it may be, in metres.")


#: A tag in angle brackets is not part of a field's name, see `intake.faults_of`.
OneOrMany = Annotated[
    Annotated[DriverPositionIn, Tag("<one>")]
    | Annotated[list[DriverPositionIn], Field(min_length=1, max_length=MOST), Tag("<many>")],
    Discriminator(lambda said: "<many>" if isinstance(said, list) else "<one>"),
]


class DriverPositionsIn(RootModel[OneOrMany]):
    """One place, or a list of them."""


class PositionsTaken(Answered):
    """What became of the places."""

    taken: int
    ignored: int = Field(description="Out of order, repeated, or a day late.")


def add_positions(call: Call) -> Answer:
    """Take in where drivers are. The next stop's customer is told when theirs is near, by the milestone rules."""
    said: DriverPositionIn | list[DriverPositionIn] = call.body.root
    fixes = _by_driver(call, said if isinstance(said, list) else [said], numbered=isinstance(said, list))
    taken = ignored = 0
    for driver, places in fixes.items():
        heard = driver_positions.take(call.session, call.parts.house, driver, places, now=call.now)
        taken, ignored = taken + heard.taken, ignored + heard.ignored
    return Answer(202, PositionsTaken(taken=taken, ignored=ignored))


def _by_driver(call: Call, said: list[DriverPositionIn], *, numbered: bool) -> dict[Driver, list[Fix]]:
    """The places by driver, drivers in the order of their ids. Raises Rejected, Problem 404 for nobody's phone."""
    faults: list[FieldFault] = []
    phones = []
    for place, one in enumerate(said):
        prefix = f"{place}." if numbered else ""
        phones.append(read_phone(one.phone, "US", f"{prefix}phone", faults))
        if one.at is not None and one.at > call.now + CLOCK_AHEAD:
            faults.append(FieldFault(f"{prefix}at", "must not lie in the future"))
    if faults:
        raise Rejected(faults)
    known = select(Driver).where(Driver.retailer == call.retailer, Driver.phone.in_(set(phones)))
    drivers = {driver.phone: driver for driver in call.session.scalars(known.order_by(Driver.id))}
    if not all(phone in drivers for phone in phones):
        raise not_found("driver")
    found: dict[Driver, list[Fix]] = {driver: [] for driver in drivers.values()}
    for phone, one in zip(phones, said, strict=True):
        at: AwareDatetime = one.at or call.now
        found[drivers[phone or ""]].append(Fix(one.lat, one.lon, at, one.accuracy_m))
    return found


ROUTES = (
    Route(
        "POST",
        "/drivers/positions",
        add_positions,
        "Say where drivers are: one place, or a list.",
        "Drivers",
        {202: PositionsTaken},
        body=DriverPositionsIn,
        access=Access.WRITE,
    ),
)
