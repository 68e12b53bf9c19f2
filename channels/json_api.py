"""Speaking JSON with somebody's API: one try, strict limits, no redirect, and what went wrong in one word."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as HttpTimeoutError

ANSWER_MAX_BYTES = 16 * 1024 * 1024
ANSWER_MAX_S = 20.0
CHUNK = 65536


class ApiAway(Exception):
    """There was no usable answer."""

    def __init__(self, code: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        """code: `connect`, `timeout`, `bad_answer` or `http_<status>`."""
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(code)


class JsonApi:
    """One host's API. Safe to share between threads; no transaction may be open on the calling one."""

    def __init__(self, url: str, *, headers: Mapping[str, str], connect_s: float = 3.0, read_s: float = 10.0) -> None:
        """url: with its path's beginning. headers: sent with every request, credentials among them."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an API's address must begin with http:// or https://")
        self._prefix = parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        timeout = Timeout(connect=connect_s, read=read_s)
        self._pool: HTTPConnectionPool
        if parts.scheme == "https":
            from channels.twilio_http import tls

            self._pool = HTTPSConnectionPool(parts.hostname, parts.port, ssl_context=tls(), timeout=timeout, maxsize=4)
        else:
            self._pool = HTTPConnectionPool(parts.hostname, parts.port, timeout=timeout, maxsize=4)

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Answer the JSON under the path. Raises ApiAway."""
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""), None)

    def post(self, path: str, said: Any) -> Any:
        """Post JSON and answer what comes back. Raises ApiAway; then nobody knows whether it was taken."""
        return self._ask("POST", path, json.dumps(said).encode())

    def _ask(self, method: str, target: str, body: bytes | None) -> Any:
        headers = {**self._headers, **({"Content-Type": "application/json"} if body is not None else {})}
        try:
            answer = self._pool.urlopen(
                method, self._prefix + target, body=body, headers=headers, retries=False, redirect=False,
                preload_content=False,
            )  # fmt: skip
        except NewConnectionError as error:
            raise ApiAway("connect") from error
        except HttpTimeoutError as error:
            raise ApiAway("timeout") from error
        except (HTTPError, OSError) as error:
            raise ApiAway("connect") from error
        try:
            read = self._read(answer)
        except (HTTPError, OSError) as error:
            raise ApiAway("timeout") from error
        finally:
            answer.release_conn()
        if not 200 <= answer.status < 300:
            raise ApiAway(f"http_{answer.status}", status=answer.status, retry_after_s=_seconds(answer))
        try:
            return json.loads(read)
        except (ValueError, RecursionError) as error:
            raise ApiAway("bad_answer") from error

    @staticmethod
    def _read(answer: BaseHTTPResponse) -> bytes:
        end, parts, size = time.monotonic() + ANSWER_MAX_S, [], 0
        for chunk in answer.stream(CHUNK):
            size += len(chunk)
            parts.append(chunk)
            if size > ANSWER_MAX_BYTES or time.monotonic() > end:
                answer.close()
                raise ApiAway("bad_answer")
        return b"".join(parts)


def _seconds(answer: BaseHTTPResponse) -> float | None:
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else None
