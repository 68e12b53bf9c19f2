"""Posting to addresses that strangers gave: public ones only, one try, ten seconds at most, no redirect followed."""

import ipaddress
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ssl import SSLError
from urllib.parse import SplitResult

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import SSLError as HttpSslError
from urllib3.exceptions import TimeoutError as HttpTimeoutError

from channels.picture_fetching import Resolve, addresses_of, is_public, origin, split
from channels.picture_source import NeverFetched, NotFetched
from channels.twilio_http import tls

CONNECT_S = 5.0
TOTAL_S = 10.0
#: Of an answer only so much is read, and kept, for whoever looks for the fault.
ANSWER_MAX = 500


class Reach(StrEnum):
    """Where posts may go."""

    #: https, to addresses everybody could reach.
    PUBLIC = "public"
    #: And to this very machine, without TLS: an installation that is being tried.
    LOOPBACK = "loopback"
    #: Anywhere: the operator trusts whoever may add an address.
    ANY = "any"


class BadUrl(ValueError):
    """Nothing may be posted there."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of one attempt."""

    #: HTTP status; None: there was no answer.
    status: int | None
    #: In one word what went wrong, `timeout` or `http_500`; None for any 2xx.
    error: str | None
    #: The first characters of the answer.
    answer: str = ""


def checked(url: str, reach: Reach) -> SplitResult:
    """Take the address apart. Raises BadUrl for one that could never be posted to, without asking anybody."""
    try:
        to = split(url)
    except NotFetched as error:
        raise BadUrl("This is not an address that can be posted to.") from error
    host = to.hostname or ""
    literal = _literal(host)
    here = literal.is_loopback if literal else host == "localhost" or host.endswith(".localhost")
    if reach is Reach.PUBLIC and (here or (literal and not is_public(str(literal)))):
        raise BadUrl("This address cannot be reached from the internet.")
    if reach is Reach.LOOPBACK and literal and not here and not is_public(str(literal)):
        raise BadUrl("This address cannot be reached from the internet.")
    if to.scheme != "https" and not (reach is Reach.ANY or (reach is Reach.LOOPBACK and here)):
        raise BadUrl("The address must begin with https://.")
    return to


class WebhookPost:
    """Posts bodies. reach: where to. Safe to share between threads; nothing may be open on the calling one."""

    def __init__(
        self,
        reach: Reach = Reach.PUBLIC,
        *,
        resolve: Resolve = addresses_of,
        connect_s: float = CONNECT_S,
        total_s: float = TOTAL_S,
    ) -> None:
        self._reach = reach
        self._resolve = resolve
        self._connect_s = connect_s
        self._total_s = total_s
        self._tls = tls()

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Post once and answer what became of it. Never raises for what the other side does."""
        try:
            to = checked(url, self._reach)
            address = self._address(to)
        except BadUrl:
            return Posted(None, "bad_address")
        except NotFetched as error:
            return Posted(None, error.code)
        connection = self._connection(to, address)
        # A socket's own time-out forgives one byte every few seconds; this does not.
        late = threading.Event()
        watch = threading.Timer(self._total_s, _cut, args=(connection, late))
        watch.start()
        try:
            return self._ask(connection, to, body, headers)
        except (HTTPError, OSError, ValueError) as error:
            return Posted(None, "timeout" if late.is_set() else _why(error))
        finally:
            watch.cancel()
            connection.close()

    def _address(self, to: SplitResult) -> str:
        """Look the name up once: whoever connects to the answer is not led elsewhere by a second look."""
        try:
            found = self._resolve(to.hostname or "", origin(to)[2])
        except (OSError, UnicodeError) as error:
            raise NotFetched("dns") from error
        if not found:
            raise NotFetched("dns")
        if not all(map(self._may, found)):
            raise NeverFetched("private_address")
        return found[0]

    def _may(self, address: str) -> bool:
        if self._reach is Reach.ANY or is_public(address):
            return True
        return self._reach is Reach.LOOPBACK and ipaddress.ip_address(address.partition("%")[0]).is_loopback

    def _connection(self, to: SplitResult, address: str) -> HTTPConnection:
        scheme, host, port = origin(to)
        if scheme == "http":
            return HTTPConnection(address, port, timeout=self._connect_s)
        return HTTPSConnection(
            address, port, timeout=self._connect_s, ssl_context=self._tls, server_hostname=host, assert_hostname=host
        )

    def _ask(self, connection: HTTPConnection, to: SplitResult, body: bytes, headers: Mapping[str, str]) -> Posted:
        connection.connect()
        if connection.sock is not None:
            connection.sock.settimeout(self._total_s)
        target = (to.path or "/") + (f"?{to.query}" if to.query else "")
        connection.request(
            "POST",
            target,
            body=body,
            headers={"Host": to.netloc, **headers},
            preload_content=False,
            decode_content=False,
        )
        answer = connection.getresponse()
        said = answer.read1(ANSWER_MAX)[:ANSWER_MAX].decode(errors="replace").replace("\x00", "")
        error = None if 200 <= answer.status < 300 else f"http_{answer.status}"
        return Posted(answer.status, error, said)


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a host is, also in the spellings that only a resolver understands (`127.1`, `0x7f.1`)."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _cut(connection: HTTPConnection, late: threading.Event) -> None:
    late.set()
    try:
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has just ended by itself


def _why(error: Exception) -> str:
    # The first counts as a time-out with urllib3, and is none: somebody said no.
    if isinstance(error, TimeoutError | HttpTimeoutError) and not isinstance(error, NewConnectionError):
        return "timeout"
    return "tls" if isinstance(error, SSLError | HttpSslError) else "no_connection"
