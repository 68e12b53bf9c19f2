"""What a retailer may say of a shipment, checked once for every door it comes through: REST, CSV, stores."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from pydantic_core import ErrorDetails

from channels.phones import Phone
from flows.intake_base import Cost as Cost
from flows.intake_base import Said as Said
from flows.intake_passed import MOST, WithPassed
from flows.intake_values import (
    Country,
    Email,
    Lat,
    Locale,
    Lon,
    Long,
    Moment,
    Number,
    PhoneText,
    ProofKind,
    Short,
    TrackingNumber,
    Zone,
)
from tracking_core.shipments import NewShipment
from tracking_core.states import ShipmentState


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field that is not as it must be."""

    #: Dotted, such as `customer.phone`.
    field: str
    reason: str


class Rejected(ValueError):
    """What was said of the shipment cannot be taken."""

    def __init__(self, faults: Iterable[FieldFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.field}: {fault.reason}" for fault in self.faults))


class Customer(Said):
    """Whom the parcel is for."""

    name: Short | None = None
    phone: PhoneText | None = Field(None, description="Normalised to E.164 by the destination's country.")
    email: Email | None = None
    locale: Locale | None = Field(None, description="BCP 47; absent: the workflow's first language.")
    sms_consent: bool | None = Field(None, description="Absent: the workflow's `consent.default`.")


class Destination(Said):
    """Where the parcel goes."""

    line1: Short | None = None
    line2: Short | None = None
    city: Short | None = None
    region: Short | None = None
    postal_code: Short | None = None
    country: Country | None = Field(None, description="ISO 3166, two letters.")
    lat: Lat | None = None
    lon: Lon | None = None
    timezone: Zone | None = None


class Origin(Destination):
    """Where the parcel sets out: a warehouse, a shop."""


class Window(Said):
    """A window in time; one side may be missing."""

    begins: Moment | None = Field(None, alias="from")
    ends: Moment | None = Field(None, alias="to")


class DriverIn(Said):
    """Who brings the parcel. The phone is write-only."""

    name: Short | None = None
    phone: PhoneText


class Delivery(Said):
    """How the parcel is to be left."""

    instructions: Long | None = None
    leave_at_door: bool | None = None
    proof: list[ProofKind] | None = Field(None, max_length=6)


class Item(Said):
    """One kind of thing in the parcel."""

    name: Short
    quantity: int = Field(1, ge=1, le=1_000_000)


class ShipmentChange(WithPassed):
    """What may be changed of a shipment. Absent fields stay; null takes a value away; mappings are merged.

    Beside these fields `x_<name>` are columns of the retailer's own.
    """

    tracking_number: TrackingNumber | None = None
    carrier: Short | None = None
    service: Short | None = None
    customer: Customer | None = None
    destination: Destination | None = None
    origin: Origin | None = Field(None, description="Absent: the workflow's `eta.origin`.")
    promised: Window | None = None
    driver: DriverIn | None = None
    delivery: Delivery | None = None
    items: list[Item] | None = Field(None, max_length=500)
    stop: int | None = Field(None, ge=1, le=10_000, description="Its place in the driver's round; absent: by window.")
    cost: Cost | None = Field(None, description="What its delivery costs you; scorecards compare it.")


class ShipmentIn(ShipmentChange):
    """A shipment somebody tells us of. `order_number` and the customer's phone or e-mail are required."""

    order_number: Number
    customer: Customer


class ImportedShipment(ShipmentIn):
    """A line of a file: a shipment, and where it is already. Nobody is texted about what comes this way."""

    status: ShipmentState | None = None
    occurred_at: Moment | None = None
    reason: Short | None = None


def new_shipment(said: ShipmentIn, *, source: str) -> NewShipment:
    """Turn what was said into a parcel the tracking core understands. source: api, import, or a store's name.

    Raises Rejected with every field at fault.
    """
    faults: list[FieldFault] = []
    country = (said.destination.country if said.destination else None) or "US"
    if not (said.customer.phone or said.customer.email):
        faults.append(FieldFault("customer.phone", "the customer needs a phone or an e-mail address"))
    values = _columns(said, country, faults)
    _bound(said, {}, faults)
    if faults:
        raise Rejected(faults)
    return NewShipment(order_number=said.order_number, source=source, **_present(values))


def changes(said: ShipmentChange, before: Mapping[str, Any], passed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Turn what was said into changes for `tracking_core.shipments.update`: only what was named. Raises Rejected.

    before: the shipment's destination as it is, whose country reads the phones. passed: the columns it has already.
    """
    faults: list[FieldFault] = []
    told = said.destination.country if said.destination else None
    values = _columns(said, told or str(before.get("country") or "US"), faults)
    _bound(said, passed or {}, faults)
    if faults:
        raise Rejected(faults)
    return values


def faults_of(errors: Iterable[ErrorDetails]) -> list[FieldFault]:
    """Answer what pydantic found wrong, fields as dotted names and words without its own."""
    found: list[FieldFault] = []
    nowhere = set()
    for error in errors:
        # What stands in angle brackets tells alternatives of one field apart and is no name.
        name = ".".join(str(part) for part in error["loc"] if not str(part).startswith("<"))
        if name in nowhere:
            continue  # what stands in a field that does not exist is of no matter
        nowhere |= {name} if error["type"] == "extra_forbidden" else set()
        words = "there is no such field" if error["type"] == "extra_forbidden" else error["msg"]
        found.append(FieldFault(name, words.removeprefix("Value error, ").removeprefix("Input ")))
    return found


def phone(said: str | None, country: str, field: str, faults: list[FieldFault]) -> str | None:
    """Normalise a phone of the country; what is none goes to the faults."""
    if said is None:
        return None
    try:
        return str(Phone.parse(said, country))
    except ValueError as error:
        faults.append(FieldFault(field, str(error)))
        return None


def _columns(said: ShipmentChange, country: str, faults: list[FieldFault]) -> dict[str, Any]:
    """Answer NewShipment's values by name, for the fields that were named; null is None."""
    named = said.model_fields_set
    values: dict[str, Any] = {name: getattr(said, name) for name in ("tracking_number", "carrier", "service")}
    values = {name: value for name, value in values.items() if name in named}
    if "stop" in named:
        values["stop_number"] = said.stop
    if "cost" in named:
        values["cost_minor"] = None if said.cost is None else int(said.cost.amount * 100)
        values["cost_currency"] = None if said.cost is None else said.cost.currency
    if "items" in named:
        values["items"] = [item.model_dump() for item in said.items or ()]
    if said.customer is not None:
        told = said.customer.model_dump(exclude_unset=True)
        if "phone" in told:
            told["phone"] = phone(told["phone"], country, "customer.phone", faults)
        values |= {f"customer_{name}": value for name, value in told.items()}
    for name, mapping in (("destination", said.destination), ("origin", said.origin), ("delivery", said.delivery)):
        if mapping is not None:
            values[name] = mapping.model_dump(exclude_unset=True)
    values |= {"passed": said.passed} if said.passed else {}
    if "promised" in named:
        values |= _promise(said.promised, faults)
    if "driver" in named:
        values |= _driver(said.driver, country, faults)
    return values


def _bound(said: WithPassed, before: Mapping[str, Any], faults: list[FieldFault]) -> None:
    """Columns are few: each costs room in every row and time every night."""
    kept = {name for name, value in {**before, **said.passed}.items() if value is not None}
    if len(kept) > MOST:
        last = next(name for name in reversed(said.passed) if name in kept)
        faults.append(FieldFault(last, f"is one column too many: a shipment has at most {MOST} of its own"))


def _promise(said: Window | None, faults: list[FieldFault]) -> dict[str, Any]:
    if said is None:
        return {"promised_from": None, "promised_to": None}
    if said.begins and said.ends and said.ends < said.begins:
        faults.append(FieldFault("promised.to", "the window must not end before it begins"))
    told = said.model_dump(exclude_unset=True)
    return {f"promised_{'from' if name == 'begins' else 'to'}": value for name, value in told.items()}


def _driver(said: DriverIn | None, country: str, faults: list[FieldFault]) -> dict[str, Any]:
    if said is None:
        return {"driver_phone": None}
    return {"driver_name": said.name, "driver_phone": phone(said.phone, country, "driver.phone", faults)}


def _present(values: dict[str, Any]) -> dict[str, Any]:
    """Without nulls: a new shipment has nothing that could be taken away."""
    return {
        name: {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not None
    }
