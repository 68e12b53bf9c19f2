"""What can be wanted depends on where the parcel is: nobody is offered to reschedule what has been delivered."""

from collections.abc import Sequence
from typing import Final

from flows.kit import Kit
from flows.stories.plots import hindered
from flows.where_is_my_order import own
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: What makes sense only of a parcel that has been, or should have been, delivered.
AFTERWARDS: Final = frozenset(
    {"not_received", "damaged", "wrong_or_missing_item", "return_or_refund", "proof_of_delivery"}
)
#: What makes sense only of a parcel that still comes.
BEFORE: Final = frozenset({"reschedule", "delivery_instructions", "change_address", "cancel_order"})
#: With the driver.
OUT: Final = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})


def possible(kit: Kit, intents: Sequence[str]) -> list[str]:
    """Those of the intents that make sense for one at least of the sender's parcels; all of them for a stranger."""
    parcels = own(kit)
    return [one for one in intents if not parcels or any(makes_sense(kit, one, parcel) for parcel in parcels)]


def makes_sense(kit: Kit, intent: str, parcel: Shipment) -> bool:
    """Whether the intent can mean anything for a parcel in its state."""
    state = ShipmentState(parcel.state)
    if hindered(kit, intent, parcel):
        return False
    if intent in AFTERWARDS:
        return state is ShipmentState.DELIVERED
    if intent in BEFORE:
        return not state.is_final and state is not ShipmentState.RETURNING
    if intent == "contact_driver":
        return state in OUT
    return True
