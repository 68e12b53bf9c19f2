"""Shippo: track webhooks. Codes and protection: docs.goshippo.com/tracking (and its page webhook-security)."""

import hashlib
import hmac
from datetime import datetime

from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    Meaning,
    Object,
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
    stable_id,
    text_at,
    tracking_number_at,
)
from tracking_core.facts import CarrierEvent, Eta
from tracking_core.states import UNKNOWN, UPDATE

NAME = "shippo"
TRACK_EVENT = "track_updated"
PLACE = ("city", "state", "zip", "country")
ACTION = ("action_required",)

#: What a status means when its sub-status is missing or new.
STATUSES = {
    "UNKNOWN": Meaning("created", "no information yet"),
    "PRE_TRANSIT": Meaning("processed", "label created"),
    "TRANSIT": Meaning("in_transit", "on the way"),
    "DELIVERED": Meaning("delivered", "delivered"),
    # Shippo says RETURNED both for going back and for being back; going back is not final, so nothing is lost by it.
    "RETURNED": Meaning("returning", "going back to the sender"),
    "FAILURE": Meaning("exception", "delivery failed", "other"),
}

TROUBLE = {
    "delivery_attempted": Meaning("attempt_failed", "delivery was tried and failed", "recipient_unavailable", ACTION),
    "notice_left": Meaning("attempt_failed", "a notice was left", "recipient_unavailable", ACTION),
    "location_inaccessible": Meaning("attempt_failed", "the address could not be reached", "access_blocked", ACTION),
    "reschedule_delivery": Meaning("attempt_failed", "delivery must be arranged anew", None, ACTION),
    "pickup_available": Meaning("available_for_pickup", "can be picked up", None, ACTION),
    "package_held": Meaning("on_hold", "the carrier holds the parcel", "other", ACTION),
    "package_undeliverable": Meaning("exception", "the parcel cannot be delivered", "other", ACTION),
    "address_issue": Meaning("exception", "the address is wrong", "address_wrong", ACTION),
    "package_damaged": Meaning("exception", "the parcel is damaged", "damaged", ACTION),
    "contact_carrier": Meaning("exception", "the carrier must be asked", "other", ACTION),
    "package_lost": Meaning("lost", "the parcel is lost", "lost", ACTION),
}

#: (status, sub-status). Shippo's pages do not settle whether trouble comes under TRANSIT or FAILURE, so it stands under
#: both; a sub-status under a status it has no business with falls back to that status.
SUBSTATUSES = {
    ("PRE_TRANSIT", "information_received"): Meaning("processed", "the carrier has the shipper's data"),
    ("TRANSIT", "package_accepted"): Meaning("shipped", "accepted by the carrier"),
    ("TRANSIT", "package_arrived"): Meaning("in_transit", "arrived at a facility"),
    ("TRANSIT", "package_departed"): Meaning("in_transit", "left a facility"),
    ("TRANSIT", "package_processing"): Meaning("in_transit", "being sorted"),
    ("TRANSIT", "package_processed"): Meaning("in_transit", "sorted"),
    ("TRANSIT", "package_forwarded"): Meaning("in_transit", "forwarded to another address", "recipient_moved"),
    ("TRANSIT", "out_for_delivery"): Meaning("out_for_delivery", "out for delivery"),
    ("TRANSIT", "delivery_scheduled"): Meaning("out_for_delivery", "delivery is scheduled"),
    # Neither says by whom or what, so neither has a reason.
    ("TRANSIT", "delayed"): Meaning("in_transit", "delayed", None, ("delayed",)),
    ("TRANSIT", "delivery_rescheduled"): Meaning("in_transit", "delivery was put off", None, ("delayed",)),
    ("DELIVERED", "delivered"): Meaning("delivered", "delivered"),
    ("RETURNED", "return_to_sender"): Meaning("returning", "going back to the sender"),
    ("RETURNED", "package_unclaimed"): Meaning("returning", "not claimed, going back", None, ACTION),
    **{(status, code): meaning for status in ("TRANSIT", "FAILURE") for code, meaning in TROUBLE.items()},
}
NO_MEANING = Meaning(UNKNOWN, "a code we have no meaning for")


def meaning_of(status: str, substatus: str | None) -> Meaning:
    """What a status with its sub-status means: the pair's row, else the status's, else unknown."""
    return SUBSTATUSES.get((status, substatus or ""), STATUSES.get(status, NO_MEANING))


class Shippo:
    """Shippo's track webhooks. Each carries the whole history; its object ids change from answer to answer, so the
    events' ids are made of what they say.
    """

    @property
    def name(self) -> str:
        """`shippo`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """`?token=` is the secret. Where Shippo also signs (Shippo-Auth-Signature: t=...,v1=...), v1 must be right:
        hex HMAC-SHA256 of `t`, a dot and the raw body. t's age is not checked, because a repeat has no effect.
        """
        need_secret(secret)
        if not same(secret, request.query.get("token", "")):
            raise InvalidSignature(str(InvalidSignature.__doc__))
        header = request.headers.get("shippo-auth-signature")
        if header is None:
            return
        parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
        signed = parts.get("t", "").encode("utf-8", "replace") + b"." + request.body
        expected = hmac.new(secret.encode("utf-8", "replace"), signed, hashlib.sha256).hexdigest()
        if not parts.get("t") or not same(expected, parts.get("v1", "")):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """Each entry of the history, the present status if it is not among them, then the estimate as an `update`."""
        said = decoded(request)
        if text_at(said, "event", "event") != TRACK_EVENT:
            return []
        data = object_at(said, "data", "data")
        number = tracking_number_at(data, "tracking_number", "data.tracking_number")
        history = objects_at(data, "tracking_history", "data.tracking_history")
        events = [_scan(entry, number, f"data.tracking_history[{place}]") for place, entry in enumerate(history)]
        present = maybe_object(data, "tracking_status", "data.tracking_status")
        if present is not None:
            current = _scan(present, number, "data.tracking_status")
            if current.event_id not in {event.event_id for event in events}:
                events.append(current)
        return events + _estimate(data, number, events)


def _scan(entry: Object, number: str, path: str) -> CarrierEvent:
    status = text_at(entry, "status", f"{path}.status")
    sub = maybe_object(entry, "substatus", f"{path}.substatus")
    code = maybe_text(sub, "code", f"{path}.substatus.code") if sub else None
    at = maybe_moment(entry, "status_date", f"{path}.status_date") or moment_at(
        entry, "object_created", f"{path}.status_date"
    )
    place = place_of(maybe_object(entry, "location", f"{path}.location"), PLACE)
    words = maybe_text(entry, "status_details", f"{path}.status_details")
    meaning = meaning_of(status, code)
    said_so = sub.get("action_required") if sub else None
    flags = meaning.flags
    if isinstance(said_so, bool):
        # Shippo's own word on this parcel goes before the table's on the code.
        flags = tuple(flag for flag in flags if flag not in ACTION) + (ACTION if said_so else ())
    return CarrierEvent(
        carrier=NAME,
        event_id=stable_id("scan", number, status, code, at.isoformat(), place),
        tracking_number=number,
        status=meaning.status,
        occurred_at=at,
        reason=meaning.reason,
        detail=words or meaning.words,
        code="/".join(part for part in (status, code) if part),
        flags=flags,
        raw=entry,
    )


def _estimate(data: Object, number: str, events: list[CarrierEvent]) -> list[CarrierEvent]:
    """Shippo's estimate; midnight UTC means a day. It is as old as the present status, or without one says nothing."""
    due = maybe_moment(data, "eta", "data.eta")
    newest = newest_of(events)
    if due is None or newest is None:
        return []
    as_of = _as_of(maybe_object(data, "tracking_status", "data.tracking_status"), newest)
    eta = Eta(day=due.date()) if is_midnight(due) else Eta(at=due)
    return [
        CarrierEvent(
            carrier=NAME,
            event_id=stable_id("eta", number, due.isoformat(), as_of.isoformat()),
            tracking_number=number,
            status=UPDATE,
            occurred_at=as_of,
            eta=eta,
            raw={"eta": data.get("eta"), "original_eta": data.get("original_eta")},
        )
    ]


def _as_of(present: Object | None, newest: CarrierEvent) -> datetime:
    updated = maybe_moment(present, "object_updated", "data.tracking_status.object_updated") if present else None
    return max(updated, newest.occurred_at) if updated else newest.occurred_at


ADAPTER = Shippo()
