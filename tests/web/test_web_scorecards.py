"""Scorecards by REST, as CSV and as a page: whose they are, who may see what, and what a bad question is told."""

import csv
import io
from datetime import timedelta
from typing import Any

from fakes.desk import Desk, hire
from fakes.webapp import Web
from sqlalchemy import select

from tracking_core.models import Driver, Shipment
from tracking_core.scorecard_models import DeliveryFact

LANE = "US:946"


def fact(web: Web, number: int, **more: Any) -> DeliveryFact:
    ended = web.clock.now - timedelta(days=2)
    about: dict[str, Any] = {
        "retailer": "default", "ended_at": ended, "written_at": ended, "settled": True, "carrier": "ups",
        "service": "ground", "lane": LANE, "state": "delivered", "failed_tries": 0, "proofs": 0, "saved": False,
        "kept_first": True, "kept_last": True,
    }  # fmt: skip
    return DeliveryFact(shipment_id=number, **{**about, **more})


def fill(web: Web) -> int:
    """Two carriers on a lane, one cheaper and late; answers the id of Dee, who drives for the first."""
    with web.database.write() as session:
        dee = Driver(retailer="default", name="Dee", phone="+14155550200", created_at=web.clock.now)
        session.add(dee)
        session.flush()
        cost = {"currency": "USD"}
        facts = [
            fact(web, 1 + n, driver_id=dee.id, cost_minor=900 + 2 * (n % 2), estimate_error_s=-600, **cost)
            for n in range(40)
        ]
        for n in range(40):
            late = {"kept_first": n % 2 == 0, "kept_last": n % 2 == 0}
            facts.append(fact(web, 100 + n, carrier="walker", cost_minor=500 + 2 * (n % 2), **cost, **late))
        trouble = {"failed_tries": 1, "reason": "no_time", "party": "carrier"}
        facts += [fact(web, 200 + n, carrier="rare", **trouble) for n in range(3)]
        facts.append(fact(web, 300, ended_at=web.clock.now - timedelta(days=200)))
        session.add_all(facts)
        return dee.id


def test_rows_of_carriers_with_counts_rates_and_intervals(web: Web) -> None:
    fill(web)
    said = web.api("GET", "/analytics/carriers").json
    assert said["by"] == "carrier" and said["to"] == "2026-12-01T17:00:00Z"
    ups, slow, rare = said["items"]
    assert (ups["carrier"], ups["service"], ups["parcels"], ups["delivered"]) == ("ups", "ground", 40, 40)
    assert ups["on_time_first"]["value"] == 1 and 0.9 < ups["on_time_first"]["low"] < 1 == ups["on_time_first"]["high"]
    assert (slow["on_time_last"]["value"], slow["on_time_last"]["n"]) == (0.5, 40)
    [cost] = slow["cost"]
    assert (cost["currency"], cost["mean"], cost["n"]) == ("USD", 5.01, 40) and 5 < cost["low"] < 5.01 < cost["high"]
    assert (rare["enough"], rare["failed"], rare["first_attempt"]["value"]) == (False, 3, 0)
    assert rare["failures"] == [{"party": "carrier", "reason": "no_time", "parcels": 3}]
    assert rare["rating"] is None and rare["transit"] is None
    only = web.api("GET", "/analytics/carriers?carrier=WALKER&by=service").json["items"]
    assert [(one["service"], one["carrier"], one["parcels"]) for one in only] == [("ground", None, 40)]
    long = web.api("GET", "/analytics/carriers?from=2026-01-01&to=2026-12-31").json
    assert long["from"] == "2026-01-01T00:00:00Z" and sum(one["parcels"] for one in long["items"]) == 84
    assert web.api("GET", "/analytics/carriers?to=2026-11-01T00:00:00Z").json["items"] == []


def test_rows_of_drivers_and_lanes(web: Web) -> None:
    fill(web)
    drivers = web.api("GET", "/analytics/carriers?by=driver").json["items"]
    assert [(one["driver"], one["parcels"], one["carrier"]) for one in drivers] == [("Dee", 40, None)]
    with web.database.write() as session:
        other = Driver(retailer="default", name="Dee", phone="+14155550233", created_at=web.clock.now)
        session.add(other)
        session.flush()
        session.add_all(fact(web, 400 + n, driver_id=other.id) for n in range(2))
    drivers = web.api("GET", "/analytics/carriers?by=driver").json["items"]
    assert [(one["driver"], one["parcels"]) for one in drivers] == [("Dee (…00)", 40), ("Dee (…33)", 2)]
    lanes = web.api("GET", "/analytics/carriers?by=lane").json["items"]
    assert {(one["lane"], one["carrier"], one["parcels"]) for one in lanes} == {
        (LANE, "ups", 42), (LANE, "walker", 40), (LANE, "rare", 3),
    }  # fmt: skip


def test_a_file_by_name_or_by_header(web: Web) -> None:
    fill(web)
    for answer in (
        web.api("GET", "/analytics/carriers?format=csv"),
        web.api("GET", "/analytics/carriers", Accept="text/csv"),
    ):
        assert answer.content_type == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(one["carrier"], one["parcels"], one["mean_cost"], one["on_time_last"]) for one in rows] == [
            ("ups", "40", "9.01", "1.0"), ("walker", "40", "5.01", "0.5"), ("rare", "3", "", "1.0"),
        ]  # fmt: skip
        assert rows[2]["main_failure"] == "no_time" and rows[2]["on_time_last_n"] == "3"
        assert (rows[2]["failed_carrier"], rows[2]["failed_unknown"], rows[2]["enough"]) == ("3", "0", "no")
        assert rows[2]["failures"] == "no_time (carrier): 3" and rows[0]["enough"] == "yes"
        assert float(rows[0]["estimate_bias_s"]) == -600 and rows[0]["cost_n"] == "40"
    assert web.api("GET", "/analytics/carriers?format=json", Accept="text/csv").json["items"]


def test_what_a_change_on_a_lane_would_bring(web: Web) -> None:
    fill(web)
    first, second = web.api("GET", "/analytics/lanes").json["items"]
    assert (first["lane"], first["carrier"], first["instead"], first["clear"]) == (LANE, "walker", "ups", True)
    assert first["more_in_time_per_100"]["value"] == 50 and first["more_in_time_per_100"]["low"] > 20
    assert (first["saving"]["currency"], first["saving"]["mean"]) == ("USD", -4.0)
    assert second["more_in_time_per_100"]["value"] == -50 and second["saving"]["mean"] == 4.0
    # What all of the parcels it carried would have cost or saved.
    assert (first["more_in_time"], first["saving_in_all"]) == (20.0, -160.0)
    assert (second["more_in_time"], second["saving_in_all"]) == (-20.0, 160.0)
    file = web.api("GET", "/analytics/lanes?format=csv")
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert file.content_type == "text/csv; charset=utf-8"
    assert [(one["carrier"], one["instead"], one["saving"], one["saving_in_all"], one["clear"]) for one in rows] == [
        ("walker", "ups", "-4.00", "-160.00", "yes"), ("ups", "walker", "4.00", "160.00", "yes"),
    ]  # fmt: skip
    only = web.api("GET", "/analytics/lanes?carrier=UPS").json["items"]
    assert [one["carrier"] for one in only] == ["ups"]
    assert web.api("GET", "/analytics/lanes", retailer="other").json["items"] == []


def test_a_bad_question_is_told_so(sqlite_web: Web) -> None:
    for query in (
        "from=2026-11-30T00:00:00Z&to=2026-11-01T00:00:00Z",
        "from=2020-01-01&to=2026-11-01",
        "from=yesterday",
        "to=2026-11-01T00:00:00",
        "from=2026-02-30",
        "by=planet",
        "format=xml",
    ):
        for path in ("carriers", "lanes"):
            answer = sqlite_web.api("GET", f"/analytics/{path}?{query}")
            assert answer.status_code == 422, query
            assert answer.content_type == "application/problem+json" and answer.json["errors"]


def test_the_page_has_tabs_charts_and_a_file(web: Web) -> None:
    dee = fill(web)
    hire(web)
    lead, agent = Desk.of(web, "lea@example.com"), Desk.of(web, "rita@example.com")
    page = agent.page("/scorecards")
    for words in ("ups · ground", "walker · ground", "<svg", "100%", "91–100", "1 more with fewer than 30 parcels"):
        assert words in page, words
    assert "Dee" not in page and "by=driver" not in page
    assert agent.get("/scorecards?by=driver").status_code == 403
    assert agent.get("/scorecards.csv?by=driver").status_code == 403
    assert agent.get("/scorecards?by=planet").status_code == 404
    assert "Dee" in lead.page("/scorecards?by=driver")
    told = lead.get("/scorecards.csv?by=driver").text
    assert told.splitlines()[1].startswith("Dee,40,") and str(dee) not in told.split(",")[0]
    lanes = agent.page("/scorecards?by=lane&days=30")
    assert "What another carrier would have changed" in lanes and "+50" in lanes and "-4.00" in lanes
    assert "+20<br>-160.00" in lanes and "All 2 comparisons as CSV" in lanes
    changes = agent.get("/scorecards.csv?by=lane&days=30&changes=1")
    assert changes.headers["Content-Disposition"].endswith('carriers-compared-2026-12-01.csv"')
    assert [one["saving_in_all"] for one in csv.DictReader(io.StringIO(changes.text))] == ["-160.00", "160.00"]
    file = agent.get("/scorecards.csv?days=365")
    assert file.headers["Content-Disposition"] == 'attachment; filename="scorecards-carrier-2026-12-01.csv"'
    assert sum(int(one["parcels"]) for one in csv.DictReader(io.StringIO(file.text))) == 84


def test_an_empty_page_says_so_and_another_shop_sees_nothing(web: Web) -> None:
    hire(web)
    assert "Too few parcels yet" in Desk.of(web).page("/scorecards")
    fill(web)
    olga = Desk.of(web, "olga@example.com")
    for by in ("carrier", "lane", "service", "driver"):
        page = olga.page(f"/scorecards?by={by}")
        assert "Too few parcels yet" in page and "ups" not in page and "Dee" not in page


def test_what_a_delivery_cost_is_said_changed_and_taken_back(web: Web) -> None:
    ident = web.shipment(cost={"amount": "4.90", "currency": "EUR"})["id"]

    def shown() -> Any:
        return web.api("GET", f"/shipments/{ident}").json["cost"]

    assert shown() == {"amount": "4.90", "currency": "EUR"}
    assert web.api("PATCH", f"/shipments/{ident}", {"cost": {"amount": 12, "currency": "USD"}}).status_code == 200
    assert shown() == {"amount": "12.00", "currency": "USD"}
    web.api("PATCH", f"/shipments/{ident}", {"delivery": {"instructions": "x"}})
    assert shown() == {"amount": "12.00", "currency": "USD"}
    for bad in (
        {"amount": -1, "currency": "USD"},
        {"amount": "1.234", "currency": "USD"},
        {"amount": 1, "currency": "usd"},
        {"amount": "NaN", "currency": "USD"},
        {"amount": 1},
        {"currency": "USD"},
        "4.90",
    ):
        assert web.api("PATCH", f"/shipments/{ident}", {"cost": bad}).status_code == 422, bad
    assert shown() == {"amount": "12.00", "currency": "USD"}
    web.api("PATCH", f"/shipments/{ident}", {"cost": None})
    assert shown() is None


def test_a_file_of_orders_says_what_each_delivery_cost(web: Web) -> None:
    lines = (
        "order_number,customer.phone,cost.amount,cost.currency",
        "C1,+14155550100,4.90,USD",
        'C2,+14155550100,"4,90",EUR',
        "C3,+14155550100,,",
        "C4,+14155550100,much,USD",
        "C5,+14155550100,4.90,",
    )
    file = (io.BytesIO("\n".join(lines).encode()), "orders.csv")
    headers = {"Authorization": f"Bearer {web.keys['default']}"}
    said = web.client.post("/api/v1/imports", data={"file": file}, headers=headers).json
    assert [(one["line"], one["field"]) for one in said["errors"]] == [(5, "cost.amount"), (6, "cost.currency")]
    with web.database.read() as session:
        rows = session.execute(select(Shipment.order_number, Shipment.cost_minor, Shipment.cost_currency)).all()
    assert {tuple(row) for row in rows} == {("C1", 490, "USD"), ("C2", 490, "EUR"), ("C3", None, None)}
