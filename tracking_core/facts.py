"""What comes in and what follows from it: a carrier's event, and the facts recording it brings about. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracking_core.states import ShipmentState


@dataclass(frozen=True, slots=True)
class Eta:
    """A carrier's estimate: a moment, a window, or both. Aware, UTC."""

    at: datetime | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees, WGS 84."""

    lat: float
    lon: float
    at: datetime


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One scan, in our words. What the source said stays in `raw`."""

    #: The source: adapter name, `api`, `import`, `agent`.
    carrier: str
    #: Unique within (shipment, carrier).
    event_id: str
    tracking_number: str
    #: A ShipmentState's value, `update`, or `unknown`.
    status: str
    occurred_at: datetime
    #: `reasons.Reason` value.
    reason: str | None = None
    #: Words for people, as the source wrote them.
    detail: str | None = None
    #: The source's own code.
    code: str | None = None
    eta: Eta | None = None
    position: Position | None = None
    stops_away: int | None = None
    #: Flags this event raises: delayed, action_required, customs.
    flags: tuple[str, ...] = ()
    #: Only a correction reopens a final state.
    correction: bool = False
    #: Moves the state and texts nobody.
    silent: bool = False
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true of one shipment."""

    shipment_id: int
    #: When it happened in the world.
    occurred_at: datetime
    #: Nobody is to be told: imported, marked silent, or older than a day when it arrived.
    silent: bool


@dataclass(frozen=True, slots=True)
class StateChanged(Fact):
    """The shipment moved from one state to another."""

    before: ShipmentState
    after: ShipmentState
    reason: str | None


@dataclass(frozen=True, slots=True)
class EtaChanged(Fact):
    """The estimate is another than before."""

    window_from: datetime | None
    window_to: datetime | None


@dataclass(frozen=True, slots=True)
class PromiseBroken(Fact):
    """The estimate now lies past the last promise by more than the grace."""

    promised_to: datetime
    expected_to: datetime
