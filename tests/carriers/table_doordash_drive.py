"""DoorDash Drive: payloads as they come (names and values made up), and what each must mean."""

import base64
from typing import Any

NAME = "doordash_drive"
SHARED = "doordash"
SECRET = "doorline:a-long-password"


def sign(secret: str, body: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def event(name: str, minute: int, **said: Any) -> dict[str, Any]:
    return {
        "event_name": name,
        "created_at": f"2026-12-01T16:{minute:02}:00Z",
        "external_delivery_id": "D-One",
        "pickup_reference_tag": "Order A1001",
        "dropoff_phone_number": "+14155550100",
        "dropoff_contact_given_name": "Casey",
        "dasher_id": 77,
        "dasher_name": "Robin S",
        "dasher_phone_number": "+14155550212",
        "dasher_location": {"lat": 37.8, "lng": -122.26},
        "dropoff_time_estimated": "2026-12-01T16:45:00Z",
        **said,
    }


PAYLOADS: dict[str, dict[str, Any]] = {
    "confirmed": event("DASHER_CONFIRMED", 5),
    "at_shop": event("DASHER_CONFIRMED_PICKUP_ARRIVAL", 10),
    "picked_up": event("DASHER_PICKED_UP", 15),
    "there": event("DASHER_CONFIRMED_DROPOFF_ARRIVAL", 20),
    "delivered": event("DASHER_DROPPED_OFF", 25, dropoff_verification_image_url="https://pod.example/1.jpg"),
    "going_back": event("DELIVERY_RETURN_INITIALIZED", 26, reason="customer_refused"),
    "back": event("DELIVERY_RETURNED", 40),
    "cancelled": event("DELIVERY_CANCELLED", 7, reason="cancelled_by_merchant"),
    "never_back": event("DELIVERY_CANCELLED", 45, reason="failed_to_return"),
    "new_event": event("DASHER_DAYDREAMING", 46),
}
MEANS: dict[str, list[tuple[str, str | None]]] = {
    "confirmed": [("processed", None)],
    "at_shop": [("processed", None)],
    "picked_up": [("shipped", None), ("out_for_delivery", None)],
    "there": [("at_address", None)],
    "delivered": [("delivered", None)],
    "going_back": [("returning", "refused")],
    "back": [("returned", None)],
    "cancelled": [("cancelled", "cancelled_in_flight")],
    "never_back": [("cancelled", "lost")],
    "new_event": [("unknown", None)],
}
NUMBER = "D-ONE"
JOURNEY = ("confirmed", "at_shop", "picked_up", "there", "delivered")
DRIVER = ("Robin S", "12")
PROOFS = {"photo"}
SAMPLES: dict[str, list[tuple[str, str | None]]] = {
    "dasher_confirmed": [("processed", None)],
    "pickup_arrival": [("processed", None)],
    "picked_up": [("shipped", None), ("out_for_delivery", None)],
    "dropoff_arrival": [("at_address", None)],
    "dropped_off": [("delivered", None)],
    "return_initialized": [("returning", "other")],
    "return_arrival": [("returning", None)],
    "returned": [("returned", None)],
    "cancelled_before_pickup": [("cancelled", "cancelled_in_flight")],
    "cancelled_failed_to_return": [("cancelled", "lost")],
}
