"""Every payload in ../shared/data through its hook: right, wrong and missing signatures, sent again, reordered,
truncated. Skipped, with the reason, where the folder is absent; the tables' own payloads always run.
"""

import base64
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from carriers.test_networks import TABLES, parsed
from fakes.stores import table
from fakes.webapp import Web, make_web, settings_for
from sqlalchemy import func, select

from db import Database
from flows.store_models import StoreEvent, StoreOrder
from tracking_core.models import ShipmentEvent, UnmatchedEvent

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
SHOPS = {name: table(name) for name in ("shopify", "woocommerce")}
#: (path, headers, body) of one webhook.
Call = tuple[str, dict[str, str], bytes]


def body_of(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def sign_easypost(body: bytes) -> dict[str, str]:
    key = unicodedata.normalize("NFKD", "easypost-secret").encode()
    return {"X-Hmac-Signature": "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()}


def sign_aftership(body: bytes) -> dict[str, str]:
    digest = hmac.new(b"aftership-secret", body, hashlib.sha256).digest()
    return {"aftership-hmac-sha256": base64.b64encode(digest).decode()}


def easypost(data: Path) -> Iterator[object]:
    yield json.loads((data / "easypost/event-body.json").read_bytes())
    for path in sorted((data / "easypost/cassettes").glob("test_tracker_*.yaml")):
        for exchange in yaml.safe_load(path.read_text("utf-8"))["interactions"]:
            answer = json.loads(exchange["response"]["body"]["string"])
            for tracker in answer.get("trackers", [answer]):
                yield {"description": "tracker.updated", "result": tracker}


def samples(data: Path, folder: str) -> Iterator[object]:
    for sample in json.loads((data / folder / "webhooks.json").read_text("utf-8"))["samples"]:
        yield sample["body"]


def shippo(data: Path) -> Iterator[object]:
    yield from samples(data, "shippo")
    for exchange in json.loads((data / "shippo/recorded_tracks.json").read_text("utf-8")):
        yield {"event": "track_updated", "data": exchange["response"]["body"]}


def shop_bodies(data: Path, folder: str, file: str) -> Iterator[object]:
    """What a REST answer holds, as a webhook brings it: without the outer key, one object each."""
    for answer in json.loads((data / folder / file).read_text("utf-8")):
        for one in answer if isinstance(answer, list) else [answer]:
            inner = [value for value in one.values() if isinstance(value, dict | list)] if len(one) <= 2 else []
            for found in inner or [one]:
                yield from found if isinstance(found, list) else [found]


def calls(data: Path) -> Iterator[Call]:
    """Every payload there is, rightly signed."""
    for payload in easypost(data):
        yield "/hooks/carriers/easypost", sign_easypost(body_of(payload)), body_of(payload)
    for payload in samples(data, "aftership"):
        yield "/hooks/carriers/aftership", sign_aftership(body_of(payload)), body_of(payload)
    for payload in shippo(data):
        yield "/hooks/carriers/shippo?token=shippo-secret", {}, body_of(payload)
    for network in (one for one in TABLES if one.SHARED):
        for payload in samples(data, network.SHARED):
            body = body_of(payload)
            yield f"/hooks/carriers/{network.NAME}", network.sign(network.SECRET, body), body
    for name, file, topic in (
        ("shopify", "orders_2025_07.json", "orders/updated"),
        ("shopify", "fulfillments_2025_07.json", "fulfillments/update"),
        ("shopify", "fulfillment_events_2025_07.json", "fulfillment_events/create"),
        ("woocommerce", "orders_v3.json", "order.updated"),
    ):
        shop = SHOPS[name]
        for payload in shop_bodies(data, name, file):
            body = body_of(payload)
            event = hashlib.sha256(body).hexdigest()
            yield f"/hooks/stores/{name}", shop.headers(topic, event) | shop.sign(shop.SECRET, body), body


@pytest.fixture
def web(sqlite_database: Database, tmp_path: Path) -> Web:
    base = settings_for(sqlite_database, tmp_path)
    secrets = {f"CARRIER_{one.NAME.upper()}_SECRET": one.SECRET for one in TABLES}
    secrets |= {f"STORE_{name.upper()}_SECRET": shop.SECRET for name, shop in SHOPS.items()}
    settings = settings_for(sqlite_database, tmp_path, source_secrets={**base.source_secrets, **secrets})
    return make_web(sqlite_database, settings, NOW)


def rows(web: Web) -> dict[str, int]:
    with web.database.read() as session:
        models: tuple[Any, ...] = (ShipmentEvent, UnmatchedEvent, StoreEvent, StoreOrder)
        return {one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in models}


def post(web: Web, call: Call, change: Callable[[str, str], str] = lambda _name, value: value) -> int:
    path, headers, body = call
    signed = {name: change(name, value) for name, value in headers.items()}
    status: int = web.client.post(path, data=body, headers=signed).status_code
    return status


def _forged(name: str, value: str) -> str:
    return value if "topic" in name.lower() else value[:-2] + ("00" if value[-2:] != "00" else "11")


def test_every_payload_goes_through_its_hook(web: Web, shared: Path) -> None:
    found = list(calls(shared / "data"))
    assert len(found) > 100
    for call in found:
        path, headers, body = call
        assert post(web, (path.replace("shippo-secret", "wrong"), headers, body), _forged) == 403, path
        assert web.client.post(path.partition("?")[0], data=body).status_code == 403, path
    assert set(rows(web).values()) == {0}
    answers = [post(web, call) for call in found]
    assert set(answers) <= {200, 204, 400}
    # Lists of counts, empty bodies of deletions and orders of which only a field was asked are no webhooks.
    assert answers.count(400) < len(found) / 4
    before = rows(web)
    assert min(before.values()) > 0
    assert [post(web, call) for call in reversed(found)] == answers[::-1]
    assert rows(web) == before


def test_truncated_everywhere(web: Web, shared: Path) -> None:
    seen = set()
    for path, headers, body in calls(shared / "data"):
        if path in seen:
            continue
        seen.add(path)
        for length in range(0, len(body), max(1, len(body) // 25)):
            part = body[:length]
            name = path.rpartition("/")[2].partition("?")[0]
            signed = dict(headers)
            if name == "easypost":
                signed = sign_easypost(part)
            elif name == "aftership":
                signed = sign_aftership(part)
            elif name in SHOPS:
                signed |= SHOPS[name].sign(SHOPS[name].SECRET, part)
            elif network := next((one for one in TABLES if name == one.NAME), None):
                signed = network.sign(network.SECRET, part)
            answer = web.client.post(path, data=part, headers=signed)
            assert answer.status_code == 400 and answer.json["errors"][0]["field"] == "body", (path, length)


@pytest.mark.parametrize("network", [one for one in TABLES if one.SHARED], ids=lambda one: one.NAME)
def test_samples_mean_what_the_table_says(shared: Path, network: Any) -> None:
    found = json.loads((shared / "data" / network.SHARED / "webhooks.json").read_text("utf-8"))
    assert {sample["name"] for sample in found["samples"]} == set(network.SAMPLES)
    for sample in found["samples"]:
        events = parsed(network, sample["body"])
        assert [(event.status, event.reason) for event in events] == network.SAMPLES[sample["name"]], sample["name"]
