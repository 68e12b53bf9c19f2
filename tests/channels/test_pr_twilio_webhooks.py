"""What Twilio's webhooks say, and what a caller hears."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from fakes.twilio import webhook
from fakes.twilio_state import Text, real_now

from channels import twilio_voice
from channels.messages import InboundMessage, MalformedWebhook, Receipt, Status, WebhookRequest
from channels.twilio_sms import TwilioSms
from channels.twilio_voice import Sentence

OURS, ANA, SERVICE = "+15005550006", "+14155550100", "MG" + "a" * 32
SID = "SM" + "0123456789abcdef" * 2


def channel_of(service: str = "") -> TwilioSms:
    return TwilioSms("AC1", ("token",), status_callback_base="https://shop.example.com", messaging_service_sid=service)


def came_in(body: str = "Where is it?", *, media: tuple[str, ...] = (), service: str | None = None) -> WebhookRequest:
    text = Text("AC1", SID, "inbound", ANA, service, OURS, body, media, real_now())
    return WebhookRequest("https://shop.example.com/hooks/twilio/message", {}, tuple(webhook(text)), b"")


def status(word: str, *, query: str = "?oid=ref-1", **more: str) -> WebhookRequest:
    form = {"MessageSid": SID, "MessageStatus": word, "SmsStatus": word, "To": ANA, "From": OURS, **more}
    return WebhookRequest(f"https://shop.example.com/hooks/twilio/status{query}", {}, tuple(form.items()), b"")


def test_a_text_is_read_as_it_was_written() -> None:
    assert channel_of().parse(came_in(" STOP\n")) == [InboundMessage("sms", SID, ANA, OURS, " STOP\n")]


def test_pictures_come_with_it_and_no_more_than_it_says() -> None:
    urls = tuple(f"https://api.twilio.com/media/{number}" for number in range(12))
    [message] = channel_of().parse(came_in("", media=urls))
    assert isinstance(message, InboundMessage) and message.media == urls[:10] and message.text == ""
    request = came_in()
    odd = tuple((name, "²" if name == "NumMedia" else value) for name, value in request.form)
    [message] = channel_of().parse(WebhookRequest(request.url, {}, odd, b""))
    assert isinstance(message, InboundMessage) and message.media == ()


def test_a_conversation_is_with_our_service_and_with_no_other() -> None:
    """Registered numbers stand in some service; only when we speak from it is it our address."""
    for configured, told, wanted in ((SERVICE, SERVICE, SERVICE), ("", SERVICE, None), (SERVICE, None, None)):
        [message] = channel_of(configured).parse(came_in(service=told))
        assert isinstance(message, InboundMessage) and (message.service, message.recipient) == (wanted, OURS)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("accepted", Status.SENT),
        ("scheduled", Status.SENT),
        ("queued", Status.SENT),
        ("sending", Status.SENT),
        ("sent", Status.SENT),
        ("partially_delivered", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("read", Status.DELIVERED),
        ("undelivered", Status.UNDELIVERED),
        ("failed", Status.FAILED),
        ("canceled", Status.CANCELLED),
        ("some_new_word", Status.SENT),
    ],
)
def test_a_status_is_turned_into_ours(word: str, meant: Status) -> None:
    assert channel_of().parse(status(word)) == [Receipt("sms", SID, "ref-1", meant, None, word)]


def test_a_status_carries_the_error_and_our_reference_as_it_was_sent() -> None:
    [receipt] = channel_of().parse(status("undelivered", query="?oid=a%2Fb%20c&x=1", ErrorCode="30003"))
    assert isinstance(receipt, Receipt) and (receipt.error, receipt.outbox_id) == ("30003", "a/b c")
    [receipt] = channel_of().parse(status("sent", query="", ErrorCode=""))
    assert isinstance(receipt, Receipt) and (receipt.error, receipt.outbox_id) == (None, None)


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_a_text_without_its_necessities_is_malformed(missing: str) -> None:
    request = came_in()
    form = tuple((name, value) for name, value in request.form if name not in {missing, "SmsSid"})
    with pytest.raises(MalformedWebhook):
        channel_of().parse(WebhookRequest(request.url, {}, form, b""))


@pytest.mark.parametrize("sid", ["", "S", "SM" + "z" * 70, SID + "\n", "SM 1", "SM<1>"])
def test_an_id_that_is_none_is_malformed(sid: str) -> None:
    with pytest.raises(MalformedWebhook):
        channel_of().parse(status("sent", MessageSid=sid))


@pytest.mark.parametrize(("language", "tag"), [("en", "en-US"), ("es", "es-US"), ("xx", "en-US"), ("en-GB", "en-GB")])
def test_a_caller_hears_every_sentence_in_order_and_is_passed_on_to_nobody(language: str, tag: str) -> None:
    sentences = ["Demo Store & Söhne.", "", "This number answers <texts>.", "Text: where is my order?"]
    root = ET.fromstring(twilio_voice.incoming([Sentence(words, language) for words in sentences]))
    assert root.tag == "Response"
    said = [verb for verb in root if verb.tag == "Say"]
    assert [verb.text for verb in said] == [sentence for sentence in sentences if sentence]
    assert {verb.get("language") for verb in said} == {tag}
    assert [verb.tag for verb in root][-1] == "Hangup"
    assert not [verb for verb in root.iter() if verb.tag in {"Dial", "Redirect", "Record", "Refer"}]
    assert all(before.tag != "Hangup" for before, _ in pairwise(root))


def test_a_sentence_too_long_to_be_read_is_cut() -> None:
    root = ET.fromstring(twilio_voice.incoming([Sentence("x" * 5000, "en")]))
    assert [len(verb.text or "") for verb in root if verb.tag == "Say"] == [4096]
