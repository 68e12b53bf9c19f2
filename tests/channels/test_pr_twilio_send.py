"""What is known after each way an exchange with Twilio can go, and that none of them is tried twice by itself."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.twilio import FakeTwilio

from channels import twilio_http
from channels.errors import Kind
from channels.messages import Category, OutboundMessage, Outcome, SendError
from channels.twilio_http import ANSWER_MAX_BYTES, OneTryClient
from channels.twilio_sms import TwilioSms

OURS, ANA = "+15005550006", "+14155550100"
NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        fake.callbacks.policy = "none"
        yield fake


def channel_of(url: str, **more: Any) -> TwilioSms:
    given = {"status_callback_base": "https://shop.example.com", "read_s": 0.4, "connect_s": 0.4, **more}
    return TwilioSms("AC" + "0123456789abcdef" * 2, ("fake-auth-token",), api_url=url, clock=lambda: NOW, **given)


def message(text: str = "Your lamp is here.", **more: Any) -> OutboundMessage:
    given = {"sender": OURS, "recipient": ANA, "reference": "ref-1", **more}
    return OutboundMessage(channel="sms", text=text, category=Category.REPLY, retailer="default", **given)


def failed(channel: TwilioSms, sent: OutboundMessage) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(sent)
    return caught.value


@pytest.mark.parametrize(
    ("mode", "options", "outcome", "code", "arrives"),
    [
        ("accept_then_hang", {"seconds": 5.0}, Outcome.UNKNOWN, "timeout", 1),
        ("accept_then_reset", {}, Outcome.UNKNOWN, "reset", 1),
        ("accept_then_close", {}, Outcome.UNKNOWN, "reset", 1),
        ("reset", {}, Outcome.UNKNOWN, "reset", 0),
        ("slow", {"seconds": 1.0}, Outcome.UNKNOWN, "timeout", None),
        ("500_before", {}, Outcome.UNKNOWN, "20500", 0),
        ("500_after_accept", {}, Outcome.UNKNOWN, "20500", 1),
        ("garbage_json", {}, Outcome.UNKNOWN, "bad_answer", 1),
        ("no_sid", {}, Outcome.UNKNOWN, "bad_answer", 1),
        ("list", {}, Outcome.UNKNOWN, "bad_answer", 1),
        ("huge", {}, Outcome.UNKNOWN, "bad_answer", 1),
        ("html_503", {}, Outcome.UNKNOWN, "http_503", 0),
        ("redirect", {}, Outcome.UNKNOWN, "http_307", 0),
        ("429", {"retry_after": 7.0}, Outcome.TRY_AGAIN, "20429", 0),
        ("error", {"code": 14107}, Outcome.TRY_AGAIN, "14107", 0),
        ("error", {"code": 21610}, Outcome.REFUSED, "21610", 0),
        ("error", {"code": 21211}, Outcome.REFUSED, "21211", 0),
        ("error", {"code": 20003}, Outcome.REFUSED, "20003", 0),
        ("html_404", {}, Outcome.REFUSED, "http_404", 0),
    ],
)
def test_each_exchange_has_its_outcome_and_is_not_repeated(
    twilio: FakeTwilio, mode: str, options: dict[str, Any], outcome: Outcome, code: str, arrives: int | None
) -> None:
    channel = channel_of(twilio.url)
    twilio.script(mode, **options)
    error = failed(channel, message())
    assert (error.outcome, error.code) == (outcome, code)
    assert error.retry_after_s == options.get("retry_after")
    assert error.kind and error.reason
    assert twilio.calls["POST messages"] == 1
    if arrives is not None:
        assert len(twilio.got(ANA)) == arrives
    # The next text goes as if nothing had been: no broken connection is left behind.
    assert channel.send(message("next"))
    assert twilio.calls["POST messages"] == 2


def test_a_connection_that_dies_between_two_texts_leaves_the_second_unknown_or_sent_never_doubled(
    twilio: FakeTwilio,
) -> None:
    channel = channel_of(twilio.url)
    channel.send(message("first"))
    twilio.script("reset")
    assert failed(channel, message("second")).outcome is Outcome.UNKNOWN
    assert twilio.calls["POST messages"] == 2


def test_what_twilio_itself_refuses(twilio: FakeTwilio) -> None:
    channel = channel_of(twilio.url)
    twilio.state.opted_out.add((ANA, OURS))
    assert failed(channel, message()).kind == Kind.OPTED_OUT
    error = failed(channel, message(recipient="+15005550001"))
    assert (error.code, error.kind) == ("21211", Kind.BAD_NUMBER)
    assert "15005550001" not in repr(error), "Twilio's words carry the number; the console must not"
    assert failed(channel, message("x" * 1601, recipient="+14155550101")).code == "21617"
    assert failed(channel_of(twilio.url, read_s=2.0), message("")).outcome is Outcome.REFUSED
    wrong = TwilioSms(twilio.account_sid, ("no",), api_url=twilio.url, status_callback_base="https://shop.example.com")
    assert failed(wrong, message()).kind == Kind.CREDENTIALS
    assert twilio.got() == []


def test_no_connection_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = failed(channel_of(f"http://127.0.0.1:{port}"), message())
    assert (error.outcome, error.code, error.details["cause"]) == (Outcome.TRY_AGAIN, "connect", "connect")
    error = failed(channel_of("http://no-such-host.invalid"), message())
    assert (error.outcome, error.details["cause"]) == (Outcome.TRY_AGAIN, "dns")


def test_a_connection_that_nobody_accepts_times_out_and_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        error = failed(channel_of(f"http://127.0.0.1:{port}"), message())
        for each in waiting:
            each.close()
    assert (error.outcome, error.details["cause"]) == (Outcome.TRY_AGAIN, "connect_timeout")


def test_a_failed_tls_handshake_means_nothing_was_sent(twilio: FakeTwilio) -> None:
    error = failed(channel_of(twilio.url.replace("http:", "https:")), message())
    assert (error.outcome, error.details["cause"]) == (Outcome.TRY_AGAIN, "tls")
    assert twilio.calls["POST messages"] == 0


def test_an_answer_that_never_ends_is_cut_off() -> None:
    """Endless bytes, each in time: the size ends it, and memory stays small."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_endless, args=(server,), daemon=True)
        thread.start()
        error = failed(channel_of(f"http://127.0.0.1:{server.getsockname()[1]}"), message())
        thread.join(10)
    assert (error.outcome, error.code) == (Outcome.UNKNOWN, "bad_answer")
    assert not thread.is_alive(), "the connection must be given up, not kept"


def _endless(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x" * (ANSWER_MAX_BYTES // 8))
        except OSError:
            return


def test_the_request_carries_everything_twilio_must_know(twilio: FakeTwilio) -> None:
    channel = channel_of(twilio.url)
    pictures = ("https://shop.example.com/m/1.jpg", "https://shop.example.com/m/2.jpg?a=1&b=2")
    sid = channel.send(message(media=pictures, reference="a/b c", valid_until=NOW + timedelta(seconds=90)))
    kept = twilio.state.texts[sid]
    assert (kept.sender, kept.service, kept.to, kept.media, kept.validity_s) == (OURS, None, ANA, pictures, 90)
    assert kept.callback == "https://shop.example.com/hooks/twilio/status?oid=a%2Fb%20c"
    service = "MG" + "a" * 32
    kept = twilio.state.texts[channel.send(message(sender=service, reference=""))]
    assert (kept.sender, kept.service, kept.callback, kept.validity_s) == (None, service, None, None)


@pytest.mark.parametrize(("left_s", "validity_s"), [(1.0, 6), (5.9, 6), (6.0, 6), (600.0, 600), (10.0**6, 36_000)])
def test_the_validity_stays_within_what_twilio_takes(twilio: FakeTwilio, left_s: float, validity_s: int) -> None:
    sid = channel_of(twilio.url).send(message(valid_until=NOW + timedelta(seconds=left_s)))
    assert twilio.state.texts[sid].validity_s == validity_s


def test_a_text_that_is_already_useless_is_not_sent(twilio: FakeTwilio) -> None:
    error = failed(channel_of(twilio.url), message(valid_until=NOW))
    assert (error.outcome, error.code) == (Outcome.REFUSED, "expired")
    assert twilio.calls["POST messages"] == 0


def test_connections_are_kept_and_shared_by_threads(twilio: FakeTwilio) -> None:
    accepted: list[Any] = []
    server = twilio._server
    original = server.get_request
    server.get_request = lambda: accepted.append(1) or original()  # type: ignore[method-assign]
    channel = channel_of(twilio.url, read_s=5.0)
    for number in range(20):
        channel.send(message(f"text {number}"))
    assert len(accepted) == 1


def test_a_connection_idle_too_long_is_not_trusted(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be dead without a sign; a text written into it would be unknown for nothing."""
    monkeypatch.setattr(twilio_http, "IDLE_MAX_S", 0.0)
    channel = channel_of(twilio.url)
    accepted: list[int] = []
    original = twilio._server.get_request
    monkeypatch.setattr(twilio._server, "get_request", lambda: accepted.append(1) or original())
    for number in range(3):
        assert channel.send(message(f"text {number}"))
    assert len(accepted) == 3


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_http, "ANSWER_MAX_S", 0.3)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_dripping, args=(server, done), daemon=True)
        thread.start()
        error = failed(channel_of(f"http://127.0.0.1:{server.getsockname()[1]}"), message())
        done.set()
        thread.join(10)
    assert (error.outcome, error.code) == (Outcome.UNKNOWN, "bad_answer")


def _dripping(server: socket.socket, done: threading.Event) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
        try:
            while not done.wait(0.05):
                connection.sendall(b" ")
        except OSError:
            return


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("999999", 3600.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sun, 06 Nov 2994 08:49:37 GMT", 3600.0),
    ],
)
def test_retry_after_is_read_in_both_spellings_and_bounded(told: str, seconds: float | None) -> None:
    assert twilio_http._retry_after(told) == seconds


def test_the_environment_cannot_send_texts_elsewhere(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    assert channel_of(twilio.url).send(message())


def test_a_path_before_the_api_is_kept(twilio: FakeTwilio) -> None:
    client = OneTryClient(twilio.url + "/twilio", user="u", password="p")  # pragma: allowlist secret
    with pytest.raises(SendError) as caught:
        client.request("GET", "https://api.twilio.com/2010-04-01/Accounts/x/Messages.json")
    assert caught.value.code in {"20003", "20404"}


@pytest.mark.parametrize("url", ["", "api.twilio.com", "ftp://api.twilio.com"])
def test_an_api_url_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="TWILIO_API_URL"):
        channel_of(url)


@pytest.mark.parametrize(("sid", "tokens"), [("", ("t",)), ("AC1", ()), ("AC1", ("",))])
def test_an_account_without_a_token_is_refused_at_the_start(sid: str, tokens: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="auth token"):
        TwilioSms(sid, tokens, status_callback_base="https://shop.example.com")


def test_no_log_at_any_level_carries_a_number_a_word_or_the_token(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    channel = channel_of(twilio.url)
    with caplog.at_level(logging.DEBUG):
        channel.send(message("canary words"))
        channel.find(message("canary words", attempted_at=NOW))
        twilio.script("500_before", "accept_then_reset", "429")
        for _ in range(3):
            failed(channel, message("canary words"))
        failed(channel, message(recipient="+15005550001"))
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for canary in (ANA, ANA[1:], OURS[1:], "15005550001", "canary", "fake-auth-token"):
        assert canary not in logged


def test_trust_is_the_machines_and_the_usual_one() -> None:
    client = OneTryClient("https://api.twilio.com", user="u", password="p")  # pragma: allowlist secret
    context = client._pool.conn_kw["ssl_context"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50
