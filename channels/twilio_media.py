"""Pictures of incoming texts, fetched from Twilio and deleted there.

Our credentials go to Twilio's API and nowhere else: redirects are followed by hand, without them, to the hosts where
Twilio keeps media, and to no private address.
"""

import logging
import re
import time
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout, make_headers
from urllib3.exceptions import HTTPError

from channels.picture_fetching import (
    MOVED,
    REDIRECTS_MAX,
    Resolve,
    addresses_of,
    content,
    origin,
    public_address,
    split,
)
from channels.picture_source import NeverFetched, NotFetched
from channels.twilio_http import tls

API = "https://api.twilio.com"
#: Where a message's media stand on Twilio's API.
_MEDIA = re.compile(r"/2010-04-01/Accounts/AC\w+/Messages/\w+/Media/\w+")
#: Hosts that Twilio sends us on to.
_MEDIA_HOSTS = (".twiliocdn.com", ".twilio.com")
_BUCKET, _BUCKET_PATH = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"


class TwilioMedia:
    """The picture source of a Twilio account.

    api_url: TWILIO_API_URL; where it is a stand-in for Twilio, nothing goes to Twilio itself. total_s: the longest one
    fetch lasts, redirects and all.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        api_url: str = API,
        resolve: Resolve = addresses_of,
        connect_s: float = 3.0,
        read_s: float = 5.0,
        total_s: float = 8.0,
    ) -> None:
        self._api = urlsplit(api_url)
        host = self._api.hostname or ""
        self._is_twilio = host == "twilio.com" or host.endswith(".twilio.com")
        self._credentials = make_headers(basic_auth=f"{account_sid}:{auth_token}")
        self._resolve = resolve
        self._timeout = Timeout(connect=connect_s, read=read_s)
        self._total_s = total_s

    def fetch(self, url: str) -> bytes:
        """Answer the picture's bytes, at most 5 MB. Raises NotFetched, NeverFetched."""
        end = time.monotonic() + self._total_s
        at, headers = self._ours(url), self._credentials
        for _ in range(REDIRECTS_MAX + 1):
            if time.monotonic() > end:
                raise NotFetched("too_slow")
            answer = self._ask("GET", at, headers)
            try:
                if answer.status not in MOVED:
                    return content(answer, end)
                at, headers = self._onward(at, answer.headers.get("Location", "")), {}
            finally:
                answer.close()
        raise NeverFetched("too_many_redirects")

    def delete(self, url: str) -> None:
        """Delete the media at Twilio. Raises NotFetched while Twilio still needs it, NeverFetched."""
        answer = self._ask("DELETE", self._ours(url), self._credentials)
        answer.close()
        if not 200 <= answer.status < 300 and answer.status != 404:
            raise NotFetched(f"http_{answer.status}")

    def _ours(self, url: str) -> SplitResult:
        """Answer where to ask with our credentials. Raises NeverFetched for an address that must not have them."""
        said = split(url)
        if origin(said) == origin(self._api) and (not self._is_twilio or _MEDIA.fullmatch(said.path)):
            return said
        if origin(said) == origin(urlsplit(API)) and _MEDIA.fullmatch(said.path):
            if self._is_twilio:
                return said
            return self._api._replace(path=self._api.path.rstrip("/") + said.path, query=said.query)
        raise NeverFetched("not_twilios")

    def _onward(self, at: SplitResult, location: str) -> SplitResult:
        """Answer where a redirect leads. Raises NeverFetched for any place that is not Twilio's."""
        to = split(urljoin(at.geturl(), location) if location else "")
        host = (to.hostname or "").lower()
        if not self._is_twilio and origin(to) == origin(self._api):
            return to
        known = host.endswith(_MEDIA_HOSTS) or (host == _BUCKET and to.path.startswith(_BUCKET_PATH))
        if to.scheme != "https" or origin(to)[2] != 443 or not known:
            raise NeverFetched("redirected_elsewhere")
        return to

    def _ask(self, method: str, to: SplitResult, headers: dict[str, str]) -> BaseHTTPResponse:
        target = to.path + (f"?{to.query}" if to.query else "")
        try:
            return self._pool(to).urlopen(
                method,
                target,
                headers={"Host": to.netloc, "Accept-Encoding": "identity", **headers},
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, OSError) as error:
            raise NotFetched("no_answer") from error

    def _pool(self, to: SplitResult) -> HTTPConnectionPool:
        host, port = to.hostname or "", origin(to)[2]
        if origin(to) == origin(self._api):  # the operator's own choice, wherever that is
            if to.scheme == "http":
                return HTTPConnectionPool(host, port, timeout=self._timeout)
            return HTTPSConnectionPool(host, port, timeout=self._timeout, ssl_context=tls())
        # Looked up once and connected to as looked up: a name that answers differently the next time gains nothing.
        pinned = public_address(self._resolve, host, port)
        return HTTPSConnectionPool(
            pinned, port, timeout=self._timeout, ssl_context=tls(), server_hostname=host, assert_hostname=host
        )


# At DEBUG it writes whole request targets, and those hold the ids of people's pictures.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
