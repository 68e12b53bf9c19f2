"""Uber Direct: payloads as they come (names and values made up), and what each must mean."""

import hashlib
import hmac
from typing import Any

NAME = "uber_direct"
SHARED = "uberdirect"
SECRET = "uber-signing-key"


def sign(secret: str, body: bytes) -> dict[str, str]:
    return {"X-Uber-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


COURIER = {"name": "Robin S.", "phone_number": "+14155550211", "location": {"lat": 37.79, "lng": -122.25}}


def status(said: str, minute: int, *, courier: dict[str, Any] | None = COURIER, **data: Any) -> dict[str, Any]:
    at = f"2026-12-01T16:{minute:02}:00Z"
    inner = {
        "id": "del_One",
        "status": said,
        "updated": at,
        "dropoff_eta": "2026-12-01T16:50:00Z",
        "courier": courier,
        "courier_imminent": False,
        "manifest": {"reference": "Order A1001"},
        "dropoff": {"name": "Casey", "phone_number": "+14155550100", "verification": None},
        "undeliverable_reason": "",
        "undeliverable_action": "",
        **data,
    }
    return {
        "kind": "event.delivery_status",
        "id": f"evt_{minute}",
        "created": at,
        "status": said,
        "delivery_id": "del_One",
        "data": inner,
    }


VERIFIED = {
    "picture": {"image_url": "https://pod.example/1.jpg"},
    "signature": {"image_url": "https://pod.example/2.png", "signer_name": "C."},
}
PAYLOADS: dict[str, dict[str, Any]] = {
    "pending": status("pending", 0, courier=None),
    "pickup": status("pickup", 5),
    "picked_up": status("pickup_complete", 10),
    "dropoff": status("dropoff", 11),
    "where": {
        "kind": "event.courier_update",
        "id": "evt_p",
        "created": "2026-12-01T16:15:00Z",
        "delivery_id": "del_One",
        "location": {"lat": 37.795, "lng": -122.26},
        "data": status("dropoff", 15)["data"],
    },
    "near": status("dropoff", 20, courier_imminent=True),
    "delivered": status("delivered", 25, dropoff={"verification": VERIFIED}),
    "back": status("canceled", 30, undeliverable_reason="customer unavailable", undeliverable_action="return"),
    "at_door": status("canceled", 30, undeliverable_action="leave_at_door"),
    "cancelled": status("canceled", 31),
    "returned": status("returned", 40),
    "new_status": status("beamed", 41),
    "refund": {"kind": "event.refund_request", "id": "evt_r"},
}
MEANS: dict[str, list[tuple[str, str | None]]] = {
    "pending": [("created", None)],
    "pickup": [("processed", None)],
    "picked_up": [("shipped", None)],
    "dropoff": [("out_for_delivery", None)],
    "where": [("update", None)],
    "near": [("arriving", None)],
    "delivered": [("delivered", None)],
    "back": [("returning", "recipient_unavailable")],
    "at_door": [("delivered", None)],
    "cancelled": [("cancelled", "cancelled_in_flight")],
    "returned": [("returned", None)],
    "new_status": [("unknown", None)],
    "refund": [],
}
NUMBER = "DEL_ONE"
JOURNEY = ("pending", "pickup", "picked_up", "dropoff", "where", "near", "delivered")
DRIVER = ("Robin S.", "11")
PROOFS = {"photo", "signature"}
SAMPLES: dict[str, list[tuple[str, str | None]]] = {
    "pending": [("created", None)],
    "pickup": [("processed", None)],
    "pickup_imminent": [("processed", None)],
    "pickup_complete": [("shipped", None)],
    "dropoff": [("out_for_delivery", None)],
    "dropoff_imminent": [("arriving", None)],
    "delivered": [("delivered", None)],
    "canceled_returning": [("returning", "recipient_unavailable")],
    "returned": [("returned", None)],
    "courier_update": [("update", None)],
}
