"""Something went wrong: what, in their own words, and a person who reads it."""

from typing import Final

from bot.temper import is_angry
from flows.kit import Kit
from flows.stories import describing
from flows.stories.machine import PERSON, Plot, Talk
from tracking_core.models import Shipment


def _possible(_kit: Kit, _parcel: Shipment) -> str | None:
    return None


def _never(why: str) -> tuple[str, tuple[str, ...]]:
    raise RuntimeError(f"a complaint is possible about every parcel: {why}")


def _begin(talk: Talk, text: str) -> str:
    # Whoever is angry has said what there is to say to a machine.
    return PERSON if describing.first_said_enough(talk, text) or is_angry(text) else describing.TELL


PLOT: Final = Plot(
    name="complaint",
    hindrance=_possible,
    refuse=_never,
    begin=_begin,
    begins_with=frozenset({describing.TELL, PERSON}),
    steps={describing.TELL: describing.tell("complaint_tell", then=PERSON)},
    needs_words=True,
    collected=describing.collected,
    needs_parcel=False,
    also=frozenset({"damaged", "wrong_or_missing_item", "return_or_refund", "not_received"}),
)
