"""A retailer's rules and words: the shape of a workflow, and reading one with errors that name the line."""

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from channels.messages import Category
from flows.workflow_values import DAYS, ClockRange, Duration, Language, MinuteOfDay, ZoneName, day_ranges, zone

DEFAULTS = Path(__file__).parent / "defaults.yml"

#: The moments a shopper may be told about, in the order in which a parcel passes them.
Milestone = Literal[
    "processed", "shipped", "out_for_delivery", "arriving", "at_address", "delivered", "attempt_failed"
]
ProofKind = Literal["photo", "signature", "pin"]


class WorkflowError(ValueError):
    """A workflow is not usable."""


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
    def week(self) -> dict[int, list[tuple[time, time]]]:
        """The same with wall-clock times; a range that ends with the day ends at 00:00."""
        return {day: [hours.times for hours in ranges] for day, ranges in self.days.items()}

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


class Workflow(Part):
    """Everything a retailer can decide. `flows/defaults.yml` explains the keys."""

    brand: str = Field(min_length=1, max_length=30)
    languages: tuple[Language, ...] = Field(min_length=1)
    consent: Consent
    channels: Channels
    support_hours: SupportHours
    contact: str | None = Field(max_length=50)
    milestones: tuple[Milestone, ...]
    #: None: texts go out at any hour.
    quiet_hours: QuietHours | None
    digest: Digest
    reschedule: Reschedule
    conversation: Talk
    relay: Relay
    proof: Proof
    survey: Survey
    not_received: NotReceived
    sla: Sla
    eta: EtaRules
    #: Template name -> language -> words; the language "*" stands for all.
    texts: dict[str, dict[str, str]]

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def _off(cls, said: Any) -> Any:
        return None if said in ("off", False) else said

    @field_validator("texts", mode="before")
    @classmethod
    def _per_language(cls, said: Any) -> Any:
        if not isinstance(said, Mapping):
            return said
        return {name: {"*": words} if isinstance(words, str) else words for name, words in said.items()}

    @property
    def language(self) -> str:
        """The language spoken when nothing is known about a person."""
        return self.languages[0]


@dataclass(frozen=True)
class Document:
    """A workflow with the text it was read from, so that a complaint can name its line."""

    name: str
    workflow: Workflow
    _said: CommentedMap

    def complaint(self, path: tuple[str | int, ...], words: str) -> WorkflowError:
        """Answer an error about what stands at the path."""
        return WorkflowError(f"{self.name} line {_line(self._said, path)}: {words}")


def read(source: str, name: str = "workflow", *, brand: str | None = None) -> Document:
    """Read a YAML 1.2 text, merge it over the defaults and check it. Raises WorkflowError naming the line.

    name: what the text is called in errors, such as `default.yml`. brand: the brand when the text names none.
    """
    said = _load(source, name)
    below = {**_defaults(), "brand": brand} if brand else _defaults()
    merged = merge(below, _plain(said))
    try:
        return Document(name, Workflow.model_validate(merged), said)
    except ValidationError as error:
        raise WorkflowError("\n".join(_said_plainly(name, said, one) for one in error.errors())) from error


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Answer `above` laid over `below`, mapping by mapping; everything else is replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        if not isinstance(value, Mapping) or not isinstance(under, Mapping):
            merged[key] = value
            continue
        if key == "support_hours" and any(day_ranges(day) is not None for day in value):
            under = {day: hours for day, hours in under.items() if day_ranges(day) is None}
        merged[key] = merge(under, value)
    return merged


@functools.cache
def _defaults() -> Mapping[str, Any]:
    said: dict[str, Any] = _plain(_load(DEFAULTS.read_text(encoding="utf-8"), DEFAULTS.name))
    return said


def _load(source: str, name: str) -> CommentedMap:
    try:
        said = YAML(typ="rt").load(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise WorkflowError(f"{name}{line}: {error.problem or error.context}") from error
    except YAMLError as error:
        raise WorkflowError(f"{name}: {error}") from error
    if said is None:
        said = CommentedMap()
    if not isinstance(said, CommentedMap):
        raise WorkflowError(f"{name} line 1: a workflow is a mapping of keys")
    return said


def _plain(said: Any) -> Any:
    """Answer the loaded YAML as ordinary dicts, lists and scalars."""
    if isinstance(said, CommentedMap):
        return {str(key): _plain(value) for key, value in said.items()}
    if isinstance(said, CommentedSeq):
        return [_plain(value) for value in said]
    if isinstance(said, str):
        return str(said)
    return float(said) if isinstance(said, float) else said


def _said_plainly(name: str, said: CommentedMap, error: ErrorDetails) -> str:
    path = tuple(part for part in error["loc"] if part != "days" or error["loc"][0] != "support_hours")
    at = error.get("ctx", {}).get("at")
    path = (*path, at) if isinstance(at, str) else path
    line = _line(said, path)
    if error["type"] == "extra_forbidden":
        return f"{name} line {line}: {_unknown_key(path)}"
    where = ".".join(str(part) for part in path)
    words = error["msg"].removeprefix("Value error, ")
    return f"{name} line {line}: {where}: {words[:1].lower()}{words[1:]}"


def _unknown_key(path: tuple[str | int, ...]) -> str:
    known: Any = _defaults()
    for part in path[:-1]:
        known = known.get(part, {}) if isinstance(known, Mapping) else {}
    names = [*known, *DAYS] if path[0] == "support_hours" else list(known)
    near = difflib.get_close_matches(str(path[-1]), names, n=1)
    return f"unknown key {path[-1]!r}" + (f" (did you mean {near[0]!r}?)" if near else "")


def _line(said: Any, path: tuple[str | int, ...]) -> int:
    """Answer the line, counted from 1, of the deepest part of the path that was written."""
    line = 0
    for part in path:
        if isinstance(said, CommentedMap) and part in said:
            line = said.lc.key(part)[0]
            said = said[part]
        elif isinstance(said, CommentedSeq) and isinstance(part, int) and part < len(said):
            line = said.lc.item(part)[0]
            said = said[part]
        else:
            break
    return line + 1
