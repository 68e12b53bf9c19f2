"""Numbered choices of what a person may want."""

from collections.abc import Sequence
from typing import Any, Final

from flows.kit import Kit
from flows.possible import makes_sense, possible
from tracking_core.models import Shipment

__all__ = ["OFFER", "makes_sense", "offer", "possible"]

#: The question under which a choice of intents waits for its answer.
OFFER: Final = "offer"


def offer(
    kit: Kit,
    template: str,
    intents: Sequence[str],
    parcel: Shipment | None = None,
    *,
    story: str = OFFER,
    **values: Any,
) -> None:
    """Ask with numbered choices, each an intent; the text is told `choices`, and `order` when it is about a parcel.

    `flows.possible` knows which intents make sense for a parcel.
    """
    options = [{"intent": one, "order": parcel.order_number if parcel is not None else None} for one in intents]
    if parcel is not None:
        values["order"] = parcel.order_number
    words = kit.compose(template, choices=[kit.wording.phrase("choice", intent=one) for one in intents], **values)
    if not kit.is_loop(words):
        kit.ask(story, options)
        kit.say(words)
