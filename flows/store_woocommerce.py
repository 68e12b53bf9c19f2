"""WooCommerce: order webhooks. Topics, headers and fields: the shop's REST API v3, which they repeat."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flows import store_base as base
from flows.store_base import Message, OrderGone, OrderTold, ParcelTold
from tracking_core.carriers.base import (
    CarrierRequest,
    InvalidSignature,
    MalformedPayload,
    Object,
    decoded,
    maybe_moment,
    maybe_object,
    moment_at,
    need_secret,
    objects_at,
    same,
    stable_id,
    text_at,
)
from tracking_core.carriers.kit import only
from tracking_core.facts import CarrierEvent
from tracking_core.meanings import Meaning
from tracking_core.states import UNKNOWN

NAME = "woocommerce"
#: What the shop posts, unsigned, when a webhook is made.
PING = re.compile(rb"webhook_id=\d{1,12}")
ADDRESS = {"line1": "address_1", "line2": "address_2", "city": "city", "region": "state", "postal_code": "postcode"} | {
    "country": "country"
}
#: Where plug-ins for several languages keep the order's.
LANGUAGE_KEYS = frozenset({"wpml_language", "_wpml_language", "trp_language", "pll_lang", "_locale", "locale"})
#: Where the shipment tracking plug-ins keep parcels.
TRACKING_KEY = "_wc_shipment_tracking_items"
SECONDS = re.compile(r"\d{9,10}")

#: Orders that are none yet: baskets, and payments that failed or are awaited.
NOT_YET = frozenset({"pending", "checkout-draft", "auto-draft", "draft", "failed"})
#: Orders that will not be sent any more, and why.
OVER: Mapping[str, str] = {
    "cancelled": "cancelled_in_flight",
    "refunded": "cancelled_in_flight",
    "trash": "cancelled_in_flight",
}
#: What the rest says of the parcels; None says nothing. The last ones come from common plug-ins.
STATUSES: Mapping[str, Meaning | None] = {
    "processing": None,
    "on-hold": None,
    "completed": Meaning("shipped", "sent by the shop"),
    "shipped": Meaning("shipped", "sent by the shop"),
    "partial-shipped": Meaning("shipped", "sent in part by the shop"),
    "packed": Meaning("processed", "packed"),
    "out-for-delivery": Meaning("out_for_delivery", "out for delivery"),
    "delivered": Meaning("delivered", "delivered"),
    "ready-for-pickup": Meaning("available_for_pickup", "can be picked up"),
}
LABELLED = Meaning("processed", "packed")
NO_MEANING = Meaning(UNKNOWN, "a status we have no meaning for")


class WooCommerce:
    """WooCommerce's webhooks."""

    @property
    def name(self) -> str:
        """`woocommerce`."""
        return NAME

    def verify(self, request: CarrierRequest, secret: str) -> None:
        """X-WC-Webhook-Signature: base64 of the HMAC-SHA256 of the raw body by the webhook's secret."""
        need_secret(secret)
        digest = hmac.new(secret.encode("utf-8", "replace"), request.body, hashlib.sha256).digest()
        if not same(base64.b64encode(digest).decode(), request.headers.get("x-wc-webhook-signature", "")):
            raise InvalidSignature(str(InvalidSignature.__doc__))

    def greets(self, request: CarrierRequest) -> bool:
        """The shop posts `webhook_id=7` when a webhook is made, and gives up on addresses that refuse it."""
        return PING.fullmatch(request.body) is not None

    def parse(self, request: CarrierRequest) -> Message:
        """What the topic's payload says; orders alone are ours."""
        topic = request.headers.get("x-wc-webhook-topic", "").strip().lower()
        said = decoded(request)
        delivery = request.headers.get("x-wc-webhook-delivery-id") or hashlib.sha256(request.body).hexdigest()
        key = f"{topic}:{delivery}"
        if topic == "order.deleted":
            return Message(key, (OrderGone(base.ref_at(said, "id", "id")),))
        return Message(key, (_order(said),) if topic.startswith("order.") else ())


def _order(said: Object) -> OrderTold:
    ref = base.ref_at(said, "id", "id")
    # Without `_gmt` times are the shop's own, in a zone nobody tells.
    told_at = maybe_moment(said, "date_modified_gmt", "date_modified_gmt") or moment_at(
        said, "date_created_gmt", "date_created_gmt"
    )
    status = text_at(said, "status", "status").lower().removeprefix("wc-")
    lines = objects_at(said, "line_items", "line_items")
    stands = status not in NOT_YET
    number = base.short(said.get("number")) or ref
    meta = objects_at(said, "meta_data", "meta_data")
    return OrderTold(
        ref=ref,
        order_number=(number.lstrip("#").strip() or ref)[: base.ORDER_MAX],
        told_at=told_at,
        facts=_facts(said, lines, meta),
        parcels=tuple(_parcels(said, ref, number, status, told_at, meta)) if stands and status not in OVER else (),
        ships=not lines or any(line.get("virtual") is not True for line in lines),
        stands=stands,
        over=OVER.get(status),
        remark="refunded in part in the store" if said.get("refunds") and status not in OVER else None,
    )


def _facts(said: Object, lines: list[Object], meta: list[Object]) -> dict[str, Any]:
    billing = maybe_object(said, "billing", "billing") or {}
    shipping = maybe_object(said, "shipping", "shipping") or {}
    where = shipping if base.short(shipping.get("address_1")) else billing
    names = [" ".join(str(one.get(key) or "") for key in ("first_name", "last_name")) for one in (where, billing)]
    kinds = (base.item(line.get("name"), line.get("quantity")) for line in lines[: base.ITEMS_MAX])
    return {
        "customer_name": base.short(names[0]) or base.short(names[1]),
        # Who ordered gave the billing phone for questions; some shops ask for the recipient's as well.
        "customer_phone": base.phone(
            (
                (shipping.get("phone"), shipping.get("country") or billing.get("country")),
                (billing.get("phone"), billing.get("country") or shipping.get("country")),
            )
        ),
        "customer_email": base.email(billing.get("email")),
        "customer_locale": base.locale(*(one.get("value") for one in meta if str(one.get("key")) in LANGUAGE_KEYS)),
        "customer_sms_consent": base.consent((one.get("key"), one.get("value")) for one in meta),
        "destination": base.destination(where, ADDRESS),
        "items": [kind for kind in kinds if kind is not None],
    }


def _parcels(
    said: Object, ref: str, number: str, status: str, told_at: datetime, meta: list[Object]
) -> list[ParcelTold]:
    """The parcels a tracking plug-in names, else the order as one parcel once something is known of its way."""
    meaning = STATUSES.get(status, NO_MEANING)
    at = maybe_moment(said, "date_completed_gmt", "date_completed_gmt") if status == "completed" else None
    tracked = next((one.get("value") for one in meta if one.get("key") == TRACKING_KEY), None)
    found = []
    for place, one in enumerate(tracked if isinstance(tracked, list) else []):
        if not isinstance(one, dict):
            raise MalformedPayload(f"meta_data.{TRACKING_KEY}[{place}]", "must be an object")
        written = base.tracking_number(one.get("tracking_number"))
        parcel_ref = f"{ref}:{base.short(one.get('tracking_id')) or stable_id('parcel', written or place)}"[:200]
        happened = at or _shipped(one.get("date_shipped"), told_at)
        found.append(
            ParcelTold(
                ref=parcel_ref,
                order_ref=ref,
                told_at=told_at,
                name=f"{number.lstrip('#')}.{place + 1}",
                number=written,
                carrier=base.short(one.get("tracking_provider")) or base.short(one.get("custom_tracking_provider")),
                events=(_event(f"order:{ref}:{parcel_ref}", status, meaning or LABELLED, happened, said),),
            )
        )
    if not found and meaning is not None:
        event = _event(f"order:{ref}", status, meaning, at or told_at, said)
        found.append(ParcelTold(f"order:{ref}", ref, told_at, number.lstrip("#"), events=(event,)))
    return found


def _shipped(said: object, told_at: datetime) -> datetime:
    """When the parcel was handed over: seconds since 1970, of the day alone, so today is the moment of telling."""
    if isinstance(said, int | str) and not isinstance(said, bool) and SECONDS.fullmatch(str(said)):
        day = datetime.fromtimestamp(int(said), UTC)
        return day if day.date() < told_at.date() else told_at
    return told_at


def _event(holder: str, status: str, meaning: Meaning, at: datetime, said: Object) -> CarrierEvent:
    raw = only(said, "id", "number", "status", "date_modified_gmt", "date_completed_gmt")
    return base.event(NAME, f"{holder}:{status}", status, meaning, at, raw)


ADAPTER = WooCommerce()
