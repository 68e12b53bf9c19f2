"""Over TLS, as in production: whom the machine trusts is spoken with, and nobody else."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import unavailable
from fakes.smtp import fake_smtp
from fakes.twilio import FakeTwilio

from channels.email_smtp import SmtpEmail
from channels.messages import Category, OutboundMessage, Outcome, SendError
from channels.twilio_sms import TwilioSms

TEXT = OutboundMessage("sms", "+15005550006", "+14155550100", "hello", Category.REPLY, "default", reference="r")
MAIL = OutboundMessage("email", "shop@example.com", "ana@example.com", "hello", Category.REPLY, "default")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 in one file, signed by itself."""
    if shutil.which("openssl") is None:
        unavailable("no openssl command: install it to run the tests over TLS")
    folder = tmp_path_factory.mktemp("tls")
    told = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    told += f" -keyout {folder / 'key.pem'} -out {folder / 'cert.pem'}"
    subprocess.run(told.split(), check=True, capture_output=True)
    return folder


@pytest.fixture
def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture
def twilio(serving: ssl.SSLContext) -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        fake.callbacks.policy = "none"
        fake._server.socket = serving.wrap_socket(fake._server.socket, server_side=True)
        fake.url = fake.url.replace("http:", "https:")
        yield fake


def texts(fake: FakeTwilio) -> TwilioSms:
    return TwilioSms(fake.account_sid, (fake.token,), api_url=fake.url, status_callback_base="https://s.example")


def test_texts_go_to_a_trusted_server(twilio: FakeTwilio, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    channel = texts(twilio)
    assert channel.send(TEXT)
    twilio.script("accept_then_reset")
    with pytest.raises(SendError) as caught:
        channel.send(TEXT)
    assert caught.value.outcome is Outcome.UNKNOWN, "broken after the handshake: it may have been taken"
    assert twilio.calls["POST messages"] == 2


def test_texts_do_not_go_to_a_stranger(twilio: FakeTwilio) -> None:
    with pytest.raises(SendError) as caught:
        texts(twilio).send(TEXT)
    assert (caught.value.outcome, caught.value.details["cause"]) == (Outcome.TRY_AGAIN, "tls")
    assert twilio.calls["POST messages"] == 0


def test_mail_goes_by_starttls_to_a_trusted_server_only(serving: ssl.SSLContext, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate / "cert.pem")
    with fake_smtp(starttls=serving) as smtp:
        url = smtp.url() + "?starttls=1"
        assert SmtpEmail(url, public_base_url="https://s.example", tls=trusting).send(MAIL)
        with pytest.raises(SendError) as caught:
            SmtpEmail(url, public_base_url="https://s.example").send(MAIL)
        assert caught.value.outcome is Outcome.TRY_AGAIN
        assert len(smtp.mails) == 1
