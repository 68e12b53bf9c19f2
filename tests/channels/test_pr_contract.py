"""What every channel promises, asked of every channel there is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from fakes.smtp import fake_smtp
from fakes.twilio import FakeTwilio

from channels.email_smtp import SmtpEmail
from channels.memory import MemoryChannel
from channels.messages import (
    Category,
    Channel,
    InvalidSignature,
    MalformedWebhook,
    OutboundMessage,
    Outcome,
    SendError,
    WebhookRequest,
)
from channels.phone import DemoMail, PhoneChannel, page
from channels.twilio_sms import TwilioSms
from db import Database, utc_now

PHONES = ("+15005550006", "+14155550100")
MAILS = ("shop@example.com", "ana@example.com")


@dataclass
class Rig:
    """A channel, and a way to look at what its recipient holds."""

    channel: Channel
    got: Callable[[str], list[str]]
    sender: str
    recipient: str
    can_be_asked: bool = True

    def message(self, text: str, reference: str = "ref-1") -> OutboundMessage:
        return OutboundMessage(
            self.channel.name,
            self.sender,
            self.recipient,
            text,
            Category.REPLY,
            "default",
            subject="Your parcel" if self.channel.name == "email" else None,
            reference=reference,
            valid_until=utc_now() + timedelta(minutes=10),
        )


def _memory(stack: ExitStack, database: Database) -> Rig:
    channel = MemoryChannel("sms")
    return Rig(channel, lambda who: [m.text for m in channel.sent if m.recipient == who], *PHONES)


def _rows(database: Database) -> Callable[[str], list[str]]:
    def got(who: str) -> list[str]:
        with database.read() as session:
            return [row.text.removeprefix("Your parcel\n\n") for row in page(session, who, limit=500)]

    return got


def _phone(stack: ExitStack, database: Database) -> Rig:
    return Rig(PhoneChannel(database), _rows(database), *PHONES)


def _demo_mail(stack: ExitStack, database: Database) -> Rig:
    return Rig(DemoMail(database), _rows(database), *MAILS)


def _twilio(stack: ExitStack, database: Database) -> Rig:
    fake = stack.enter_context(FakeTwilio())
    fake.callbacks.policy = "none"
    channel = TwilioSms(
        fake.account_sid, (fake.token,), api_url=fake.url, status_callback_base="https://shop.example.com"
    )
    return Rig(channel, fake.got, *PHONES)


def _smtp(stack: ExitStack, database: Database) -> Rig:
    fake = stack.enter_context(fake_smtp())
    channel = SmtpEmail(fake.url(), public_base_url="https://shop.example.com")

    def got(who: str) -> list[str]:
        return [
            mail.get_body(("plain",)).get_content().strip()
            for mail, (_, to) in zip(list(fake.mails), list(fake.envelopes), strict=False)
            if who in to
        ]

    return Rig(channel, got, *MAILS, can_be_asked=False)


RIGS = {"memory": _memory, "phone": _phone, "demo_mail": _demo_mail, "twilio": _twilio, "smtp": _smtp}
ON_ROWS = {"phone", "demo_mail"}


@pytest.fixture(params=[*(name for name in RIGS if name not in ON_ROWS), *sorted(ON_ROWS), "phone-postgresql"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    name, _, kind = request.param.partition("-")
    on_rows = name in ON_ROWS
    database = request.getfixturevalue("postgres_database" if kind else "sqlite_database") if on_rows else None
    with ExitStack() as stack:
        yield RIGS[name](stack, database)


def test_a_sent_message_reaches_its_recipient_once_with_its_words(rig: Rig) -> None:
    words = "Ana, your lamp is out for delivery: arriving 2-4 pm. ¿Qué tal? €5"
    assert rig.channel.send(rig.message(words))
    assert rig.got(rig.recipient) == [words]
    assert rig.got("somebody@else.example") == rig.got("+14155550199") == []


def test_every_message_has_an_id_of_its_own(rig: Rig) -> None:
    ids = [rig.channel.send(rig.message(f"text {number}", f"ref-{number}")) for number in range(5)]
    assert len(set(ids)) == 5
    assert all(isinstance(each, str) and each for each in ids)


def test_many_threads_may_send_at_once(rig: Rig) -> None:
    texts = [f"text {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda text: rig.channel.send(rig.message(text, "ref-" + text.replace(" ", "-"))), texts))
    assert len(set(ids)) == len(texts)
    assert sorted(rig.got(rig.recipient)) == sorted(texts)


def test_an_attempt_can_be_found_again_by_whoever_did_not_hear_the_answer(rig: Rig) -> None:
    message = replace(rig.message("where is it?"), attempted_at=utc_now())
    sent = rig.channel.send(message)
    assert rig.channel.find(message) == (sent if rig.can_be_asked else None)


def test_what_was_never_sent_is_not_found(rig: Rig) -> None:
    rig.channel.send(rig.message("something else", "ref-1"))
    never = replace(rig.message("never sent", "ref-2"), attempted_at=utc_now())
    assert rig.channel.find(never) is None


def test_nothing_unsigned_is_accepted(rig: Rig) -> None:
    form = (("MessageSid", "SM" + "0" * 32), ("From", "+14155550100"), ("To", "+15005550006"), ("Body", "STOP"))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(InvalidSignature):
        rig.channel.verify(WebhookRequest("https://shop.example.com/hooks/twilio/message", headers, form, b""))


def test_a_webhook_that_says_nothing_is_malformed(rig: Rig) -> None:
    with pytest.raises(MalformedWebhook):
        rig.channel.parse(WebhookRequest("https://shop.example.com/hooks/twilio/message", {}, (), b""))


def test_the_memory_channel_plays_what_is_scripted() -> None:
    channel = MemoryChannel()
    rig = Rig(channel, lambda _who: [], *PHONES)
    refused, lost = SendError(Outcome.REFUSED, "21610", "stopped"), SendError(Outcome.UNKNOWN, "timeout", "lost")
    channel.script(refused)
    channel.script(lost, accepted=True)
    channel.script("SM7")
    with pytest.raises(SendError) as first:
        channel.send(rig.message("one", "r1"))
    with pytest.raises(SendError) as second:
        channel.send(rig.message("two", "r2"))
    assert (first.value, second.value) == (refused, lost)
    assert channel.send(rig.message("three", "r3")) == "SM7"
    assert [m.text for m in channel.wait_for(2)] == ["two", "three"]
    assert channel.find(rig.message("one", "r1")) is None
    assert channel.find(rig.message("two", "r2")) is not None
    assert channel.calls == 3
    with pytest.raises(TimeoutError):
        channel.wait_for(3, timeout_s=0.01)
