"""It arrived broken: what is broken, a photo, and a person who makes it good."""

from typing import Final

from flows.kit import Kit
from flows.stories import describing
from flows.stories.machine import PERSON, SAY_WHERE, Plot, Talk
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: Far from any door: nobody can have opened it. At the door a scan may only be late.
FAR: Final = frozenset(
    {
        ShipmentState.CREATED,
        ShipmentState.PROCESSED,
        ShipmentState.SHIPPED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.AT_LOCAL_HUB,
        ShipmentState.CANCELLED,
    }
)


def not_here(_kit: Kit, parcel: Shipment) -> str | None:
    """Why it cannot be about this parcel: it is not there yet."""
    return "not_here" if parcel.state in FAR else None


def say_where(_why: str) -> tuple[str, tuple[str, ...]]:
    """Say where the parcel is instead."""
    return SAY_WHERE


def _begin(talk: Talk, text: str) -> str:
    return PERSON if describing.first_said_enough(talk, text) and talk.data.get("pictures") else _next(talk)


def _next(talk: Talk) -> str:
    return describing.PHOTO if talk.data.get("what") else describing.TELL


PLOT: Final = Plot(
    name="damaged",
    hindrance=not_here,
    refuse=say_where,
    begin=_begin,
    begins_with=frozenset({describing.TELL, describing.PHOTO, PERSON}),
    steps={
        describing.TELL: describing.tell("damaged_tell", then=describing.PHOTO),
        describing.PHOTO: describing.photo(),
    },
    looks_back=True,
    needs_words=True,
    collected=describing.collected,
    also=frozenset({"wrong_or_missing_item", "complaint", "return_or_refund", "not_received"}),
)
