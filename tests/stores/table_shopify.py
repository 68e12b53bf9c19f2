"""Shopify: webhooks as they come (names and values made up), and what each must mean."""

import base64
import hashlib
import hmac
from typing import Any

NAME = "shopify"
SECRET = "shpss_secret"


def sign(secret: str, body: bytes) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode()}


def headers(topic: str, event: str) -> dict[str, str]:
    return {"X-Shopify-Topic": topic, "X-Shopify-Event-Id": event, "X-Shopify-Shop-Domain": "demo.myshopify.com"}


ADDRESS = {
    "name": "Ana Gómez",
    "address1": "12 Example Street",
    "address2": "Apt 3",
    "city": "Oakland",
    "province": "California",
    "zip": "94607",
    "country_code": "US",
    "phone": "(415) 555-0137",
    "latitude": 37.8,
    "longitude": -122.27,
}


def order(updated: str = "2026-12-01T08:00:00-08:00", **said: Any) -> dict[str, Any]:
    return {
        "id": 7001,
        "name": "#1001",
        "order_number": 1001,
        "created_at": "2026-12-01T07:00:00-08:00",
        "updated_at": updated,
        "cancelled_at": None,
        "cancel_reason": None,
        "financial_status": "paid",
        "fulfillment_status": None,
        "phone": None,
        "email": "ana@example.com",
        "customer_locale": "es-US",
        "note_attributes": [],
        "customer": {
            "id": 9,
            "first_name": "Ana",
            "last_name": "Gómez",
            "phone": None,
            "email": "ana@example.com",
            "sms_marketing_consent": {"state": "not_subscribed"},
        },
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "line_items": [
            {"id": 1, "name": "Lamp", "quantity": 2, "current_quantity": 2, "requires_shipping": True},
            {"id": 2, "name": "Rug &amp; mat", "quantity": 1, "current_quantity": 1, "requires_shipping": True},
        ],
        "fulfillments": [],
        **said,
    }


def fulfillment(number: int = 1, updated: str = "2026-12-01T08:30:00-08:00", **said: Any) -> dict[str, Any]:
    return {
        "id": 8000 + number,
        "order_id": 7001,
        "name": f"#1001.{number}",
        "status": "success",
        "shipment_status": None,
        "created_at": "2026-12-01T08:30:00-08:00",
        "updated_at": updated,
        "tracking_company": "UPS",
        "tracking_number": f"1Z00{number}",
        "tracking_numbers": [f"1Z00{number}"],
        "line_items": [{"id": number, "name": "Lamp" if number == 1 else "Rug", "quantity": 1}],
        **said,
    }


def event(status: str, at: str, *, number: int = 1, **said: Any) -> dict[str, Any]:
    return {
        "id": abs(hash((status, at, number))) % 10**9,
        "fulfillment_id": 8000 + number,
        "order_id": 7001,
        "status": status,
        "message": None,
        "happened_at": at,
        "created_at": at,
        **said,
    }


#: (topic, payload) in the order in which a store sends them.
STORY: list[tuple[str, dict[str, Any]]] = [
    ("orders/create", order()),
    ("fulfillments/create", fulfillment()),
    ("orders/updated", order("2026-12-01T08:31:00-08:00", fulfillments=[fulfillment()])),
    ("fulfillment_events/create", event("out_for_delivery", "2026-12-01T08:40:00-08:00")),
    ("fulfillment_events/create", event("delivered", "2026-12-01T08:50:00-08:00")),
    ("fulfillments/update", fulfillment(updated="2026-12-01T08:50:00-08:00", shipment_status="delivered")),
]
#: Places of four webhooks in the story that lead to its end in any order. All of a fulfilment must be told: by itself a
#: scan of it is no parcel.
SHUFFLED = (0, 1, 3, 4)
#: What makes an order and its parcels others, as it stands in the JSON.
NUMBERS = ("7001", "8001", "#1001", "1Z001")
PARCELS = [("1001", "1Z001", "delivered")]
#: A payload that lacks what it must have -> the field that is named.
LACKING = [
    ("orders/create", {"name": "#1"}, "id"),
    ("orders/create", {"id": 1}, "updated_at"),
    ("fulfillments/create", {"id": 1}, "order_id"),
    ("fulfillment_events/create", {"status": "delivered"}, "fulfillment_id"),
]
OTHERS = ["products/update", "carts/create", "app/uninstalled", ""]
