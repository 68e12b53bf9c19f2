"""Which message at Twilio an attempt with unknown outcome has created, among messages that look like it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.twilio import FakeTwilio
from fakes.twilio_handling import Handler
from fakes.twilio_state import Text

from channels.messages import Category, OutboundMessage, Outcome, SendError
from channels.twilio_sms import PAGE_SIZE, PAGES_MAX, TwilioSms

OURS, OTHER_OURS, ANA, BOB = "+15005550006", "+15005550007", "+14155550100", "+14155550101"
SERVICE = "MG" + "b" * 32
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
WANTED = OutboundMessage(
    "sms", OURS, ANA, "Your lamp is here.", Category.MILESTONE, "default", reference="r", attempted_at=NOON
)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio(clock=lambda: NOON) as fake:
        yield fake


def channel_of(fake: FakeTwilio, **more: Any) -> TwilioSms:
    return TwilioSms(
        fake.account_sid, (fake.token,), api_url=fake.url, status_callback_base="https://shop.example.com", **more
    )


def put(fake: FakeTwilio, number: int, *, after_s: float = 1.0, **more: Any) -> str:
    """Make Twilio know a message that is the wanted one but for what is said."""
    at = NOON + timedelta(seconds=after_s)
    given: dict[str, Any] = {
        "direction": "outbound-api",
        "sender": OURS,
        "service": None,
        "to": ANA,
        "body": WANTED.text,
        "media": (),
        "created": at,
        "sent": at,
        "status": "sent",
        **more,
    }
    sid = f"SM{number:032x}"
    fake.state.texts[sid] = Text(account_sid=fake.account_sid, sid=sid, **given)
    return sid


@pytest.mark.parametrize(
    "other",
    [
        {"sender": OTHER_OURS},
        {"to": BOB},
        {"body": "Your lamp is here"},
        {"body": "your lamp is here."},
        {"body": "Your lamp is here. "},
        {"direction": "inbound"},
        {"after_s": -8.0},
        {"after_s": 31.0},
        {"after_s": -86_400.0},
        {"media": ("https://shop.example.com/m/1.jpg",)},
    ],
)
def test_look_alikes_are_left_alone_and_the_right_one_is_adopted(twilio: FakeTwilio, other: dict[str, Any]) -> None:
    put(twilio, 1, **other)
    assert channel_of(twilio).find(WANTED) is None
    right = put(twilio, 2)
    put(twilio, 3, **other)
    assert channel_of(twilio).find(WANTED) == right


@pytest.mark.parametrize("after_s", [-5.0, 0.0, 29.9])
def test_the_window_is_five_seconds_of_clock_skew_and_the_lease(twilio: FakeTwilio, after_s: float) -> None:
    right = put(twilio, 1, after_s=after_s)
    assert channel_of(twilio).find(WANTED) == right


def test_of_equal_texts_the_oldest_that_is_nobody_elses_is_adopted(twilio: FakeTwilio) -> None:
    ids = [put(twilio, number, after_s=number) for number in (3, 1, 2)]
    assert channel_of(twilio).find(WANTED) == ids[1]
    ours = {ids[1]}
    assert channel_of(twilio, already_ours=ours.__contains__).find(WANTED) == ids[2]
    assert channel_of(twilio, already_ours=lambda _: True).find(WANTED) is None


@pytest.mark.parametrize("attempted_s", [86_399.0, 86_402.0])
def test_a_text_around_midnight_is_found_on_either_day(twilio: FakeTwilio, attempted_s: float) -> None:
    """Attempted just before midnight and sent just after it, or the other way round by the clocks' difference."""
    day = NOON.replace(hour=0)
    attempted = day + timedelta(seconds=attempted_s)
    created = day + timedelta(seconds=86_400 if attempted_s < 86_400 else 86_398)
    right = put(twilio, 1, created=created, sent=created)
    for number in range(2, PAGE_SIZE * PAGES_MAX + 3):
        later = attempted + timedelta(days=3)
        put(twilio, number, created=later, sent=later)
    assert channel_of(twilio).find(replace(WANTED, attempted_at=attempted)) == right


def test_a_text_that_is_still_queued_has_no_day_and_is_found_all_the_same(twilio: FakeTwilio) -> None:
    right = put(twilio, 1, sent=None, status="queued")
    assert channel_of(twilio).find(WANTED) == right
    assert twilio.calls["GET messages"] == 2


def test_through_a_service_the_number_is_twilios_choice(twilio: FakeTwilio) -> None:
    put(twilio, 1, service="MG" + "c" * 32)
    wanted = replace(WANTED, sender=SERVICE)
    assert channel_of(twilio).find(wanted) is None
    right = put(twilio, 2, service=SERVICE, sender=OTHER_OURS)
    queued = put(twilio, 3, service=SERVICE, sender=None, to=BOB)
    assert channel_of(twilio).find(wanted) == right
    assert channel_of(twilio).find(replace(wanted, recipient=BOB)) == queued


def test_a_trial_account_writes_its_own_words_before_ours(twilio: FakeTwilio) -> None:
    right = put(twilio, 1, body="Sent from your Twilio trial account - " + WANTED.text)
    assert channel_of(twilio).find(WANTED) == right


def test_pictures_without_words_are_told_apart_by_their_number(twilio: FakeTwilio) -> None:
    put(twilio, 1, body="", media=("https://a.example/1.jpg", "https://a.example/2.jpg"))
    right = put(twilio, 2, body="", media=("https://a.example/3.jpg",))
    assert channel_of(twilio).find(replace(WANTED, text="", media=("https://a.example/3.jpg",))) == right


def test_it_is_found_behind_many_others_and_the_search_ends(twilio: FakeTwilio) -> None:
    right = put(twilio, 0, after_s=0.0)
    for number in range(1, PAGE_SIZE + 10):
        put(twilio, number, after_s=2.0, body="another")
    assert channel_of(twilio).find(WANTED) == right
    for number in range(1, PAGE_SIZE * (PAGES_MAX + 1)):
        put(twilio, number, after_s=2.0, body="another")
    before = twilio.calls["GET messages"]
    assert channel_of(twilio).find(WANTED) is None
    assert twilio.calls["GET messages"] - before == 2 * PAGES_MAX


def test_a_listing_that_lags_shows_nothing_yet(twilio: FakeTwilio) -> None:
    put(twilio, 1)
    twilio.state.list_lag_s = 60.0
    assert channel_of(twilio).find(WANTED) is None


def test_only_an_attempt_can_be_looked_for(twilio: FakeTwilio) -> None:
    with pytest.raises(ValueError, match="attempted_at"):
        channel_of(twilio).find(replace(WANTED, attempted_at=None))


@pytest.mark.parametrize(
    "answer",
    [b'{"messages": 5}', b"{}", b"[]", b"<html>", b'{"messages": [1, null, {}, {"sid": "SMx", "date_created": 7}]}'],
)
def test_an_answer_nobody_expects_never_breaks_the_search(
    twilio: FakeTwilio, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "_list", lambda self, *_: self._raw(200, answer, "application/json"))
    if b"[1" in answer:
        assert channel_of(twilio).find(WANTED) is None
        return
    with pytest.raises(SendError) as caught:
        channel_of(twilio).find(WANTED)
    assert caught.value.outcome is Outcome.TRY_AGAIN, "asking again is harmless, so nothing is unknown about asking"


def test_a_twilio_that_cannot_be_asked_says_so(twilio: FakeTwilio) -> None:
    stranger = TwilioSms(
        twilio.account_sid, ("wrong",), api_url=twilio.url, status_callback_base="https://shop.example.com"
    )
    with pytest.raises(SendError) as caught:
        stranger.find(WANTED)
    assert caught.value.code == "20003"
