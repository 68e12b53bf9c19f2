"""Drivers of courier networks: whoever a network sends becomes the parcel's driver, so that the line works."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.phones import Phone
from db import insert_once
from flows import lines
from flows.house import House
from tracking_core import shipments
from tracking_core.courier_models import Courier
from tracking_core.facts import CarrierEvent, DriverOffered, Fact, OfferedDriver
from tracking_core.matching import locked
from tracking_core.models import Driver, Shipment, UnmatchedEvent
from tracking_core.numbers import normalised
from tracking_core.rounds import hand_over
from tracking_core.states import ShipmentState

#: Names and ids of people are cut to this length.
NAME_MAX = 100


def after(session: Session, house: House, facts: Iterable[Fact], *, now: datetime) -> None:
    """Put parcels into the hands of whom their networks named, in the transaction of the scan."""
    for fact in facts:
        if isinstance(fact, DriverOffered):
            assign(session, house, locked(session, fact.shipment_id), fact.source, fact.driver, now=now)


def meet(session: Session, retailer: str, source: str, people: Iterable[OfferedDriver], *, now: datetime) -> None:
    """Remember people a network speaks of without a parcel, for the scan that names only their id."""
    for one in people:
        _remember(session, retailer, source, _clean(one), now)


def waiting(session: Session, retailer: str, tracking_number: str | None) -> tuple[str, OfferedDriver] | None:
    """Who was named for a parcel that nobody has told us of yet: (source, driver) of its newest event; else None."""
    number = normalised(tracking_number)
    if not number:
        return None
    query = select(UnmatchedEvent).where(UnmatchedEvent.retailer == retailer, UnmatchedEvent.tracking_number == number)
    events = [CarrierEvent.from_json(row.event) for row in session.scalars(query)]
    named = [event for event in events if event.driver is not None]
    newest = max(named, key=lambda event: event.occurred_at, default=None)
    return (newest.carrier, newest.driver) if newest is not None and newest.driver is not None else None


def waiting_for(
    session: Session, retailer: str, tracking_numbers: Iterable[str | None]
) -> dict[str, tuple[str, OfferedDriver]]:
    """The same for many parcels, by their numbers as they are kept; those for which nobody was named are absent."""
    numbers = {normalised(number) for number in tracking_numbers} - {""}
    query = select(UnmatchedEvent.tracking_number).where(
        UnmatchedEvent.retailer == retailer, UnmatchedEvent.tracking_number.in_(numbers)
    )
    spoken_of = sorted(set(session.scalars(query))) if numbers else []
    found = ((number, waiting(session, retailer, number)) for number in spoken_of)
    return {number: named for number, named in found if named is not None}


def assign(
    session: Session, house: House, shipment: Shipment, source: str, offered: OfferedDriver, *, now: datetime
) -> None:
    """Give the parcel to the person the network named; its line goes on with them.

    A person of whom only an id is known, and never a phone, takes the parcel from another courier of the same network:
    texts must not reach somebody who no longer has it. A driver the retailer named itself is left alone then.
    """
    before = shipment.driver_id
    if offered.gone:
        if _is_courier(shipment.driver, source):
            hand_over(session, shipment, None, now=now)
    else:
        known = _remember(session, shipment.retailer, source, _clean(offered), now)
        if known.phone is not None:
            _give(session, shipment, source, known, now)
        elif _is_courier(shipment.driver, source) and not _same_person(session, shipment, source, known):
            hand_over(session, shipment, None, now=now)
    session.flush()
    if shipment.driver_id != before:
        lines.driver_changed(session, house, shipment, before=before, now=now)


def _give(session: Session, shipment: Shipment, source: str, person: OfferedDriver, now: datetime) -> None:
    if ShipmentState(shipment.state).is_final and shipment.driver_id is not None:
        return  # it has been brought already; who had it stays known
    new = Driver(retailer=shipment.retailer, name=person.name or "", phone=person.phone, network=source, created_at=now)
    insert_once(session, new)
    shipments.assign_driver(session, shipment, name=person.name or "", phone=person.phone or "", now=now)


def _clean(offered: OfferedDriver) -> OfferedDriver:
    """With the phone in E.164, or none: networks write country codes, so none is guessed but North America's."""
    phone: str | None = None
    if offered.phone:
        try:
            phone = str(Phone.parse(offered.phone))
        except ValueError:
            phone = None
    name, ref = (offered.name or "").strip()[:NAME_MAX] or None, (offered.ref or "").strip()[:NAME_MAX] or None
    return replace(offered, name=name, phone=phone, ref=ref)


def _remember(session: Session, retailer: str, source: str, person: OfferedDriver, now: datetime) -> OfferedDriver:
    """Keep what is new of the person; answers all that is known."""
    if person.ref is None:
        return person
    row = Courier(
        retailer=retailer, source=source, ref=person.ref, name=person.name, phone=person.phone, updated_at=now
    )
    if insert_once(session, row):
        return person
    row = _known(session, retailer, source, person.ref)
    if (person.name or row.name, person.phone or row.phone) != (row.name, row.phone):
        row.name, row.phone, row.updated_at = person.name or row.name, person.phone or row.phone, now
    return replace(person, name=row.name, phone=row.phone)


def _known(session: Session, retailer: str, source: str, ref: str) -> Courier:
    query = select(Courier).where(Courier.retailer == retailer, Courier.source == source, Courier.ref == ref)
    return session.scalars(query).one()


def _is_courier(driver: Driver | None, source: str) -> bool:
    return driver is not None and driver.network == source


def _same_person(session: Session, shipment: Shipment, source: str, person: OfferedDriver) -> bool:
    """Whether the parcel's driver is this very person, of whom nothing tells us so but an id; no id is anybody."""
    if person.ref is None or shipment.driver is None:
        return person.name is None or person.name == (shipment.driver.name if shipment.driver else None)
    row = _known(session, shipment.retailer, source, person.ref)
    return row.phone is not None and row.phone == shipment.driver.phone
