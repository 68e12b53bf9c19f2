"""What REST v1 takes and answers beyond the shipment itself; the OpenAPI document is made from these."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag
from pydantic_core import PydanticCustomError

from flows.case_states import CaseState
from flows.intake import Email, Lat, Lon, Long, Moment, Number, PhoneText, Said, Short
from tracking_core.states import UPDATE, ShipmentState

#: `from` is a word of Python's own.
RENAMED = {"begins": "from", "ends": "to", "sender": "from", "recipient": "to"}

#: What an event may say.
STATUSES: list[JsonValue] = [*(state.value for state in ShipmentState), UPDATE]


def _plus(said: Any) -> Any:
    """A `+` in a query arrives as a space unless it was escaped."""
    return "+" + said.strip() if isinstance(said, str) and said.startswith(" ") else said


class Answered(BaseModel):
    """Something we answer."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(alias=lambda name: RENAMED.get(name, name)), validate_by_name=True
    )


class Query(BaseModel):
    """What may stand behind the question mark; what is not known there is passed over."""

    model_config = ConfigDict(extra="ignore")


class Paged(Query):
    """A list's page."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500, description="`next` of the page before.")


class ShipmentQuery(Paged):
    """Which shipments."""

    order_number: str | None = Field(None, max_length=100)
    phone: Annotated[str | None, BeforeValidator(_plus)] = Field(None, max_length=40, description="The customer's.")
    state: ShipmentState | None = None


class MessageQuery(Paged):
    """Which messages."""

    phone: Annotated[str | None, BeforeValidator(_plus)] = Field(None, max_length=40)
    shipment_id: int | None = Field(None, ge=1, le=2**63 - 1)
    status: str | None = Field(None, max_length=20)


class CaseQuery(Paged):
    """Which cases."""

    state: CaseState | None = None


# -- shipments ---------------------------------------------------------------------------------------------------


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
    proof: list[str] = []


class ItemOut(Answered):
    """One kind of thing in the parcel."""

    name: str
    quantity: int


class EtaOut(WindowOut):
    """When we expect it now."""

    at: datetime | None
    as_of: datetime | None
    confidence: float = Field(description="0 to 1; a rank, not yet a measured probability.")
    reasons: list[str] = Field(description="Why, in words.")


class LineOut(Answered):
    """The masked line between customer and driver."""

    number: str
    state: Literal["open", "closed"]


class ShipmentOut(Answered):
    """A shipment."""

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
    promised: WindowOut | None
    eta: EtaOut | None
    driver: DriverOut | None
    line: LineOut | None
    delivery: DeliveryOut
    items: list[ItemOut]
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

    source: str
    message_id: str | None
    made_at: datetime


class CheckOut(Answered):
    """One check of a proof."""

    name: str
    value: float | None
    ok: bool
    reason: str | None


class ProofOut(Answered):
    """A proof of delivery."""

    id: int
    kind: str
    url: str
    checks: list[CheckOut]
    taken_at: datetime


class ShipmentDetail(ShipmentOut):
    """A shipment with its history."""

    events: list[EventOut]
    promises: list[PromiseOut]
    proofs: list[ProofOut]


class ShipmentPage(Answered):
    """Shipments, newest first."""

    items: list[ShipmentOut]
    next: str | None


class EtaIn(Said):
    """An estimate: a moment, a window, or both."""

    at: Moment | None = None
    begins: Moment | None = Field(None, alias="from")
    ends: Moment | None = Field(None, alias="to")


class PositionIn(Said):
    """Where the parcel or its driver is."""

    lat: Lat
    lon: Lon
    at: Moment | None = Field(None, description="Absent: the event's time.")


def _status(said: str) -> str:
    if said not in STATUSES:
        raise PydanticCustomError("status", "must be a state, or `update`")
    return said


#: A tag in angle brackets is not part of a field's name, see `intake.faults_of`.
EtaSaid = Annotated[
    Annotated[EtaIn, Tag("<window>")] | Annotated[Moment, Tag("<moment>")],
    Discriminator(lambda said: "<window>" if isinstance(said, dict | EtaIn) else "<moment>"),
]


class EventIn(Said):
    """One thing that happened to a shipment."""

    status: Annotated[str, AfterValidator(_status)] = Field(
        description="A state, or `update` for what brings only eta, position or stops.",
        json_schema_extra={"enum": STATUSES},
    )
    event_id: Number | None = Field(None, description="Yours; the same id again changes nothing.")
    occurred_at: Moment | None = Field(None, description="Absent: now.")
    reason: Short | None = None
    detail: Long | None = None
    eta: EtaSaid | None = None
    position: PositionIn | None = None
    stops_away: int | None = Field(None, ge=0, le=10_000)
    correction: bool = Field(False, description="Only a correction reopens a final state.")
    silent: bool = Field(False, description="Moves the state and texts nobody.")


class EventTaken(Answered):
    """What the event did."""

    state: ShipmentState
    changed: bool


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


# -- messages and cases ------------------------------------------------------------------------------------------


class MessageOut(Answered):
    """A message, whichever way it went."""

    id: str
    direction: Literal["in", "out"]
    channel: Literal["sms", "mms", "email", "voice"]
    category: str | None
    sender: str
    recipient: str
    body: str
    media: list[str]
    status: str
    reason: str | None
    provider_id: str | None
    segments: int
    shipment_id: int | None
    handled_by: str | None
    created_at: datetime
    sent_at: datetime | None


class MessagePage(Answered):
    """Messages, oldest first."""

    items: list[MessageOut]
    next: str | None


class CaseOut(Answered):
    """Something a person must settle."""

    id: int
    state: CaseState
    priority: str
    reason: str
    shipment_id: int | None
    phone_last2: str | None
    assignee: str | None
    due_at: datetime | None
    snoozed_until: datetime | None
    resolution: str | None
    messages: list[MessageOut] = Field(description="The newest of its thread, oldest first.")
    evidence: dict[str, Any]
    created_at: datetime


class CaseHistoryOut(Answered):
    """One line of a case's history."""

    kind: str
    by: str
    text: str | None
    at: datetime


class CaseDetail(CaseOut):
    """A case with its history."""

    history: list[CaseHistoryOut]


class CasePage(Answered):
    """Cases, newest first."""

    items: list[CaseOut]
    next: str | None


class ClaimIn(Said):
    """Who takes the case."""

    agent: Email


class WordsIn(Said):
    """What is said."""

    text: Annotated[Long, Field(max_length=1600)]


class SnoozeIn(Said):
    """Until when."""

    until: Moment


class ResolveIn(Said):
    """How it was settled; a text, if any, is the last word to the customer."""

    reason: Short
    text: Annotated[Long, Field(max_length=1600)] | None = None


class DriverPut(Said):
    """Who brings the parcel from now on."""

    name: Short
    phone: PhoneText


class FaultOut(Answered):
    """One thing that is wrong with a request."""

    field: str
    message: str


class ProblemOut(Answered):
    """RFC 9457: what went wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultOut]
