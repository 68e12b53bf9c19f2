"""Uber Direct: delivery and courier webhooks. Statuses, flags and signature: developer.uber.com/docs/deliveries."""

import hashlib
import hmac
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
from tracking_core.facts import CarrierEvent, OfferedDriver, OfferedProof, Position
from tracking_core.states import UNKNOWN, UPDATE

NAME = "uber_direct"
STATUS, COURIER = "event.delivery_status", "event.courier_update"
#: Kinds that speak of no delivery's progress.
OTHERS = frozenset({"event.refund_request", "event.shopping_progress", "event.tip"})

#: Statuses as they are sent, and the newer names of the same.
STATUSES: Mapping[str, Meaning] = {
    "pending": Meaning("created", "a courier is being sought"),
    "scheduled": Meaning("created", "planned"),
    "pickup": Meaning("processed", "the courier is on the way to the shop"),
    "en_route_to_pickup": Meaning("processed", "the courier is on the way to the shop"),
    "arrived_at_pickup": Meaning("processed", "the courier is at the shop"),
    "pickup_complete": Meaning("shipped", "picked up at the shop"),
    "dropoff": Meaning("out_for_delivery", "the courier is on the way"),
    "en_route_to_dropoff": Meaning("out_for_delivery", "the courier is on the way"),
    "arrived_at_dropoff": Meaning("at_address", "the courier is there"),
    "delivered": Meaning("delivered", "delivered"),
    "completed": Meaning("delivered", "delivered"),
    "failed": Meaning("attempt_failed", "delivery was tried and failed", "other"),
    "canceled": Meaning("cancelled", "cancelled", "cancelled_in_flight"),
    "cancelled": Meaning("cancelled", "cancelled", "cancelled_in_flight"),
    "returned": Meaning("returned", "back at the shop"),
    "ongoing": Meaning(UPDATE, "under way"),
}
#: A minute away from the door (about 80 m).
NEAR = Meaning("arriving", "the courier is near")
#: What becomes of a parcel that could not be delivered.
UNDELIVERED: Mapping[str, Meaning] = {
    "return": Meaning("returning", "could not be delivered, going back to the shop", "other"),
    "returning": Meaning("returning", "could not be delivered, going back to the shop", "other"),
    "leave_at_door": Meaning("delivered", "left at the door"),
    "discard": Meaning("exception", "could not be delivered and was not kept", "other"),
}
NO_MEANING = Meaning(UNKNOWN, "a status we have no meaning for")
#: Kept of a delivery. Names, numbers, addresses and the PIN stand in every message and are not.
KEPT = (
    "id",
    "status",
    "complete",
    "updated",
    "dropoff_eta",
    "courier_imminent",
    "undeliverable_action",
    "tracking_url",
)


def meaning_of(status: str, *, near: bool, action: str) -> Meaning:
    """What a status means; near: the courier is a minute away; action: what is done with what cannot be delivered."""
    if status in ("dropoff", "en_route_to_dropoff") and near:
        return NEAR
    if status in ("canceled", "cancelled", "failed") and action in UNDELIVERED:
        return UNDELIVERED[action]
    return STATUSES.get(status, NO_MEANING)


class UberDirect:
    """Uber Direct's webhooks: a status, or where the courier is (every 20 s)."""

    @property
    def name(self) -> str:
        """`uber_direct`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """X-Uber-Signature, formerly X-Postmates-Signature: hex HMAC-SHA256 of the raw body."""
        need_secret(secret)
        digest = hmac.new(secret.encode("utf-8", "replace"), request.body, hashlib.sha256).hexdigest()
        given = [request.headers.get(name, "") for name in ("x-uber-signature", "x-postmates-signature")]
        if not any(same(digest, one.lower()) for one in given):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The event of a status or of a courier's position; [] for refunds and shopping."""
        said = decoded(request)
        kind = text_at(said, "kind", "kind")
        if kind in OTHERS:
            return []
        data = maybe_object(said, "data", "data") or {}
        holder, path = (said, "delivery_id") if said.get("delivery_id") else (data, "data.id")
        if kind not in (STATUS, COURIER) and not holder.get(path.rpartition(".")[2]):
            return []
        number = tracking_number_at(holder, path.rpartition(".")[2], path)
        return [_courier(said, data, number) if kind == COURIER else _status(said, data, number, kind)]


def _status(said: Object, data: Object, number: str, kind: str) -> CarrierEvent:
    at = maybe_moment(said, "created", "created") or moment_at(data, "updated", "data.updated")
    holder, path = (said, "status") if said.get("status") else (data, "data.status")
    status = text_at(holder, "status", path).lower() if kind == STATUS else ""
    near = data.get("courier_imminent") is True
    action = maybe_text(data, "undeliverable_action", "data.undeliverable_action") or ""
    meaning = meaning_of(status, near=near, action=action) if kind == STATUS else NO_MEANING
    why = maybe_text(data, "undeliverable_reason", "data.undeliverable_reason")
    failed = meaning.reason is not None
    courier = maybe_object(data, "courier", "data.courier")
    final = meaning.status in ("delivered", "returned", "cancelled")
    return CarrierEvent(
        carrier=NAME,
        event_id=maybe_text(said, "id", "id") or stable_id("status", number, status, near, at.isoformat()),
        tracking_number=number,
        status=meaning.status,
        occurred_at=at,
        reason=(reason_for(why) or meaning.reason) if failed else None,
        detail=(why if failed else None) or meaning.words,
        code="/".join(part for part in (status if kind == STATUS else kind, "imminent" if near else None) if part),
        eta=None if final else eta_at(maybe_moment(data, "dropoff_eta", "data.dropoff_eta")),
        position=_position(courier, "data.courier", at),
        proofs=_proofs(data) if meaning.status == "delivered" else (),
        driver=_driver(courier),
        references=_names(data),
        raw={"kind": kind, "created": said.get("created"), "data": only(data, *KEPT)},
    )


def _courier(said: Object, data: Object, number: str) -> CarrierEvent:
    """Where the courier is. It moves no state: the status webhooks do."""
    at = maybe_moment(said, "created", "created") or moment_at(data, "updated", "data.updated")
    courier = maybe_object(data, "courier", "data.courier")
    place = maybe_object(said, "location", "location") or {}
    return CarrierEvent(
        carrier=NAME,
        event_id=maybe_text(said, "id", "id") or stable_id("courier", number, at.isoformat()),
        tracking_number=number,
        status=UPDATE,
        occurred_at=at,
        code=COURIER,
        eta=eta_at(maybe_moment(data, "dropoff_eta", "data.dropoff_eta")),
        position=position_of(place.get("lat"), place.get("lng"), at) or _position(courier, "data.courier", at),
        driver=_driver(courier),
        references=_names(data),
        raw={"kind": COURIER, "data": only(data, *KEPT)},
    )


def _names(data: Object) -> tuple[str, ...]:
    manifest = maybe_object(data, "manifest", "data.manifest") or {}
    return references(data.get("external_id"), manifest.get("reference"), data.get("uuid"))


def _position(courier: Object | None, path: str, at: datetime) -> Position | None:
    place = maybe_object(courier or {}, "location", f"{path}.location") or {}
    return position_of(place.get("lat"), place.get("lng"), at)


def _driver(courier: Object | None) -> OfferedDriver | None:
    if courier is None:
        return None
    return person(courier, name="name", phone=("phone_number", "public_phone_info"), ref=None, path="data.courier")


def _proofs(data: Object) -> tuple[OfferedProof, ...]:
    dropoff = maybe_object(data, "dropoff", "data.dropoff") or {}
    path = "data.dropoff.verification"
    seen = maybe_object(dropoff, "verification", path) or {}
    picture = maybe_object(seen, "picture", f"{path}.picture") or {}
    signature = maybe_object(seen, "signature", f"{path}.signature") or {}
    signer = maybe_text(signature, "signer_name", f"{path}.signature.signer_name")
    return (
        *https("photo", maybe_text(picture, "image_url", f"{path}.picture.image_url")),
        *https("signature", maybe_text(signature, "image_url", f"{path}.signature.image_url"), signer),
    )


ADAPTER = UberDirect()
