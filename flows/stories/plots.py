"""Every story there is, by the intent that begins it."""

from collections.abc import Mapping
from typing import Final

from flows.kit import Kit
from flows.stories import (
    cancel,
    change_address,
    complaint,
    contact_driver,
    damaged,
    how_to_deliver,
    not_received,
    proof_of_delivery,
    reschedule,
    returns,
    wrong_item,
)
from flows.stories.machine import Plot
from tracking_core.models import Shipment

PLOTS: Final[Mapping[str, Plot]] = {
    plot.name: plot
    for plot in (
        reschedule.PLOT,
        how_to_deliver.PLOT,
        change_address.PLOT,
        contact_driver.PLOT,
        proof_of_delivery.PLOT,
        not_received.PLOT,
        damaged.PLOT,
        wrong_item.PLOT,
        cancel.PLOT,
        returns.PLOT,
        complaint.PLOT,
    )
}


def hindered(kit: Kit, intent: str, parcel: Shipment) -> bool:
    """Whether that story cannot be for the parcel now."""
    return intent in PLOTS and PLOTS[intent].hindrance(kit, parcel) is not None
