"""WooCommerce's orders: baskets, tracking plug-ins, deleting, and the ping that is not signed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.stores import installed, table
from fakes.webapp import Web

from db import Database

T = table("woocommerce")
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def web(sqlite_database: Database, tmp_path: Path) -> Web:
    return installed(sqlite_database, tmp_path, NOW)


def says(web: Web, topic: str, payload: dict[str, Any], event: str) -> None:
    data = json.dumps(payload).encode()
    headers = T.headers(topic, event) | T.sign(T.SECRET, data)
    assert web.client.post("/hooks/stores/woocommerce", data=data, headers=headers).status_code == 200


def parcels(web: Web) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = web.api("GET", "/shipments").json["items"]
    return sorted(items, key=lambda one: int(one["id"]))


def test_the_ping_is_answered_and_nothing_else_unsigned_is(web: Web) -> None:
    path = "/hooks/stores/woocommerce"
    assert web.client.post(path, data=b"webhook_id=7").status_code == 200
    for body in (b"webhook_id=", b"webhook_id=7&x=1", b"webhook_id=x", b"", b'{"id":1}', b"webhook_id=7\n{}"):
        assert web.client.post(path, data=body).status_code == 403, body
    assert web.client.post("/hooks/stores/shopify", data=b"webhook_id=7").status_code == 403


def test_a_basket_is_no_order_until_it_is_paid(web: Web) -> None:
    says(web, "order.created", T.order("pending"), "1")
    says(web, "order.updated", T.order("failed", "2026-12-01T16:01:00"), "2")
    assert parcels(web) == []
    says(web, "order.updated", T.order("processing", "2026-12-01T16:02:00"), "3")
    (parcel,) = parcels(web)
    assert parcel["customer"]["phone"] == "+14155550137" and parcel["destination"]["line1"] == "9 Other Street"


def test_completed_without_a_plug_in_is_shipped(web: Web) -> None:
    says(web, "order.updated", T.order("completed", "2026-12-01T16:30:00"), "1")
    assert [(one["tracking_number"], one["state"]) for one in parcels(web)] == [(None, "shipped")]


def test_a_plug_ins_parcels_are_parcels(web: Web) -> None:
    two = [{"tracking_number": "AA1", "tracking_id": "x"}, {"tracking_number": "AA2", "tracking_id": "y"}]
    meta = [{"key": "_wc_shipment_tracking_items", "value": two}, {"key": "wpml_language", "value": "es"}]
    says(web, "order.created", T.order(), "1")
    says(web, "order.updated", T.order("processing", "2026-12-01T16:20:00", meta_data=meta), "2")
    found = parcels(web)
    assert [(one["order_number"], one["tracking_number"], one["state"]) for one in found] == [
        ("501", "AA1", "processed"),
        ("501", "AA2", "processed"),
    ]
    says(web, "order.updated", T.order("completed", "2026-12-01T16:30:00", meta_data=meta), "3")
    assert [one["state"] for one in parcels(web)] == ["shipped", "shipped"]
    assert {one["customer"]["locale"] for one in parcels(web)} == {"es"}


def test_cancelled_and_taken_back(web: Web) -> None:
    says(web, "order.created", T.order(), "1")
    says(web, "order.updated", T.order("cancelled", "2026-12-01T16:10:00"), "2")
    assert [one["state"] for one in parcels(web)] == ["cancelled"]
    says(web, "order.updated", T.order("processing", "2026-12-01T16:20:00"), "3")
    assert [one["state"] for one in parcels(web)] == ["created"]
    assert web.api("GET", "/messages").json["items"] == []


@pytest.mark.parametrize("how", ["deleted", "refunded"])
def test_what_is_gone_in_the_shop_is_not_sent(web: Web, how: str) -> None:
    says(web, "order.created", T.order(), "1")
    if how == "deleted":
        says(web, "order.deleted", {"id": 501}, "2")
    else:
        says(web, "order.updated", T.order("refunded", "2026-12-01T16:10:00"), "2")
    assert [one["state"] for one in parcels(web)] == ["cancelled"]


def test_a_shops_own_status_is_unknown_kept_and_harmless(web: Web) -> None:
    says(web, "order.updated", T.order("engraving"), "1")
    (parcel,) = parcels(web)
    told = web.api("GET", f"/shipments/{parcel['id']}").json
    assert told["state"] == "created" and [one["status"] for one in told["events"]] == ["unknown"]


def test_consent_given_at_the_checkout(web: Web) -> None:
    meta = [{"key": "_sms_consent", "value": "no"}]
    says(web, "order.created", T.order(meta_data=meta), "1")
    assert parcels(web)[0]["customer"]["sms_consent"] is False
