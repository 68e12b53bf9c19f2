"""What REST v1 takes and answers of shipments, beyond what `flows.intake` checks for every door."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue

from flows import intake_passed
from flows.intake import Said
from flows.intake_values import PhoneText, Short
from tracking_core.states import ShipmentState
from web.api.schemas import Answered, Paged, plus


class ShipmentQuery(Paged):
    """Which shipments."""

    order_number: str | None = Field(None, max_length=100)
    phone: Annotated[str | None, BeforeValidator(plus)] = Field(None, max_length=40, description="The customer's.")
    state: ShipmentState | None = None


class CustomerOut(Answered):
    """Whom the parcel is for."""

    name: str | None
    phone: str | None
    email: str | None
    locale: str | None
    sms_consent: bool | None


class DestinationOut(Answered):
    """Where it goes."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    timezone: str | None = None


class WindowOut(Answered):
    """A window in time."""

    begins: datetime | None
    ends: datetime | None


class DriverOut(Answered):
    """Who brings it; the phone's last two digits only."""

    name: str
    phone_last2: str


class DeliveryOut(Answered):
    """How it is to be left."""

    instructions: str | None = None
    leave_at_door: bool = False
    proof: list[str] = Field(default_factory=list)


class ItemOut(Answered):
    """One kind of thing in the parcel."""

    name: str
    quantity: int


class EtaOut(WindowOut):
    """When we expect it now."""

    at: datetime | None = Field(description="The likeliest moment, or the window's middle; null: only an end is known.")
    as_of: datetime | None = Field(description="When its source said so: how old it is.")
    confidence: float = Field(description="0 to 1: how likely the window holds, by past windows where there are any.")
    reasons: list[str] = Field(description="Why, in words.")


class LineOut(Answered):
    """The masked line between customer and driver."""

    number: str
    state: Literal["open", "closed"]


class CostOut(Answered):
    """What something costs."""

    amount: str = Field(description="In the currency's unit, with two places.")
    currency: str


def _with_passed(schema: dict[str, Any]) -> None:
    """Beside its fields an answer has the retailer's own columns, as they were given."""
    schema.pop("additionalProperties", None)
    schema["patternProperties"] = {f"^{intake_passed.NAME.pattern}$": intake_passed.SCHEMA}


class ShipmentOut(Answered):
    """A shipment. Beside these fields `x_<name>` are columns of the retailer's own."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_with_passed)

    id: int
    order_number: str
    tracking_number: str | None
    carrier: str | None
    service: str | None
    state: ShipmentState
    reason: str | None
    flags: list[str]
    customer: CustomerOut
    destination: DestinationOut
    #: null: nobody said.
    origin: DestinationOut | None
    promised: WindowOut | None
    eta: EtaOut | None
    driver: DriverOut | None
    stop: int | None = Field(description="Its place in the driver's round.")
    line: LineOut | None
    delivery: DeliveryOut
    items: list[ItemOut]
    cost: CostOut | None
    tracking_url: str
    delivered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class EventOut(Answered):
    """One thing a source said."""

    event_id: str
    status: str
    reason: str | None
    detail: str | None
    occurred_at: datetime
    received_at: datetime
    source: str


class PromiseOut(WindowOut):
    """A window somebody was given."""

    #: order, retailer (changed later), customer (a wish), or what the estimate went by, such as carrier.
    source: str
    message_id: str | None
    made_at: datetime


class CheckOut(Answered):
    """One check of a proof."""

    name: str
    value: float | None
    #: null: it could not be checked.
    ok: bool | None
    reason: str | None


class ProofOut(Answered):
    """A proof of delivery."""

    id: int
    kind: str
    url: str
    checks: list[CheckOut]
    taken_at: datetime


class RequestOut(Answered):
    """Something the store or the carrier is asked for, and whether anybody has been told yet."""

    kind: str
    #: pending: nobody has been told yet; told: a webhook of the retailer's has taken it.
    state: str
    payload: dict[str, JsonValue]
    created_at: datetime


class InstructedOut(Answered):
    """Who said how to deliver it, when it was not the retailer."""

    by: Literal["customer"]
    at: datetime


class KeptOut(Answered):
    """Whether it was delivered in time: by the first window anybody was given, and by the last one before that."""

    first: bool
    last: bool


class FoundOut(Answered):
    """Something a watcher has found, once for each occasion."""

    watcher: str
    since: datetime
    found_at: datetime
    #: What was done about it: text, tell_driver, tell_carrier, case, offer_slots, reissue.
    done: list[str]


class ShipmentDetail(ShipmentOut):
    """A shipment with its history."""

    events: list[EventOut]
    promises: list[PromiseOut]
    #: null: not delivered yet, or nothing was promised.
    promise_kept: KeptOut | None
    found: list[FoundOut]
    proofs: list[ProofOut]
    requests: list[RequestOut]
    #: null: the instructions are the retailer's own, or there are none.
    instructed: InstructedOut | None


class ShipmentPage(Answered):
    """Shipments, newest first."""

    items: list[ShipmentOut]
    next: str | None


class ImportErrorOut(Answered):
    """A line that could not be taken."""

    line: int
    field: str
    reason: str


class ImportOut(Answered):
    """What became of a file."""

    created: int
    existing: int
    errors: list[ImportErrorOut]


class DriverPut(Said):
    """Who brings the parcel from now on."""

    name: Short
    phone: PhoneText
