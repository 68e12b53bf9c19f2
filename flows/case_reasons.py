"""Why there is a case: the reasons Doorline knows, how much each burns, and who raises it. Pure."""

from collections.abc import Mapping

from flows.case_states import Priority

LOW, MEDIUM, HIGH, URGENT = Priority

#: What shoppers ask for, in their words or by what they answer.
SHOPPERS: Mapping[str, Priority] = {
    "talk_to_person": HIGH,
    "not_received": HIGH,
    "damaged": HIGH,
    "wrong_or_missing_item": HIGH,
    "complaint": HIGH,
    "bad_survey": HIGH,
    "cancel_order": MEDIUM,
    "change_address": MEDIUM,
    "contact_driver": MEDIUM,
    "delivery_instructions": MEDIUM,
    "proof_of_delivery": MEDIUM,
    "reschedule": MEDIUM,
    "return_or_refund": MEDIUM,
    "out_of_scope": LOW,
    #: A text that could not be handled; a person reads it.
    "dead_message": HIGH,
}
#: What goes wrong with parcels and texts; nobody has asked, and a workflow may switch each of them off.
OPERATIONS: Mapping[str, Priority] = {
    "attempt_failed": MEDIUM,
    "stalled": MEDIUM,
    "promise_broken": MEDIUM,
    "undeliverable": MEDIUM,
    "carrier_silent": MEDIUM,
    "connection_silent": HIGH,
    "address_doubt": MEDIUM,
    "lost": HIGH,
    "proof_missing": MEDIUM,
    "proof_failed": HIGH,
    "pin_locked": HIGH,
    "pin_missing": HIGH,
    "pin_not_told": HIGH,
    "relay_pool_exhausted": MEDIUM,
    "webhook_disabled": HIGH,
    "store_refused": HIGH,
    "data_request": HIGH,
}
#: What a driver needs a person for.
DRIVERS: Mapping[str, Priority] = {"driver_help": URGENT, "driver_stop": HIGH}
REASONS: Mapping[str, Priority] = {**SHOPPERS, **OPERATIONS, **DRIVERS}


def priority_of(reason: str) -> Priority:
    """How much a reason burns by itself: medium for one nobody knows."""
    return REASONS.get(reason, MEDIUM)
