"""Why a delivery went wrong, and who could have prevented it. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """Who a failure is put down to; only the carrier's own faults count against the carrier."""

    CONSIGNEE = "consignee"
    RETAILER = "retailer"
    CARRIER = "carrier"
    CUSTOMS = "customs"
    #: Nobody: weather and the like.
    NONE = "none"
    #: Somebody else, or not known.
    OTHER = "other"


class Reason(StrEnum):
    """The failure reasons of the house."""

    RECIPIENT_UNAVAILABLE = "recipient_unavailable"
    BUSINESS_CLOSED = "business_closed"
    ACCESS_BLOCKED = "access_blocked"
    ADDRESS_WRONG = "address_wrong"
    RECIPIENT_MOVED = "recipient_moved"
    REFUSED = "refused"
    VERIFICATION_FAILED = "verification_failed"
    SAFE_PLACE_UNAVAILABLE = "safe_place_unavailable"
    CANCELLED_IN_FLIGHT = "cancelled_in_flight"
    PAYMENT_MISSING = "payment_missing"
    NOT_READY = "not_ready"
    INCORRECT_DATA = "incorrect_data"
    PACKAGING = "packaging"
    DAMAGED = "damaged"
    LOST = "lost"
    WRONG_OR_MISSING_ITEM = "wrong_or_missing_item"
    NO_TIME = "no_time"
    CAPACITY = "capacity"
    VEHICLE = "vehicle"
    SORTING = "sorting"
    WEATHER = "weather"
    FORCE_MAJEURE = "force_majeure"
    CUSTOMS = "customs"
    SECURITY = "security"
    REGULATORY = "regulatory"
    OTHER = "other"

    @property
    def party(self) -> Party:
        """The party at fault."""
        return REASONS[self].party

    @property
    def shopper_action(self) -> bool:
        """Whether the shopper can do something about it."""
        return REASONS[self].shopper_action


@dataclass(frozen=True, slots=True)
class Blame:
    """What follows from a reason."""

    party: Party
    #: The shopper can put it right: be in, open the gate, correct the address, pay, send a photo.
    shopper_action: bool


#: Where two parties share a row of the field notes, the first one stands here.
REASONS: dict[Reason, Blame] = {
    Reason.RECIPIENT_UNAVAILABLE: Blame(Party.CONSIGNEE, True),
    Reason.BUSINESS_CLOSED: Blame(Party.CONSIGNEE, True),
    Reason.ACCESS_BLOCKED: Blame(Party.CONSIGNEE, True),
    Reason.ADDRESS_WRONG: Blame(Party.CONSIGNEE, True),
    Reason.RECIPIENT_MOVED: Blame(Party.CONSIGNEE, True),
    Reason.REFUSED: Blame(Party.CONSIGNEE, False),
    Reason.VERIFICATION_FAILED: Blame(Party.CONSIGNEE, True),
    Reason.SAFE_PLACE_UNAVAILABLE: Blame(Party.CONSIGNEE, True),
    Reason.CANCELLED_IN_FLIGHT: Blame(Party.CONSIGNEE, False),
    Reason.PAYMENT_MISSING: Blame(Party.CONSIGNEE, True),
    Reason.NOT_READY: Blame(Party.RETAILER, False),
    Reason.INCORRECT_DATA: Blame(Party.RETAILER, False),
    Reason.PACKAGING: Blame(Party.RETAILER, False),
    Reason.DAMAGED: Blame(Party.CARRIER, True),
    Reason.LOST: Blame(Party.CARRIER, False),
    Reason.WRONG_OR_MISSING_ITEM: Blame(Party.RETAILER, True),
    Reason.NO_TIME: Blame(Party.CARRIER, False),
    Reason.CAPACITY: Blame(Party.CARRIER, False),
    Reason.VEHICLE: Blame(Party.CARRIER, False),
    Reason.SORTING: Blame(Party.CARRIER, False),
    Reason.WEATHER: Blame(Party.NONE, False),
    Reason.FORCE_MAJEURE: Blame(Party.NONE, False),
    # A customs office sometimes wants a document of the shopper; the carrier's own flag says so when it does.
    Reason.CUSTOMS: Blame(Party.CUSTOMS, False),
    Reason.SECURITY: Blame(Party.OTHER, False),
    Reason.REGULATORY: Blame(Party.OTHER, False),
    Reason.OTHER: Blame(Party.OTHER, False),
}


def reason_of(value: str | None) -> Reason | None:
    """The reason with that value; None for none and for words that are no reason of ours."""
    return _BY_VALUE.get(value) if value is not None else None


def party_of(reason: str | None) -> Party:
    """The party at fault for a reason or its value; `other` for anything we do not know. Never raises."""
    known = reason_of(reason)
    return known.party if known else Party.OTHER


_BY_VALUE: dict[str, Reason] = {reason.value: reason for reason in Reason}
