"""Fetching pictures from where strangers keep them: bounded in size and time, and from public addresses only."""

import ipaddress
import logging
import socket
import time
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import BaseHTTPResponse, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from channels.picture_source import NeverFetched, NotFetched
from channels.pictures import BYTES_MAX
from channels.twilio_http import tls

MOVED = frozenset({301, 302, 303, 307, 308})
REDIRECTS_MAX = 3
CHUNK = 65536

Resolve = Callable[[str, int], Sequence[str]]


def addresses_of(host: str, port: int) -> list[str]:
    """Answer the host's addresses. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class WebPictures:
    """Pictures that carriers keep on the web: https alone, public addresses alone, redirects looked at one by one.

    total_s: the longest one fetch lasts, redirects and all. No credentials are ever sent; the address may hold some.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = addresses_of,
        connect_s: float = 3.0,
        read_s: float = 5.0,
        total_s: float = 10.0,
        pool: Callable[[str, int, str, Timeout], HTTPSConnectionPool] | None = None,
    ) -> None:
        self._resolve = resolve
        self._timeout = Timeout(connect=connect_s, read=read_s)
        self._total_s = total_s
        self._pool = pool or _pinned

    def fetch(self, url: str) -> bytes:
        """Answer the picture's bytes, at most 5 MB. Raises NotFetched, NeverFetched."""
        end = time.monotonic() + self._total_s
        at = self._checked(url)
        for _ in range(REDIRECTS_MAX + 1):
            if time.monotonic() > end:
                raise NotFetched("too_slow")
            answer = self._ask(at)
            try:
                if answer.status not in MOVED:
                    return content(answer, end)
                location = answer.headers.get("Location", "")
                at = self._checked(urljoin(at.geturl(), location) if location else "")
            finally:
                answer.close()
        raise NeverFetched("too_many_redirects")

    def delete(self, url: str) -> None:
        """Do nothing: it is the carrier's own."""

    def _checked(self, url: str) -> SplitResult:
        to = split(url)
        if origin(to)[0] != "https" or origin(to)[2] != 443:
            raise NeverFetched("not_https")
        return to

    def _ask(self, to: SplitResult) -> BaseHTTPResponse:
        host, port = to.hostname or "", origin(to)[2]
        pool = self._pool(public_address(self._resolve, host, port), port, host, self._timeout)
        target = (to.path or "/") + (f"?{to.query}" if to.query else "")
        try:
            return pool.urlopen(
                "GET",
                target,
                headers={"Host": to.netloc, "Accept": "image/*", "Accept-Encoding": "identity"},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, OSError) as error:
            raise NotFetched("no_answer") from error


def _pinned(address: str, port: int, host: str, timeout: Timeout) -> HTTPSConnectionPool:
    return HTTPSConnectionPool(
        address, port, timeout=timeout, ssl_context=tls(), server_hostname=host, assert_hostname=host
    )


def public_address(resolve: Resolve, host: str, port: int) -> str:
    """Look a name up once; whoever connects to the answer is not led elsewhere by a second look.

    Raises NotFetched, and NeverFetched where any of its addresses is not public.
    """
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:  # the second: what can be no name at all
        raise NotFetched("dns") from error
    if not found or not all(map(is_public, found)):
        raise NeverFetched("private_address")
    return found[0]


def is_public(address: str) -> bool:
    """Whether everybody could reach that address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo:  # an address in disguise
            return False
        return (found.ipv4_mapped or found).is_global
    return found.is_global


def content(answer: BaseHTTPResponse, end: float) -> bytes:
    """Answer the bytes of a picture, within size and time. Raises NotFetched, NeverFetched."""
    if answer.status != 200:
        # A medium may be announced before it can be fetched, so that even 404 may be another one in a second.
        raise NotFetched(f"http_{answer.status}")
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > BYTES_MAX:
        raise NeverFetched("too_big")
    content = bytearray()
    try:
        while chunk := answer.read1(CHUNK):
            content += chunk
            if len(content) > BYTES_MAX:
                raise NeverFetched("too_big")
            if time.monotonic() > end:
                raise NotFetched("too_slow")
    except (HTTPError, OSError) as error:
        raise NotFetched("broken_off") from error
    if announced.isdigit() and len(content) < int(announced):
        raise NotFetched("broken_off")
    return bytes(content)


def split(url: str) -> SplitResult:
    """Take an address apart. Raises NeverFetched for one that is none, or that hides another in itself."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise NeverFetched("bad_address") from error
    plain = url.isascii() and url.isprintable() and not set(url) & set("\\ ")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or "@" in parts.netloc
        or not (plain and port_is_fine)
    ):
        raise NeverFetched("bad_address")
    return parts


def origin(parts: SplitResult) -> tuple[str, str, int]:
    """Answer scheme, host and port."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, (parts.hostname or "").lower(), port


# At DEBUG it writes whole request targets, and those hold keys to people's pictures.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
