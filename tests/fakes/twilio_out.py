"""What Twilio sends to an application: signed webhooks. Signed by hand here, so that the SDK is judged as well."""

import base64
import hmac
import http.client
import ipaddress
import random
import threading
from collections import deque
from collections.abc import Sequence
from hashlib import sha1
from urllib.parse import urlencode, urlsplit

Pairs = Sequence[tuple[str, str]]


def sign(token: str, url: str, pairs: Pairs = ()) -> str:
    """Answer X-Twilio-Signature: the URL and the sorted pairs, equal ones once."""
    words = url.partition("#")[0] + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), words.encode(), sha1).digest()).decode()


def post(
    url: str, pairs: Pairs, *, token: str | None, signed_url: str = "", timeout_s: float = 15.0
) -> tuple[int, str]:
    """POST the form and answer status and body. token None: unsigned. signed_url: the public one, where it differs.

    Raises OSError. Speaks with this machine only.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError("the fake Twilio calls nobody but this machine")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1"}
    if token is not None:
        headers["X-Twilio-Signature"] = sign(token, signed_url or url, pairs)
    connection = http.client.HTTPConnection(host, parts.port or 80, timeout=timeout_s)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, urlencode(pairs), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


class Callbacks:
    """Posts status callbacks one after the other from a thread of its own, as well or as badly as `policy` says."""

    POLICIES = ("all", "none", "duplicate", "shuffle", "drop")

    def __init__(self, token: str, *, seed: int = 7) -> None:
        self.policy = "all"
        #: `http://public` -> `http://127.0.0.1:8000`: where a public URL really answers.
        self.reroute: tuple[str, str] | None = None
        #: Status codes of the answers; 0 where nobody answered.
        self.answers: list[int] = []
        self._token = token
        self._random = random.Random(seed)
        self._waiting: deque[tuple[str, Pairs]] = deque()
        self._busy = 0
        self._closed = False
        self._stopped = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="fake-twilio-callbacks", daemon=True)
        self._thread.start()

    def owe(self, url: str, forms: Sequence[Pairs]) -> None:
        """Plan the callbacks of one message."""
        batch = list(forms)
        if self.policy == "none":
            return
        if self.policy == "duplicate":
            batch = [form for form in batch for _ in range(2)]
        if self.policy == "drop":
            batch = [form for form in batch if self._random.random() < 0.5]
        with self._changed:
            self._waiting.extend((url, form) for form in batch)
            if self.policy == "shuffle":
                shuffled = list(self._waiting)
                self._random.shuffle(shuffled)
                self._waiting = deque(shuffled)
            self._changed.notify_all()

    def settled(self, timeout_s: float = 20.0) -> None:
        """Wait until every planned callback was posted. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout_s):
                raise TimeoutError(f"{len(self._waiting)} callbacks still wait")

    def close(self) -> None:
        self._stopped.set()
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join(20)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._closed)
                if self._closed:
                    return
                url, form = self._waiting.popleft()
                self._busy += 1
            status = self._post(url, form)
            with self._changed:
                self.answers.append(status)
                self._busy -= 1
                self._changed.notify_all()

    def _post(self, url: str, form: Pairs) -> int:
        real = url.replace(*self.reroute, 1) if self.reroute else url
        for left in (1, 0):  # Twilio tries a failed connection once more, nothing else
            try:
                return post(real, form, token=self._token, signed_url=url)[0]
            except ConnectionRefusedError:
                if left and self._stopped.wait(0.05):
                    return 0
            except (OSError, ValueError):
                return 0
        return 0
