"""The place in a driver's round, through REST and imports."""

import io

import pytest
from fakes.webapp import Web

DEE, ELI = "+14155550200", "+14155550201"


def test_a_stop_is_given_changed_and_taken_away(web: Web) -> None:
    made = web.shipment(stop=7, driver={"name": "Dee", "phone": DEE})
    assert made["stop"] == 7
    path = f"/shipments/{made['id']}"
    assert web.api("PATCH", path, {"stop": 3}).json["stop"] == 3
    assert web.api("PATCH", path, {"carrier": "acme"}).json["stop"] == 3
    assert web.api("PUT", f"{path}/driver", {"name": "Eli", "phone": ELI}).json["stop"] == 3
    assert web.api("PATCH", path, {"stop": None}).json["stop"] is None
    assert web.shipment("A1002")["stop"] is None


@pytest.mark.parametrize("stop", [0, -1, 10_001, "third", 1.5])
def test_a_stop_that_is_none_is_named(sqlite_web: Web, stop: object) -> None:
    body = {"order_number": "A1", "customer": {"phone": "+14155550100"}, "stop": stop}
    answer = sqlite_web.api("POST", "/shipments", body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "stop")


def test_a_file_may_name_stops(sqlite_web: Web) -> None:
    lines = "order_number,customer.phone,stop\nA1,+14155550100,4\nA2,+14155550100,\nA3,+14155550100,x\n"
    answer = sqlite_web.client.post(
        "/api/v1/imports",
        data={"file": (io.BytesIO(lines.encode()), "round.csv")},
        headers={"Authorization": f"Bearer {sqlite_web.keys['default']}"},
    )
    assert (answer.json["created"], [(one["line"], one["field"]) for one in answer.json["errors"]]) == (
        2,
        [(4, "stop")],
    )
    stops = {one["order_number"]: one["stop"] for one in sqlite_web.api("GET", "/shipments").json["items"]}
    assert stops == {"A1": 4, "A2": None}
