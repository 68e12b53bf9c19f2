"""The parts of a workflow, key by key."""

from collections.abc import Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from channels.messages import Category
from flows.workflow_values import ClockRange, Duration, MinuteOfDay, ZoneName, day_ranges, zone

ProofKind = Literal["photo", "signature", "pin"]


class Part(BaseModel):
    """A mapping of the workflow: keys nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Consent(Part):
    """Who may be texted."""

    default: bool


class Channels(Part):
    """Which ways are used for what."""

    milestones: tuple[Literal["sms", "email"], ...]


class SupportHours(Part):
    """When people of the support staff answer."""

    timezone: ZoneName
    #: Weekday (0 is Monday) -> open ranges in minutes of the day; a missing day is closed.
    days: dict[int, tuple[ClockRange, ...]]

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock the hours follow."""
        return zone(self.timezone)

    @model_validator(mode="before")
    @classmethod
    def _gather_days(cls, said: Any) -> Any:
        if not isinstance(said, Mapping):
            return said
        days: dict[int, tuple[ClockRange, ...]] = {}
        rest = {}
        for key, value in said.items():
            named = day_ranges(key)
            if named is None:
                rest[key] = value
                continue
            try:
                ranges = ClockRange.read_all(value)
            except ValueError as error:
                raise PydanticCustomError("bad_range", "{said}", {"said": str(error), "at": key}) from error
            days |= dict.fromkeys(named, ranges)
        return {**rest, "days": days}


class QuietHours(Part):
    """When texts that can wait are held, by the clock of the destination."""

    begins: MinuteOfDay = Field(alias="from")
    ends: MinuteOfDay = Field(alias="to")
    never_held: tuple[Category, ...]


class Digest(Part):
    """How long a text waits for the order's other parcels."""

    wait: Duration


class Reschedule(Part):
    """Which new slots are offered."""

    days: int = Field(ge=1, le=14)
    windows: tuple[ClockRange, ...]
    cutoff: Duration

    @field_validator("windows", mode="before")
    @classmethod
    def _read_windows(cls, said: Any) -> Any:
        return ClockRange.read_all(said)


class Talk(Part):
    """How long the bot remembers an open question."""

    forget_after: Duration


class Relay(Part):
    """The masked line between customer and driver."""

    closes_after: Duration
    cool_off: Duration
    leaks: Literal["mask", "ask", "block"]


class Proof(Part):
    """Which proof of delivery is asked for."""

    default: tuple[ProofKind, ...]
    own_driver: tuple[ProofKind, ...]
    leave_at_door: tuple[ProofKind, ...]
    keep: Duration
    max_distance_m: int = Field(gt=0)


class Survey(Part):
    """When the shopper is asked how it went."""

    after: Duration
    scale: int = Field(ge=2, le=10)
    escalate_at: int = Field(ge=0)
    every: Duration
    expires: Duration
    sample: float = Field(ge=0, le=1)


class NotReceived(Part):
    """Delivered, and not there."""

    ask_again_after: Duration


class Sla(Part):
    """How soon people answer, in support hours."""

    first_reply: Duration
    next_reply: Duration
    resolution: Duration


class EtaRules(Part):
    """What makes an estimate old, late or near."""

    stale_after: Duration
    delay_grace: Duration
    max_delay_texts_per_day: int = Field(ge=0)
    arriving_m: int = Field(gt=0)
    at_address_m: int = Field(gt=0)
