"""The US post's event codes: two characters, from its publication on electronic verification."""

from collections.abc import Mapping

from tracking_core.meanings import Meaning
from tracking_core.states import UPDATE

ACTION = ("action_required",)
UNDELIVERABLE = "returning"

CODES: Mapping[str, Meaning] = {
    "MA": Meaning("processed", "label created"),
    "GX": Meaning("processed", "the post awaits the parcel"),
    "TM": Meaning("processed", "received, acceptance pending"),
    "80": Meaning("processed", "picked up by a shipping partner"),
    "81": Meaning("processed", "arrived at a shipping partner's"),
    "82": Meaning("processed", "left a shipping partner's"),
    "03": Meaning("shipped", "accepted by the post"),
    "OA": Meaning("shipped", "accepted by the post"),
    "A1": Meaning("in_transit", "arrived at a facility"),
    "L1": Meaning("in_transit", "left a facility"),
    "T1": Meaning("in_transit", "left a facility"),
    "NT": Meaning("in_transit", "on the way to the next facility"),
    "10": Meaning("in_transit", "sorted at a facility"),
    "06": Meaning("in_transit", "forwarded to another address", "recipient_moved"),
    "08": Meaning("in_transit", "sent to the wrong place", "sorting"),
    "15": Meaning("in_transit", "sent to the wrong place", "sorting"),
    "07": Meaning("at_local_hub", "at the post office near the recipient"),
    "PC": Meaning("at_local_hub", "sorted for its round"),
    "OF": Meaning("out_for_delivery", "out for delivery"),
    "01": Meaning("delivered", "delivered"),
    "17": Meaning("delivered", "picked up by somebody for the recipient"),
    "14": Meaning("available_for_pickup", "can be picked up"),
    "16": Meaning("available_for_pickup", "can be picked up"),
    "02": Meaning("attempt_failed", "a notice was left", "recipient_unavailable", ACTION),
    "51": Meaning("attempt_failed", "the business was closed", "business_closed"),
    "52": Meaning("attempt_failed", "nobody there may receive it", "recipient_unavailable", ACTION),
    "53": Meaning("attempt_failed", "the mailbox is full or too small", "safe_place_unavailable", ACTION),
    "54": Meaning("attempt_failed", "no safe place", "safe_place_unavailable", ACTION),
    "55": Meaning("attempt_failed", "no access to the address", "access_blocked", ACTION),
    "DX": Meaning(UPDATE, "no word on the delivery yet", None, ("delayed",)),
    "05": Meaning("exception", "cannot be delivered as addressed", "address_wrong", ACTION),
    "04": Meaning("exception", "the recipient refused the parcel", "refused"),
    "09": Meaning(UNDELIVERABLE, "going back to the sender"),
    "21": Meaning(UNDELIVERABLE, "no such number, going back", "address_wrong"),
    "22": Meaning(UNDELIVERABLE, "the address is not whole, going back", "address_wrong"),
    "23": Meaning(UNDELIVERABLE, "moved without an address, going back", "recipient_moved"),
    "24": Meaning(UNDELIVERABLE, "forwarding has ended, going back", "recipient_moved"),
    "25": Meaning(UNDELIVERABLE, "nobody knows the recipient there, going back", "address_wrong"),
    "26": Meaning(UNDELIVERABLE, "nobody lives there, going back", "recipient_moved"),
    "27": Meaning(UNDELIVERABLE, "not claimed, going back", "recipient_unavailable"),
    "28": Meaning(UNDELIVERABLE, "the recipient has died, going back", "other"),
    "29": Meaning(UNDELIVERABLE, "going back to the sender", "other"),
}
