"""Bringg: payloads as they are published (names and values made up), and what each must mean."""

import base64
import hashlib
import hmac
import json
from typing import Any

NAME = "bringg"
#: There are no samples beside the project.
SHARED = ""
SECRET = "bringg-signing-key"


def sign(secret: str, body: bytes) -> dict[str, str]:
    """As a token; the body has no part in it."""
    del body
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
        for one in ({"alg": "HS256", "typ": "JWT"}, {"iss": "https://admin-api.bringg.com", "sub": "bringg-event"})
    ]
    digest = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return {"Authorization": "Bearer " + ".".join([*parts, base64.urlsafe_b64encode(digest).decode().rstrip("=")])}


USER = {"id": 4079, "name": "Sam Carrier", "phone": "+14155550266", "lat": 37.8, "lng": -122.26}
SHOP = {"id": 31, "position": 1, "address": "1 Shop Street", "phone": "+14155550177"}
DOOR = {"id": 32, "position": 2, "eta": "2026-12-01T16:50:00Z", "phone": "+14155550100", "customer": {"name": "Casey"}}


def task(status: int | str, minute: int, **said: Any) -> dict[str, Any]:
    found = {
        "id": 8503,
        "external_id": "BR-One",
        "title": "Order A1001",
        "status": status,
        "updated_at": f"2026-12-01T16:{minute:02}:00.000Z",
        "user_id": 4079,
        "user": USER,
        "active_way_point_id": 32,
        "way_points": [SHOP, DOOR],
        **said,
    }
    return {key: value for key, value in found.items() if value is not None}


NOTES = [
    {"id": 1, "type": "TaskPhoto", "url": "https://pod.example/1.jpg"},
    {"id": 2, "type": "Signature", "url": "https://pod.example/2.png"},
]
PAYLOADS: dict[str, dict[str, Any]] = {
    "created": task(0, 1, user=None, user_id=None, webhook_type="task_created"),
    "assigned": task(1, 2),
    "accepted": task(6, 3),
    "to_shop": task(2, 4, active_way_point_id=31),
    "at_shop": task(3, 5, active_way_point_id=31),
    "on_the_way": task(2, 10),
    "later": {"webhook_type": "task_eta_changed", "task": task(2, 12)},
    "there": task(3, 20),
    "done": {"webhook_type": "task_done", "task": task(4, 25, task_notes=NOTES)},
    "cancelled": task(7, 26, cancellation_reason="Customer refused"),
    "not_taken": task(8, 3, webhook_type="task_rejected"),
    "by_a_carrier": task("Assigned to Delivery Provider", 2, user=None, user_id=None, fleet_name="GLS"),
    "new_status": task(17, 30),
    "driver_only": {"webhook_type": "driver_unavailable_status_changed", "user": USER},
}
MEANS: dict[str, list[tuple[str, str | None]]] = {
    "created": [("created", None)],
    "assigned": [("processed", None)],
    "accepted": [("processed", None)],
    "to_shop": [("processed", None)],
    "at_shop": [("processed", None)],
    "on_the_way": [("out_for_delivery", None)],
    "later": [("update", None)],
    "there": [("at_address", None)],
    "done": [("delivered", None)],
    "cancelled": [("cancelled", "refused")],
    "not_taken": [("update", None)],
    "by_a_carrier": [("processed", None)],
    "new_status": [("unknown", None)],
    "driver_only": [],
}
NUMBER = "BR-ONE"
JOURNEY = ("created", "assigned", "accepted", "to_shop", "at_shop", "on_the_way", "later", "there", "done")
DRIVER = ("Sam Carrier", "66")
PROOFS = {"photo", "signature"}
SAMPLES: dict[str, list[tuple[str, str | None]]] = {}
