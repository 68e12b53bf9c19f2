"""What REST v1 takes of events, and what it answers."""

from typing import Annotated

from pydantic import AfterValidator, Discriminator, Field, JsonValue, Tag
from pydantic_core import PydanticCustomError

from flows.intake_base import Said
from flows.intake_values import Lat, Lon, Long, Moment, Number, Short
from tracking_core.states import UPDATE, ShipmentState
from web.api.schemas import Answered

#: What an event may say.
STATUSES: list[JsonValue] = [*(state.value for state in ShipmentState), UPDATE]


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
