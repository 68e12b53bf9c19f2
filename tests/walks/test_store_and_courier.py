"""A shop's order and a courier's task, through HTTP with nothing mocked: to the phones, the page and the line."""

import base64
import hashlib
import hmac
import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from fakes.installation import Installation, installation, until

TESTS = Path(__file__).resolve().parent.parent
ANA, DEE = "+14155550137", "+14155550233"
SHOPIFY_SECRET, ONFLEET_SECRET = "shpss_walk", "6f6e666c656574"


def table(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, TESTS / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def shop_says(house: Installation, topic: str, payload: dict[str, Any], event: str) -> None:
    body = json.dumps(payload).encode()
    digest = base64.b64encode(hmac.new(SHOPIFY_SECRET.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"X_Shopify_Topic": topic, "X_Shopify_Hmac_SHA256": digest, "X_Shopify_Event_Id": event}
    assert house.request("POST", "/hooks/stores/shopify", body, **headers).status == 200


def onfleet_says(house: Installation, payload: dict[str, Any]) -> None:
    body = json.dumps(payload).encode()
    signature = hmac.new(bytes.fromhex(ONFLEET_SECRET), body, hashlib.sha512).hexdigest()
    assert house.request("POST", "/hooks/carriers/onfleet", body, X_Onfleet_Signature=signature).status == 204


def texts(house: Installation, number: str) -> list[str]:
    return [one["body"] for one in house.phone(number)]


def workflows(folder: Path) -> str:
    found = folder / "workflows"
    found.mkdir()
    (found / "default.yml").write_text("brand: Walk Store\nlanguages: [en, es]\nquiet_hours: off\n")
    return str(found)


def test_an_order_plays_through_to_phone_and_page(tmp_path: Path) -> None:
    shopify = table("stores/table_shopify.py")
    env = {"STORE_SHOPIFY_SECRET": SHOPIFY_SECRET, "WORKFLOW_DIR": workflows(tmp_path)}
    with installation(tmp_path / "data", **env) as house:
        shop_says(house, "orders/create", shopify.order(ago(20), customer_locale="en"), "1")
        (parcel,) = house.api("GET", "/shipments?order_number=1001").json["items"]
        packed = shopify.fulfillment(updated=ago(15), created_at=ago(15))
        shop_says(house, "fulfillments/create", packed, "2")
        until(lambda: len(texts(house, ANA)) == 1, what="the text that it is packed", seconds=60)
        for number, status in enumerate(("out_for_delivery", "delivered")):
            shop_says(house, "fulfillment_events/create", shopify.event(status, ago(5 - number)), f"scan{number}")
            until(lambda count=number: len(texts(house, ANA)) == 2 + count, what=status, seconds=60)
        said = " ".join(texts(house, ANA)).lower()
        assert "1001" in said and "out for delivery" in said and "delivered" in said
        page = house.get(parcel["tracking_url"].removeprefix(house.url))
        assert page.status == 200 and b"elivered" in page.body


def test_a_couriers_task_gives_the_shopper_a_line(tmp_path: Path) -> None:
    onfleet = table("carriers/table_onfleet.py")
    env = {"CARRIER_ONFLEET_SECRET": ONFLEET_SECRET, "WORKFLOW_DIR": workflows(tmp_path)}
    with installation(tmp_path / "data", **env) as house:
        assert house.get("/hooks/carriers/onfleet?check=abc").body == b"abc"
        body = {"order_number": "A1001", "customer": {"phone": ANA, "name": "Ana", "locale": "en"}}
        created = house.api("POST", "/shipments", body).json
        now = int(datetime.now(UTC).timestamp() * 1000)
        worker = {**onfleet.WORKER, "phone": DEE}
        onfleet_says(house, onfleet.task("taskStarted", time=now - 60_000, worker=worker, eta=now + 900_000))
        until(lambda: texts(house, ANA), what="the text that it is out", seconds=60)
        told = house.api("GET", f"/shipments/{created['id']}").json
        assert told["state"] == "out_for_delivery" and told["driver"] == {"name": "Dee Driver", "phone_last2": "33"}
        house.say(ANA, "+15005550006", "text the driver")
        until(lambda: house.api("GET", f"/shipments/{created['id']}").json["line"], what="the line", seconds=60)
        line = house.api("GET", f"/shipments/{created['id']}").json["line"]
        assert line["state"] == "open"
        house.say(ANA, line["number"], "The bell is broken, please knock")
        until(lambda: any("please knock" in one for one in texts(house, DEE)), what="the relayed text", seconds=60)
        assert not any("0137" in one for one in texts(house, DEE))
        onfleet_says(house, onfleet.task("taskCompleted", time=now, done={"success": True}))
        until(lambda: any("elivered" in one for one in texts(house, ANA)), what="the text of delivery", seconds=60)
