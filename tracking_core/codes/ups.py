"""UPS's status types (one or two letters) and status codes (three digits), from its tracking API."""

from collections.abc import Mapping

from tracking_core.meanings import Meaning
from tracking_core.states import UPDATE

ACTION = ("action_required",)
DELAYED = ("delayed",)
RETURNING = Meaning("returning", "going back to the sender")
PICKUP = Meaning("available_for_pickup", "can be picked up")
LATE = Meaning(UPDATE, "late", None, DELAYED)
WEATHER = Meaning(UPDATE, "late because of the weather", "weather", DELAYED)
IN_TRANSIT = Meaning("in_transit", "on the way")

TYPES: Mapping[str, Meaning] = {
    "M": Meaning("processed", "the carrier has the shipper's data"),
    "P": Meaning("shipped", "picked up"),
    "I": IN_TRANSIT,
    "O": Meaning("out_for_delivery", "out for delivery"),
    "DD": IN_TRANSIT,
    "W": Meaning("on_hold", "held in a warehouse", "other"),
    "D": Meaning("delivered", "delivered"),
    "RS": RETURNING,
    "X": Meaning("exception", "something went wrong", "other"),
    "MV": Meaning("cancelled", "the shipment was voided", "cancelled_in_flight"),
}
CODES: Mapping[str, Meaning] = {
    **TYPES,
    "003": Meaning("processed", "ready for UPS"),
    "044": Meaning("processed", "on the way to UPS"),
    "045": Meaning("processed", "packed, on the way to UPS"),
    "065": Meaning("processed", "pick-up was tried and failed", "not_ready"),
    "038": Meaning("shipped", "picked up"),
    "005": IN_TRANSIT,
    "039": Meaning("in_transit", "on the way with the post"),
    "057": Meaning("in_transit", "on the way to a shop for pick-up"),
    "028": Meaning("in_transit", "the address was changed"),
    "063": Meaning("in_transit", "the delivery was changed as asked"),
    "012": Meaning("in_transit", "being cleared by customs", None, ("customs",)),
    "014": Meaning("in_transit", "cleared by customs"),
    "058": Meaning("on_hold", "customs needs information", "customs", ("customs", "action_required")),
    "025": Meaning("at_local_hub", "handed to the post near the recipient"),
    "006": Meaning("out_for_delivery", "on the vehicle"),
    "021": Meaning("out_for_delivery", "out for delivery today"),
    "011": Meaning("delivered", "delivered"),
    "026": Meaning("delivered", "delivered by the post"),
    "017": PICKUP,
    "040": Meaning("available_for_pickup", "waits at a shop for pick-up"),
    "016": Meaning("on_hold", "held in a warehouse", "other"),
    "019": Meaning("on_hold", "held for a later day", None),
    "020": Meaning("on_hold", "held for a later day, as asked", None),
    "055": Meaning(UPDATE, "delivery was put off", None, DELAYED),
    "022": Meaning("attempt_failed", "first attempt failed", "recipient_unavailable"),
    "023": Meaning("attempt_failed", "second attempt failed", "recipient_unavailable"),
    "024": Meaning("attempt_failed", "last attempt failed", "recipient_unavailable", ACTION),
    "060": Meaning("attempt_failed", "delivery was tried and failed", "recipient_unavailable"),
    "061": Meaning("attempt_failed", "an adult must sign", "verification_failed", ACTION),
    "062": Meaning("attempt_failed", "money is owed at the door", "payment_missing", ACTION),
    "066": Meaning("attempt_failed", "the post tried to deliver and could not", "recipient_unavailable"),
    "064": Meaning("exception", "the recipient refused the parcel", "refused"),
    "050": Meaning("exception", "the address is wrong or not whole", "address_wrong", ACTION),
    "059": Meaning("exception", "the parcel is damaged", "damaged"),
    "068": Meaning("exception", "with lost property", "lost"),
    "013": Meaning("exception", "something went wrong", "other"),
    "029": Meaning("exception", "something must be done", "other", ACTION),
    "030": Meaning("exception", "the post reports a problem", "other"),
    "032": WEATHER,
    "051": WEATHER,
    "052": WEATHER,
    "053": WEATHER,
    "046": LATE,
    "047": LATE,
    "048": LATE,
    "049": Meaning(UPDATE, "late, something must be done", None, (*DELAYED, *ACTION)),
    "033": RETURNING,
    "035": RETURNING,
    "036": RETURNING,
    "037": RETURNING,
    "069": Meaning("returning", "not claimed, going back", None, ACTION),
    "034": Meaning("returned", "back at the sender's"),
    "067": Meaning("returned", "brought back to the sender by the post"),
    "007": Meaning("cancelled", "the shipment was voided", "cancelled_in_flight"),
}
