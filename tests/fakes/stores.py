"""Stores that speak to an installation: the tables' payloads, signed and posted."""

import base64
import hashlib
import hmac
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from fakes.webapp import Web, make_web, settings_for

from db import Database

TABLES = Path(__file__).resolve().parent.parent / "stores"


def table(name: str) -> ModuleType:
    """The table of a store's payloads, tests/stores/table_<name>.py."""
    spec = importlib.util.spec_from_file_location(f"table_{name}", TABLES / f"table_{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installed(database: Database, folder: Path, moment: Any, *, smtp_url: str = "", **secrets: str) -> Web:
    """An installation that a Shopify and a WooCommerce shop may speak to."""
    base = settings_for(database, folder)
    named = {"STORE_SHOPIFY_SECRET": "shpss_secret", "STORE_WOOCOMMERCE_SECRET": "woo secret", **secrets}
    changes: dict[str, Any] = {"source_secrets": {**base.source_secrets, **named}, "smtp_url": smtp_url}
    return make_web(database, settings_for(database, folder, **changes), moment)


class Shop:
    """One Shopify shop."""

    def __init__(self, web: Web) -> None:
        self.web, self.sent = web, 0

    def says(self, topic: str, payload: Any, *, event: str = "", status: int = 200) -> Any:
        """Post a webhook, under an event id of its own unless one is given."""
        self.sent += 1
        data = json.dumps(payload).encode()
        digest = base64.b64encode(hmac.new(b"shpss_secret", data, hashlib.sha256).digest()).decode()
        headers = {"X-Shopify-Topic": topic, "X-Shopify-Hmac-SHA256": digest}
        headers["X-Shopify-Event-Id"] = event or f"event-{self.sent}"
        answer = self.web.client.post("/hooks/stores/shopify", data=data, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    def parcels(self) -> list[dict[str, Any]]:
        """Our parcels of it, oldest first."""
        items: list[dict[str, Any]] = self.web.api("GET", "/shipments").json["items"]
        return sorted(items, key=lambda one: int(one["id"]))
