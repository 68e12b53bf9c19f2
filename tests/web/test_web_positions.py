"""Drivers' places over REST."""

from typing import Any

import pytest
from fakes.webapp import Web

DEE = "+14155550200"
DOOR = {"lat": 37.8, "lon": -122.27}


def out(web: Web, order: str = "A1001", *, retailer: str = "default", phone: str = DEE) -> dict[str, Any]:
    said = web.shipment(order, retailer=retailer, destination=DOOR, driver={"name": "Dee", "phone": phone})
    body = {"status": "out_for_delivery"}
    assert web.api("POST", f"/shipments/{said['id']}/events", body, retailer=retailer).status_code == 202
    return said


def send(web: Web, body: Any, **more: Any) -> Any:
    return web.api("POST", "/drivers/positions", body, **more)


def state(web: Web, said: dict[str, Any], retailer: str = "default") -> str:
    found: str = web.api("GET", f"/shipments/{said['id']}", retailer=retailer).json["state"]
    return found


def test_a_place_moves_the_next_parcel_and_says_so_in_its_history(web: Web) -> None:
    said = out(web)
    answer = send(web, {"phone": DEE, "lat": 37.8012, "lon": -122.27})
    assert (answer.status_code, answer.json) == (202, {"taken": 1, "ignored": 0})
    assert state(web, said) == "arriving"
    web.clock.forward(seconds=15)
    assert send(web, {"phone": "(415) 555-0200", **DOOR, "at": "2026-12-01T17:00:15Z"}).status_code == 202
    assert state(web, said) == "at_address"
    detail = web.api("GET", f"/shipments/{said['id']}").json
    assert [(one["status"], one["source"]) for one in detail["events"]][-2:] == [
        ("arriving", "position"),
        ("at_address", "position"),
    ]
    assert "position" not in detail and DEE not in str(detail)


def test_a_list_is_taken_in_the_order_of_its_times(web: Web) -> None:
    said = out(web)
    fixes = [
        {"phone": DEE, **DOOR, "at": "2026-12-01T16:59:50Z"},
        {"phone": DEE, "lat": 37.9, "lon": -122.27, "at": "2026-12-01T16:59:20Z"},
        {"phone": DEE, "lat": 37.9, "lon": -122.27, "at": "2026-12-01T16:59:20Z"},
    ]
    assert send(web, fixes).json == {"taken": 2, "ignored": 1}
    assert state(web, said) == "at_address"


def test_what_is_out_of_order_is_ignored_politely(web: Web) -> None:
    said = out(web)
    assert send(web, {"phone": DEE, "lat": 37.9, "lon": -122.27}).json == {"taken": 1, "ignored": 0}
    answer = send(web, {"phone": DEE, **DOOR, "at": "2026-12-01T16:59:00Z"})
    assert (answer.status_code, answer.json) == (202, {"taken": 0, "ignored": 1})
    assert state(web, said) == "out_for_delivery"


def test_a_key_reaches_its_own_retailers_drivers_only(web: Web) -> None:
    ours, theirs = out(web), out(web, retailer="other")
    assert send(web, {"phone": DEE, **DOOR}, retailer="other").status_code == 202
    assert (state(web, ours), state(web, theirs, "other")) == ("out_for_delivery", "at_address")
    out(web, "A1002", phone="+14155550299")
    stranger = send(web, {"phone": "+14155550299", **DOOR}, retailer="other")
    assert (stranger.status_code, "5550299" in stranger.text) == (404, False)
    assert web.client.post("/api/v1/drivers/positions", json={"phone": DEE, **DOOR}).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": DEE, "lat": 91, "lon": 0}, "lat"),
        ({"phone": DEE, "lat": 0, "lon": -181}, "lon"),
        ({"phone": DEE, "lat": "north", "lon": 0}, "lat"),
        ({"phone": DEE, "lat": 0}, "lon"),
        ({"phone": "12", **DOOR}, "phone"),
        ({"phone": DEE, **DOOR, "at": "yesterday"}, "at"),
        ({"phone": DEE, **DOOR, "at": "2026-12-01T17:11:00Z"}, "at"),
        ({"phone": DEE, **DOOR, "at": 1764608400}, "at"),
        ({"phone": DEE, **DOOR, "accuracy_m": -1}, "accuracy_m"),
        ({"phone": DEE, **DOOR, "speed": 3}, "speed"),
        ([{"phone": DEE, **DOOR}, {"phone": DEE, "lat": 99, "lon": 0}], "1.lat"),
        ([{"phone": DEE, **DOOR}, {"phone": "x", **DOOR}], "1.phone"),
        ([], ""),
        ("here", ""),
    ],
)
def test_bad_values_are_named(sqlite_web: Web, body: Any, field: str) -> None:
    said = out(sqlite_web)
    answer = send(sqlite_web, body)
    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.json["errors"]]
    assert state(sqlite_web, said) == "out_for_delivery"


def test_no_body_can_name_a_place_twice_under_one_idempotency_key(sqlite_web: Web) -> None:
    out(sqlite_web)
    first = send(sqlite_web, {"phone": DEE, **DOOR}, Idempotency_Key="p1")
    again = send(sqlite_web, {"phone": DEE, **DOOR}, Idempotency_Key="p1")
    assert first.json == again.json == {"taken": 1, "ignored": 0}
