"""What only the store can do is asked of it once, whatever becomes of the answer; and what a person may ask of us."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.shopify import TOKEN, FakeShopify, shopify
from fakes.stores import Shop, installed, table
from sqlalchemy import select

from channels import store_apis
from channels.models import Conversation, InboxRow, OutboxRow
from channels.shopify_admin import ShopifyAdmin
from channels.store_api import StoreError, StoreOutcome
from db import Database
from flows import outbound_events, store_requests, store_upkeep
from flows.models import CaseEntry, Link
from flows.store_models import StoreOrder, StoreTask
from tracking_core.models import Shipment, ShipmentEvent

T = table("shopify")
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[FakeShopify]:
    with shopify() as found:
        found.order("7001")
        yield found


def opened(database: Database, folder: Path, store: FakeShopify) -> Shop:
    web = installed(database, folder, NOW, STORE_SHOPIFY_TOKEN=TOKEN, STORE_SHOPIFY_URL=store.url)
    found = Shop(web)
    found.says("orders/create", T.order())
    return found


@pytest.fixture
def any_shop(database: Database, tmp_path: Path, store: FakeShopify) -> Shop:
    """On either database, for what hangs on rows and locks."""
    return opened(database, tmp_path, store)


@pytest.fixture
def shop(sqlite_database: Database, tmp_path: Path, store: FakeShopify) -> Shop:
    return opened(sqlite_database, tmp_path, store)


def ask(shop: Shop, kind: str, **payload: Any) -> None:
    with shop.web.database.write() as session:
        parcel = session.scalars(select(Shipment)).one()
        assert outbound_events.request(session, parcel, kind, payload, key=f"{kind}:{payload}", now=shop.web.clock.now)


def tick(shop: Shop, **forward: float) -> None:
    shop.web.clock.forward(**forward)
    apis = store_apis.of(shop.web.parts.settings)
    store_upkeep.tick(shop.web.database, shop.web.house, apis, clock=shop.web.clock)


def task(shop: Shop) -> StoreTask:
    with shop.web.database.read() as session:
        return session.scalars(select(StoreTask)).one()


def details(shop: Shop) -> list[str]:
    with shop.web.database.read() as session:
        return [one for one in session.scalars(select(ShipmentEvent.detail).order_by(ShipmentEvent.id)) if one]


# -- asking -------------------------------------------------------------------------------------------------------


def test_a_cancelled_order_is_cancelled_in_the_shop_once(any_shop: Shop, store: FakeShopify) -> None:
    ask(any_shop, "order.cancel_requested", requested_by="customer")
    for _ in range(3):
        tick(any_shop, minutes=5)
    assert store.orders["7001"]["cancel_reason"] == "customer"
    assert len(store.changes()) == 1
    assert task(any_shop).state == "done" and details(any_shop) == ["the store has cancelled the order"]


def test_a_refund_is_noted_beside_what_stood_there(shop: Shop, store: FakeShopify) -> None:
    store.orders["7001"]["note"] = "gift"
    ask(shop, "order.refund_requested", reason="damaged", amount="12.50")
    tick(shop)
    first, second = store.orders["7001"]["note"].splitlines()
    assert first == "gift" and "refund" in second and "reason: damaged; amount: 12.50" in second


@pytest.mark.parametrize("kind", ["order.cancel_requested", "order.refund_requested"])
def test_an_answer_that_is_lost_costs_a_look_and_nothing_else(shop: Shop, store: FakeShopify, kind: str) -> None:
    store.trouble = ["ok", "lose"]
    ask(shop, kind, reason="late")
    tick(shop)
    assert task(shop).state == "unknown" and len(store.changes()) == 1
    tick(shop, seconds=1)
    assert len(store.asked) == 2, "it was asked again before its time"
    tick(shop, minutes=3)
    assert task(shop).state == "done" and len(store.changes()) == 1


def test_what_never_arrived_is_asked_again_after_a_look(shop: Shop, store: FakeShopify) -> None:
    store.trouble = ["ok", "cut"]
    ask(shop, "order.cancel_requested")
    tick(shop)
    assert task(shop).state == "unknown" and store.orders["7001"]["cancelled_at"] is None
    tick(shop, minutes=3)
    assert task(shop).state == "done" and len(store.changes()) == 2


def test_a_no_of_the_shop_goes_to_a_person(shop: Shop, store: FakeShopify) -> None:
    store.orders["7001"]["fulfillment_status"] = "fulfilled"
    ask(shop, "order.cancel_requested")
    tick(shop)
    assert task(shop).state == "refused" and "Cannot cancel" in str(task(shop).error)
    (case,) = shop.web.api("GET", "/cases").json["items"]
    assert (case["reason"], case["priority"]) == ("store_refused", "high")
    tick(shop, hours=5)
    assert len(store.changes()) == 1


def test_a_busy_shop_is_left_alone_as_long_as_it_says(shop: Shop, store: FakeShopify) -> None:
    store.trouble = [(429, {"errors": "Exceeded 2 calls per second"}, {"Retry-After": "120"})]
    ask(shop, "order.cancel_requested")
    tick(shop)
    tick(shop, seconds=60)
    assert len(store.asked) == 1 and task(shop).state == "waiting"
    tick(shop, seconds=90)
    assert task(shop).state == "done"


def test_a_shop_that_never_answers_is_given_to_a_person_in_the_end(shop: Shop, store: FakeShopify) -> None:
    store.trouble = [(503, {}, {})] * 20
    ask(shop, "order.refund_requested")
    for _ in range(store_requests.TRIES + 2):
        tick(shop, hours=2)
    assert task(shop).state == "refused" and task(shop).tries == store_requests.TRIES
    assert [one["reason"] for one in shop.web.api("GET", "/cases").json["items"]] == ["store_refused"]


def test_without_a_token_nothing_is_asked(sqlite_database: Database, tmp_path: Path, store: FakeShopify) -> None:
    shop = Shop(installed(sqlite_database, tmp_path, NOW, STORE_SHOPIFY_TOKEN=TOKEN))
    shop.says("orders/create", T.order())
    ask(shop, "order.cancel_requested")
    tick(shop)
    assert store.asked == []
    with shop.web.database.read() as session:
        assert session.scalars(select(StoreTask)).all() == []


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        ((422, {"errors": {"base": ["no"]}}, {}), StoreOutcome.REFUSED),
        ((429, {"errors": "slow"}, {}), StoreOutcome.TRY_AGAIN),
        ((500, {}, {}), StoreOutcome.UNKNOWN),
        ((408, {}, {}), StoreOutcome.UNKNOWN),
        ((302, {}, {"Location": "http://127.0.0.1:1/"}), StoreOutcome.UNKNOWN),
        ("lose", StoreOutcome.UNKNOWN),
    ],
)
def test_what_is_known_of_a_request_that_failed(store: FakeShopify, trouble: Any, outcome: StoreOutcome) -> None:
    store.trouble = [trouble]
    with pytest.raises(StoreError) as found:
        ShopifyAdmin(store.url, TOKEN).cancel("7001")
    assert found.value.outcome is outcome


def test_a_shop_that_is_not_there_was_not_asked() -> None:
    with pytest.raises(StoreError) as found:
        ShopifyAdmin("http://127.0.0.1:9", TOKEN).cancel("7001")
    assert found.value.outcome is StoreOutcome.TRY_AGAIN
    with pytest.raises(ValueError, match="STORE_SHOPIFY_URL"):
        ShopifyAdmin("ftp://x", TOKEN)


def test_a_wrong_token_is_a_no(store: FakeShopify) -> None:
    with pytest.raises(StoreError) as found:
        ShopifyAdmin(store.url, "another").order("7001")
    assert found.value.outcome is StoreOutcome.REFUSED


# -- people's rights ----------------------------------------------------------------------------------------------

PERSON = {"id": 9, "email": "ana@example.com", "phone": "+14155550137"}


def in_conversation(shop: Shop) -> None:
    """A parcel with a text about it and an answer of the shopper's."""
    shop.says("fulfillments/create", T.fulfillment())
    with shop.web.database.write() as session:
        talk = session.scalars(select(Conversation)).one()
        row = InboxRow(
            retailer="default",
            conversation_id=talk.id,
            seq=talk.next_seq,
            channel="sms",
            provider_id="SM1",
            sender=talk.theirs,
            recipient=talk.ours,
            text="my gate code is 4711",
            received_at=NOW,
        )
        session.add(row)


def test_who_asks_is_told_all_we_hold(any_shop: Shop) -> None:
    in_conversation(any_shop)
    asked = {"customer": PERSON, "orders_requested": [7001], "data_request": {"id": 5}}
    for event in ("one", "two"):
        any_shop.says("customers/data_request", asked, event=event)
    tick(any_shop)
    (case,) = any_shop.web.api("GET", "/cases").json["items"]
    assert case["reason"] == "data_request"
    told = any_shop.web.api("GET", f"/cases/{case['id']}").json["evidence"]
    assert "my gate code is 4711" in str(told) and "12 Example Street" in str(told)


def test_who_wants_to_be_forgotten_is(any_shop: Shop) -> None:
    in_conversation(any_shop)
    ident = any_shop.parcels()[0]["id"]
    any_shop.web.api("POST", f"/shipments/{ident}/events", {"status": "delivered", "silent": True})
    any_shop.says("customers/redact", {"customer": PERSON, "orders_to_redact": [7001]})
    tick(any_shop)
    with any_shop.web.database.read() as session:
        parcel = session.scalars(select(Shipment)).one()
        assert (parcel.customer_name, parcel.customer_phone, parcel.customer_email) == (None, None, None)
        assert set(parcel.destination) <= {"region", "country", "timezone"} and parcel.state == "delivered"
        assert session.scalars(select(InboxRow.text)).all() == ["[erased]"]
        assert set(session.scalars(select(OutboxRow.text))) == {"[erased]"}
        assert session.scalars(select(StoreOrder)).one().facts == {}
        assert session.scalars(select(Link).where(Link.kind == "t")).all() == []
        everything = str([row.raw for row in session.scalars(select(ShipmentEvent))])
        everything += str([row.theirs for row in session.scalars(select(Conversation))])
        everything += str([row.text for row in session.scalars(select(CaseEntry))])
    for word in ("Ana", "0137", "ana@example.com", "Example Street", "4711"):
        assert word not in everything


def test_a_text_that_waits_is_not_sent_to_who_was_forgotten(shop: Shop) -> None:
    shop.says("fulfillments/create", T.fulfillment())
    shop.says("customers/redact", {"customer": PERSON, "orders_to_redact": [7001]})
    tick(shop)
    with shop.web.database.read() as session:
        assert set(session.scalars(select(OutboxRow.state))) == {"cancelled"}


def test_a_shop_that_leaves_is_forgotten_whole_and_nobody_elses(any_shop: Shop) -> None:
    any_shop.web.shipment("A9", customer={"phone": "+14155550188", "name": "Kept"})
    for number in range(3):
        any_shop.says("orders/create", T.order(id=9000 + number, name=f"#2{number}"))
    any_shop.says("shop/redact", {"shop_id": 1, "shop_domain": "demo.myshopify.com"})
    tick(any_shop)
    with any_shop.web.database.read() as session:
        named = session.scalars(select(Shipment.customer_name).where(Shipment.customer_name.is_not(None))).all()
        assert named == ["Kept"]


def test_nothing_held_nothing_opened(shop: Shop) -> None:
    nobody = {"customer": {"email": "x@example.com"}, "orders_requested": [], "data_request": {"id": 6}}
    shop.says("customers/data_request", nobody)
    tick(shop, seconds=timedelta(minutes=1).total_seconds())
    assert shop.web.api("GET", "/cases").json["items"] == []
