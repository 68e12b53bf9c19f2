"""When it comes, as REST and the page say it at every milestone: a window, its middle, how sure, how old, and why."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fakes.webapp import BASE, Web

DEE = "+14155550200"
DOOR = {"lat": 37.8, "lon": -122.27, "timezone": "America/Los_Angeles"}
PROMISED = {"from": "2026-12-01T19:00:00Z", "to": "2026-12-01T21:00:00Z"}
WAY = ("processed", "shipped", "in_transit", "at_local_hub", "out_for_delivery", "arriving", "at_address")


def eta(web: Web, said: dict[str, Any]) -> Any:
    return web.api("GET", f"/shipments/{said['id']}").json["eta"]


def event(web: Web, said: dict[str, Any], status: str, **more: Any) -> None:
    assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status, **more}).status_code == 202


def page(web: Web, said: dict[str, Any]) -> str:
    return str(web.client.get(str(said["tracking_url"]).removeprefix(BASE)).text)


def whole(found: Any) -> bool:
    """Whether nothing is missing, and its middle lies between its ends."""
    ends = [datetime.fromisoformat(found[name]) for name in ("from", "at", "to")]
    return sorted(ends) == ends and bool(found["as_of"] and found["reasons"]) and 0 < found["confidence"] < 1


def test_there_is_one_at_every_milestone_until_the_end(web: Web) -> None:
    said = web.shipment(destination=DOOR, promised=PROMISED)
    found = eta(web, said)
    assert whole(found) and found["at"] == "2026-12-01T20:00:00Z"
    assert found["reasons"] == ["The time given with your order."]
    for status in WAY:
        event(web, said, status)
        assert whole(eta(web, said)), status
        assert "As of" in page(web, said)
        web.clock.forward(minutes=5)
    event(web, said, "delivered")
    assert eta(web, said) is None and "As of" not in page(web, said)


@pytest.mark.parametrize("status", ["cancelled", "lost", "returned", "expired"])
def test_after_the_end_there_is_none(sqlite_web: Web, status: str) -> None:
    said = sqlite_web.shipment(destination=DOOR, promised=PROMISED)
    event(sqlite_web, said, "shipped", eta="2026-12-01T20:00:00Z")
    event(sqlite_web, said, status)
    assert eta(sqlite_web, said) is None


def test_driver_four_stops_away_and_the_position_two_minutes_old(web: Web) -> None:
    said = web.shipment(destination=DOOR, promised=PROMISED, driver={"name": "Dee", "phone": DEE})
    event(web, said, "out_for_delivery", stops_away=4, eta="2026-12-01T20:00:00Z")
    assert "The carrier's own estimate." in eta(web, said)["reasons"]
    web.api("POST", "/drivers/positions", {"phone": DEE, "lat": 37.83, "lon": -122.27})
    web.clock.forward(minutes=2)
    fresh = eta(web, said)
    assert whole(fresh) and fresh["as_of"] == "2026-12-01T17:00:00Z"
    why = ["The driver was seen 2 min ago.", "The driver is 4 stops away."]
    assert fresh["reasons"] == why and all(one in page(web, said) for one in why)
    # Within five minutes nothing is stale; later the window grows to both sides, and says so.
    web.clock.forward(minutes=3)
    assert width(eta(web, said)) <= width(fresh)
    web.clock.forward(minutes=7)
    stale = eta(web, said)
    assert width(stale) > width(fresh) and stale["confidence"] < fresh["confidence"]
    assert "last seen 12 min ago" in stale["reasons"][0] and stale["reasons"][0] in page(web, said)


def width(found: Any) -> timedelta:
    return datetime.fromisoformat(found["to"]) - datetime.fromisoformat(found["from"])
