"""A retailer's rules and words: the shape of a workflow, and reading one with errors that name the line."""

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from flows.workflow_desk import Cases, Sla
from flows.workflow_parts import (
    Channels,
    Consent,
    Digest,
    EtaRules,
    NotReceived,
    Part,
    Pin,
    Proof,
    QuietHours,
    Relay,
    Reschedule,
    SupportHours,
    Survey,
    Talk,
)
from flows.workflow_polling import Polling
from flows.workflow_route import Route
from flows.workflow_shadow import Prices, Shadow
from flows.workflow_values import DAYS, Language, day_ranges
from flows.workflow_watch import Mail, Returning, Watch

DEFAULTS = Path(__file__).parent / "defaults.yml"

#: The moments a shopper may be told about, in the order in which a parcel passes them.
Milestone = Literal["processed", "shipped", "out_for_delivery", "arriving", "at_address", "delivered", "attempt_failed"]


class WorkflowError(ValueError):
    """A workflow is not usable."""


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
    pin: Pin
    survey: Survey
    not_received: NotReceived
    sla: Sla
    cases: Cases
    eta: EtaRules
    watch: Watch
    route: Route
    #: Carrier -> who is mailed when it should look after a parcel.
    carrier_contacts: dict[str, Mail]
    returning: Returning
    shadow: Shadow
    prices: Prices
    polling: Polling
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
        return WorkflowError(f"{self.name} line {line_of(self._said, path)}: {words}")


def read(source: str, name: str = "workflow", *, brand: str | None = None) -> Document:
    """Read a YAML 1.2 text, merge it over the defaults and check it. Raises WorkflowError naming the line.

    name: what the text is called in errors, such as `default.yml`. brand: the brand when the text names none.
    """
    said = load(source, name)
    below = {**_defaults(), "brand": brand} if brand else _defaults()
    merged = merge(below, plain(said))
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
    said: dict[str, Any] = plain(load(DEFAULTS.read_text(encoding="utf-8"), DEFAULTS.name))
    return said


def load(source: str, name: str) -> CommentedMap:
    """Read a YAML 1.2 text that is a mapping. Raises WorkflowError naming the line."""
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


def plain(said: Any) -> Any:
    """Answer the loaded YAML as ordinary dicts, lists and scalars."""
    if isinstance(said, CommentedMap):
        return {str(key): plain(value) for key, value in said.items()}
    if isinstance(said, CommentedSeq):
        return [plain(value) for value in said]
    if isinstance(said, str):
        return str(said)
    return float(said) if isinstance(said, float) else said


def _said_plainly(name: str, said: CommentedMap, error: ErrorDetails) -> str:
    path = tuple(part for part in error["loc"] if part != "days" or error["loc"][0] != "support_hours")
    at = error.get("ctx", {}).get("at")
    path = (*path, at) if isinstance(at, str) else path
    line = line_of(said, path)
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


def line_of(said: Any, path: tuple[str | int, ...]) -> int:
    """Answer the line, counted from 1, of the deepest part of the path that was written.

    A place in a list is passed over where one thing was written instead of a list of one.
    """
    line = 0
    for part in path:
        if isinstance(part, int) and isinstance(said, CommentedMap):
            continue
        if isinstance(said, CommentedMap) and part in said:
            line = said.lc.key(part)[0]
            said = said[part]
        elif isinstance(said, CommentedSeq) and isinstance(part, int) and part < len(said):
            line = said.lc.item(part)[0]
            said = said[part]
        else:
            break
    return line + 1
