"""GLS's parcel statuses (a closed list of words), and the first figures of its event numbers."""

from collections.abc import Mapping

from tracking_core.meanings import Meaning

ANNOUNCED = Meaning("processed", "the carrier has the shipper's data")
DELIVERED = Meaning("delivered", "delivered")
IN_TRANSIT = Meaning("in_transit", "on the way")
OUT = Meaning("out_for_delivery", "out for delivery")
CANCELLED = Meaning("cancelled", "cancelled", "cancelled_in_flight")

CODES: Mapping[str, Meaning] = {
    "PREADVICE": ANNOUNCED,
    "PLANNEDPICKUP": Meaning("processed", "the pick-up is planned"),
    "NOTPICKEDUP": Meaning("processed", "the pick-up failed", "not_ready"),
    "INPICKUP": Meaning("shipped", "picked up"),
    "INTRANSIT": IN_TRANSIT,
    "INWAREHOUSE": Meaning("at_local_hub", "at the depot near the recipient"),
    "INDELIVERY": OUT,
    "DELIVEREDPS": Meaning("available_for_pickup", "waits at a shop for pick-up"),
    "DELIVERED": DELIVERED,
    "NOTDELIVERED": Meaning("attempt_failed", "delivery was tried and failed", "other"),
    "RETURNED": Meaning("returned", "back at the sender's"),
    "CANCELED": CANCELLED,
    "CANCELLED": CANCELLED,
    # Event numbers: what stands before the point is the kind, what stands behind it a detail.
    "0.0": Meaning("shipped", "handed to the carrier"),
    "0.100": ANNOUNCED,
    "1.0": IN_TRANSIT,
    "2.0": Meaning("in_transit", "at a parcel centre"),
    "11.0": OUT,
    "3.0": DELIVERED,
}
