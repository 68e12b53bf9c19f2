"""Whether a house system's message is its own: a signature over its bytes, or a secret it carries. Pure."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flows.mapping_rules import Auth


def is_signed(auth: Auth, headers: Mapping[str, str], body: bytes, secret: str, *, now: datetime) -> bool:
    """Whether the message carries what the mapping asks for. headers: names in lower case. An empty secret: never."""
    given = headers.get(auth.header.lower(), "").strip()
    if not secret or not given:
        return False
    if auth.type == "bearer":
        return _same((auth.prefix if auth.prefix is not None else _scheme(auth.header)) + secret, given)
    try:
        key = _key(auth, secret)
    except ValueError:
        return False
    signed = body
    if auth.timestamp is not None:
        stamp = headers.get(auth.timestamp.lower(), "").strip()
        if not _is_fresh(stamp, now, auth.tolerance):
            return False
        signed = stamp.encode("utf-8", "replace") + b"." + body
    digest = hmac.digest(key, signed, auth.algorithm)
    expected = digest.hex() if auth.encoding == "hex" else base64.b64encode(digest).decode()
    prefix = auth.prefix or ""
    if not given.startswith(prefix):
        return False
    given = given.removeprefix(prefix)
    return _same(expected, given.lower() if auth.encoding == "hex" else given)


def _scheme(header: str) -> str:
    return "Bearer " if header.lower() == "authorization" else ""


def _key(auth: Auth, secret: str) -> bytes:
    if auth.key == "hex":
        return bytes.fromhex(secret)
    if auth.key == "base64":
        try:
            return base64.b64decode(secret, validate=True)
        except binascii.Error as error:
            raise ValueError("the secret is not base64") from error
    return secret.encode()


def _is_fresh(stamp: str, now: datetime, tolerance: timedelta) -> bool:
    try:
        at = datetime.fromtimestamp(float(stamp), UTC) if stamp[:5].isdigit() else datetime.fromisoformat(stamp)
        return at.tzinfo is not None and abs(now - at) <= tolerance
    except (ValueError, OverflowError, OSError):
        return False


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode("utf-8", "replace"), given.encode("utf-8", "replace"))
