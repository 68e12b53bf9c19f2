"""What the console shows: rows turned into words, numbers hidden but for two digits."""

import hashlib

from sqlalchemy.orm import Session

from flows.models import Case
from tracking_core import shipments
from tracking_core.models import Shipment

STATUS_WORDS = {
    "queued": "waiting to be sent",
    "held": "held until quiet hours end",
    "sending": "on its way out",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "failed": "not sent",
    "unknown": "unclear whether it was sent",
    "cancelled": "cancelled",
    "expired": "not sent: too late to be of use",
    "shadow": "not sent: shadow mode",
    "received": "not answered yet",
    "handled": "",
    "dead": "set aside after five failures",
}
BAD = frozenset({"undelivered", "failed", "unknown", "expired", "dead"})
#: The ends of a masked line.
ROLE_WORDS = {"customer": "The customer", "driver": "The driver"}
REASON_WORDS = {
    "address_doubt": "The address is doubtful",
    "carrier_silent": "The carrier is silent",
    "connection_silent": "A connection is silent",
    "driver_help": "A driver needs help",
    "driver_stop": "A driver takes no texts",
    "not_received": "Delivered, not received",
    "out_of_scope": "Not understood",
    "pin_locked": "The delivery PIN is locked",
    "pin_missing": "Handed over without a PIN",
    "pin_not_told": "The delivery PIN could not be told",
    "promise_broken": "A promised time has passed",
    "undeliverable": "Texts do not arrive",
    "webhook_disabled": "A webhook was switched off",
    "talk_to_person": "Wants a person",
    "dead_message": "A text could not be handled",
    "relay_pool_exhausted": "The driver line is out of numbers",
    "proof_missing": "Delivered without its proof",
    "proof_failed": "A proof of delivery did not pass",
}
RESOLUTIONS = {
    "answered": "Answered",
    "redelivery_arranged": "New delivery arranged",
    "refund_or_replacement": "Refund or replacement",
    "with_the_carrier": "With the carrier",
    "no_answer": "The customer did not answer",
    "nothing_to_do": "Nothing to do",
}


def in_words(name: str) -> str:
    """Turn a name such as `attempt_failed` into words."""
    return REASON_WORDS.get(name, name.replace("_", " ").capitalize())


def etag(page: str) -> str:
    """Answer what tells two states of a page apart."""
    return hashlib.sha256(page.encode()).hexdigest()[:32]


def parcel_of(session: Session, case: Case) -> Shipment | None:
    """The parcel the case is about; else the newest one of the person's, so that the agent has something to look at."""
    if case.shipment_id is not None:
        return shipments.get(session, case.retailer, case.shipment_id)
    newest = shipments.page(session, case.retailer, phone=case.phone, limit=1) if case.phone else []
    return newest[0] if newest else None
