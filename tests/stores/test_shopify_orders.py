"""Shopify's orders in their usual and unusual lives: phones, consent, splitting, changing, calling off."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.stores import Shop, installed, table

from db import Database
from tracking_core.models import Shipment

T = table("shopify")
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def any_shop(database: Database, tmp_path: Path) -> Shop:
    """On either database, for what hangs on rows and locks."""
    return Shop(installed(database, tmp_path, NOW))


@pytest.fixture
def shop(sqlite_database: Database, tmp_path: Path) -> Shop:
    return Shop(installed(sqlite_database, tmp_path, NOW))


@pytest.mark.parametrize(("weight", "known"), [(1250, 1250), (0, None), (None, None), ("1 kg", None), (True, None)])
def test_what_an_order_weighs_is_a_column_of_its_parcels(shop: Shop, weight: Any, known: int | None) -> None:
    shop.says("orders/create", T.order(total_weight=weight))
    (parcel,) = shop.parcels()
    assert parcel.get("x_order_weight_g") == known


def texts(shop: Shop) -> list[str]:
    return [one["body"] for one in shop.web.api("GET", "/messages").json["items"]]


def cases(shop: Shop) -> list[str]:
    return sorted(one["reason"] for one in shop.web.api("GET", "/cases").json["items"])


# -- what an order says -------------------------------------------------------------------------------------------


def test_an_order_becomes_a_parcel_and_tells_nobody(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    (parcel,) = shop.parcels()
    assert (parcel["order_number"], parcel["tracking_number"], parcel["state"]) == ("1001", None, "created")
    assert parcel["customer"] == {
        "name": "Ana Gómez",
        "phone": "+14155550137",
        "email": "ana@example.com",
        "locale": "es-US",
        "sms_consent": None,
    }
    place = parcel["destination"]
    assert (place["line1"], place["postal_code"], place["country"]) == ("12 Example Street", "94607", "US")
    assert (place["lat"], place["lon"]) == (37.8, -122.27)
    assert parcel["items"] == [{"name": "Lamp", "quantity": 2}, {"name": "Rug & mat", "quantity": 1}]
    assert texts(shop) == []
    for number in ("1001", "%231001"):
        assert len(shop.web.api("GET", f"/shipments?order_number={number}").json["items"]) == 1


@pytest.mark.parametrize(
    ("said", "address", "country", "phone"),
    [
        ("415-555-0137", None, "US", "+14155550137"),
        (None, "(415) 555-0137", "US", "+14155550137"),
        (None, "07700 900123", "GB", "+447700900123"),
        (None, "612 34 56 78", "ES", "+34612345678"),
        ("+44 7700 900123", "(415) 555-0137", "US", "+447700900123"),
        ("none", "(415) 555-0137", "US", "+14155550137"),
        ("12", "n/a", "US", None),
        (None, None, "US", None),
    ],
)
def test_phones_are_read_by_the_orders_country(
    shop: Shop, said: str | None, address: str | None, country: str, phone: str | None
) -> None:
    where = T.ADDRESS | {"phone": address, "country_code": country}
    shop.says("orders/create", T.order(phone=said, shipping_address=where, billing_address=where))
    (parcel,) = shop.parcels()
    assert parcel["customer"]["phone"] == phone
    assert parcel["customer"]["email"] == "ana@example.com"


@pytest.mark.parametrize(
    ("state", "attributes", "consent"),
    [
        ("not_subscribed", [], None),
        ("pending", [], None),
        ("subscribed", [], True),
        ("unsubscribed", [], False),
        ("redacted", [], False),
        ("unsubscribed", [{"name": "SMS updates", "value": "yes"}], True),
        ("subscribed", [{"name": "sms_consent", "value": "No"}], False),
        ("not_subscribed", [{"name": "Text updates", "value": "maybe"}], None),
    ],
)
def test_consent_is_what_the_shopper_said(
    shop: Shop, state: str, attributes: list[dict[str, str]], consent: bool | None
) -> None:
    order = T.order(note_attributes=attributes)
    order["customer"]["sms_marketing_consent"] = {"state": state}
    shop.says("orders/create", order)
    assert shop.parcels()[0]["customer"]["sms_consent"] is consent


def test_without_a_phone_it_is_mail_alone(sqlite_database: Database, tmp_path: Path) -> None:
    shop = Shop(installed(sqlite_database, tmp_path, NOW, smtp_url="smtp://127.0.0.1:1?from=a@example.com"))
    nobody = T.ADDRESS | {"phone": "call me"}
    shop.says("orders/create", T.order(shipping_address=nobody, billing_address=nobody, fulfillments=[T.fulfillment()]))
    sent = shop.web.api("GET", "/messages").json["items"]
    assert [(one["channel"], one["to"]) for one in sent] == [("email", "ana@example.com")]


def test_downloads_are_no_parcels(shop: Shop) -> None:
    lines = [{"id": 1, "name": "E-book", "quantity": 1, "requires_shipping": False}]
    shop.says("orders/create", T.order(line_items=lines))
    assert shop.parcels() == []


# -- fulfilments --------------------------------------------------------------------------------------------------


def test_the_order_turns_into_its_first_fulfilment_and_its_address_stays(any_shop: Shop) -> None:
    any_shop.says("orders/create", T.order())
    (before,) = any_shop.parcels()
    any_shop.says("fulfillments/create", T.fulfillment())
    (after,) = any_shop.parcels()
    assert (after["id"], after["tracking_url"]) == (before["id"], before["tracking_url"])
    assert (after["tracking_number"], after["carrier"], after["state"]) == ("1Z001", "UPS", "processed")
    assert after["items"] == [{"name": "Lamp", "quantity": 1}]
    assert len(texts(any_shop)) == 1


def test_a_split_order_is_two_parcels_of_one_order(any_shop: Shop) -> None:
    any_shop.says("orders/create", T.order())
    for number in (1, 2):
        any_shop.says("fulfillments/create", T.fulfillment(number))
    both = any_shop.parcels()
    assert [(one["order_number"], one["tracking_number"]) for one in both] == [("1001", "1Z001"), ("1001", "1Z002")]
    any_shop.says("fulfillment_events/create", T.event("out_for_delivery", "2026-12-01T08:55:00-08:00", number=2))
    assert [one["state"] for one in any_shop.parcels()] == ["processed", "out_for_delivery"]


def test_fulfilments_without_numbers_are_parcels_too(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    for number in (1, 2):
        shop.says("fulfillments/create", T.fulfillment(number, tracking_number=None, tracking_numbers=[]))
    assert [one["tracking_number"] for one in shop.parcels()] == [None, "1001.2"]
    late = T.fulfillment(2, "2026-12-01T08:45:00-08:00", tracking_number="1Z002", tracking_numbers=["1Z002"])
    shop.says("fulfillments/update", late)
    assert [one["tracking_number"] for one in shop.parcels()] == [None, "1Z002"]


def test_a_parcel_the_retailer_told_us_of_itself_is_not_made_twice(shop: Shop) -> None:
    shop.web.shipment("1001", tracking_number="1Z001")
    shop.says("orders/create", T.order(fulfillments=[T.fulfillment()]))
    assert len(shop.parcels()) == 1


def test_a_cancelled_fulfilment_is_no_parcel_and_the_next_one_is(shop: Shop) -> None:
    shop.says("orders/create", T.order(fulfillments=[T.fulfillment()]))
    shop.says("fulfillments/update", T.fulfillment(1, "2026-12-01T08:45:00-08:00", status="cancelled"))
    assert [one["state"] for one in shop.parcels()] == ["cancelled"]
    shop.says("fulfillments/create", T.fulfillment(2, "2026-12-01T08:46:00-08:00"))
    assert [one["state"] for one in shop.parcels()] == ["cancelled", "processed"]


def test_scans_carry_place_and_time_of_arrival(shop: Shop) -> None:
    shop.says("orders/create", T.order(fulfillments=[T.fulfillment()]))
    said = {"latitude": 37.79, "longitude": -122.3, "estimated_delivery_at": "2026-12-01T11:00:00-08:00"}
    shop.says("fulfillment_events/create", T.event("out_for_delivery", "2026-12-01T08:55:00-08:00", **said))
    (parcel,) = shop.parcels()
    assert parcel["state"] == "out_for_delivery" and parcel["eta"]["at"] == "2026-12-01T19:00:00Z"
    with shop.web.database.read() as session:
        assert session.get_one(Shipment, parcel["id"]).position == {
            "lat": 37.79,
            "lon": -122.3,
            "at": "2026-12-01T16:55:00+00:00",
        }


def test_old_orders_that_are_told_again_text_nobody(shop: Shop) -> None:
    old = "2026-11-20T08:00:00-08:00"
    told = T.fulfillment(updated=old, created_at=old, shipment_status="delivered")
    shop.says("orders/updated", T.order(old, fulfillments=[told]))
    assert [one["state"] for one in shop.parcels()] == ["delivered"]
    assert texts(shop) == []


# -- what changes -------------------------------------------------------------------------------------------------


def moved(order: dict[str, Any]) -> dict[str, Any]:
    """The same order to another street."""
    other = copy.deepcopy(order)
    other["shipping_address"] = T.ADDRESS | {"address1": "1 New Road", "address2": None, "zip": "94610"}
    other["updated_at"] = "2026-12-01T08:50:00-08:00"
    return other


def test_an_address_may_change_until_the_parcel_leaves(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    shop.says("orders/updated", moved(T.order()))
    place = shop.parcels()[0]["destination"]
    assert (place["line1"], place["line2"], place["postal_code"]) == ("1 New Road", None, "94610")
    assert cases(shop) == []


def test_after_it_left_a_person_must_see_to_it(any_shop: Shop) -> None:
    any_shop.says("orders/create", T.order(fulfillments=[T.fulfillment()]))
    any_shop.says("fulfillment_events/create", T.event("in_transit", "2026-12-01T08:45:00-08:00"))
    any_shop.says("orders/updated", moved(T.order(fulfillments=[T.fulfillment()])))
    assert any_shop.parcels()[0]["destination"]["line1"] == "12 Example Street"
    assert cases(any_shop) == ["change_address"]


def test_what_is_older_never_overwrites_what_is_newer(shop: Shop) -> None:
    shop.says("orders/updated", moved(T.order()))
    shop.says("orders/create", T.order())
    assert shop.parcels()[0]["destination"]["line1"] == "1 New Road"
    late = T.fulfillment(updated="2026-12-01T08:40:00-08:00", tracking_number="1ZNEW", tracking_numbers=["1ZNEW"])
    shop.says("fulfillments/update", late)
    shop.says("fulfillments/create", T.fulfillment())
    assert [one["tracking_number"] for one in shop.parcels()] == ["1ZNEW"]


def test_an_order_told_again_does_not_undo_what_the_shopper_changed_here(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    ident = shop.parcels()[0]["id"]
    shop.web.api("PATCH", f"/shipments/{ident}", {"destination": {"line1": "Shopper's Own"}})
    shop.says("orders/updated", T.order("2026-12-01T08:55:00-08:00", tags="vip"))
    assert shop.parcels()[0]["destination"]["line1"] == "Shopper's Own"


def test_another_phone_is_used_at_once(shop: Shop) -> None:
    shop.says("orders/create", T.order(fulfillments=[T.fulfillment()]))
    shop.says("orders/updated", T.order("2026-12-01T08:55:00-08:00", phone="+14155550199"))
    assert shop.parcels()[0]["customer"]["phone"] == "+14155550199"


# -- calling off --------------------------------------------------------------------------------------------------


def cancelled(**said: Any) -> dict[str, Any]:
    at = "2026-12-01T08:52:00-08:00"
    return T.order(at, cancelled_at=at, cancel_reason="customer", **said)


def test_an_order_cancelled_in_the_shop_is_cancelled_here(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    for _ in range(2):
        shop.says("orders/cancelled", cancelled())
    (parcel,) = shop.parcels()
    told = shop.web.api("GET", f"/shipments/{parcel['id']}").json
    assert told["state"] == "cancelled"
    assert [(one["status"], one["reason"]) for one in told["events"]] == [("cancelled", "cancelled_in_flight")]
    assert texts(shop) == []
    shop.says("fulfillments/create", T.fulfillment())  # sent by mistake, or out of order: nothing is made of it
    assert len(shop.parcels()) == 1


def test_what_is_under_way_when_it_is_cancelled_goes_to_a_person(any_shop: Shop) -> None:
    any_shop.says("orders/create", T.order(fulfillments=[T.fulfillment()]))
    any_shop.says("fulfillment_events/create", T.event("in_transit", "2026-12-01T08:45:00-08:00"))
    any_shop.says("orders/cancelled", cancelled(fulfillments=[T.fulfillment()]))
    assert [one["state"] for one in any_shop.parcels()] == ["in_transit"]
    assert cases(any_shop) == ["cancelled_on_the_way"]


def test_paid_back_whole_before_it_left_is_not_sent(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    shop.says("orders/updated", T.order("2026-12-01T08:55:00-08:00", financial_status="refunded"))
    assert [one["state"] for one in shop.parcels()] == ["cancelled"]


def test_paid_back_in_part_stands_in_the_timeline(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    for minute in (55, 56):
        shop.says("orders/updated", T.order(f"2026-12-01T08:{minute}:00-08:00", financial_status="partially_refunded"))
    (parcel,) = shop.parcels()
    events = shop.web.api("GET", f"/shipments/{parcel['id']}").json["events"]
    assert [one["detail"] for one in events] == ["refunded in part in the store"]


def test_a_deleted_order_is_not_sent(shop: Shop) -> None:
    shop.says("orders/create", T.order())
    shop.says("orders/delete", {"id": 7001})
    assert [one["state"] for one in shop.parcels()] == ["cancelled"]


def test_two_retailers_may_have_the_same_order(sqlite_database: Database, tmp_path: Path) -> None:
    web = installed(sqlite_database, tmp_path, NOW, STORE_SHOPIFY_SECRET_OTHER="shpss_secret")
    shop = Shop(web)
    shop.says("orders/create", T.order(), event="same")
    data = json.dumps(T.order()).encode()
    headers = T.headers("orders/create", "same") | T.sign("shpss_secret", data)
    assert web.client.post("/hooks/stores/shopify/other", data=data, headers=headers).status_code == 200
    assert len(web.api("GET", "/shipments", retailer="other").json["items"]) == 1
    assert len(shop.parcels()) == 1


# -- at once ------------------------------------------------------------------------------------------------------


def test_a_shop_that_says_everything_at_once_makes_one_parcel_each(any_shop: Shop) -> None:
    """An order and its two fulfilments, each sent four times, by twelve threads."""
    said = [("orders/create", T.order(), "o"), *(("fulfillments/create", T.fulfillment(n), f"f{n}") for n in (1, 2))]
    with ThreadPoolExecutor(12) as pool:
        for done in [pool.submit(any_shop.says, *one[:2], event=one[2]) for one in said * 4]:
            done.result()
    numbers = [one["tracking_number"] for one in any_shop.parcels()]
    assert sorted(numbers) == ["1Z001", "1Z002"]
    assert len({one["body"] for one in any_shop.web.api("GET", "/messages").json["items"]}) == len(texts(any_shop))
