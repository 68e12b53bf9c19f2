"""The part of a workflow that says who puts a driver's stops in order."""

from typing import Literal

from flows.workflow_parts import Part


class Route(Part):
    """The order of a driver's stops."""

    #: `ours`: stops without numbers are put in order by us, as long as none of the round's has one from the retailer.
    order: Literal["given", "ours"]
