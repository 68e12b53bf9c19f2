"""The parts of a workflow, key by key."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from channels.messages import Category
from flows.intake_values import Country, Lat, Lon, Short
from flows.workflow_values import ClockRange, Duration, MinuteOfDay, ZoneName, day_ranges, zone
from surveys import questions

SurveyReason = Literal["late", "damaged", "wrong_or_missing_item", "not_received", "wrong_place", "driver", "other"]
ProofKind = Literal["photo", "signature", "pin", "barcode", "note", "position"]


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
    #: Days of that zone on which nobody answers.
    holidays: frozenset[date]

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


class ServiceProof(Part):
    """Which proof one service asks for; what is not said is as for the others."""

    default: tuple[ProofKind, ...] | None = None
    own_driver: tuple[ProofKind, ...] | None = None
    leave_at_door: tuple[ProofKind, ...] | None = None
    wanted: tuple[ProofKind, ...] | None = None
    wanted_at_door: tuple[ProofKind, ...] | None = None


class Proof(Part):
    """Which proof of delivery is asked for: what is in no list is off."""

    #: Of parcels that others bring. They are not chased for it.
    default: tuple[ProofKind, ...]
    #: Required of our own drivers …
    own_driver: tuple[ProofKind, ...]
    #: … and in its place, where the parcel may be left at the door.
    leave_at_door: tuple[ProofKind, ...]
    #: Asked for, and nobody is chased for it.
    wanted: tuple[ProofKind, ...]
    wanted_at_door: tuple[ProofKind, ...]
    #: Service, as shipments name it -> what is different there.
    services: dict[str, ServiceProof]
    #: A driver who still owes a proof is reminded so long after the delivery, once; then a person hears of it.
    remind_after: Duration
    case_after: Duration
    keep: Duration
    max_distance_m: int = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> "Proof":
        if self.case_after <= self.remind_after:
            raise ValueError("case_after must be longer than remind_after, or the driver is never reminded")
        return self


class Pin(Part):
    """The delivery PIN, where the proof asked for has one."""

    digits: int = Field(ge=4, le=6)
    #: So many wrong ones lock it.
    tries: int = Field(ge=1, le=10)


class Survey(Part):
    """When the shopper is asked how it went."""

    after: Duration
    scale: int = Field(ge=2, le=10)
    escalate_at: int = Field(ge=0)
    #: What is asked, in the order of `surveys.questions.STEPS`, the score always.
    steps: tuple[Literal["score", "reason", "comment"], ...]
    reasons: tuple[SurveyReason, ...] = Field(max_length=9)
    #: These reach a person whatever the score.
    escalate_reasons: tuple[SurveyReason, ...]
    #: Whoever is told by mail of each bad answer, such as the shipper; None: nobody.
    alert_email: str | None = Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    every: Duration
    expires: Duration
    sample: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _fits(self) -> "Survey":
        wrong = questions.problem(self.scale, self.escalate_at)
        if wrong is not None:
            raise PydanticCustomError("bad_line", "{said}", {"said": wrong, "at": "escalate_at"})
        if (
            self.steps != tuple(step for step in questions.STEPS if step in self.steps)
            or questions.SCORE not in self.steps
        ):
            said = f"{', '.join(self.steps) or 'nothing'}: the score first, then reason, then comment, each once"
            raise PydanticCustomError("bad_steps", "{said}", {"said": said, "at": "steps"})
        if len(set(self.reasons)) < len(self.reasons):
            raise PydanticCustomError("bad_reasons", "{said}", {"said": "each reason once", "at": "reasons"})
        return self

    @property
    def rules(self) -> questions.Rules:
        """What decides about an answer."""
        return questions.Rules(self.steps, self.reasons, self.escalate_at, self.escalate_reasons)


class NotReceived(Part):
    """Delivered, and not there."""

    ask_again_after: Duration


class Origin(Part):
    """Where a retailer's parcels set out, as shipments say it."""

    line1: Short | None = None
    line2: Short | None = None
    city: Short | None = None
    region: Short | None = None
    postal_code: Short | None = None
    country: Country | None = None
    lat: Lat | None = None
    lon: Lon | None = None
    timezone: ZoneName | None = None

    @model_validator(mode="after")
    def _both_degrees(self) -> "Origin":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon stand together")
        return self


class EtaRules(Part):
    """What makes an estimate old, late or near, and where parcels set out."""

    stale_after: Duration
    delay_grace: Duration
    max_delay_texts_per_day: int = Field(ge=0)
    #: A parcel that comes so much sooner than its owner was told is good news. None (`off`): nobody is told.
    early_news: Duration | None
    #: The shopper sees where the driver is while so many stops, or fewer, come first. None (`off`): never.
    show_driver_within_stops: int | None = Field(ge=0, le=20)
    arriving_m: int = Field(gt=0)
    #: Near is also who is so little time away. None (`off`): only metres count.
    arriving_within: Duration | None
    at_address_m: int = Field(gt=0)
    #: Written to each new shipment that names no origin of its own. None: they have none.
    origin: Origin | None

    @field_validator("show_driver_within_stops", "early_news", "arriving_within", mode="before")
    @classmethod
    def _off(cls, said: Any) -> Any:
        return None if said == "off" else said
