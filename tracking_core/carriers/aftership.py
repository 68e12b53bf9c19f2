"""AfterShip: tracking webhooks. Codes: aftership.com/docs/tracking/enum/delivery-sub-statuses."""

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime, time, timedelta

from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    MalformedPayload,
    Meaning,
    Object,
    day_of,
    decoded,
    is_midnight,
    maybe_moment,
    maybe_object,
    maybe_text,
    moment_at,
    moment_of,
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

NAME = "aftership"
#: Webhook kinds that carry a tracking; all others are none of ours.
TRACKING_EVENTS = frozenset({"tracking_update", "edd_revise"})
#: Sub-tags that say no more than their tag: there the carrier's own code may say more.
VAGUE = frozenset({None, "InTransit_001", "Exception_001"})
PLACE = ("city", "state", "zip", "country_iso3")
#: No zone is farther from UTC. Within it a naive local time and AfterShip's own stamp may well be the same moment.
FARTHEST_ZONE = timedelta(hours=14)
TS_BEFORE = 4_102_444_800

#: What a tag means when its sub-tag is missing or new.
TAGS = {
    "Pending": Meaning("created", "no information yet"),
    "InfoReceived": Meaning("processed", "the carrier has the shipper's data"),
    "InTransit": Meaning("in_transit", "on the way"),
    "OutForDelivery": Meaning("out_for_delivery", "out for delivery"),
    "AttemptFail": Meaning("attempt_failed", "delivery was tried and failed", "recipient_unavailable"),
    "Delivered": Meaning("delivered", "delivered"),
    "AvailableForPickup": Meaning("available_for_pickup", "can be picked up"),
    "Exception": Meaning("exception", "something went wrong", "other"),
    "Expired": Meaning("expired", "no information for 30 days"),
}

#: Sub-tags; those that mean what their tag means are written out, so that the table is the whole vocabulary.
SUBTAGS = {
    "InfoReceived_001": Meaning("processed", "the carrier has the shipper's data"),
    "InTransit_001": Meaning("in_transit", "on the way"),
    "InTransit_002": Meaning("shipped", "accepted by the carrier"),
    "InTransit_003": Meaning("in_transit", "arrived at a hub"),
    "InTransit_004": Meaning("in_transit", "arrived in the destination country"),
    "InTransit_005": Meaning("in_transit", "customs cleared"),
    "InTransit_006": Meaning("in_transit", "customs clearance begun", None, ("customs",)),
    "InTransit_007": Meaning("in_transit", "left a facility"),
    "InTransit_008": Meaning("in_transit", "a problem was resolved"),
    "InTransit_009": Meaning("in_transit", "forwarded to another address"),
    "OutForDelivery_001": Meaning("out_for_delivery", "out for delivery"),
    "OutForDelivery_003": Meaning("out_for_delivery", "the customer was contacted"),
    "OutForDelivery_004": Meaning("out_for_delivery", "a delivery appointment was made"),
    "AttemptFail_001": Meaning("attempt_failed", "delivery was tried and failed", "other"),
    "AttemptFail_002": Meaning("attempt_failed", "the recipient was not there", "recipient_unavailable"),
    "AttemptFail_003": Meaning("attempt_failed", "the business was closed", "business_closed"),
    "Delivered_001": Meaning("delivered", "delivered"),
    "Delivered_002": Meaning("delivered", "picked up by the customer"),
    "Delivered_003": Meaning("delivered", "signed for by the customer"),
    "Delivered_004": Meaning("delivered", "delivered, cash collected"),
    "Delivered_005": Meaning("delivered", "delivered to a neighbour"),
    "AvailableForPickup_001": Meaning("available_for_pickup", "can be picked up"),
    "Exception_001": Meaning("exception", "something went wrong", "other"),
    "Exception_002": Meaning("exception", "the customer has moved", "recipient_moved"),
    "Exception_003": Meaning("exception", "the customer refused the parcel", "refused"),
    "Exception_004": Meaning("on_hold", "held by customs", "customs", ("customs",)),
    # Delays are a flag beside the state: the parcel is where it was.
    "Exception_005": Meaning(UPDATE, "delayed by something outside", "force_majeure", ("delayed",)),
    "Exception_006": Meaning("on_hold", "held for payment", "payment_missing"),
    "Exception_007": Meaning("exception", "the address is wrong", "address_wrong"),
    "Exception_008": Meaning("exception", "the pick-up at the sender's was missed", "not_ready"),
    "Exception_009": Meaning("exception", "rejected by the carrier", "other"),
    "Exception_010": Meaning("returning", "going back to the sender"),
    "Exception_011": Meaning("returned", "back at the sender's"),
    "Exception_012": Meaning("exception", "the parcel is damaged", "damaged"),
    "Exception_013": Meaning("lost", "the parcel is lost", "lost"),
    "Exception_016": Meaning(UPDATE, "delayed in the carrier's network", "sorting", ("delayed",)),
    "Exception_017": Meaning(UPDATE, "delayed by extreme weather", "weather", ("delayed",)),
    "Exception_018": Meaning("exception", "documents are wrong or missing", "incorrect_data"),
    "Expired_001": Meaning("expired", "no information for 30 days"),
}
NO_MEANING = Meaning(UNKNOWN, "a code we have no meaning for")


def meaning_of(tag: str, subtag: str | None) -> Meaning:
    """What a tag with its sub-tag means: the sub-tag's row if it belongs to the tag, else the tag's, else unknown."""
    if subtag in SUBTAGS and subtag.partition("_")[0] == tag:
        return SUBTAGS[subtag]
    return TAGS.get(tag, NO_MEANING)


class AfterShip:
    """AfterShip's tracking webhooks. Each carries all checkpoints, so each is an event with a stable id."""

    @property
    def name(self) -> str:
        """`aftership`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """aftership-hmac-sha256: base64 of the HMAC-SHA256 of the raw body."""
        need_secret(secret)
        digest = hmac.new(secret.encode("utf-8", "replace"), request.body, hashlib.sha256).digest()
        if not same(base64.b64encode(digest).decode(), request.headers.get("aftership-hmac-sha256", "")):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """Each checkpoint, then what the tracking says beyond them, then the latest estimate as an `update`."""
        said = decoded(request)
        if text_at(said, "event", "event") not in TRACKING_EVENTS:
            return []
        msg = object_at(said, "msg", "msg")
        number = tracking_number_at(msg, "tracking_number", "msg.tracking_number")
        returning = msg.get("return_to_sender") is True
        checkpoints = objects_at(msg, "checkpoints", "msg.checkpoints")
        slug = maybe_text(msg, "slug", "msg.slug")
        events = [
            _scan(one, number, f"msg.checkpoints[{place}]", returning, slug) for place, one in enumerate(checkpoints)
        ]
        newest = newest_of(events)
        sent_at = _sent_at(said, newest)
        return events + _beyond(msg, number, newest, sent_at, returning) + _estimate(msg, number, sent_at)


def _scan(checkpoint: Object, number: str, path: str, returning: bool, slug: str | None) -> CarrierEvent:
    tag = text_at(checkpoint, "tag", f"{path}.tag")
    subtag = maybe_text(checkpoint, "subtag", f"{path}.subtag")
    local = maybe_text(checkpoint, "checkpoint_time", f"{path}.checkpoint_time")
    at = _happened(checkpoint, local, path)
    # The carrier's own code; a checkpoint may name another carrier than the tracking, where it was handed on.
    raw_tag = maybe_text(checkpoint, "raw_tag", f"{path}.raw_tag")
    carrier = maybe_text(checkpoint, "slug", f"{path}.slug") or slug
    return scan_event(
        NAME,
        number,
        stable_id("scan", number, tag, subtag, local or at.isoformat(), place_of(checkpoint, PLACE)),
        code=(tag, subtag),
        meaning=refined(meaning_of(tag, subtag), carrier, raw_tag, vague=subtag in VAGUE),
        occurred_at=at,
        words=maybe_text(checkpoint, "message", f"{path}.message"),
        raw=checkpoint,
        returning=returning,
    )


def _happened(checkpoint: Object, local: str | None, path: str) -> datetime:
    """When the checkpoint happened.

    `checkpoint_time` is mostly a local time without a zone; `created_at`, when AfterShip learnt of it, has one. Within
    the farthest zone's reach of each other they may be one moment, and created_at is the better guess. Farther apart
    AfterShip learnt of it late (a parcel added on its way): then the local time, read as UTC, is some hours wrong at
    most, while created_at would make old scans look fresh.
    """
    created_at = maybe_moment(checkpoint, "created_at", f"{path}.created_at")
    if local is None:
        return created_at or moment_at(checkpoint, "checkpoint_time", f"{path}.checkpoint_time")
    at = moment_of(local, f"{path}.checkpoint_time")
    zoned = datetime.fromisoformat(local).tzinfo is not None
    return at if zoned or created_at is None or abs(created_at - at) > FARTHEST_ZONE else created_at


def _beyond(
    msg: Object, number: str, newest: CarrierEvent | None, sent_at: datetime, returning: bool
) -> list[CarrierEvent]:
    """What the tracking says of itself, where its newest checkpoint has another tag (or there is none)."""
    tag = maybe_text(msg, "tag", "msg.tag")
    subtag = maybe_text(msg, "subtag", "msg.subtag")
    if tag is None or (newest is not None and (newest.code or "").split("/")[0] == tag):
        return []
    return [
        scan_event(
            NAME,
            number,
            stable_id("tracking", number, tag, subtag, newest.event_id if newest else None),
            code=(tag, subtag),
            meaning=meaning_of(tag, subtag),
            occurred_at=sent_at,
            words=maybe_text(msg, "subtag_message", "msg.subtag_message"),
            raw={key: msg.get(key) for key in ("id", "slug", "tag", "subtag", "subtag_message")},
            returning=returning,
        )
    ]


def _estimate(msg: Object, number: str, sent_at: datetime) -> list[CarrierEvent]:
    path = "msg.latest_estimated_delivery"
    said = maybe_object(msg, "latest_estimated_delivery", path)
    if said is None:
        return []
    one, least, most = (maybe_text(said, key, f"{path}.{key}") for key in ("datetime", "datetime_min", "datetime_max"))
    if least is not None and most is not None:
        eta = _range(least, most, path)
    elif (text := one or most or least) is not None:
        found = _day_or_moment(text, f"{path}.datetime")
        eta = Eta(at=found) if isinstance(found, datetime) else Eta(day=found)
    else:
        return []
    return [
        CarrierEvent(
            carrier=NAME,
            event_id=stable_id("eta", number, one, least, most, sent_at.isoformat()),
            tracking_number=number,
            status=UPDATE,
            occurred_at=sent_at,
            eta=eta,
            raw={"latest_estimated_delivery": said},
        )
    ]


def _range(least: str, most: str, path: str) -> Eta:
    begins, ends = _day_or_moment(least, f"{path}.datetime_min"), _day_or_moment(most, f"{path}.datetime_max")
    if begins == ends and not isinstance(begins, datetime):
        return Eta(day=begins)
    window_from = begins if isinstance(begins, datetime) else datetime.combine(begins, time(), UTC)
    window_to = ends if isinstance(ends, datetime) else datetime.combine(ends + timedelta(days=1), time(), UTC)
    if window_to < window_from:
        raise MalformedPayload(f"{path}.datetime_max", "before datetime_min")
    return Eta(window_from=window_from, window_to=window_to)


def _day_or_moment(text: str, path: str) -> date | datetime:
    """A day where only a day is written, or a midnight; else a moment, without a zone read as UTC."""
    if len(text) == len("2026-03-04"):
        return day_of(text, path)
    found = moment_of(text, path)
    return found.date() if is_midnight(found) else found


def _sent_at(said: Object, newest: CarrierEvent | None) -> datetime:
    """When AfterShip sent it (`ts`, seconds since 1970), else the newest checkpoint's time."""
    ts = said.get("ts")
    if ts is None and newest is not None:
        return newest.occurred_at
    if isinstance(ts, bool) or not isinstance(ts, int | float) or not 0 < ts < TS_BEFORE:
        raise MalformedPayload("ts", "must be seconds since 1970")
    return datetime.fromtimestamp(ts, UTC)


ADAPTER = AfterShip()
