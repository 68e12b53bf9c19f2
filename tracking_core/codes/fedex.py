"""FedEx's scan codes: two letters, from the guide of its tracking web service."""

from collections.abc import Mapping

from tracking_core.meanings import Meaning
from tracking_core.states import UPDATE

IN_TRANSIT = "in_transit"

CODES: Mapping[str, Meaning] = {
    "OC": Meaning("processed", "label created"),
    "OX": Meaning("processed", "the partner has the shipper's data"),
    "EP": Meaning("processed", "on the way to pick it up"),
    "AP": Meaning("processed", "at the place of pick-up"),
    "PM": Meaning("processed", "in preparation"),
    "PD": Meaning("processed", "the pick-up is late", None, ("delayed",)),
    "PU": Meaning("shipped", "picked up"),
    "PX": Meaning("shipped", "picked up"),
    "OF": Meaning("shipped", "at the facility of origin"),
    "LO": Meaning(IN_TRANSIT, "left the place of origin"),
    "AA": Meaning(IN_TRANSIT, "at an airport"),
    "EA": Meaning(IN_TRANSIT, "on the way to an airport"),
    "EO": Meaning(IN_TRANSIT, "on the way to the airport of origin"),
    "PF": Meaning(IN_TRANSIT, "in the air"),
    "PL": Meaning(IN_TRANSIT, "landed"),
    "AC": Meaning(IN_TRANSIT, "at a facility of the Canadian post"),
    "AF": Meaning(IN_TRANSIT, "at a facility"),
    "AR": Meaning(IN_TRANSIT, "arrived at a facility"),
    "DP": Meaning(IN_TRANSIT, "left a facility"),
    "IT": Meaning(IN_TRANSIT, "on the way"),
    "IX": Meaning(IN_TRANSIT, "on the way"),
    "SF": Meaning(IN_TRANSIT, "at a sorting centre"),
    "TR": Meaning(IN_TRANSIT, "handed on"),
    "TP": Meaning(IN_TRANSIT, "handed to a partner"),
    "AX": Meaning(IN_TRANSIT, "at a facility of the US post"),
    "CC": Meaning(IN_TRANSIT, "cleared by customs"),
    "CU": Meaning(IN_TRANSIT, "with customs", None, ("customs",)),
    "CP": Meaning(IN_TRANSIT, "being cleared by customs", None, ("customs",)),
    "BR": Meaning(IN_TRANSIT, "with the customs broker", None, ("customs",)),
    "CD": Meaning("on_hold", "held by customs", "customs", ("customs",)),
    "FD": Meaning("at_local_hub", "at the facility near the recipient"),
    "OD": Meaning("out_for_delivery", "out for delivery"),
    "ED": Meaning("out_for_delivery", "on the way to the recipient"),
    "DS": Meaning("out_for_delivery", "the vehicle has left"),
    "AD": Meaning("at_address", "at the recipient's"),
    "DL": Meaning("delivered", "delivered"),
    "HL": Meaning("available_for_pickup", "held at a shop for pick-up"),
    "HP": Meaning("available_for_pickup", "ready for the recipient"),
    "HA": Meaning(IN_TRANSIT, "will be held at a shop, as asked"),
    "CH": Meaning(IN_TRANSIT, "the place of delivery was changed"),
    "DE": Meaning("attempt_failed", "delivery was tried and failed", "other"),
    "SE": Meaning("exception", "something went wrong on the way", "other"),
    "DD": Meaning(UPDATE, "delivery is late", None, ("delayed",)),
    "DY": Meaning(UPDATE, "late", None, ("delayed",)),
    "RS": Meaning("returning", "going back to the sender"),
    "CA": Meaning("cancelled", "cancelled", "cancelled_in_flight"),
}
