"""Parcels in every state of the shopper's page, on a running installation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.installation import Installation

HOME = (37.8044, -122.2712)
#: About 1.2 km to the north-east.
NEAR = (37.8122, -122.2616)
PLACE = {"timezone": "America/Los_Angeles", "country": "US", "postal_code": "94607"}


def parcel(house: Installation, order: str, number: int, *, window: bool = True, **more: Any) -> dict[str, Any]:
    """A parcel of its own customer and driver, promised for tomorrow. number: 10 to 99."""
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)
    body = {
        "order_number": order,
        "customer": {"phone": f"+141555501{number}", "name": "Ana Canary"},
        "destination": {"line1": "14 Secret St", "lat": HOME[0], "lon": HOME[1], **PLACE},
        "driver": {"name": "Dee Driver", "phone": f"+141555502{number}"},
        **(
            {"promised": {"from": begins.isoformat(), "to": (begins + timedelta(hours=2)).isoformat()}}
            if window
            else {}
        ),
        **more,
    }
    made = house.api("POST", "/shipments", body)
    assert made.status == 201, made.body
    return dict(made.json)


def move(house: Installation, said: dict[str, Any], *statuses: str, **more: Any) -> None:
    """Report the states, one after the other."""
    for status in statuses:
        answer = house.api("POST", f"/shipments/{said['id']}/events", {"status": status, **more})
        assert answer.status == 202, answer.body


def drive(house: Installation, number: int, place: tuple[float, float]) -> None:
    """Say where the driver with that number is."""
    fix = {"phone": f"+141555502{number}", "lat": place[0], "lon": place[1], "at": datetime.now(UTC).isoformat()}
    answer = house.api("POST", "/drivers/positions", fix)
    assert answer.status == 202, answer.body


def states(house: Installation) -> Iterator[tuple[str, str]]:
    """(name, address of the page) of each state in turn."""
    created = parcel(house, "T1", 10, window=False)
    yield "created", created["tracking_url"]
    coming = parcel(house, "T2", 11)
    move(house, coming, "processed", "shipped", "in_transit")
    yield "coming", coming["tracking_url"]
    out = parcel(house, "T3", 12)
    move(house, out, "processed", "shipped", "out_for_delivery")
    drive(house, 12, NEAR)
    yield "out", out["tracking_url"]
    at_door = parcel(house, "T4", 13)
    move(house, at_door, "out_for_delivery", "at_address")
    drive(house, 13, HOME)
    yield "at_address", at_door["tracking_url"]
    failed = parcel(house, "T5", 14)
    move(house, failed, "out_for_delivery")
    move(house, failed, "attempt_failed", reason="nobody_home")
    yield "failed", failed["tracking_url"]
    delivered = parcel(house, "T6", 15)
    move(house, delivered, "out_for_delivery", "delivered")
    yield "delivered", delivered["tracking_url"]
    cancelled = parcel(house, "T7", 16)
    move(house, cancelled, "cancelled")
    yield "cancelled", cancelled["tracking_url"]
    yield "gone", f"{house.url}/t/unknown"
