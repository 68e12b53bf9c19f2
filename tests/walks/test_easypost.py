"""The real EasyPost event, with its real signature, through HTTP."""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.installation import Installation, until
from fakes.twilio import FakeTwilio

ANA = "+14155550137"
HOOK = "/hooks/carriers/easypost"


def sign(secret: str, body: bytes) -> str:
    key = unicodedata.normalize("NFKD", secret).encode()
    return "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def redated(body: bytes, moment: datetime, event: str) -> bytes:
    """The same event as if it had happened now, its newest scan at `moment`, sent under another id."""
    payload = json.loads(body)
    payload["id"] = event
    shift = moment - datetime(2024, 8, 2, 18, 50, tzinfo=UTC)
    details = payload["result"]["tracking_details"]
    for detail in details:
        was = datetime.fromisoformat(detail["datetime"])
        detail["datetime"] = (was + shift).strftime("%Y-%m-%dT%H:%M:%SZ")
    estimate = moment + timedelta(days=3)
    payload["result"]["est_delivery_date"] = estimate.strftime("%Y-%m-%dT00:00:00Z")
    for holder, name in ((payload, "created_at"), (payload, "updated_at"), (payload["result"], "updated_at")):
        holder[name] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps(payload, separators=(",", ":")).encode()


def test_old_news_moves_and_texts_nobody_fresh_news_texts_once(
    database_url: str, live: Callable[..., Installation], twilio: FakeTwilio, shared: Path
) -> None:
    vector = json.loads((shared / "data/easypost/webhook_hmac_vector.json").read_text())
    body = (shared / "data/easypost/event-body.json").read_bytes().rstrip(b"\n")
    house = live(database_url, CARRIER_EASYPOST_SECRET=vector["secret"])
    created = house.api(
        "POST", "/shipments", {"order_number": "A1", "tracking_number": "1", "customer": {"phone": ANA}}
    )
    path = f"/shipments/{created.json['id']}"

    assert house.request("POST", HOOK, body, X_Hmac_Signature="hmac-sha256-hex=00").status == 403
    assert house.request("POST", HOOK, body).status == 403
    assert house.api("GET", path).json["events"] == []

    assert house.request("POST", HOOK, body, X_Hmac_Signature=vector["signature"]).status in range(200, 300)
    told = house.api("GET", path).json
    assert told["state"] == "in_transit"
    assert len([event for event in told["events"] if event["status"] != "update"]) == 7

    fresh = redated(body, datetime.now(UTC) - timedelta(minutes=5), "evt_2")
    signature = sign(vector["secret"], fresh)
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: house.request("POST", HOOK, fresh, X_Hmac_Signature=signature).status, range(20))
        )
    assert set(answers) <= {200, 202, 204}
    until(lambda: twilio.got(ANA), what="the text")
    # A marker behind everything that was owed: when it arrives, whatever else was owed has arrived too.
    twilio.text_in(house.url, ANA, "+14155559000", "where is my order")
    until(lambda: len(twilio.got(ANA)) >= 2, what="the answer")
    texts = twilio.got(ANA)
    assert len(texts) == 2
    assert "shipped" in texts[0].lower() or "on its way" in texts[0].lower()
