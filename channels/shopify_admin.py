"""Shopify's Admin API, as far as it is asked: look at an order, cancel it, write its note (REST, 2025-07).

Each call is made once. What is not known to have failed is never called failed: a time-out after the request went out
may have been done.
"""

import json
from typing import Any
from urllib.parse import quote, urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from channels.store_api import OrderNow, StoreError, StoreOutcome
from channels.twilio_http import tls

VERSION = "2025-07"
#: No answer of these is longer.
ANSWER_MAX = 4 * 1024 * 1024
WORDS_MAX = 300
RETRY_AFTER_MAX_S = 3600.0
#: Errors of a request that never left.
NOT_SENT = (NewConnectionError, ConnectTimeoutError, NameResolutionError)


class ShopifyAdmin:
    """One shop. url: https://<shop>.myshopify.com; token: an Admin API access token with write_orders."""

    def __init__(self, url: str, token: str, *, connect_s: float = 3.0, read_s: float = 15.0) -> None:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("STORE_SHOPIFY_URL must be the shop's address, https://<shop>.myshopify.com")
        self._headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json"}
        options: dict[str, Any] = {"maxsize": 4, "timeout": Timeout(connect=connect_s, read=read_s)}
        self._pool: HTTPConnectionPool
        if parts.scheme == "https":
            self._pool = HTTPSConnectionPool(parts.hostname, parts.port, ssl_context=tls(), **options)
        else:
            self._pool = HTTPConnectionPool(parts.hostname, parts.port, **options)

    def order(self, ref: str) -> OrderNow:
        """Look at the order. Raises StoreError."""
        found = self._ask("GET", f"orders/{quote(ref, safe='')}.json?fields=id,cancelled_at,note").get("order")
        if not isinstance(found, dict):
            raise StoreError(StoreOutcome.TRY_AGAIN, "the answer has no order")
        note = found.get("note")
        return OrderNow(cancelled=bool(found.get("cancelled_at")), note=note if isinstance(note, str) else "")

    def cancel(self, ref: str) -> None:
        """Cancel the order; Shopify refunds and tells its customer as the shop has it set. Raises StoreError."""
        self._ask("POST", f"orders/{quote(ref, safe='')}/cancel.json", {"reason": "customer"})

    def write_note(self, ref: str, note: str) -> None:
        """Replace the order's note. Raises StoreError."""
        body = {"order": {"id": int(ref) if ref.isdecimal() else ref, "note": note}}
        self._ask("PUT", f"orders/{quote(ref, safe='')}.json", body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        harmless = method == "GET"
        try:
            answer = self._pool.urlopen(
                method,
                f"/admin/api/{VERSION}/{path}",
                body=json.dumps(body).encode() if body is not None else None,
                headers=self._headers,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            content = answer.read(ANSWER_MAX + 1, decode_content=True)
            answer.release_conn()
        except NOT_SENT as error:
            raise StoreError(StoreOutcome.TRY_AGAIN, "not reached") from error
        except (HTTPError, OSError) as error:
            raise StoreError(StoreOutcome.TRY_AGAIN if harmless else StoreOutcome.UNKNOWN, "no answer") from error
        found = _object(content)
        if 200 <= answer.status < 300 and found is not None:
            return found
        raise _failed(answer.status, found, answer.headers.get("Retry-After"), harmless=harmless)


def _failed(status: int, found: dict[str, Any] | None, retry_after: str | None, *, harmless: bool) -> StoreError:
    """429 was certainly not done; other 4xx are a no; whatever else answered may have done it."""
    words = f"{status}: {_words(found)}"[:WORDS_MAX]
    if status == 429:
        seconds = float(retry_after) if retry_after and retry_after.replace(".", "", 1).isdigit() else 2.0
        return StoreError(StoreOutcome.TRY_AGAIN, words, retry_after_s=min(seconds, RETRY_AFTER_MAX_S))
    if 400 <= status < 500 and status != 408:
        return StoreError(StoreOutcome.REFUSED, words)
    return StoreError(StoreOutcome.TRY_AGAIN if harmless else StoreOutcome.UNKNOWN, words)


def _words(found: dict[str, Any] | None) -> str:
    """Shopify says `error`, or `errors` as a text, a list or lists by field."""
    said = (found or {}).get("errors") or (found or {}).get("error") or "no reason given"
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def _object(content: bytes) -> dict[str, Any] | None:
    if len(content) > ANSWER_MAX:
        return None
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
