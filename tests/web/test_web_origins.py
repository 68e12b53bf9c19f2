"""Where a parcel sets out, and columns of the retailer's own: in by every door, back as given, bad ones named."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fakes.webapp import Web, make_web, settings_for

from db import Database
from flows import store_forgetting
from tracking_core.models import Shipment

CUSTOMER = {"name": "Ana", "phone": "+14155550100"}
ORIGIN = {
    "line1": "2 Dock Rd",
    "city": "Reno",
    "postal_code": "89501",
    "country": "US",
    "lat": 39.53,
    "lon": -119.81,
    "timezone": "America/Los_Angeles",
}
OWN = {"x_weight_kg": 4.5, "x_fragile": True, "x_shop": "North", "x_items": 3}


def said(shipment: dict[str, Any]) -> dict[str, Any]:
    """What was said of an origin and of own columns, without what was not."""
    origin = {name: value for name, value in (shipment["origin"] or {}).items() if value is not None}
    return {"origin": origin or None} | {name: value for name, value in shipment.items() if name.startswith("x_")}


def create(web: Web, order: str = "A1", **more: Any) -> Any:
    return web.api("POST", "/shipments", {"order_number": order, "customer": CUSTOMER, **more})


def test_they_come_back_as_they_were_given(web: Web) -> None:
    made = create(web, origin=ORIGIN, **OWN)
    assert made.status_code == 201
    ident = made.json["id"]
    assert said(made.json) == {"origin": ORIGIN, **OWN}
    assert said(web.api("GET", f"/shipments/{ident}").json) == {"origin": ORIGIN, **OWN}
    assert said(web.api("GET", "/shipments").json["items"][0]) == {"origin": ORIGIN, **OWN}
    plain = create(web, "A2").json
    assert said(plain) == {"origin": None}


def test_a_change_merges_and_takes_away(web: Web) -> None:
    ident = create(web, origin=ORIGIN, **OWN).json["id"]
    change = {"origin": {"line1": None, "city": "Sparks"}, "x_fragile": None, "x_items": 4, "x_new": "1"}
    answer = web.api("PATCH", f"/shipments/{ident}", change)
    assert answer.status_code == 200
    there = {name: value for name, value in ORIGIN.items() if name != "line1"} | {"city": "Sparks"}
    expected = {"origin": there, "x_weight_kg": 4.5, "x_shop": "North", "x_items": 4, "x_new": "1"}
    assert said(answer.json) == expected
    assert said(web.api("PATCH", f"/shipments/{ident}", {"carrier": "acme"}).json) == expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"weight": 4}, "weight"),
        ({"x_": 4}, "x_"),
        ({"x_Weight": 4}, "x_Weight"),
        ({"x_" + "a" * 41: 4}, "x_" + "a" * 41),
        ({"x_a.b": 4}, "x_a.b"),
        ({"x_a": [4]}, "x_a"),
        ({"x_a": {"b": 4}}, "x_a"),
        ({"x_a": ""}, "x_a"),
        ({"x_a": "n" * 61}, "x_a"),
        ({"x_a": "n\x00"}, "x_a"),
        ({"x_a": 1e16}, "x_a"),
        ({f"x_{place}": place for place in range(21)}, "x_20"),
        ({"passed": {"x_a": 1}}, "passed"),
        ({"origin": {"lat": 91}}, "origin.lat"),
        ({"origin": {"country": "Germany"}}, "origin.country"),
        ({"origin": {"timezone": "Mars"}}, "origin.timezone"),
        ({"origin": {"x_a": 1}}, "origin.x_a"),
        ({"origin": "Reno"}, "origin"),
    ],
)
def test_what_cannot_be_taken_is_named(sqlite_web: Web, body: dict[str, Any], field: str) -> None:
    known = create(sqlite_web, "known").json["id"]
    for answer in (create(sqlite_web, **body), sqlite_web.api("PATCH", f"/shipments/{known}", body)):
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == [field]


def test_columns_are_counted_with_those_that_are_there(web: Web) -> None:
    ident = create(web, **{f"x_{place}": place for place in range(20)}).json["id"]
    assert web.api("PATCH", f"/shipments/{ident}", {"x_more": 1}).status_code == 422
    assert web.api("PATCH", f"/shipments/{ident}", {"x_more": 1, "x_0": None}).status_code == 200
    assert len(said(web.api("GET", f"/shipments/{ident}").json)) == 21  # twenty, and the origin


def test_values_stand_in_no_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        create(web, origin=ORIGIN, x_shop="Quartzite Bay")
        create(web, "A2", origin={"line1": "2 Dock Rd", "lat": 95}, x_shop="Quartzite Bay " * 9)
    assert "Quartzite" not in caplog.text
    assert "Dock Rd" not in caplog.text


CSV = """order_number,customer phone,Origin Postal Code,ORIGIN_LAT,origin.lon,origin.country,x_kg,X Fragile,x_shop,x_no
C1,+14155550100,89501,"39,53",-119.81,us,"4,5",TRUE,North,0042
C2,+14155550100,,,,,,,,
C3,+14155550100,89501,39.53,-119.81,US,4.5,,{long},
C4,+14155550100,,north,,,,,,
"""


def send(web: Web, text: str) -> Any:
    return web.client.post(
        "/api/v1/imports",
        data={"file": (io.BytesIO(text.encode()), "orders.csv")},
        headers={"Authorization": f"Bearer {web.keys['default']}"},
    )


def test_a_file_brings_them_and_names_the_lines_that_cannot_be_taken(web: Web) -> None:
    answer = send(web, CSV.format(long="n" * 61)).json
    assert answer["created"] == 2
    assert [(error["line"], error["field"]) for error in answer["errors"]] == [(4, "x_shop"), (5, "origin.lat")]
    one, other = (web.api("GET", f"/shipments?order_number={number}").json["items"][0] for number in ("C1", "C2"))
    assert said(one) == {
        "origin": {"postal_code": "89501", "lat": 39.53, "lon": -119.81, "country": "US"},
        "x_kg": 4.5,
        "x_fragile": True,
        "x_shop": "North",
        "x_no": "0042",
    }
    assert said(other) == {"origin": None}


def test_the_same_column_twice_is_told(web: Web) -> None:
    answer = send(web, "order_number,customer.phone,x_a,X A\nC1,+14155550100,1,2\n").json
    assert (answer["created"], [error["field"] for error in answer["errors"]]) == (0, ["x_a"])


def world(database: Database, folder: Path, moment: Any, workflow: str, mapping: str = "", **changes: Any) -> Web:
    mappings = folder / "workflows" / "mappings"
    mappings.mkdir(parents=True)
    if mapping:
        (mappings / "shop.yml").write_text(mapping)
    (folder / "workflows" / "default.yml").write_text(workflow)
    return make_web(database, settings_for(database, folder, **changes), moment)


def test_the_workflow_names_where_parcels_set_out_that_do_not_say(
    database: Database, tmp_path: Path, moment: Any
) -> None:
    web = world(database, tmp_path, moment, "eta: {origin: {lat: 39.53, lon: -119.81, country: us}}\n")
    usual = {"lat": 39.53, "lon": -119.81, "country": "US"}
    assert said(create(web).json) == {"origin": usual}
    assert said(create(web, "A2", origin={"country": "DE"}).json) == {"origin": {"country": "DE"}}
    send(web, "order_number,customer.phone\nC1,+14155550100\n")
    assert said(web.api("GET", "/shipments?order_number=C1").json["items"][0]) == {"origin": usual}


MAPPING = """
shipments:
  fields:
    order_number: payload.no
    customer.phone: payload.phone
    origin.lat: payload.depot.lat
    origin.lon: payload.depot.lon
    x_weight_kg: {from: payload.weight, number: comma}
    x_shop: payload.shop
    x_items: payload.items
    x_gift: payload.gift
"""


def test_a_house_systems_mapping_fills_them(database: Database, tmp_path: Path, moment: Any) -> None:
    web = world(
        database, tmp_path, moment, "brand: Ours\n", MAPPING, source_secrets={"CUSTOM_SHOP_SECRET": "shop-secret"}
    )
    body = {"no": "M1", "phone": "+14155550100", "depot": {"lat": 1.5, "lon": "2.5"}, "weight": "1.004,5"}
    body |= {"shop": "North", "items": 3, "gift": True}

    def post(**more: Any) -> Any:
        return web.client.post(
            "/hooks/custom/shop",
            data=json.dumps(body | more),
            headers={"Authorization": "Bearer shop-secret"},
            content_type="application/json",
        )

    def told() -> dict[str, Any]:
        return said(web.api("GET", "/shipments?order_number=M1").json["items"][0])

    assert post().status_code < 300
    first = {"origin": {"lat": 1.5, "lon": 2.5}, "x_weight_kg": 1004.5, "x_shop": "North", "x_items": 3, "x_gift": True}
    assert told() == first
    assert post(items=4).status_code < 300
    assert told() == first | {"x_items": 4}
    wrong = post(shop="n" * 61)
    assert wrong.status_code == 422
    assert "x_shop" in wrong.text


def test_the_document_and_its_page_know_them(sqlite_web: Web) -> None:
    schemas = sqlite_web.client.get("/api/v1/openapi.json").json["components"]["schemas"]
    for name in ("ShipmentIn", "ShipmentChange", "ShipmentOut", "ShipmentDetail"):
        assert list(schemas[name]["patternProperties"]) == ["^x_[a-z0-9_]{1,40}$"]
        assert "origin" in schemas[name]["properties"]
    page = sqlite_web.client.get("/api/v1/docs").text
    assert "x_…" in page
    assert "origin.lat" in page


def test_who_is_forgotten_takes_the_columns_along(web: Web) -> None:
    ident = create(web, origin=ORIGIN, **OWN).json["id"]
    with web.database.write() as session:
        store_forgetting.forget_parcel(session, web.house, session.get_one(Shipment, ident), now=web.clock.now)
    assert said(web.api("GET", f"/shipments/{ident}").json) == {"origin": ORIGIN}
