"""EasyPost: tracker webhooks. Codes: docs.easypost.com/docs/trackers; signatures: docs.easypost.com/guides/webhooks."""

import hashlib
import hmac
import unicodedata
from datetime import datetime

from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    Meaning,
    Object,
    day_of,
    decoded,
    is_midnight,
    maybe_moment,
    maybe_object,
    maybe_text,
    moment_at,
    need_secret,
    newest_of,
    object_at,
    objects_at,
    place_of,
    same,
    scan_event,
    stable_id,
    text_at,
    tracking_number_at,
)
from tracking_core.codes import refined
from tracking_core.facts import CarrierEvent, Eta
from tracking_core.states import UNKNOWN, UPDATE

NAME = "easypost"
#: Event descriptions that carry a tracker; all others (batches, refunds, ...) are none of ours.
TRACKER_EVENTS = frozenset({"tracker.created", "tracker.updated"})
#: Details that say nothing beyond their status: there the carrier's own code may say more.
VAGUE = frozenset({None, "unknown", "status_update"})
PLACE = ("city", "state", "zip", "country")

#: What a status means when its detail is missing or new.
STATUSES = {
    "unknown": Meaning("created", "no information yet"),
    "pre_transit": Meaning("processed", "label created"),
    "in_transit": Meaning("in_transit", "on the way"),
    "out_for_delivery": Meaning("out_for_delivery", "out for delivery"),
    "delivered": Meaning("delivered", "delivered"),
    "available_for_pickup": Meaning("available_for_pickup", "can be picked up"),
    "return_to_sender": Meaning("returning", "going back to the sender"),
    "failure": Meaning("exception", "delivery failed", "other"),
    "cancelled": Meaning("cancelled", "cancelled", "cancelled_in_flight"),
    "error": Meaning("exception", "the carrier reports an error", "other"),
}

ATTEMPTED = Meaning("attempt_failed", "delivery was tried and failed", "recipient_unavailable")
TRANSIT_EXCEPTION = Meaning("exception", "something went wrong on the way", "other")
ADDRESS = Meaning("exception", "the address needs correction", "address_wrong")
DAMAGED = Meaning("exception", "the parcel is damaged", "damaged")
LOST = Meaning("lost", "the parcel is lost", "lost")
REFUSED = Meaning("exception", "the recipient refused the parcel", "refused")
EXPIRED = Meaning("expired", "no information for too long")
# EasyPost's "held" says neither by whom nor why.
HELD = Meaning("on_hold", "the carrier holds the parcel", "other")

#: (status, status_detail). Rows that only repeat their status are left out.
DETAILS = {
    ("unknown", "awaiting_information"): Meaning("created", "waiting for the shipper's data", "not_ready"),
    ("unknown", "expired"): EXPIRED,
    ("in_transit", "received_at_origin_facility"): Meaning("shipped", "handed to the carrier"),
    ("in_transit", "received_at_destination_facility"): Meaning("at_local_hub", "at the facility near the recipient"),
    ("in_transit", "arrived_at_destination"): Meaning("at_local_hub", "arrived near the recipient"),
    ("in_transit", "missorted"): Meaning("in_transit", "sorted wrongly", "sorting"),
    ("in_transit", "delivery_exception"): ATTEMPTED,
    ("in_transit", "transit_exception"): TRANSIT_EXCEPTION,
    ("in_transit", "address_correction"): ADDRESS,
    ("in_transit", "damaged"): DAMAGED,
    ("in_transit", "lost"): LOST,
    ("in_transit", "refused"): REFUSED,
    ("in_transit", "held"): HELD,
    ("in_transit", "delayed"): Meaning("in_transit", "delayed", "no_time", ("delayed",)),
    ("in_transit", "weather_delay"): Meaning("in_transit", "delayed by the weather", "weather", ("delayed",)),
    ("in_transit", "expired"): EXPIRED,
    ("out_for_delivery", "delayed"): Meaning("out_for_delivery", "delayed on the last mile", "no_time", ("delayed",)),
    ("out_for_delivery", "weather_delay"): Meaning(
        "out_for_delivery", "delayed by the weather on the last mile", "weather", ("delayed",)
    ),
    ("out_for_delivery", "delivery_exception"): ATTEMPTED,
    ("return_to_sender", "refused"): Meaning("returning", "refused, going back to the sender", "refused"),
    ("failure", "delivery_exception"): ATTEMPTED,
    ("failure", "transit_exception"): TRANSIT_EXCEPTION,
    ("failure", "address_correction"): ADDRESS,
    ("failure", "damaged"): DAMAGED,
    ("failure", "lost"): LOST,
    ("failure", "refused"): REFUSED,
    ("failure", "held"): HELD,
    ("failure", "expired"): EXPIRED,
    ("error", "delivery_exception"): ATTEMPTED,
    ("error", "transit_exception"): TRANSIT_EXCEPTION,
    ("error", "address_correction"): ADDRESS,
    ("error", "damaged"): DAMAGED,
    ("error", "lost"): LOST,
    ("error", "expired"): EXPIRED,
}
NO_MEANING = Meaning(UNKNOWN, "a code we have no meaning for")


def meaning_of(status: str, detail: str | None) -> Meaning:
    """What a status with its detail means: the pair's row, else the status's, else unknown."""
    return DETAILS.get((status, detail or ""), STATUSES.get(status, NO_MEANING))


class EasyPost:
    """EasyPost's tracker webhooks. Each carries the whole history, so each detail is an event with a stable id."""

    @property
    def name(self) -> str:
        """`easypost`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """X-Hmac-Signature: `hmac-sha256-hex=` and the HMAC of the raw body by the NFKD form of the secret."""
        need_secret(secret)
        key = unicodedata.normalize("NFKD", secret).encode("utf-8", "replace")
        expected = "hmac-sha256-hex=" + hmac.new(key, request.body, hashlib.sha256).hexdigest()
        if not same(expected, request.headers.get("x-hmac-signature", "")):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """Each tracking detail, then what the tracker says beyond them, then the carrier's estimate as an `update`."""
        said = decoded(request)
        if text_at(said, "description", "description") not in TRACKER_EVENTS:
            return []
        tracker = object_at(said, "result", "result")
        number = tracking_number_at(tracker, "tracking_code", "result.tracking_code")
        returning = tracker.get("is_return") is True
        details = objects_at(tracker, "tracking_details", "result.tracking_details")
        events = [
            _scan(detail, number, f"result.tracking_details[{place}]", returning, tracker.get("carrier"))
            for place, detail in enumerate(details)
        ]
        updated_at = maybe_moment(tracker, "updated_at", "result.updated_at") or moment_at(
            said, "created_at", "created_at"
        )
        newest = newest_of(events)
        return events + _beyond(tracker, number, newest, updated_at, returning) + _estimate(tracker, number, updated_at)


def _scan(detail: Object, number: str, path: str, returning: bool, carrier: object) -> CarrierEvent:
    status = text_at(detail, "status", f"{path}.status")
    sub = maybe_text(detail, "status_detail", f"{path}.status_detail")
    at = moment_at(detail, "datetime", f"{path}.datetime")
    place = place_of(maybe_object(detail, "tracking_location", f"{path}.tracking_location"), PLACE)
    carriers_code = maybe_text(detail, "carrier_code", f"{path}.carrier_code")
    return scan_event(
        NAME,
        number,
        stable_id("scan", number, status, sub, carriers_code, at.isoformat(), place),
        code=(status, sub),
        meaning=refined(meaning_of(status, sub), _name(carrier), carriers_code, vague=sub in VAGUE),
        occurred_at=at,
        words=maybe_text(detail, "message", f"{path}.message"),
        raw=detail,
        returning=returning,
    )


def _name(carrier: object) -> str | None:
    return carrier if isinstance(carrier, str) else None


def _beyond(
    tracker: Object, number: str, newest: CarrierEvent | None, updated_at: datetime, returning: bool
) -> list[CarrierEvent]:
    """What the tracker says of itself, where its newest detail has another status (or there is no detail)."""
    status = maybe_text(tracker, "status", "result.status")
    sub = maybe_text(tracker, "status_detail", "result.status_detail")
    if status is None or (newest is not None and (newest.code or "").split("/")[0] == status):
        return []
    raw = {key: tracker.get(key) for key in ("id", "status", "status_detail", "updated_at", "carrier")}
    return [
        scan_event(
            NAME,
            number,
            stable_id("tracker", number, status, sub, newest.event_id if newest else None),
            code=(status, sub),
            meaning=meaning_of(status, sub),
            occurred_at=updated_at,
            words=None,
            raw=raw,
            returning=returning,
        )
    ]


def _estimate(tracker: Object, number: str, updated_at: datetime) -> list[CarrierEvent]:
    """The carrier's estimate. Midnight UTC, or a local date beside it, means a day; the local date is the truer one."""
    due = maybe_moment(tracker, "est_delivery_date", "result.est_delivery_date")
    carrier = maybe_object(tracker, "carrier_detail", "result.carrier_detail") or {}
    local = maybe_text(carrier, "est_delivery_date_local", "result.carrier_detail.est_delivery_date_local")
    if local is not None:
        eta = Eta(day=day_of(local, "result.carrier_detail.est_delivery_date_local"))
    elif due is not None:
        eta = Eta(day=due.date()) if is_midnight(due) else Eta(at=due)
    else:
        return []
    raw = {"est_delivery_date": tracker.get("est_delivery_date"), "est_delivery_date_local": local}
    raw["updated_at"] = tracker.get("updated_at")
    return [
        CarrierEvent(
            carrier=NAME,
            event_id=stable_id("eta", number, eta.day, eta.at, updated_at.isoformat()),
            tracking_number=number,
            status=UPDATE,
            occurred_at=updated_at,
            eta=eta,
            raw=raw,
        )
    ]


ADAPTER = EasyPost()
