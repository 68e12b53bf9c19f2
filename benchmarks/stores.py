"""How quickly a shop's webhook is answered: orders of a hundred lines, their fulfilments and scans, one after another.

    .venv/bin/python -m benchmarks.stores [orders]

Prints one JSON object: milliseconds by topic. The web runs in this process, on a SQLite file with all its promises.
"""

import base64
import hashlib
import hmac
import json
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import migrations
from app import create_app
from db import utc_now
from settings import Settings

SECRET = "benchmark"


def main(orders: int) -> dict[str, Any]:
    """Play the orders; answers the figures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'stores.db'}"
        migrations.upgrade(url)
        settings = replace(
            Settings.load({"DATA_DIR": folder, "NLU_URL": "off"}, dotenv=None),
            database_url=url,
            source_secrets={"STORE_SHOPIFY_SECRET": SECRET},
        )
        client = create_app(settings).test_client()
        took: dict[str, list[float]] = {}
        for number in range(orders):
            for topic, payload in _story(number):
                body = json.dumps(payload).encode()
                digest = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
                headers = {"X-Shopify-Topic": topic, "X-Shopify-Hmac-SHA256": digest}
                begun = time.perf_counter()
                answer = client.post("/hooks/stores/shopify", data=body, headers=headers)
                took.setdefault(topic, []).append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.text
    return {topic: _figures(times) for topic, times in took.items()}


def _story(number: int) -> list[tuple[str, dict[str, Any]]]:
    now = utc_now()
    made, sent = (now - timedelta(minutes=10)).isoformat(), (now - timedelta(minutes=5)).isoformat()
    address = {"address1": "1 Main St", "city": "Oakland", "zip": "94607", "country_code": "US"}
    lines = [{"id": one, "name": f"Thing {one}", "quantity": 1} for one in range(100)]
    order = {
        "id": number + 1,
        "name": f"#{number}",
        "updated_at": made,
        "line_items": lines,
        "shipping_address": address,
    }
    order |= {"phone": f"+1415555{number % 10000:04}", "email": "a@example.com"}
    parcel = {"id": number + 1, "order_id": number + 1, "status": "success", "created_at": sent, "updated_at": sent}
    parcel |= {"tracking_number": f"1Z{number}", "tracking_company": "UPS"}
    scan = {
        "id": number + 1,
        "fulfillment_id": number + 1,
        "status": "out_for_delivery",
        "happened_at": now.isoformat(),
    }
    return [("orders/create", order), ("fulfillments/create", parcel), ("fulfillment_events/create", scan)]


def _figures(times: list[float]) -> dict[str, float]:
    times.sort()
    return {
        "n": len(times),
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
        "max_ms": round(times[-1], 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)))
