"""How we speak HTTP with Twilio: one try, strict limits, and for each failure whether anything can have been sent."""

import json
import logging
import re
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import certifi
from twilio.http.response import Response  # type: ignore[import-untyped]  # the SDK ships no types
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout, make_headers
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError, SSLError
from urllib3.exceptions import TimeoutError as HttpTimeoutError

from channels.errors import TABLE, Kind, classify
from channels.messages import Outcome, SendError
from db import utc_now

ANSWER_MAX_BYTES = 1024 * 1024
#: A whole answer must be here within this: a time-out of the socket alone forgives one byte every ten seconds.
ANSWER_MAX_S = 15.0
#: Idle longer than this, a connection may be dead without a sign (address translation forgets): then a new one is made.
IDLE_MAX_S = 30.0
RETRY_AFTER_MAX_S = 3600.0
#: What is long enough to be a phone number. Provider's words go to the console and must not carry one.
_NUMBERS = re.compile(r"\+?\d[\d ().-]{5,}\d")

# At DEBUG it writes whole request targets, and those of a listing hold phone numbers.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class NotConnected(Exception):
    """No connection was made, so nothing can have been sent. The text is one of dns, connect, connect_timeout, tls."""


class _Connecting:
    """Tells a failure to connect, after which nothing was written, from any later one."""

    sock: Any
    _used_at: float = 0.0

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]
        except (HTTPError, OSError, ValueError) as error:
            raise NotConnected(_why_not_connected(error)) from error

    def request(self, *args: Any, **kwargs: Any) -> None:
        idle = time.monotonic() - self._used_at
        if self.sock is not None and self._used_at and idle > IDLE_MAX_S:
            self.close()  # type: ignore[attr-defined]  # http.client connects again by itself
        self._used_at = time.monotonic()
        super().request(*args, **kwargs)  # type: ignore[misc]


class _PlainConnection(_Connecting, HTTPConnection):
    pass


class _SecureConnection(_Connecting, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class OneTryClient:
    """The SDK's transport: every request goes once, without redirects, to `api_url`, whatever host the SDK names.

    Anything but a 2xx with a JSON object raises SendError. For a GET nothing is ever unknown: asking again is harmless.
    """

    def __init__(
        self,
        api_url: str,
        *,
        connect_s: float = 3.0,
        read_s: float = 10.0,
        connections: int = 32,
        user: str,
        password: str,
    ) -> None:
        parts = urlsplit(api_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("TWILIO_API_URL must be an http or https URL")
        self._prefix = parts.path.rstrip("/")
        self._credentials = make_headers(basic_auth=f"{user}:{password}")
        options: dict[str, Any] = {"maxsize": connections, "timeout": Timeout(connect=connect_s, read=read_s)}
        self._pool: HTTPConnectionPool
        if parts.scheme == "https":
            self._pool = _SecurePool(parts.hostname, parts.port, ssl_context=tls(), **options)
        else:
            self._pool = _PlainPool(parts.hostname, parts.port, **options)

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: object = None,  # noqa: ARG002  the credentials are our own
        timeout: float | None = None,  # noqa: ARG002  and so are the limits
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> Response:
        """Make the request. Raises SendError."""
        parts = urlsplit(uri)
        query = "&".join(part for part in (parts.query, urlencode(params or {}, doseq=True)) if part)
        target = self._prefix + parts.path + (f"?{query}" if query else "")
        body = urlencode(data, doseq=True).encode() if data else None
        try:
            answer = self._pool.urlopen(
                method,
                target,
                body=body,
                headers={**(headers or {}), **self._credentials},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            content = _read(answer)
        except NotConnected as error:
            raise failure(Outcome.TRY_AGAIN, "connect", cause=str(error)) from error
        except (HTTPError, OSError) as error:
            raise _after(method, "timeout" if isinstance(error, ReadTimeoutError) else "reset") from error
        return _judge(method, answer, content)


def tls() -> ssl.SSLContext:
    """Trust the machine's authorities and, where an image ships none, the usual ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _why_not_connected(error: Exception) -> str:
    if isinstance(error, NameResolutionError):
        return "dns"
    if isinstance(error, NewConnectionError):  # which urllib3 counts among the time-outs
        return "connect"
    if isinstance(error, (TimeoutError, HttpTimeoutError)):
        return "connect_timeout"
    return "tls" if isinstance(error, (ssl.SSLError, SSLError, ValueError)) else "connect"


def _read(answer: BaseHTTPResponse) -> bytes | None:
    """Answer the body, or None when it is larger or slower than any answer of Twilio's."""
    end = time.monotonic() + ANSWER_MAX_S
    content = bytearray()
    while chunk := answer.read1(65536):
        content += chunk
        if len(content) > ANSWER_MAX_BYTES or time.monotonic() > end:
            answer.close()
            return None
    answer.release_conn()
    return bytes(content)


def failure(outcome: Outcome, code: str, **details: str) -> SendError:
    """Answer the error with the words of its class; `details` may hold what the provider `said`, and the `cause`."""
    known = classify(code)
    kind = known.kind
    if outcome is Outcome.UNKNOWN and kind is not Kind.AMBIGUOUS:
        known = classify(None, 500)
        kind = known.kind
    elif outcome is Outcome.TRY_AGAIN:
        kind = Kind.TRANSIENT
    return SendError(outcome, code, known.words, kind=kind, details=details)


def _after(method: str, code: str, **details: str) -> SendError:
    """The request went out and no usable answer came: unknown for a POST; a GET may simply be asked again."""
    if method.upper() == "GET":
        return failure(Outcome.TRY_AGAIN, code, **details)
    return failure(Outcome.UNKNOWN, code, **details)


def _judge(method: str, answer: BaseHTTPResponse, content: bytes | None) -> Response:
    status, payload = answer.status, _object(content)
    if 200 <= status < 300:
        if payload is None:
            raise _after(method, "bad_answer")
        return Response(status, (content or b"").decode(), answer.headers)
    # A code is a short number; whatever else stands there is not repeated.
    told = str((payload or {}).get("code") or "")
    code = told if told.isdecimal() and len(told) <= 6 else f"http_{status}"
    said = _NUMBERS.sub("(number)", str((payload or {}).get("message") or ""))[:300]
    details = {"said": said} if said else {}
    if status >= 500 or status < 400:
        # A redirect too: whoever answered it may have passed the request on.
        error = _after(method, code, **details)
    elif code in TABLE:
        error = failure(classify(code).outcome, code, **details)
    else:
        error = failure(Outcome.TRY_AGAIN if status == 429 else Outcome.REFUSED, code, **details)
    if status == 404 and error.outcome is Outcome.REFUSED:
        # Not this text is at fault: the account or TWILIO_API_URL is not what it should be.
        error.kind = Kind.CREDENTIALS
    error.retry_after_s = _retry_after(answer.headers.get("Retry-After"))
    raise error


def _object(content: bytes | None) -> dict[str, Any] | None:
    try:
        payload = json.loads((content or b"").decode())
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _retry_after(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = (
            float(value) if value.strip().isdigit() else (parsedate_to_datetime(value) - utc_now()).total_seconds()
        )
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_MAX_S)
