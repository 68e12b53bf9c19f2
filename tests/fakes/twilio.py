"""A Twilio on this machine: keeps messages, signs webhooks, and fails in every way we have been told to fear.

In a test: `with FakeTwilio() as twilio: TwilioSms(twilio.account_sid, (twilio.token,), api_url=twilio.url, …)`.
As a process, with `tests` on PYTHONPATH: `python -m fakes.twilio --port 8100`; then `POST /_control` with
`{"do": "script", "modes": [{"name": "slow", "seconds": 2}]}`, see `FakeTwilio.control`. It prints its URL and ends
with SIGTERM.
"""

import argparse
import signal
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any, Self

from fakes.twilio_calls import Callee, Exchange, Played
from fakes.twilio_handling import Handler
from fakes.twilio_media import MediaState
from fakes.twilio_out import Callbacks, Pairs, post
from fakes.twilio_state import Mode, State, Text, real_now

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "fake-auth-token"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    twilio: "FakeTwilio"

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up is part of the play; anything else is a bug of the fake's.
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError, OSError)):
            super().handle_error(request, client_address)


class FakeTwilio:
    """The server, in a thread of its own, on the loopback only.

    statuses: what becomes of an accepted message by itself; empty: it stays queued and has no day it was sent on.
    """

    def __init__(
        self,
        account_sid: str = ACCOUNT,
        token: str = TOKEN,
        *,
        port: int = 0,
        clock: Callable[[], datetime] = real_now,
        statuses: tuple[str, ...] = ("sent", "delivered"),
    ) -> None:
        self.state = State(account_sid, token, clock=clock)
        self.callbacks = Callbacks(token)
        self.media = MediaState()
        self.closing = threading.Event()
        self.statuses = statuses
        #: What becomes of messages to a number instead, with Twilio's code: `{"+1…": ("undelivered", 30003)}`.
        self.fates: dict[str, tuple[str, int]] = {}
        #: Texts that showed one person's number to another; there must be none when it ends.
        self.leaks: list[str] = []
        self._server = _Server(("127.0.0.1", port), Handler)
        self._server.twilio = self
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        # A short poll: by default the end of a server is noticed only after half a second.
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(0.02), name="fake-twilio", daemon=True
        )
        self._thread.start()

    account_sid = property(lambda self: self.state.account_sid)
    token = property(lambda self: self.state.token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close()
        assert kind is not None or not self.leaks, f"a phone number reached somebody else: {self.leaks}"

    def close(self) -> None:
        """End it; whoever hangs is let go."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self.callbacks.close()
        self._thread.join(10)

    def script(self, *modes: str | Mode, **options: Any) -> None:
        """Decide the next sends, one mode each: `script("429", retry_after=7)`. After them `always` stands again."""
        self.state.script(*(_mode(mode, options) for mode in modes))

    def always(self, mode: str | Mode = "ok", **options: Any) -> None:
        """Decide all further sends."""
        self.state.always(_mode(mode, options))

    @property
    def calls(self) -> Counter[str]:
        """Requests so far, by kind: `POST messages` (sends), `GET messages` (listings), `GET message` and so on."""
        with self.state.lock:
            return Counter(self.state.calls)

    def got(self, phone: str | None = None) -> list[str]:
        """Answer the words a phone got (or all did), in order."""
        return [text["body"] for text in self.state.ledger(phone)]

    def accepted(self, text: Text) -> None:
        """Live the life of an accepted message and plan its callbacks."""
        self._watch(text)
        fate = self.fates.get(text.to)
        statuses = [*self.statuses[:-1], fate[0]] if fate and self.statuses else list(self.statuses)
        forms: list[Pairs] = []
        for status in statuses:
            self.state.move(text, status, fate[1] if fate and status == fate[0] else None)
            forms.append(_callback(text))
        if text.callback:
            self.callbacks.owe(text.callback, forms)

    def _watch(self, text: Text) -> None:
        """Note every text that shows one person's number to another: the fake says so when it ends."""
        with self.state.lock:
            people = {one.sender if one.direction == "inbound" else one.to for one in list(self.state.texts.values())}
        digits = "".join(sign for sign in text.body if sign.isdigit())
        shown = [one for one in people if one and one != text.to and one[-10:] in digits]
        self.leaks += [f"{text.to[-2:]} read the number ending in {one[-2:]}" for one in shown]

    def host(self, content: bytes) -> str:
        """Keep a picture that somebody sent along; answers its MediaUrl."""
        return self.url + self.media.path(self.account_sid, content)

    def text_in(
        self,
        app_url: str,
        from_: str,
        to: str,
        body: str,
        *,
        media: tuple[str, ...] = (),
        service: str | None = None,
        public_url: str = "",
        times: int = 1,
        sid: str | None = None,
    ) -> int:
        """Somebody texts us: post the signed webhook to `<app_url>/hooks/twilio/message`, `times` over.

        public_url: PUBLIC_BASE_URL where it is not app_url. Answers the status of the last answer.
        """
        text = self.state.came_in(sender=from_, to=to, body=body, media=media, service=service, sid=sid)
        path, status = "/hooks/twilio/message", 0
        for _ in range(times):
            status, _words = post(
                app_url + path, webhook(text), token=self.token, signed_url=(public_url or app_url) + path
            )
        return status

    def call_in(
        self,
        app_url: str,
        from_: str,
        to: str,
        callee: Callee | None = None,
        *,
        ours: Iterable[str],
        keys: Iterable[str] = (),
        public_url: str = "",
    ) -> Played:
        """Somebody calls us: play the whole call, judge what is said in it, and answer what happened.

        ours: the account's numbers, which alone may be shown. keys: what the caller types, see `twilio_calls`.
        """
        public = public_url or app_url

        def send(url: str, pairs: Pairs) -> tuple[int, str, str]:
            status, words = post(app_url + url.removeprefix(public), pairs, token=self.token, signed_url=url)
            return status, words, "text/xml"

        return Exchange(send, public, ours, account=self.account_sid).call(from_, to, callee, keys=keys)

    def unsigned_in(self, app_url: str, from_: str, to: str, body: str, *, token: str | None = None) -> int:
        """Somebody else plays Twilio: no signature, or one with a token that is not ours."""
        text = Text(self.account_sid, "SM" + uuid.uuid4().hex, "inbound", from_, None, to, body, (), self.state.clock())
        return post(app_url + "/hooks/twilio/message", webhook(text), token=token)[0]

    def control(self, order: dict[str, Any]) -> dict[str, Any]:
        """Obey an order that came over HTTP and answer the ledger and the counts.

        `do`: look (nothing), script or always (`modes`), set (`policy statuses reroute opted_out bad_numbers services
        list_lag_s`), text_in (its arguments), unsigned_in, settle (wait for the callbacks).
        """
        do, answer = order.get("do", "look"), {}
        if do in {"script", "always"}:
            for mode in order["modes"]:
                getattr(self, do)(Mode(**mode) if isinstance(mode, dict) else mode)
        elif do == "set":
            self._set(order)
        elif do in {"text_in", "unsigned_in"}:
            answer["status"] = getattr(self, do)(**{key: value for key, value in order.items() if key != "do"})
        elif do == "settle":
            self.callbacks.settled(order.get("timeout_s", 20.0))
        elif do != "look":
            raise ValueError(f"the fake Twilio does not know how to {do}")
        answers = Counter(str(status) for status in list(self.callbacks.answers))
        return {**answer, "ledger": self.state.ledger(order.get("phone")), "calls": self.calls, "callbacks": answers}

    def _set(self, order: dict[str, Any]) -> None:
        self.callbacks.policy = order.get("policy", self.callbacks.policy)
        self.statuses = tuple(order.get("statuses", self.statuses))
        if "reroute" in order:
            self.callbacks.reroute = (order["reroute"][0], order["reroute"][1])
        with self.state.lock:
            self.state.opted_out |= {(to, ours) for to, ours in order.get("opted_out", ())}
            self.state.bad_numbers |= set(order.get("bad_numbers", ()))
            self.state.services |= order.get("services", {})
            self.state.list_lag_s = order.get("list_lag_s", self.state.list_lag_s)


def webhook(text: Text) -> Pairs:
    """Answer the form Twilio posts when a message came in, empty fields and all."""
    pairs = [
        ("ToCountry", "US"),
        ("ToState", ""),
        ("SmsMessageSid", text.sid),
        ("NumMedia", str(len(text.media))),
        ("ToCity", ""),
        ("FromZip", ""),
        ("SmsSid", text.sid),
        ("FromState", "CA"),
        ("SmsStatus", "received"),
        ("FromCity", ""),
        ("Body", text.body),
        ("FromCountry", "US"),
        ("To", text.to),
        *([("MessagingServiceSid", text.service)] if text.service else []),
        ("NumSegments", "1"),
        ("MessageSid", text.sid),
        ("AccountSid", text.account_sid),
        ("From", text.sender or ""),
        ("ApiVersion", "2010-04-01"),
    ]
    for index, url in enumerate(text.media):
        pairs += [(f"MediaUrl{index}", url), (f"MediaContentType{index}", "image/jpeg")]
    return pairs


def _callback(text: Text) -> Pairs:
    pairs = [
        ("SmsSid", text.sid),
        ("SmsStatus", text.status),
        ("MessageStatus", text.status),
        ("To", text.to),
        ("MessageSid", text.sid),
        ("AccountSid", text.account_sid),
        ("From", text.sender or ""),
        ("ApiVersion", "2010-04-01"),
    ]
    if text.service:
        pairs.append(("MessagingServiceSid", text.service))
    if text.error:
        pairs.append(("ErrorCode", str(text.error)))
    return pairs


def _mode(mode: str | Mode, options: dict[str, Any]) -> Mode:
    return mode if isinstance(mode, Mode) else Mode(mode, **options)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description="a Twilio on this machine, for tests")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", default=ACCOUNT)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--policy", default="all", choices=Callbacks.POLICIES)
    arguments = parser.parse_args()
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with FakeTwilio(arguments.account, arguments.token, port=arguments.port) as twilio:
        twilio.callbacks.policy = arguments.policy
        print(twilio.url, flush=True)  # noqa: T201  whoever started it reads the URL
        done.wait()


if __name__ == "__main__":
    main()
