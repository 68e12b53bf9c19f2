"""Twilio's own OpenAPI description between our client and our fake: it judges both."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import OBLIGATORY, unavailable
from fakes.prism import NoPrism, Prism, binary, messages_spec, prism_proxy
from fakes.twilio import FakeTwilio
from fakes.twilio_state import Text

from channels.messages import Category, OutboundMessage, Outcome, SendError
from channels.twilio_sms import TwilioSms
from db import utc_now

pytestmark = pytest.mark.prism
OURS, ANA = "+15005550006", "+14155550100"


@pytest.fixture(scope="module")
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        fake.callbacks.policy = "none"
        yield fake


@pytest.fixture(scope="module")
def prism(twilio: FakeTwilio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    spec = Path(__file__).resolve().parents[3] / "shared" / "data" / "twilio" / "twilio_api_v2010.json"
    if not spec.exists():
        pytest.skip("../shared is absent: Twilio's OpenAPI description (twilio-oai, twilio_api_v2010.json) is there")
    try:
        binary(install=OBLIGATORY)
    except NoPrism as error:
        unavailable(str(error))
    folder = tmp_path_factory.mktemp("prism")
    with prism_proxy(messages_spec(spec, folder / "messages.json"), twilio.url, folder / "prism.log") as proxy:
        yield proxy


@pytest.fixture
def channel(twilio: FakeTwilio, prism: Prism) -> TwilioSms:
    return TwilioSms(twilio.account_sid, (twilio.token,), api_url=prism.url, status_callback_base="https://s.example")


def message(text: str, **more: object) -> OutboundMessage:
    given = {"sender": OURS, "recipient": ANA, "category": Category.REPLY, "retailer": "default", **more}
    return OutboundMessage(channel="sms", text=text, reference="ref-1", **given)  # type: ignore[arg-type]


def test_what_we_send_and_what_the_fake_answers_is_twilios(channel: TwilioSms, twilio: FakeTwilio) -> None:
    now = utc_now()
    pictures = ("https://s.example/1.jpg", "https://s.example/2.jpg")
    for sent in (
        message("plain"),
        message("with everything ñ €", media=pictures, valid_until=now + timedelta(minutes=10)),
        message("one picture", media=pictures[:1]),
        message("through a service", sender="MG" + "a" * 32),
    ):
        assert channel.send(sent)
    assert twilio.got(ANA)[-4:] == ["plain", "with everything ñ €", "one picture", "through a service"]


def test_a_listing_is_asked_for_and_read_as_described(channel: TwilioSms) -> None:
    wanted = message("find me", attempted_at=utc_now())
    sid = channel.send(wanted)
    assert channel.find(wanted) == sid
    assert channel.find(message("never sent", attempted_at=utc_now())) is None


def test_a_refusal_comes_through(channel: TwilioSms) -> None:
    with pytest.raises(SendError) as caught:
        channel.send(message("x", recipient="+15005550001"))
    assert (caught.value.outcome, caught.value.code) == (Outcome.REFUSED, "21211")


def test_the_judge_is_awake(
    channel: TwilioSms, twilio: FakeTwilio, prism: Prism, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that asks what Twilio never takes is caught, and so is a fake that answers what Twilio never would."""
    stranger = TwilioSms("AC1", (twilio.token,), api_url=prism.url, status_callback_base="https://s.example")
    with pytest.raises(SendError) as caught:
        stranger.send(message("x"))
    assert caught.value.code == "http_422", "an account id of the wrong shape must not pass"
    honest = Text.as_json
    monkeypatch.setattr(Text, "as_json", lambda self: {**honest(self), "status": "on its way"})
    with pytest.raises(SendError) as caught:
        channel.send(message("x"))
    assert caught.value.code == "http_500", "a status Twilio does not have must not pass"
