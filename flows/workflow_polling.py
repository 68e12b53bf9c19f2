"""The part of a workflow that says which carriers are asked, because they do not push."""

from datetime import timedelta

from pydantic import model_validator

from flows.workflow_parts import Part
from flows.workflow_values import Duration


class Polling(Part):
    """Which parcels' carriers are asked, and how often."""

    #: Carriers as shipments name them; "*" stands for all. Nobody is asked without an account that can be.
    carriers: tuple[str, ...]
    #: So long after the parcel is known; a source that pushes has spoken by then.
    first_after: Duration
    every: Duration
    #: Each answer without news makes the pause longer, up to this.
    at_most: Duration

    @model_validator(mode="after")
    def _sensible(self) -> "Polling":
        if self.every < timedelta(minutes=5) or self.at_most < self.every:
            raise ValueError("every must be 5m or more, and at_most no less than every")
        return self
