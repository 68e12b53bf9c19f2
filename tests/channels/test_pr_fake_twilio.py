"""The fake Twilio does what it is trusted for: its signatures, callbacks, listings, orders and its ledger."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

from channels.messages import Category, InboundMessage, InvalidSignature, OutboundMessage, Receipt, WebhookRequest
from channels.twilio_sms import TwilioSms

OURS, ANA = "+15005550006", "+14155550100"
TESTS = Path(__file__).resolve().parent.parent


class App(ThreadingHTTPServer):
    """A little application that checks signatures with the real adapter and keeps what it understood."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.public = self.url
        self.understood: list[InboundMessage | Receipt] = []
        self.adapter = TwilioSms(ACCOUNT, (TOKEN,), status_callback_base=self.url)
        threading.Thread(target=lambda: self.serve_forever(0.02), daemon=True).start()


class Hook(BaseHTTPRequestHandler):
    server: App

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        pairs = tuple(parse_qsl(body.decode(), keep_blank_values=True))
        request = WebhookRequest(self.server.public + self.path, headers, pairs, body)
        try:
            self.server.adapter.verify(request)
        except InvalidSignature:
            self.send_response(403)
        else:
            self.server.understood += self.server.adapter.parse(request)
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.shutdown()
    app.server_close()


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


def sender(twilio: FakeTwilio, app: App) -> TwilioSms:
    return TwilioSms(twilio.account_sid, (twilio.token,), api_url=twilio.url, status_callback_base=app.url)


def message(text: str, reference: str = "ref-1") -> OutboundMessage:
    return OutboundMessage("sms", OURS, ANA, text, Category.REPLY, "default", reference=reference)


def test_callbacks_are_signed_and_carry_our_reference(twilio: FakeTwilio, app: App) -> None:
    sid = sender(twilio, app).send(message("hello"))
    twilio.callbacks.settled()
    receipts = [each for each in app.understood if isinstance(each, Receipt)]
    assert [(each.raw_status, each.provider_id, each.outbox_id) for each in receipts] == [
        ("sent", sid, "ref-1"),
        ("delivered", sid, "ref-1"),
    ]
    assert twilio.callbacks.answers == [200, 200]


def test_a_lost_answer_is_still_called_back(twilio: FakeTwilio, app: App) -> None:
    twilio.script("500_after_accept")
    with pytest.raises(Exception, match="unknown"):
        sender(twilio, app).send(message("hello", "ref-9"))
    twilio.callbacks.settled()
    assert {each.outbox_id for each in app.understood if isinstance(each, Receipt)} == {"ref-9"}


@pytest.mark.parametrize(("policy", "least", "most"), [("none", 0, 0), ("duplicate", 80, 80), ("drop", 1, 39)])
def test_callbacks_are_as_bad_as_wanted(twilio: FakeTwilio, app: App, policy: str, least: int, most: int) -> None:
    twilio.callbacks.policy = policy
    channel = sender(twilio, app)
    for number in range(20):
        channel.send(message(f"text {number}", f"ref-{number}"))
    twilio.callbacks.settled()
    assert least <= len(app.understood) <= most


def test_shuffled_callbacks_come_out_of_order_and_all_of_them(twilio: FakeTwilio, app: App) -> None:
    twilio.callbacks.policy = "shuffle"
    twilio.statuses = ("queued", "sending", "sent", "delivered")
    channel = sender(twilio, app)
    for number in range(10):
        channel.send(message(f"text {number}", f"ref-{number}"))
    twilio.callbacks.settled()
    words = [each.raw_status for each in app.understood if isinstance(each, Receipt)]
    assert sorted(words) == sorted(twilio.statuses * 10)
    assert words != list(twilio.statuses * 10)


def test_a_fate_ends_a_message_with_twilios_code(twilio: FakeTwilio, app: App) -> None:
    twilio.fates[ANA] = ("undelivered", 30003)
    sender(twilio, app).send(message("hello"))
    twilio.callbacks.settled()
    last = app.understood[-1]
    assert isinstance(last, Receipt) and (last.raw_status, last.error) == ("undelivered", "30003")


def test_texts_come_in_signed_also_behind_a_public_address(twilio: FakeTwilio, app: App) -> None:
    assert twilio.text_in(app.url, ANA, OURS, " where?  ", service="MG" + "a" * 32) == 200
    app.public = "https://shop.example.com"
    assert twilio.text_in(app.url, ANA, OURS, "again", times=3, public_url=app.public) == 200
    assert twilio.text_in(app.url, ANA, OURS, "wrong address") == 403
    texts = [each for each in app.understood if isinstance(each, InboundMessage)]
    assert [each.text for each in texts] == [" where?  ", "again", "again", "again"]
    assert len({each.provider_id for each in texts}) == 2


def test_what_others_sign_is_refused(twilio: FakeTwilio, app: App) -> None:
    assert twilio.unsigned_in(app.url, ANA, OURS, "STOP") == 403
    assert twilio.unsigned_in(app.url, ANA, OURS, "STOP", token="another-account") == 403
    assert app.understood == []


def test_the_exact_word_stops_at_twilio_and_start_takes_it_back(twilio: FakeTwilio, app: App) -> None:
    channel = sender(twilio, app)
    twilio.text_in(app.url, ANA, OURS, "please stop")
    assert channel.send(message("still fine"))
    twilio.text_in(app.url, ANA, OURS, "Stop")
    with pytest.raises(Exception, match="21610"):
        channel.send(message("refused"))
    twilio.text_in(app.url, ANA, OURS, "START")
    assert channel.send(message("again"))
    assert twilio.got(ANA) == ["still fine", "again"]


def test_it_calls_nobody_but_this_machine(twilio: FakeTwilio) -> None:
    with pytest.raises(ValueError, match="this machine"):
        twilio.text_in("http://192.0.2.1", ANA, OURS, "hello")


def test_a_process_of_its_own_obeys_over_http(app: App) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "fakes.twilio", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        order(url, do="script", modes=[{"name": "error", "code": 21610}])
        channel = TwilioSms(ACCOUNT, (TOKEN,), api_url=url, status_callback_base="https://shop.example.com")
        order(url, do="set", reroute=["https://shop.example.com", app.url])
        app.public = "https://shop.example.com"
        with pytest.raises(Exception, match="21610"):
            channel.send(message("refused"))
        channel.send(message("taken"))
        told = order(url, do="settle")
        assert [text["body"] for text in told["ledger"]] == ["taken"]
        assert (told["calls"]["POST messages"], told["callbacks"]) == (2, {"200": 2})
        answer = order(url, do="text_in", app_url=app.url, from_=ANA, to=OURS, body="hi", public_url=app.public)
        assert answer["status"] == 200
        assert [type(each) for each in app.understood] == [Receipt, Receipt, InboundMessage]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode == 0


def order(url: str, **what: Any) -> dict[str, Any]:
    request = urllib.request.Request(url + "/_control", json.dumps(what).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
        return told
