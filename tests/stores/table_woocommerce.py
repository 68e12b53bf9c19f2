"""WooCommerce: webhooks as they come (names and values made up), and what each must mean."""

import base64
import hashlib
import hmac
from typing import Any

NAME = "woocommerce"
SECRET = "woo secret"


def sign(secret: str, body: bytes) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"X-WC-Webhook-Signature": base64.b64encode(digest).decode()}


def headers(topic: str, event: str) -> dict[str, str]:
    return {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": event}


TRACKED = {
    "key": "_wc_shipment_tracking_items",
    "value": [
        {"tracking_provider": "UPS", "tracking_number": "1z 001", "date_shipped": "1796083200", "tracking_id": "t1"}
    ],
}


def order(status: str = "processing", modified: str = "2026-12-01T16:00:00", **said: Any) -> dict[str, Any]:
    person = {"first_name": "Ana", "last_name": "Gómez", "address_1": "12 Example Street", "city": "Oakland"}
    person |= {"state": "CA", "postcode": "94607", "country": "US"}
    return {
        "id": 501,
        "number": "501",
        "status": status,
        "date_created_gmt": "2026-12-01T15:00:00",
        "date_modified_gmt": modified,
        "date_completed_gmt": modified if status == "completed" else None,
        "billing": {**person, "email": "ana@example.com", "phone": "415.555.0137"},
        "shipping": {**person, "address_1": "9 Other Street"},
        "line_items": [{"id": 1, "name": "Lamp", "quantity": 2}],
        "meta_data": [],
        "refunds": [],
        **said,
    }


STORY: list[tuple[str, dict[str, Any]]] = [
    ("order.created", order("pending", "2026-12-01T15:30:00")),
    ("order.updated", order("processing", "2026-12-01T16:00:00")),
    ("order.updated", order("completed", "2026-12-01T16:30:00", meta_data=[TRACKED])),
    ("order.updated", order("delivered", "2026-12-01T16:50:00", meta_data=[TRACKED])),
]
#: Places of four webhooks in the story that lead to its end in any order.
SHUFFLED = (0, 1, 2, 3)
#: What makes an order and its parcels others, as it stands in the JSON.
NUMBERS = (": 501", '"501"', "1z 001")
PARCELS = [("501", "1Z001", "delivered")]
LACKING = [
    ("order.created", {"status": "processing"}, "id"),
    ("order.created", {"id": 1, "status": "processing"}, "date_created_gmt"),
    ("order.updated", {"id": 1, "date_modified_gmt": "2026-12-01T16:00:00"}, "status"),
    ("order.deleted", {}, "id"),
]
OTHERS = ["product.updated", "customer.created", "action.wc_order", ""]
