"""The parts of a workflow that are about the desk: how soon people answer, and what becomes a case."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from flows.case_reasons import REASONS
from flows.case_states import Priority
from flows.workflow_parts import Part
from flows.workflow_values import Duration

#: The clocks of a case, in the order in which they usually end.
Clock = Literal["first_reply", "next_reply", "resolution"]
CLOCKS: tuple[Clock, ...] = ("first_reply", "next_reply", "resolution")
Switch = Literal["on", "off"]


class SlaOf(Part):
    """How soon people answer cases of one priority; what is not said is as for the others."""

    first_reply: Duration | None = None
    next_reply: Duration | None = None
    resolution: Duration | None = None


class Sla(Part):
    """How soon people answer, in support hours."""

    first_reply: Duration
    next_reply: Duration
    resolution: Duration
    #: What is different for a priority.
    priorities: dict[Priority, SlaOf]

    def allowed(self, priority: Priority, clock: Clock) -> timedelta:
        """Answer the support time that a clock has.

        What burns more never gets longer than the rest, nor what burns less a shorter time: a retailer who sets only
        `first_reply: 10m` has not made urgent cases wait a quarter of an hour.
        """
        base: timedelta = getattr(self, clock)
        own = self.priorities.get(priority)
        said: timedelta = (getattr(own, clock) if own is not None else None) or base
        if priority in (Priority.HIGH, Priority.URGENT):
            return min(said, base)
        return max(said, base) if priority is Priority.LOW else said


class CaseRule(Part):
    """What becomes of one reason."""

    #: off: no case is opened for it. What a shopper, a driver or the API asks for opens one whatever this says.
    open: Switch = "on"
    #: None: as Doorline would have it.
    priority: Priority | None = None
    #: So long after the fact, and only when it still is so.
    after: Duration = timedelta()


class Cases(Part):
    """What becomes a case, who gets it, and who is told."""

    #: round_robin: each new case is given to the agent who is on and has waited longest. off: agents take them.
    assign: Literal["round_robin", "off"]
    #: An agent counts as there for so long after the last click.
    on_for: Duration
    #: known: only agents of the console take cases through the API. any: also people of another desk.
    agents: Literal["known", "any"]
    #: Whoever is told by mail; None: nobody.
    alert_email: str | None = Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    #: What they are told of, once per case each.
    alert_on: tuple[Literal["opened", "breached"], ...]
    #: A text about a case that was resolved less long ago opens it again.
    reopen_within: Duration
    #: first: an agent's first words in a case say who writes. off: they go out as they were written.
    sign: Literal["first", "off"]
    #: Who writes out of hours reads when somebody answers, at most once in so long.
    tell_when_every: Duration
    rules: dict[str, CaseRule]

    @field_validator("rules", mode="before")
    @classmethod
    def _switches(cls, said: Any) -> Any:
        """`stalled: off` is short for `stalled: {open: off}`."""
        if not isinstance(said, Mapping):
            return said
        return {name: {"open": rule} if isinstance(rule, str) else rule for name, rule in said.items()}

    @field_validator("rules")
    @classmethod
    def _known(cls, said: dict[str, CaseRule]) -> dict[str, CaseRule]:
        unknown = sorted(set(said) - set(REASONS))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no reason of a case")
        return said

    def rule(self, reason: str) -> CaseRule:
        """What becomes of that reason; one nobody has written a rule for is opened at once."""
        return self.rules.get(reason) or CaseRule()
