"""What is watched, and what follows: the workflow's keys `watch`, `carrier_contacts` and `returning`."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from flows.workflow_parts import Part
from flows.workflow_values import Duration
from tracking_core.watching import WATCHERS, Watcher

#: Somebody's mailbox.
Mail = Annotated[str, Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")]
Do = Literal["text", "tell_driver", "tell_carrier", "case", "offer_slots", "reissue"]
#: What makes no sense: a shopper can do nothing about a proof, and a carrier's silence is not about one parcel.
NOT_FOR: dict[Watcher, frozenset[Do]] = {
    "proof_missing": frozenset({"text", "offer_slots", "reissue"}),
    "carrier_silent": frozenset({"text", "offer_slots", "reissue", "tell_driver"}),
    "lost": frozenset({"offer_slots", "tell_driver"}),
}


class WatchRule(Part):
    """When something counts, and what is done about it."""

    after: Duration
    #: Nothing: the watcher is off.
    do: tuple[Do, ...]
    #: promise_at_risk alone: how likely the promise is broken, 0 to 1.
    above: float | None = Field(default=None, ge=0, lt=1)

    @field_validator("do")
    @classmethod
    def _once(cls, said: tuple[Do, ...]) -> tuple[Do, ...]:
        if len(set(said)) < len(said):
            raise ValueError("each action once")
        return said


class Watch(Part):
    """Each watcher with its rule."""

    label_unscanned: WatchRule
    label_lost: WatchRule
    no_movement: WatchRule
    missed_departure: WatchRule
    attempt_failed: WatchRule
    attempt_unanswered: WatchRule
    promise_at_risk: WatchRule
    promise_broken: WatchRule
    exception: WatchRule
    address_doubt: WatchRule
    proof_missing: WatchRule
    lost: WatchRule
    carrier_silent: WatchRule

    @model_validator(mode="before")
    @classmethod
    def _off(cls, said: Any) -> Any:
        if not isinstance(said, Mapping):
            return said
        return {name: {"after": "0s", "do": []} if rule in ("off", False) else rule for name, rule in said.items()}

    @model_validator(mode="after")
    def _fits(self) -> "Watch":
        for name in WATCHERS:
            rule = self.rule(name)
            wrong = sorted(set(rule.do) & NOT_FOR.get(name, frozenset()))
            if wrong:
                said = f"{name}: {', '.join(wrong)} cannot be done about that"
                raise PydanticCustomError("bad_action", "{said}", {"said": said, "at": name})
            if (rule.above is not None) != (name == "promise_at_risk") and rule.do:
                said = f"{name}: `above` belongs to promise_at_risk, and to it alone"
                raise PydanticCustomError("bad_line", "{said}", {"said": said, "at": name})
        return self

    def rule(self, name: Watcher) -> WatchRule:
        """The rule of that watcher."""
        found: WatchRule = getattr(self, name)
        return found


class Returning(Part):
    """A parcel on its way back to the store."""

    #: Not heard of for so long, its story is over.
    expires_after: Duration
