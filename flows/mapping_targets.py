"""The fields a mapping can fill, and of what kind each is. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from flows.import_rows import columns
from flows.intake import DriverIn, Said, ShipmentIn
from flows.intake_passed import NAME
from flows.intake_values import Lat, Lon, Long, Moment, Number, Short, TrackingNumber
from tracking_core.reasons import Reason
from tracking_core.states import UNKNOWN, UPDATE, ShipmentState

Kind = Literal["text", "moment", "day", "number", "whole", "yes_no", "list", "passed"]
#: Of a file's lines alone: a mapping says where a parcel is by an event.
ONLY_IN_FILES = {"status", "occurred_at", "reason"}
SHIPMENT_FIELDS = (columns() - ONLY_IN_FILES) | {"as_of"}
ITEM_FIELDS = frozenset({"name", "quantity"})
EVENT_FIELDS = frozenset(
    {
        *("status", "event_id", "occurred_at", "order_number", "tracking_number", "reason", "detail"),
        *("eta.at", "eta.from", "eta.to", "eta.day", "position.lat", "position.lon", "stops_away"),
        *("correction", "silent", "driver.name", "driver.phone"),
    }
)
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("as_of", "occurred_at", "promised.from", "promised.to", "eta.at", "eta.from", "eta.to"), "moment"),
    "eta.day": "day",
    **dict.fromkeys(
        ("destination.lat", "destination.lon", "origin.lat", "origin.lon", "position.lat", "position.lon"), "number"
    ),
    **dict.fromkeys(("stop", "stops_away", "quantity"), "whole"),
    **dict.fromkeys(("customer.sms_consent", "delivery.leave_at_door", "correction", "silent"), "yes_no"),
    "delivery.proof": "list",
}


def kind_of(name: str) -> Kind:
    """What a field holds."""
    return "passed" if NAME.fullmatch(name) else KINDS.get(name, "text")


def _status(said: str) -> str:
    if said not in {*ShipmentState, UPDATE, UNKNOWN}:
        words = f"{said!r} is no state of ours: {', '.join(ShipmentState)}, or `update`; a `table` says what it means"
        raise PydanticCustomError("status", "{said}", {"said": words})
    return said


def _reason(said: str) -> str:
    if said not in set(Reason):
        raise PydanticCustomError("reason", "{said}", {"said": f"{said!r} is no reason of ours: {', '.join(Reason)}"})
    return said


class MappedEta(Said):
    """A moment, a window, or a day."""

    at: Moment | None = None
    begins: Moment | None = Field(None, alias="from")
    ends: Moment | None = Field(None, alias="to")
    day: date | None = None


class MappedPosition(Said):
    """Degrees, WGS 84."""

    lat: Lat
    lon: Lon


class MappedEvent(Said):
    """One thing that happened, as a house system tells it."""

    status: Annotated[str, AfterValidator(_status)]
    event_id: Number | None = None
    occurred_at: Moment | None = None
    order_number: Number | None = None
    tracking_number: TrackingNumber | None = None
    reason: Annotated[str, AfterValidator(_reason)] | None = None
    detail: Long | None = None
    eta: MappedEta | None = None
    position: MappedPosition | None = None
    stops_away: int | None = Field(None, ge=0, le=10_000)
    correction: bool = False
    silent: bool = False
    driver: DriverIn | None = None
    #: The source's own word for the status, when it stands in no table.
    code: Short | None = None


class MappedShipment(ShipmentIn):
    """A shipment as a house system tells it."""

    as_of: Moment | None = None


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Answer dotted names as nested mappings."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        outer, dot, inner = name.partition(".")
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = value
    return found
