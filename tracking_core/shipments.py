"""Shipments: creating and changing them, their drivers and promises; finding them stands in `finding`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import insert_once
from tracking_core import transit_serving
from tracking_core.eta import GRACE, STALE_POSITION, estimate
from tracking_core.facts import Fact
from tracking_core.finding import get, of_order, of_phone, order_state, page, promises, timeline
from tracking_core.matching import locked, queue_for_number
from tracking_core.models import Driver, Promise, Shipment
from tracking_core.numbers import normalised
from tracking_core.promises import ORDER, RETAILER, enter
from tracking_core.recording import eta_facts, take_in_unmatched
from tracking_core.rounds import hand_over, reorder
from tracking_core.states import ShipmentState
from tracking_core.watching_rows import look_soon

__all__ = [
    "NewShipment",
    "TrackingNumberTaken",
    "UnknownField",
    "assign_driver",
    "change",
    "create",
    "fresh",
    "get",
    "of_order",
    "of_phone",
    "order_state",
    "page",
    "promise_made",
    "promises",
    "timeline",
    "update",
]


class TrackingNumberTaken(ValueError):
    """Another parcel of this order already has that tracking number."""


class UnknownField(ValueError):
    """A shipment has no such field, or not one that may be changed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: {self.__doc__}")
        self.field = name


@dataclass(frozen=True, slots=True)
class NewShipment:
    """A parcel somebody tells us of. Only `order_number` is required here; phones are E.164 already."""

    order_number: str
    tracking_number: str | None = None
    carrier: str | None = None
    service: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    customer_email: str | None = None
    #: BCP 47.
    customer_locale: str | None = None
    #: None: the workflow decides.
    customer_sms_consent: bool | None = None
    #: line1, line2, city, region, postal_code, country, lat, lon, timezone.
    destination: dict[str, Any] = field(default_factory=dict)
    #: Where it sets out, by the same names.
    origin: dict[str, Any] = field(default_factory=dict)
    #: `x_<name>` -> number, true or false, or a short name: columns of the retailer's own.
    passed: dict[str, Any] = field(default_factory=dict)
    promised_from: datetime | None = None
    promised_to: datetime | None = None
    driver_name: str | None = None
    #: Without a phone there is nobody to reach, and no driver is assigned.
    driver_phone: str | None = None
    #: instructions, leave_at_door, proof.
    delivery: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    #: Its place in the driver's round; None: by its window.
    stop_number: int | None = None
    #: What its delivery costs the retailer, in hundredths of the currency's unit; ISO 4217. Both or neither.
    cost_minor: int | None = None
    cost_currency: str | None = None
    #: api, import, demo, or a store's name.
    source: str = "api"


#: Names of NewShipment that are other columns of Shipment.
COLUMNS = {"customer_locale": "locale", "customer_sms_consent": "sms_consent"}
#: Merged key by key; a None takes the key away.
MERGED = frozenset({"destination", "origin", "passed", "delivery"})
DRIVER = frozenset({"driver_name", "driver_phone"})
CHANGEABLE = frozenset(f.name for f in fields(NewShipment)) - {"order_number", "source"}


def create(session: Session, new: NewShipment, *, retailer: str, now: datetime) -> tuple[Shipment, bool]:
    """Create the shipment: (it, True), or (the existing one, False) for the same order and tracking number.

    What had come for its tracking number before is recorded silently: creating a shipment texts nobody.
    """
    shipment = fresh(new, retailer=retailer, now=now)
    queue_for_number(session, retailer, shipment.tracking_number)
    if not insert_once(session, shipment):
        known = select(Shipment).where(
            Shipment.retailer == retailer,
            Shipment.order_number == new.order_number,
            Shipment.tracking_number == shipment.tracking_number,
        )
        return session.scalars(known).one(), False
    if shipment.promised_at is not None:
        enter(
            session,
            shipment,
            window_from=new.promised_from,
            window_to=new.promised_to,
            source=ORDER,
            now=now,
        )
    if new.driver_phone:
        assign_driver(session, shipment, name=new.driver_name or "", phone=new.driver_phone, now=now)
    transit_serving.predict(session, shipment, ShipmentState.CREATED.value, at=now, now=now)
    take_in_unmatched(session, shipment, now=now)
    look_soon(session, [shipment], now=now)
    session.flush()
    return shipment, True


def fresh(new: NewShipment, *, retailer: str, now: datetime) -> Shipment:
    """The row a new parcel becomes, not yet inserted; what hangs on it is `create`'s to add."""
    promised = new.promised_from is not None or new.promised_to is not None
    return Shipment(
        retailer=retailer,
        order_number=new.order_number,
        tracking_number=normalised(new.tracking_number),
        carrier=new.carrier,
        service=new.service,
        source=new.source,
        customer_name=new.customer_name,
        customer_phone=new.customer_phone,
        customer_email=new.customer_email,
        locale=new.customer_locale,
        sms_consent=new.customer_sms_consent,
        destination=dict(new.destination),
        origin=dict(new.origin) or None,
        passed=dict(new.passed) or None,
        promised_from=new.promised_from,
        promised_to=new.promised_to,
        promised_at=now if promised else None,
        first_promised_to=new.promised_to,
        last_promised_to=new.promised_to,
        delivery=dict(new.delivery),
        items=list(new.items),
        stop_number=new.stop_number,
        cost_minor=new.cost_minor,
        cost_currency=new.cost_currency,
        state=ShipmentState.CREATED.value,
        flags=[],
        attempts=0,
        created_at=now,
        updated_at=now,
    )


def update(session: Session, shipment: Shipment, changes: Mapping[str, object], *, now: datetime) -> Shipment:
    """Change what the retailer says of the shipment, as `change` does; answers it."""
    return change(session, shipment, changes, now=now)[0]


def change(
    session: Session,
    shipment: Shipment,
    changes: Mapping[str, object],
    *,
    now: datetime,
    grace: timedelta = GRACE,
    stale_after: timedelta = STALE_POSITION,
) -> tuple[Shipment, list[Fact]]:
    """Change what the retailer says of the shipment; keys are NewShipment's names except order_number and source.

    MERGED ones are merged (a None removes the key), all else is replaced. Another promise is another
    Promise row. Answers the shipment and what that did to its estimate. Raises UnknownField, TrackingNumberTaken.
    """
    for name in changes:
        if name not in CHANGEABLE:
            raise UnknownField(name)
    shipment = locked(session, shipment.id)
    expected_before = estimate(shipment, now=now, stale_after=stale_after)
    promise_before = shipment.promised_from, shipment.promised_to
    number_before = shipment.tracking_number
    for name, value in changes.items():
        _set(session, shipment, name, value, now)
    if changes.keys() & DRIVER:
        _change_driver(session, shipment, changes, now)
    if (shipment.promised_from, shipment.promised_to) != promise_before:
        _promise_anew(session, shipment, now)
    if shipment.tracking_number != number_before:
        take_in_unmatched(session, shipment, now=now)
    facts = eta_facts(shipment, expected_before, now, now=now, grace=grace, stale_after=stale_after, silent=False)
    shipment.updated_at = now
    look_soon(session, [shipment], now=now)
    session.flush()
    return shipment, facts


def _set(session: Session, shipment: Shipment, name: str, value: object, now: datetime) -> None:
    if name == "tracking_number":
        _renumber(session, shipment, normalised(value if isinstance(value, str) else None))
    elif name == "stop_number":
        reorder(session, shipment, value if isinstance(value, int) else None, now=now)
    elif name in MERGED:
        merged = {**(getattr(shipment, name) or {}), **(value if isinstance(value, Mapping) else {})}
        setattr(shipment, name, {key: item for key, item in merged.items() if item is not None})
    elif name not in DRIVER:
        setattr(shipment, COLUMNS.get(name, name), value)


def assign_driver(session: Session, shipment: Shipment, *, name: str, phone: str, now: datetime) -> Driver:
    """Put the shipment in the hands of the driver with that phone, who is made or renamed as needed."""
    driver = Driver(retailer=shipment.retailer, name=name, phone=phone, created_at=now)
    if not insert_once(session, driver):
        known = select(Driver).where(Driver.retailer == shipment.retailer, Driver.phone == phone)
        driver = session.scalars(known).one()
        if name and driver.name != name:
            driver.name = name
    hand_over(session, shipment, driver, now=now)
    session.flush()
    return driver


def promise_made(
    session: Session,
    shipment: Shipment,
    *,
    window_from: datetime | None,
    window_to: datetime | None,
    source: str,
    message_key: str | None,
    now: datetime,
) -> Promise:
    """Note the window a text gave. source: where it came from (carrier, promise); message_key: the outbox row's key."""
    return enter(
        session,
        shipment,
        window_from=window_from,
        window_to=window_to,
        source=source,
        message_key=message_key,
        now=now,
    )


def _promise_anew(session: Session, shipment: Shipment, now: datetime) -> None:
    """The retailer promises something else, or nothing any more."""
    promised = shipment.promised_from is not None or shipment.promised_to is not None
    shipment.promised_at, shipment.delay_said_at = now if promised else None, None
    if promised:
        enter(
            session,
            shipment,
            window_from=shipment.promised_from,
            window_to=shipment.promised_to,
            source=RETAILER if promises(session, shipment) else ORDER,
            now=now,
        )


def _renumber(session: Session, shipment: Shipment, number: str) -> None:
    if number == shipment.tracking_number:
        return
    queue_for_number(session, shipment.retailer, number)
    try:
        with session.begin_nested():
            shipment.tracking_number = number
            session.flush()
    except IntegrityError as error:
        raise TrackingNumberTaken(str(TrackingNumberTaken.__doc__)) from error


def _change_driver(session: Session, shipment: Shipment, changes: Mapping[str, object], now: datetime) -> None:
    name, phone = changes.get("driver_name"), changes.get("driver_phone")
    if "driver_phone" in changes and not phone:
        hand_over(session, shipment, None, now=now)
    elif isinstance(phone, str):
        assign_driver(session, shipment, name=name if isinstance(name, str) else "", phone=phone, now=now)
    elif isinstance(name, str) and shipment.driver is not None:
        shipment.driver.name = name
