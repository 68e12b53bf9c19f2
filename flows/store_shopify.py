"""Shopify: order, fulfilment and privacy webhooks. Topics and headers: shopify.dev/docs/api/webhooks (REST shapes)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from flows import store_base as base
from flows.store_base import Message, OrderGone, OrderTold, ParcelTold, PrivacyAsked, ScanTold, Told
from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    Object,
    decoded,
    maybe_moment,
    maybe_object,
    maybe_text,
    moment_at,
    need_secret,
    objects_at,
    same,
    stable_id,
    text_at,
)
from tracking_core.carriers.kit import eta_at, only, position_of
from tracking_core.facts import CarrierEvent
from tracking_core.meanings import Meaning
from tracking_core.states import UNKNOWN, UPDATE

NAME = "shopify"
ADDRESS = {"line1": "address1", "line2": "address2", "city": "city", "region": "province", "postal_code": "zip"} | {
    "country": "country_code"
}
#: Fulfilments that came to nothing. `failure` with a tracking number is a parcel all the same.
GONE = frozenset({"cancelled", "error"})

#: A fulfilment's `shipment_status`, and the status of its events.
STATUSES: Mapping[str, Meaning] = {
    "confirmed": Meaning("created", "the carrier was told of it"),
    "label_purchased": Meaning("processed", "label bought"),
    "label_printed": Meaning("processed", "label printed"),
    "carrier_picked_up": Meaning("shipped", "picked up by the carrier"),
    "in_transit": Meaning("in_transit", "on the way"),
    "out_for_delivery": Meaning("out_for_delivery", "out for delivery"),
    "delivered": Meaning("delivered", "delivered"),
    "picked_up": Meaning("delivered", "picked up by the customer"),
    "ready_for_pickup": Meaning("available_for_pickup", "can be picked up"),
    "attempted_delivery": Meaning("attempt_failed", "delivery was tried and failed", "recipient_unavailable"),
    "delayed": Meaning(UPDATE, "delayed", None, ("delayed",)),
    "failure": Meaning("exception", "something went wrong", "other"),
    "buyer_action_required": Meaning("on_hold", "the customer must do something", "other", ("action_required",)),
    "returning_to_sender": Meaning("returning", "going back to the sender"),
}
NO_MEANING = Meaning(UNKNOWN, "a status we have no meaning for")
PACKED = Meaning("processed", "packed")
#: Why an order was cancelled.
CANCELLED: Mapping[str, str] = {
    "customer": "cancelled_in_flight",
    "declined": "payment_missing",
    "fraud": "security",
    "inventory": "not_ready",
    "staff": "incorrect_data",
    "other": "other",
}
#: What the whole order weighs: a column of the retailer's own, for the model of time.
WEIGHT = "x_order_weight_g"
PAID_BACK = {"refunded": "refunded in the store", "partially_refunded": "refunded in part in the store"}


class Shopify:
    """Shopify's webhooks."""

    @property
    def name(self) -> str:
        """`shopify`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """X-Shopify-Hmac-SHA256: base64 of the HMAC-SHA256 of the raw body by the app's secret."""
        need_secret(secret)
        digest = hmac.new(secret.encode("utf-8", "replace"), request.body, hashlib.sha256).digest()
        if not same(base64.b64encode(digest).decode(), _header(request, "hmac-sha256")):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def greets(self, request: CarrierRequest) -> bool:  # noqa: ARG002  every store is asked the same way
        """Shopify sends no ping."""
        return False

    def parse(self, request: CarrierRequest) -> Message:
        """What the topic's payload says."""
        topic = _header(request, "topic").strip().lower()
        said = decoded(request)
        digest = hashlib.sha256(request.body).hexdigest()
        event = _header(request, "event-id") or _header(request, "webhook-id") or digest
        return Message(key=f"{topic}:{event}", told=_told(topic, said, request, digest))


def _header(request: CarrierRequest, name: str) -> str:
    """Newer API versions leave the `X-` out."""
    return request.headers.get(f"x-shopify-{name}") or request.headers.get(f"shopify-{name}") or ""


def _told(topic: str, said: Object, request: CarrierRequest, digest: str) -> tuple[Told, ...]:
    kind, _, what = topic.partition("/")
    if kind == "orders":
        return (OrderGone(base.ref_at(said, "id", "id")),) if what == "delete" else (_order(said, request),)
    if topic in ("fulfillments/create", "fulfillments/update"):
        return (_parcel(said, base.ref_at(said, "order_id", "order_id"), ""),)
    if topic == "fulfillment_events/create":
        return (_scan(said),)
    if topic in ("customers/data_request", "customers/redact"):
        return (_person(said, what, digest),)
    if topic == "shop/redact":
        return (PrivacyAsked("forget_shop", f"{topic}:{base.maybe_ref(said, 'shop_id', 'shop_id') or digest}"),)
    return ()


def _order(said: Object, request: CarrierRequest) -> OrderTold:
    ref = base.ref_at(said, "id", "id")
    changed = maybe_moment(said, "updated_at", "updated_at")
    if changed is None and _header(request, "triggered-at"):
        changed = moment_at({"at": _header(request, "triggered-at")}, "at", "X-Shopify-Triggered-At")
    told_at = changed or moment_at(said, "updated_at", "updated_at")
    lines = objects_at(said, "line_items", "line_items")
    money = maybe_text(said, "financial_status", "financial_status") or ""
    return OrderTold(
        ref=ref,
        order_number=_number(said, ref),
        told_at=told_at,
        facts=_facts(said, lines),
        parcels=tuple(
            _parcel(one, ref, f"fulfillments[{place}].")
            for place, one in enumerate(objects_at(said, "fulfillments", "fulfillments"))
        ),
        ships=not lines or any(line.get("requires_shipping") is not False for line in lines),
        over=_over(said, money),
        remark=PAID_BACK.get(money),
    )


def _number(said: Object, ref: str) -> str:
    """What shoppers read, without the sign; a shop may put letters around its figures."""
    name = base.short(said.get("name")) or base.maybe_ref(said, "order_number", "order_number") or ref
    return (name.lstrip("#").strip() or ref)[: base.ORDER_MAX]


def _over(said: Object, money: str) -> str | None:
    if said.get("cancelled_at"):
        why = maybe_text(said, "cancel_reason", "cancel_reason") or "customer"
        return CANCELLED.get(why, "other")
    return "cancelled_in_flight" if money in ("refunded", "voided") else None


def _facts(said: Object, lines: list[Object]) -> dict[str, Any]:
    customer = maybe_object(said, "customer", "customer") or {}
    address = maybe_object(said, "shipping_address", "shipping_address")
    billing = maybe_object(said, "billing_address", "billing_address") or {}
    home = maybe_object(customer, "default_address", "customer.default_address") or {}
    where = address or billing
    country = where.get("country_code") or billing.get("country_code") or home.get("country_code")
    names = (customer.get("first_name"), customer.get("last_name"))
    called = base.short((address or {}).get("name")) or base.short(" ".join(str(one) for one in names if one))
    attributes = objects_at(said, "note_attributes", "note_attributes")
    return {
        "customer_name": called or base.short(billing.get("name")),
        # The order's own phone is the one given for texts; the others stand in for it.
        "customer_phone": base.phone(
            (
                (said.get("phone"), country),
                ((address or {}).get("phone"), (address or {}).get("country_code") or country),
                (customer.get("phone"), country),
                (billing.get("phone"), billing.get("country_code") or country),
                (home.get("phone"), home.get("country_code") or country),
            )
        ),
        "customer_email": base.email(said.get("email"), said.get("contact_email"), customer.get("email")),
        "customer_locale": base.locale(said.get("customer_locale"), customer.get("locale")),
        "customer_sms_consent": _consent(customer, attributes),
        "destination": base.destination(where, ADDRESS)
        | base.coordinates(where.get("latitude"), where.get("longitude")),
        "items": _items(lines),
        "passed": {WEIGHT: weight} if (weight := _many(said, "total_weight")) > 0 else {},
    }


def _consent(customer: Object, attributes: list[Object]) -> bool | None:
    """The shopper's own word at the checkout goes first. Consent to advertising covers delivery texts, and who took it
    back is not texted; who was never asked for advertising has said nothing about deliveries.
    """
    said = base.consent((one.get("name"), one.get("value")) for one in attributes)
    if said is not None:
        return said
    marketing = maybe_object(customer, "sms_marketing_consent", "customer.sms_marketing_consent") or {}
    return {"subscribed": True, "unsubscribed": False, "redacted": False}.get(str(marketing.get("state")).lower())


def _items(lines: list[Object]) -> list[dict[str, Any]]:
    """What is in it; what was taken out of an order again has a `current_quantity` of none."""
    left = any(_many(line, "current_quantity") for line in lines)
    kinds = (
        base.item(line.get("name") or line.get("title"), line.get("current_quantity" if left else "quantity"))
        for line in lines[: base.ITEMS_MAX]
    )
    return [kind for kind in kinds if kind is not None]


def _many(line: Object, key: str) -> int:
    found = line.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _parcel(said: Object, order_ref: str, path: str) -> ParcelTold:
    ref = base.ref_at(said, "id", f"{path}id")
    told_at = maybe_moment(said, "updated_at", f"{path}updated_at") or moment_at(
        said, "created_at", f"{path}created_at"
    )
    several = said.get("tracking_numbers")
    numbers = [base.tracking_number(said.get("tracking_number"))]
    numbers += [base.tracking_number(one) for one in several] if isinstance(several, list) else []
    number = next((one for one in numbers if one), "")
    status = maybe_text(said, "status", f"{path}status") or "success"
    gone = status in GONE or (status == "failure" and not number)
    lines = objects_at(said, "line_items", f"{path}line_items")
    return ParcelTold(
        ref=ref,
        order_ref=order_ref,
        told_at=told_at,
        name=(base.short(said.get("name")) or ref).lstrip("#"),
        number=number,
        carrier=base.short(said.get("tracking_company")),
        items=_items(lines),
        gone=gone,
        events=() if gone else _way(said, ref, status, path),
    )


def _way(said: Object, ref: str, status: str, path: str) -> tuple[CarrierEvent, ...]:
    """What the fulfilment says of itself: packed when it was made, and where its carrier has it now."""
    found = []
    made = maybe_moment(said, "created_at", f"{path}created_at")
    if made is not None and status == "success":
        found.append(base.event(NAME, f"fulfillment:{ref}", "success", PACKED, made, {"id": ref, "status": status}))
    now = maybe_text(said, "shipment_status", f"{path}shipment_status")
    changed = maybe_moment(said, "updated_at", f"{path}updated_at") or made
    if now is not None and changed is not None:
        raw = only(said, "id", "status", "shipment_status", "updated_at")
        found.append(
            base.event(NAME, f"fulfillment:{ref}:{now}", now, STATUSES.get(now.lower(), NO_MEANING), changed, raw)
        )
    return tuple(found)


def _scan(said: Object) -> ScanTold:
    ref = base.ref_at(said, "fulfillment_id", "fulfillment_id")
    status = text_at(said, "status", "status")
    at = maybe_moment(said, "happened_at", "happened_at") or moment_at(said, "created_at", "created_at")
    known_as = base.maybe_ref(said, "id", "id")
    event = CarrierEvent(
        carrier=NAME,
        event_id=f"event:{known_as}" if known_as else stable_id("event", ref, status, at.isoformat()),
        tracking_number="",
        status=(meaning := STATUSES.get(status.lower(), NO_MEANING)).status,
        occurred_at=at,
        reason=meaning.reason,
        detail=base.short(said.get("message")) or meaning.words,
        code=status,
        eta=eta_at(maybe_moment(said, "estimated_delivery_at", "estimated_delivery_at")),
        position=position_of(said.get("latitude"), said.get("longitude"), at),
        flags=meaning.flags,
        raw=only(said, "id", "fulfillment_id", "status", "happened_at", "estimated_delivery_at", "city", "country"),
    )
    return ScanTold(ref, base.maybe_ref(said, "order_id", "order_id") or "", event)


def _person(said: Object, what: str, digest: str) -> PrivacyAsked:
    customer = maybe_object(said, "customer", "customer") or {}
    request = maybe_object(said, "data_request", "data_request") or {}
    orders = said.get("orders_requested" if what == "data_request" else "orders_to_redact")
    refs = [str(one) for one in orders if isinstance(one, int | str)] if isinstance(orders, list) else []
    home = maybe_object(customer, "default_address", "customer.default_address") or {}
    return PrivacyAsked(
        kind="tell" if what == "data_request" else "forget",
        key=f"{what}:{base.maybe_ref(request, 'id', 'data_request.id') or digest}",
        order_refs=tuple(refs),
        phone=base.phone([(customer.get("phone"), home.get("country_code"))]),
        email=base.email(customer.get("email")),
    )


ADAPTER = Shopify()
