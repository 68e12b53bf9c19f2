"""Failure reasons as couriers' organisations name them, onto the house's own: a literal table. Pure.

Most networks let each organisation write its own list, so the same thing has many names; case and what stands between
the words do not matter. A name that is not here is `other`, and its words stay with the event.
"""

import re
from collections.abc import Mapping

from tracking_core.reasons import Reason

R = Reason
BETWEEN = re.compile(r"[^a-z0-9]+")

NAMES: Mapping[Reason, tuple[str, ...]] = {
    R.RECIPIENT_UNAVAILABLE: (
        *("customer unavailable", "customer not available", "customer not home", "customer absent", "not home"),
        *("not at home", "nobody home", "no one home", "noone home", "no answer", "no response", "unavailable"),
        *("recipient unavailable", "recipient not available", "recipient not home", "recipient absent"),
        *("customer unreachable", "unable to contact customer", "customer did not answer", "missed delivery"),
    ),
    R.BUSINESS_CLOSED: ("business closed", "closed", "store closed", "office closed", "location closed"),
    R.ACCESS_BLOCKED: (
        *("no access", "access denied", "access restricted", "unable to access", "cannot access", "gate locked"),
        *("no gate code", "no parking", "building inaccessible", "location inaccessible", "unsafe to deliver"),
    ),
    R.ADDRESS_WRONG: (
        *("wrong address", "incorrect address", "bad address", "invalid address", "address incorrect"),
        *("address not found", "unable to locate", "unable to find address", "cannot find address"),
        *("cant find address", "unable to locate address", "address issue", "customer address incorrect"),
    ),
    R.RECIPIENT_MOVED: ("moved", "customer moved", "recipient moved", "no longer at address"),
    R.REFUSED: (
        *("refused", "customer refused", "recipient refused", "refused by customer", "refused by recipient"),
        *("rejected", "customer rejected", "customer rejected order", "delivery refused"),
    ),
    R.VERIFICATION_FAILED: (
        *("verification failed", "no id", "id required", "invalid id", "id verification failed", "underage"),
        *("under age", "age verification failed", "pin failed", "wrong pin", "missing required proof"),
        *("signature unavailable", "no signature", "recipient intoxicated", "customer intoxicated"),
    ),
    R.SAFE_PLACE_UNAVAILABLE: ("no safe place", "safe place unavailable", "no secure location", "unsafe location"),
    R.CANCELLED_IN_FLIGHT: (
        *("cancelled by customer", "canceled by customer", "customer cancelled", "customer canceled"),
        *("cancelled by merchant", "canceled by merchant", "merchant cancelled", "merchant canceled"),
        *("cancelled", "canceled", "order cancelled", "order canceled", "customer requested cancellation"),
    ),
    R.PAYMENT_MISSING: ("payment not received", "payment missing", "payment failed", "insufficient funds", "no cash"),
    R.NOT_READY: (
        *("not ready", "order not ready", "package not ready", "package not available", "item not available"),
        *("store not ready", "inventory shortage", "long wait at pickup"),
    ),
    R.INCORRECT_DATA: ("incorrect data", "data entry error", "missing information", "duplicate", "duplicate task"),
    R.PACKAGING: ("packaging", "packaging problem", "packaging problems", "bad packaging", "oversized", "too large"),
    R.DAMAGED: ("damaged", "damaged package", "package damaged", "damaged item", "item damaged", "spilled"),
    R.LOST: (
        "lost",
        "package lost",
        "lost package",
        "package missing",
        "missing package",
        "failed to return",
        "stolen",
    ),
    R.WRONG_OR_MISSING_ITEM: ("wrong item", "wrong order", "incorrect item", "item missing", "missing item"),
    R.NO_TIME: ("no time", "out of time", "ran out of time", "late", "too late", "end of shift", "traffic", "delayed"),
    R.CAPACITY: ("capacity", "no capacity", "vehicle full", "does not fit", "no courier", "no couriers available"),
    R.VEHICLE: ("vehicle", "vehicle breakdown", "vehicle problem", "accident", "courier accident", "flat tire"),
    R.WEATHER: ("weather", "bad weather", "severe weather", "snow", "flood"),
    R.FORCE_MAJEURE: ("force majeure", "natural disaster", "road closed", "strike"),
    R.SECURITY: ("security", "security issue", "fraud", "suspicious", "dangerous dog", "dog", "unsafe"),
    R.REGULATORY: ("regulatory", "restricted item", "prohibited item"),
    R.OTHER: ("other", "failure", "failed", "undeliverable", "unknown"),
}
#: What stands where there is no reason.
NOTHING = frozenset({"", "none", "null", "na", "n a"})


def reason_for(said: str | None) -> str | None:
    """The reason's value for what a network calls it; None for no reason, `other` for a name nobody knows."""
    name = BETWEEN.sub(" ", (said or "").lower()).strip()
    if name in NOTHING:
        return None
    return _BY_NAME.get(name, Reason.OTHER).value


_BY_NAME = {name: reason for reason, names in NAMES.items() for name in names}
