"""What stands in an outbound webhook and how it is signed, after the Standard Webhooks specification. Pure."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

PREFIX = "whsec_"
AGENT = "Doorline-Webhooks/1"


def secret_of(secret_key: str, nonce: str) -> str:
    """Answer an endpoint's secret, `whsec_…`: worked out from the installation's key, so that it is stored nowhere."""
    key = hmac.new(secret_key.encode(), b"webhook\0" + nonce.encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(key).decode()


def event_id(row_id: int) -> str:
    """Answer what the event is called outside: the same at each attempt, at each endpoint."""
    return f"evt_{row_id}"


def body(row_id: int, kind: str, retailer: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """Answer the JSON that is posted: the same bytes at each attempt."""
    said = {
        "id": event_id(row_id),
        "type": kind,
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "retailer": retailer,
        "data": data,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def headers(secret: str, name: str, content: bytes, *, now: datetime) -> dict[str, str]:
    """Answer the headers of one attempt: id, its time in seconds, and the signature over both and the body."""
    stamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, name, stamp, content),
    }


def signature(secret: str, name: str, stamp: str, content: bytes) -> str:
    """Answer `v1,` and the base64 of the HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{name}.{stamp}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
