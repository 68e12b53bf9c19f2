"""Rasa as an `Nlu`: three seconds at most, a breaker, and keywords when Rasa cannot answer. No text is ever logged."""

import contextlib
import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from bot.breaker import Breaker
from bot.judge import courtesy, rules_win
from bot.normal import normal
from bot.rasa_answer import RasaError, read
from bot.rules.elsewhere import of_ours
from bot.understanding import Nlu, Understanding, others

_log = logging.getLogger(__name__)

#: Rasa's answer to a text is about 3 kB.
_MAX_ANSWER_BYTES: Final = 1_000_000
_MAX_TEXT_CHARS: Final = 2_000
#: Exchanges at a time; one more is answered by the fallback rather than queued.
_MAX_AT_ONCE: Final = 16
_PING_S: Final = 1.0


class RasaNlu:
    """`Nlu` that asks a Rasa server at `url` (its `/model/parse`) and else `fallback`. Safe to share between threads.

    `timeout_s` bounds the whole exchange in wall-clock seconds, even against a server that sends a byte now and then.
    `clock` is monotonic seconds. After 5 failures in a row Rasa is left alone for 10 s, then one text tries it again.
    The fallback is asked too, and believed where Rasa is unsure and it is not (`bot.judge`); `source` names whose
    answer it is. Entities and language are always the fallback's. Confidence is scaled: below 0.5 means unclear.
    """

    def __init__(
        self, url: str, fallback: Nlu, *, timeout_s: float = 3.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("NLU_URL must be an http or https address")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._path = parts.path.rstrip("/")
        self._fallback = fallback
        self._timeout_s = timeout_s
        self._breaker = Breaker(clock)
        self._slots = threading.BoundedSemaphore(_MAX_AT_ONCE)
        self._pool = ThreadPoolExecutor(_MAX_AT_ONCE, thread_name_prefix="rasa")
        #: Whether the last contact, a parse or a ping, went well.
        self._reached = False

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        """The meaning of any string, by Rasa when it answers properly in time; never raises."""
        if not normal(text) or not self._breaker.allow():  # of signs alone a model can only say what is frequent
            return self._fallback.understand(text, language=language)
        try:
            answer = self._exchange("POST", "/model/parse", {"text": _sendable(text)}, self._timeout_s)
            ranking = of_ours(read(answer), normal(text))
        except RasaError as failure:
            self._reached = False
            if self._breaker.failed():
                _log.warning("NLU is not answering, keywords take over: %s", failure)
            return self._fallback.understand(text, language=language)
        self._reached = True
        if self._breaker.succeeded():
            _log.info("NLU answers again")
        rules = self._fallback.understand(text, language=language)
        if rules_win(ranking, rules):
            return replace(rules, alternatives=others(rules.intent, (*rules.alternatives, *ranking)))
        intent, confidence = courtesy(ranking, text, rules)
        other = others(intent, (*ranking[1:], *rules.alternatives))
        return Understanding(intent, confidence, rules.entities, rules.language, "rasa", other)

    def status(self) -> Literal["rasa", "keywords"]:
        """Who would answer now, as far as the last contact tells; "keywords" before the first one."""
        return "rasa" if self._reached and not self._breaker.is_open() else "keywords"

    def ping(self) -> bool:
        """Asks, within a second, whether the server is there with its model loaded. Does not move the breaker."""
        try:
            answer = self._exchange("GET", "/status", None, min(_PING_S, self._timeout_s))
        except RasaError:
            self._reached = False
            return False
        self._reached = isinstance(answer, dict) and bool(answer.get("model_file"))
        return self._reached

    def close(self) -> None:
        """Lets go of the threads; a closed NLU answers by the fallback."""
        self._breaker.force_open()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _exchange(self, method: str, path: str, body: dict[str, str] | None, timeout_s: float) -> Any:
        """The decoded JSON of a 200 answer. In a thread of its own, because neither a name look-up nor an answer that
        drips can be bounded from the thread that waits for it.
        """
        if not self._slots.acquire(blocking=False):
            raise RasaError("too many texts at once")
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        exchange = _Exchange(kind(self._host, self._port, timeout=timeout_s))
        try:
            future = self._pool.submit(exchange.run, method, self._path + path, body)
        except RuntimeError as closed:
            self._slots.release()
            raise RasaError("closed") from closed
        future.add_done_callback(lambda _: self._slots.release())
        try:
            return future.result(timeout_s)
        except FutureTimeout:
            exchange.cut()
            raise RasaError("no answer in time") from None


class _Exchange:
    """One request and its answer, which another thread can cut short."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection
        #: Kept, because http.client hands its own over to the answer.
        self._socket: socket.socket | None = None

    def run(self, method: str, path: str, body: dict[str, str] | None) -> Any:
        """The decoded JSON of a 200 answer. Raises RasaError, which never quotes what was sent or answered."""
        try:
            self._connection.connect()
            self._socket = self._connection.sock
            payload = json.dumps(body).encode() if body is not None else None
            headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
            self._connection.request(method, path, payload, headers)
            with self._connection.getresponse() as response:
                return self._decoded(response)
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as failure:
            raise RasaError(type(failure).__name__) from None
        finally:
            self._connection.close()
            if self._socket:
                self._socket.close()

    def cut(self) -> None:
        """End the exchange, so that its thread does not wait on for a server that drips."""
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _decoded(response: http.client.HTTPResponse) -> Any:
        if response.status != 200:
            raise RasaError(f"status {response.status}")
        content = response.read(_MAX_ANSWER_BYTES + 1)
        if len(content) > _MAX_ANSWER_BYTES:
            raise RasaError("answer too large")
        return json.loads(content)


def _sendable(text: str) -> str:
    """The text without what JSON or Rasa would choke on: lone surrogates, NUL, and everything past 2,000 characters."""
    return text[:_MAX_TEXT_CHARS].encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", " ")
