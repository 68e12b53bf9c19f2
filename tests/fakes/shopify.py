"""A Shopify shop's Admin API on this machine: orders that can be looked at, cancelled and written upon, and trouble.

Its answers have the shape of those recorded from the REST API (2025-07): the order under `order`, errors under
`errors` (a text, or lists by field), 422 for what cannot be done to an order as it is.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "shpat_token"
PREFIX = "/admin/api/2025-07/orders/"


@dataclass
class FakeShopify:
    """What the shop holds, and what goes wrong next."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: (method, path) of every request that came.
    asked: list[tuple[str, str]] = field(default_factory=list)
    #: Answers to give instead, in order: (status, body, headers); `lose`: done, then the line is cut; `cut`: not done;
    #: `ok`: as usual.
    trouble: list[tuple[int, dict[str, Any], dict[str, str]] | str] = field(default_factory=list)
    url: str = ""

    def order(self, ref: str, **said: Any) -> dict[str, Any]:
        found = {"id": int(ref), "name": "#1001", "cancelled_at": None, "cancel_reason": None, "note": None, **said}
        self.orders[ref] = found
        return found

    def changes(self) -> list[tuple[str, str]]:
        """The requests that would change something."""
        return [one for one in self.asked if one[0] != "GET"]

    def do(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        target = path.partition("?")[0].removeprefix(PREFIX)
        ref = target.split("/")[0].removesuffix(".json")
        order = self.orders.get(ref)
        if order is None:
            return 404, {"errors": "Not Found"}
        if method == "POST" and target == f"{ref}/cancel.json":
            if order["cancelled_at"] or order.get("fulfillment_status") == "fulfilled":
                return 422, {"errors": {"base": ["Cannot cancel a paid and fulfilled order"]}}
            order |= {"cancelled_at": "2026-12-01T09:00:00-08:00", "cancel_reason": body.get("reason", "other")}
            return 200, {"order": order, "notice": "Order has been canceled"}
        if method == "PUT" and target == f"{ref}.json":
            if str(body["order"]["id"]) != ref:
                return 400, {"errors": {"id": ["does not match"]}}
            order["note"] = body["order"]["note"]
            return 200, {"order": order}
        if method == "GET" and target == f"{ref}.json":
            return 200, {"order": {key: order[key] for key in ("id", "cancelled_at", "note")}}
        return 404, {"errors": "Not Found"}


@contextmanager
def shopify() -> Iterator[FakeShopify]:
    """The shop, listening on loopback."""
    shop = FakeShopify()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            shop.asked.append((self.command, self.path))
            if self.headers.get("X-Shopify-Access-Token") != TOKEN:
                self._answer(401, {"errors": "[API] Invalid API key or access token"}, {})
                return
            trouble = shop.trouble.pop(0) if shop.trouble else None
            if isinstance(trouble, tuple):
                self._answer(*trouble)
                return
            status, said = (0, {}) if trouble == "cut" else shop.do(self.command, self.path, body)
            if trouble in ("lose", "cut"):
                self.close_connection = True
                self.connection.close()
                return
            self._answer(status, said, {})

        do_GET = do_POST = do_PUT = _serve  # noqa: N815  names the library calls

        def _answer(self, status: int, said: dict[str, Any], headers: dict[str, str]) -> None:
            data = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a line that was cut is no error of ours
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
