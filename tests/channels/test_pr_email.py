"""Mail: what arrives, and what is known when it does not."""

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from fakes.smtp import FakeSmtp, fake_smtp

from channels.email_smtp import SmtpEmail, SmtpServer, as_html
from channels.errors import Kind
from channels.messages import Category, OutboundMessage, Outcome, SendError

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with fake_smtp() as fake:
        yield fake


def channel_of(url: str, **more: Any) -> SmtpEmail:
    given = {"public_base_url": "https://shop.example.com:8443", "clock": lambda: NOW, "timeout_s": 1.0, **more}
    return SmtpEmail(url, **given)


def message(text: str = "Hello Ana.\n\nYour lamp is here.", **more: Any) -> OutboundMessage:
    given = {
        "sender": "shop@example.com",
        "recipient": "ana@example.com",
        "subject": "Your lamp",
        "reference": "ref-1",
        **more,
    }
    return OutboundMessage(channel="email", text=text, category=Category.MILESTONE, retailer="default", **given)


def failed(channel: SmtpEmail, sent: OutboundMessage) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(sent)
    return caught.value


def test_a_mail_says_the_same_in_plain_words_and_in_html(smtp: FakeSmtp) -> None:
    words = "¡Hola Añá!\n\n.one dot, a very long line: " + "x" * 990 + "\nSee https://shop.example.com/t/a?b=1&c=2."
    sent = channel_of(smtp.url()).send(message(words, subject="Tu lámpara"))
    [mail] = smtp.mails
    assert smtp.envelopes == [("shop@example.com", ["ana@example.com"])]
    assert mail.get_body(("plain",)).get_content().splitlines() == words.splitlines()
    assert (mail["Subject"], mail["From"], mail["To"]) == ("Tu lámpara", "shop@example.com", "ana@example.com")
    assert mail["Message-ID"] == sent == "<ref-1@shop.example.com>"
    assert (mail["Auto-Submitted"], mail["List-Unsubscribe"]) == ("auto-generated", None)
    assert mail["Date"].datetime == NOW
    html = mail.get_body(("html",)).get_content()
    assert '<a href="https://shop.example.com/t/a?b=1&amp;c=2">' in html
    assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())


def test_the_same_attempt_has_the_same_id(smtp: FakeSmtp) -> None:
    channel = channel_of(smtp.url())
    assert channel.send(message()) == channel.send(message())
    assert channel.send(message(reference="ref-2")) != channel.send(message(reference="", text="other"))


def test_a_way_out_is_named_where_there_is_one(smtp: FakeSmtp) -> None:
    channel_of(smtp.url(), unsubscribe=lambda m: f"mailto:stop@example.com?subject={m.retailer}").send(message())
    channel_of(smtp.url(), unsubscribe=lambda _: "https://shop.example.com/u/1").send(message())
    first, second = smtp.mails
    assert (first["List-Unsubscribe"], first["List-Unsubscribe-Post"]) == (
        "<mailto:stop@example.com?subject=default>",
        None,
    )
    assert second["List-Unsubscribe"] == "<https://shop.example.com/u/1>"
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_subject_cannot_begin_a_header_of_its_own(smtp: FakeSmtp, end: str) -> None:
    channel_of(smtp.url()).send(message(subject=f"Hi{end}Bcc: victim@example.com{end}{end}<b>body"))
    [mail] = smtp.mails
    assert mail["Bcc"] is None and mail["Subject"] == "Hi Bcc: victim@example.com <b>body"
    assert smtp.envelopes[0][1] == ["ana@example.com"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "a b@example.com",
        "ana@example.com\r\nRCPT TO:<victim@example.com>",
        "ana@example.com>\n",
        "ana@example.com,bob@example.com",
        "Ana <ana@example.com>",
        "añá@example.com",
    ],
)
def test_an_address_that_is_none_is_refused_before_anybody_is_asked(smtp: FakeSmtp, address: str) -> None:
    error = failed(channel_of(smtp.url()), message(recipient=address))
    assert (error.outcome, error.kind) == (Outcome.REFUSED, Kind.BAD_NUMBER)
    assert failed(channel_of(smtp.url()), message(sender=address)).kind == Kind.CREDENTIALS
    assert smtp.calls == 0


@pytest.mark.parametrize(
    ("answers", "outcome", "code"),
    [
        ({"MAIL": "451 later"}, Outcome.TRY_AGAIN, "smtp_451"),
        ({"RCPT": "450 greylisted"}, Outcome.TRY_AGAIN, "smtp_450"),
        ({"RCPT": "550 no such user"}, Outcome.REFUSED, "smtp_550"),
        ({"MAIL": "553 not your address"}, Outcome.REFUSED, "smtp_553"),
        ({"DATA": "421 busy"}, Outcome.TRY_AGAIN, "smtp_421"),
        ({"DATA": "554 no"}, Outcome.REFUSED, "smtp_554"),
        ({"END": "452 full"}, Outcome.TRY_AGAIN, "smtp_452"),
        ({"END": "554 spam"}, Outcome.REFUSED, "smtp_554"),
    ],
)
def test_what_the_server_says_decides(smtp: FakeSmtp, answers: dict[str, str], outcome: Outcome, code: str) -> None:
    smtp.answers = answers
    error = failed(channel_of(smtp.url()), message())
    assert (error.outcome, error.code, smtp.calls, smtp.mails) == (outcome, code, 1, [])


def test_a_server_that_goes_before_the_content_has_not_sent(smtp: FakeSmtp) -> None:
    smtp.hang_up = "RCPT"
    error = failed(channel_of(smtp.url()), message())
    assert (error.outcome, error.code, smtp.calls) == (Outcome.TRY_AGAIN, "reset", 1)


def test_a_server_that_goes_after_the_content_may_have_sent(smtp: FakeSmtp) -> None:
    smtp.hang_up = "END"
    error = failed(channel_of(smtp.url()), message())
    assert (error.outcome, error.code, smtp.calls) == (Outcome.UNKNOWN, "reset", 1)
    assert len(smtp.mails) == 1


def test_no_server_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert failed(channel_of(f"smtp://127.0.0.1:{port}", timeout_s=0.2), message()).code == "connect"
    error = failed(channel_of(f"smtp://127.0.0.1:{port}"), message())
    assert (error.outcome, error.code) == (Outcome.TRY_AGAIN, "connect")
    assert failed(channel_of("smtp://no-such-host.invalid"), message()).outcome is Outcome.TRY_AGAIN


def test_a_server_without_tls_is_not_spoken_to_in_the_clear(smtp: FakeSmtp) -> None:
    for url in (smtp.url() + "?starttls=1", smtp.url().replace("smtp:", "smtps:")):
        error = failed(channel_of(url), message())
        assert (error.outcome, smtp.calls) == (Outcome.TRY_AGAIN, 0)


def test_signing_in() -> None:
    with fake_smtp(shop="p@ss:word/1") as smtp:
        channel_of(smtp.url(user="shop", password="p%40ss%3Aword%2F1")).send(message())
        error = failed(channel_of(smtp.url(user="shop", password="wrong")), message())
        assert (error.outcome, error.kind, len(smtp.mails)) == (Outcome.REFUSED, Kind.CREDENTIALS, 1)
        assert failed(channel_of(smtp.url()), message()).kind == Kind.CREDENTIALS


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "starttls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, False, False),
        ("smtp://u:p@mail.example.com?starttls=1", "mail.example.com", 587, False, True),
        ("smtps://u:p@mail.example.com", "mail.example.com", 465, True, False),
        ("smtp://u:p@[::1]:2525/?starttls=0", "::1", 2525, False, False),
    ],
)
def test_the_url_says_where_and_how(url: str, host: str, port: int, tls: bool, starttls: bool) -> None:
    server = SmtpServer.parse(url)
    assert (server.host, server.port, server.tls, server.starttls) == (host, port, tls, starttls)


@pytest.mark.parametrize("url", ["", "mail.example.com", "http://mail.example.com", "smtp://"])
def test_a_url_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        channel_of(url)


def test_the_password_shows_nowhere(smtp: FakeSmtp, caplog: pytest.LogCaptureFixture) -> None:
    assert "hidden" not in repr(SmtpServer.parse("smtp://u:hidden@mail.example.com"))
    smtp.answers = {"RCPT": "550 no ana@example.com here"}
    with caplog.at_level(logging.DEBUG):
        error = failed(channel_of(smtp.url()), message("canary words"))
    logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail.log"))
    assert "ana@" not in logged + repr(error) and "canary" not in logged


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://a.example/t/x.", ["https://a.example/t/x"]),
        ("(https://a.example/t/x) http://b.example", ["https://a.example/t/x", "http://b.example"]),
        ("<script>alert(1)</script> javascript:alert(1)", []),
        ('https://a.example/"onmouseover="x', ["https://a.example/"]),
        ("<img src=x onerror=alert(1)> & friends", []),
    ],
)
def test_html_is_made_of_words_never_of_tags_in_them(text: str, links: list[str]) -> None:
    page = _Tags()
    page.feed(as_html(text, title="<i>t</i>"))
    assert page.links == links
    assert set(page.tags) <= {"html", "head", "meta", "title", "body", "p", "br", "a"}
    assert text in page.words
