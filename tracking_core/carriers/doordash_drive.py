"""DoorDash Drive: delivery webhooks. Events and fields: developer.doordash.com/docs/drive/reference/webhooks."""

import base64
from collections.abc import Mapping
from datetime import datetime

from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    Meaning,
    Object,
    decoded,
    maybe_moment,
    maybe_object,
    maybe_text,
    moment_at,
    need_secret,
    same,
    stable_id,
    text_at,
    tracking_number_at,
)
from tracking_core.carriers.kit import eta_at, https, only, person, position_of, references
from tracking_core.codes.failures import reason_for
from tracking_core.facts import CarrierEvent, Eta, OfferedProof, Position
from tracking_core.states import UNKNOWN

NAME = "doordash_drive"

#: What an event means. Picked up, the courier is on the way: no event says so for itself, so one brings both.
EVENTS: Mapping[str, tuple[Meaning, ...]] = {
    "DELIVERY_CREATED": (Meaning("created", "a courier is being sought"),),
    "DASHER_CONFIRMED": (Meaning("processed", "a courier has taken it"),),
    "DASHER_ENROUTE_TO_PICKUP": (Meaning("processed", "the courier is on the way to the shop"),),
    "DASHER_CONFIRMED_PICKUP_ARRIVAL": (Meaning("processed", "the courier is at the shop"),),
    "DASHER_PICKED_UP": (
        Meaning("shipped", "picked up at the shop"),
        Meaning("out_for_delivery", "the courier is on the way"),
    ),
    "DASHER_ENROUTE_TO_DROPOFF": (Meaning("out_for_delivery", "the courier is on the way"),),
    "DASHER_CONFIRMED_DROPOFF_ARRIVAL": (Meaning("at_address", "the courier is there"),),
    "DASHER_DROPPED_OFF": (Meaning("delivered", "delivered"),),
    "DELIVERY_ATTEMPTED": (Meaning("attempt_failed", "delivery was tried and failed", "recipient_unavailable"),),
    "DELIVERY_RETURN_INITIALIZED": (Meaning("returning", "could not be delivered, going back to the shop", "other"),),
    "DASHER_ENROUTE_TO_RETURN": (Meaning("returning", "going back to the shop"),),
    "DASHER_CONFIRMED_RETURN_ARRIVAL": (Meaning("returning", "the courier is back at the shop"),),
    "DELIVERY_RETURNED": (Meaning("returned", "back at the shop"),),
    "DELIVERY_CANCELLED": (Meaning("cancelled", "cancelled", "cancelled_in_flight"),),
}
NO_MEANING = (Meaning(UNKNOWN, "an event we have no meaning for"),)
ENDED = frozenset({"delivered", "returned", "cancelled", "returning"})
#: The number for the drop-off first; an account gets one of the three.
PHONES = ("dasher_dropoff_phone_number", "dasher_phone_number", "dasher_pickup_phone_number")
#: Kept of a message: it also carries the shopper's name, number, address and instructions.
KEPT = (
    *("event_name", "created_at", "external_delivery_id", "dasher_id", "tracking_url", "reason", "cancellation_reason"),
    *("dropoff_time_estimated", "dropoff_time_actual", "pickup_time_actual", "contactless_dropoff"),
)


class DoorDashDrive:
    """DoorDash Drive's webhooks. No id and no number in order: an event is known by its name and time."""

    @property
    def name(self) -> str:
        """`doordash_drive`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """Authorization: the fixed credential set at DoorDash. The body is not signed.

        The secret is the whole header (`Basic abc=`), what stands behind its first word, or `user:password`.
        """
        need_secret(secret)
        pair = base64.b64encode(secret.encode("utf-8", "replace")).decode()
        good = (secret, f"Basic {secret}", f"Bearer {secret}", f"Basic {pair}")
        given = request.headers.get("authorization", "")
        if not any(same(one, given) for one in good):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """What the event means, one or two steps of the parcel's way."""
        said = decoded(request)
        name = text_at(said, "event_name", "event_name")
        number = tracking_number_at(said, "external_delivery_id", "external_delivery_id")
        at = moment_at(said, "created_at", "created_at")
        return [_event(said, name, number, at, meaning) for meaning in EVENTS.get(name, NO_MEANING)]


def _event(said: Object, name: str, number: str, at: datetime, meaning: Meaning) -> CarrierEvent:
    why = maybe_text(said, "reason", "reason") or maybe_text(said, "cancellation_reason", "cancellation_reason")
    failed = meaning.reason is not None
    courier = person(said, name="dasher_name", phone=PHONES, ref="dasher_id", path="body")
    return CarrierEvent(
        carrier=NAME,
        event_id=stable_id(meaning.status, number, name, at.isoformat()),
        tracking_number=number,
        status=meaning.status,
        occurred_at=at,
        reason=(reason_for(why) or meaning.reason) if failed else None,
        detail=(why if failed else None) or meaning.words,
        code="/".join(part for part in (name, why) if part),
        eta=None if meaning.status in ENDED else _eta(said),
        position=_position(said, at),
        proofs=_proofs(said) if meaning.status == "delivered" else (),
        driver=courier,
        references=references(said.get("pickup_reference_tag"), said.get("delivery_id")),
        raw=only(said, *KEPT),
    )


def _eta(said: Object) -> Eta | None:
    return eta_at(maybe_moment(said, "dropoff_time_estimated", "dropoff_time_estimated"))


def _position(said: Object, at: datetime) -> Position | None:
    place = maybe_object(said, "dasher_location", "dasher_location") or {}
    return position_of(place.get("lat"), place.get("lng"), at)


def _proofs(said: Object) -> tuple[OfferedProof, ...]:
    photo = "dropoff_verification_image_url"
    signature = "dropoff_signature_image_url"
    return (
        *https("photo", maybe_text(said, photo, photo)),
        *https("signature", maybe_text(said, signature, signature)),
    )


ADAPTER = DoorDashDrive()
