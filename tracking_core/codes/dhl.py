"""DHL's checkpoint codes (Express, two letters) and the status words of its unified tracking."""

from collections.abc import Mapping

from tracking_core.meanings import Meaning
from tracking_core.states import UPDATE

CUSTOMS = ("customs",)
DELAYED = ("delayed",)
ACTION = ("action_required",)

CODES: Mapping[str, Meaning] = {
    "PRE-TRANSIT": Meaning("processed", "the carrier has the shipper's data"),
    "TRANSIT": Meaning("in_transit", "on the way"),
    "DELIVERED": Meaning("delivered", "delivered"),
    "FAILURE": Meaning("exception", "something went wrong", "other"),
    "SA": Meaning("processed", "the carrier has the shipper's data"),
    "PU": Meaning("shipped", "picked up"),
    "PL": Meaning("in_transit", "sorted at a facility"),
    "DF": Meaning("in_transit", "left a facility"),
    "AF": Meaning("in_transit", "arrived at a facility"),
    "FD": Meaning("in_transit", "forwarded to the destination"),
    "TR": Meaning("in_transit", "handed on"),
    "TP": Meaning("in_transit", "handed to a partner"),
    "MS": Meaning("in_transit", "sorted wrongly", "sorting"),
    "SM": Meaning("in_transit", "planned for onward transport"),
    "CR": Meaning("in_transit", "cleared by customs"),
    "RR": Meaning("in_transit", "customs has an answer", None, CUSTOMS),
    "IC": Meaning("in_transit", "being cleared by customs", None, CUSTOMS),
    "BN": Meaning("in_transit", "the customs broker was told", None, CUSTOMS),
    "CD": Meaning("on_hold", "held by customs", "customs", CUSTOMS),
    "UD": Meaning("on_hold", "held by customs", "customs", CUSTOMS),
    "AR": Meaning("at_local_hub", "at the facility near the recipient"),
    "WC": Meaning("out_for_delivery", "with the courier"),
    "OK": Meaning("delivered", "delivered"),
    "PD": Meaning("delivered", "delivered in part", "wrong_or_missing_item"),
    "DD": Meaning("delivered", "delivered damaged", "damaged"),
    "CC": Meaning("available_for_pickup", "waits to be picked up"),
    "OH": Meaning("on_hold", "on hold", "other"),
    "HP": Meaning("on_hold", "held for payment", "payment_missing", ACTION),
    "NH": Meaning("attempt_failed", "the recipient was not there", "recipient_unavailable"),
    "CA": Meaning("attempt_failed", "the business was closed", "business_closed"),
    "ND": Meaning("attempt_failed", "not delivered", "other"),
    "MD": Meaning(UPDATE, "missed today's round", "no_time", DELAYED),
    "BA": Meaning("exception", "the address is wrong", "address_wrong", ACTION),
    "CM": Meaning("exception", "the recipient has moved", "recipient_moved", ACTION),
    "RD": Meaning("exception", "the recipient refused the parcel", "refused"),
    "DM": Meaning("exception", "the parcel is damaged", "damaged"),
    "DS": Meaning("lost", "destroyed", "damaged"),
    "RT": Meaning("returning", "going back to the sender"),
}
