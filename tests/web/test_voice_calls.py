"""Calls over a line, through signed webhooks and TwiML that is judged as Twilio would judge it."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from fakes.call_world import CallWorld
from fakes.fl_world import ANA, BEN
from fakes.line_world import DEE, POOL, SAM
from fakes.twilio import FakeTwilio
from fakes.twilio_calls import BadTwiml, Callee, Played, judge
from fakes.webapp import BASE, MAIN, TOKEN
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.serving import make_server

from channels import consent, twilio_voice
from channels.models import Conversation, InboxRow, OutboxRow
from channels.twilio_voice import Sentence
from db import Database
from flows import call_pins, erasing, lines
from flows.call_models import Call
from flows.line_models import LineEnd
from flows.models import Dialogue

ANONYMOUS = ("+266696687", "Anonymous", "anonymous", "", "RESTRICTED", "+86282452253", "sip:bob@example.com")
LANDLINE = "+15105550177"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> CallWorld:
    return CallWorld.build(database, tmp_path, datetime(2026, 12, 1, 17, 0, tzinfo=UTC))


def proxy_of(world: CallWorld, parcel: int) -> str:
    proxy = world.lines.line(parcel).proxy
    assert proxy is not None
    return proxy


def pin_at(world: CallWorld, proxy: str, phone: str) -> str:
    return call_pins.pin_of(world.web.house, world.end(proxy, phone))


def no_number_of(played: Played, *phones: str) -> None:
    """Nothing anybody hears holds a number of the others; documents only where Twilio must ring it."""
    said = played.words + played.words_there
    for phone in phones:
        assert phone[-4:] not in re.sub(r"\D", "", said), said
        for document in played.documents:
            assert phone not in document.replace(f">{phone}</Number>", "")


@pytest.mark.parametrize(("caller", "called", "who"), [(DEE, ANA, "Your driver Dee"), (ANA, DEE, "The customer Ana")])
def test_dialling_the_proxy_rings_the_other_end_who_presses_1(
    world: CallWorld, caller: str, called: str, who: str
) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(caller, proxy)
    assert (played.rang, played.shown, played.bridged) == (called, proxy, True)
    assert who in played.words_there and "A 1 0 0 1" in played.words_there and "press 1" in played.words_there
    assert played.words == ""  # they hear it ring until the other has taken the call
    assert 'answerOnBridge="true"' in played.documents[0] and 'timeLimit="900"' in played.documents[0]
    no_number_of(played, ANA, DEE)
    row = world.row(played)
    assert (row.outcome, row.seconds) == ("connected", 65) and row.accepted_at is not None
    assert len(world.lines.to(ANA)) == len(world.lines.to(DEE)) == 1  # the opening texts, and no more


def test_a_voicemail_never_answers(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(DEE, proxy, Callee(presses=None))
    assert not played.bridged
    assert "The customer cannot take your call" in played.words
    assert world.row(played).outcome == "no_answer"


@pytest.mark.parametrize("does", ["no-answer", "busy", "failed"])
@pytest.mark.parametrize("repeated", [False, True])
def test_a_missed_call_is_a_text_to_both_once(world: CallWorld, does: str, repeated: bool) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(ANA, proxy, Callee(does), repeated=repeated)
    assert "The driver cannot take your call" in played.words
    [to_ana], [to_dee] = world.lines.to(ANA)[1:], world.lines.to(DEE)[1:]
    assert "the driver did not take your call" in to_ana and "the customer tried to call you" in to_dee
    assert set(world.lines.sent_from(ANA) + world.lines.sent_from(DEE)) == {proxy}
    assert world.row(played).outcome == does.replace("-", "_")
    no_number_of(played, ANA, DEE)


def test_another_key_than_1_declines(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(DEE, proxy, Callee(presses="2"))
    assert not played.bridged and world.row(played).outcome == "no_answer"


def test_a_caller_who_hangs_up_while_it_rings_is_not_told_of_it(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(DEE, proxy, Callee("caller-hangs-up"))
    assert world.row(played).outcome == "cancelled"
    assert len(world.lines.to(ANA)) == len(world.lines.to(DEE)) == 1


@pytest.mark.parametrize("caller", ANONYMOUS)
def test_who_hides_the_number_is_asked_for_the_pin(world: CallWorld, caller: str) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(caller, proxy, keys=[pin_at(world, proxy, ANA)])
    assert (played.rang, played.shown, played.bridged) == (DEE, proxy, True)
    assert {one.language for one in played.heard} == {"en-US", "es-US"}  # a stranger is asked in both
    assert "The customer Ana" in played.words_there
    no_number_of(played, ANA, DEE)


def test_an_unknown_number_is_asked_too_and_the_pin_says_which_end_it_is(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    played = world.call(LANDLINE, proxy, keys=["000000", pin_at(world, proxy, DEE)])
    assert played.rang == ANA and played.bridged
    assert "not right" in played.words


def test_three_wrong_pins_and_no_key_at_all_ring_nobody(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    right = pin_at(world, proxy, ANA)
    wrong = [f"{(int(right) + step) % 10**6:06}" for step in (1, 2, 3)]
    played = world.call("anonymous", proxy, keys=[*wrong, right])
    assert played.rang is None and "could not connect you" in played.words
    assert world.row(played).outcome == "no_pin"
    silent = world.call("anonymous", proxy)
    assert silent.rang is None and "could not connect you" in silent.words
    assert world.row(silent).outcome == "cancelled"


def test_guessing_over_many_calls_ends_for_an_hour_and_at_that_number_only(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    right = pin_at(world, proxy, ANA)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(3):
        world.call("anonymous", proxy, keys=[wrong] * 3)
    assert world.call("anonymous", proxy, keys=[right]).rang is None
    assert world.call(ANA, proxy).rang == DEE  # whoever shows the number is not asked
    other = proxy_of(world, world.lines.out("B2001", phone=BEN, driver=DEE))
    assert other != proxy
    assert world.call("anonymous", other, keys=[pin_at(world, other, BEN)]).rang == DEE
    world.later(hours=1, minutes=1)
    assert world.call("anonymous", proxy, keys=[right]).rang == DEE


def test_a_pin_opens_one_end_of_one_line_at_one_number(world: CallWorld) -> None:
    one = proxy_of(world, world.lines.out("A1001", phone=ANA, driver=DEE))
    two = proxy_of(world, world.lines.out("B2001", phone=BEN, driver=SAM))
    pins = {pin_at(world, one, ANA), pin_at(world, one, DEE), pin_at(world, two, BEN), pin_at(world, two, SAM)}
    assert len(pins) == 4 and all(re.fullmatch(r"\d{6}", pin) for pin in pins)
    elsewhere = next(number for number in POOL if number not in {one, two})
    assert world.call("anonymous", elsewhere, keys=[pin_at(world, one, ANA)]).rang is None


def test_the_pin_is_told_to_whoever_texts_for_it_and_not_passed_on(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    for wish in ("PIN", "my pin please", "pin para llamar", "call code", "mi clave de llamadas"):
        [told] = world.lines.says(wish, ANA, ours=proxy)
        assert pin_at(world, proxy, ANA) in told and proxy in told
    assert len(world.lines.to(DEE)) == 1
    world.lines.says("my pin is not working", ANA, ours=proxy)
    assert world.lines.to(DEE)[-1].endswith("my pin is not working")
    with world.web.database.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.category == "pin")).all()
    assert [(row.recipient, row.sender) for row in rows] == [(ANA, proxy)] * 5


def test_a_told_pin_does_not_stay_in_the_texts(world: CallWorld) -> None:
    parcel = world.lines.out()
    proxy = proxy_of(world, parcel)
    world.lines.says("PIN", ANA, ours=proxy)
    world.lines.scan(parcel, "delivered")
    world.later(hours=49)
    with world.web.database.write() as session:
        erasing.erase_due(session, now=world.lines.now)
    with world.web.database.read() as session:
        assert session.scalars(select(OutboxRow.text).where(OutboxRow.category == "pin")).all() == [erasing.ERASED]


def test_a_closed_line_says_so_and_offers_the_assistant(world: CallWorld) -> None:
    parcel = world.lines.out()
    proxy = proxy_of(world, parcel)
    world.lines.scan(parcel, "delivered")
    world.lines.settle()
    world.later(hours=25)
    world.lines.settle()
    for caller, other in ((ANA, "driver"), (DEE, "customer")):
        played = world.call(caller, proxy)
        assert played.rang is None
        assert f"line with the {other} is closed" in played.words or f"line to the {other} is closed" in played.words
        assert "text us" in played.words
        assert world.row(played).outcome == "closed"


def test_a_line_that_may_open_again_does_so_by_a_call(world: CallWorld) -> None:
    parcel = world.lines.out()
    proxy = proxy_of(world, parcel)
    with world.web.database.write() as session:
        line = lines.line_of(session, parcel)
        assert line is not None
        lines.close(session, world.web.house, line, why="over", now=world.lines.now)
    assert world.call(ANA, proxy).rang == DEE


def test_the_old_driver_is_out_from_the_moment_of_the_change(world: CallWorld) -> None:
    parcel = world.lines.out()
    proxy = proxy_of(world, parcel)
    world.lines.hand_to(parcel, SAM)
    assert world.call(DEE, proxy).rang is None
    assert world.call(ANA, proxy_of(world, parcel)).rang == SAM


def test_a_driver_who_is_exchanged_while_it_rings_is_not_joined(world: CallWorld) -> None:
    parcel = world.lines.out()
    proxy = proxy_of(world, parcel)
    played = world.call(ANA, proxy, Callee(meanwhile=lambda: world.lines.hand_to(parcel, SAM)))
    assert played.rang == DEE and not played.bridged and played.words_there == ""


@pytest.mark.parametrize("who", [ANA, DEE])
def test_after_a_stop_from_either_nobody_is_rung(world: CallWorld, who: str) -> None:
    proxy = proxy_of(world, world.lines.out())
    world.lines.hear("STOP", who, proxy)
    world.lines.work()
    for caller in (ANA, DEE):
        played = world.call(caller, proxy)
        assert played.rang is None and "closed" in played.words
    # Also where the provider knows of the STOP and no text of ours has been handled yet.
    proxy = proxy_of(world, world.lines.out("B2001", phone=BEN, driver=SAM))
    with world.web.database.write() as session:
        consent.opt_out(session, retailer="default", address=BEN, by="provider", now=world.lines.now)
    assert world.call(SAM, proxy).rang is None


def test_each_hears_their_own_language(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out(customer_locale="es-MX"))
    played = world.call(DEE, proxy, Callee(presses="9"))
    assert {one.language for one in played.heard_there} == {"es-US"} and "pulse 1" in played.words_there
    assert {one.language for one in played.heard} == {"en-US"}
    back = world.call(ANA, proxy, Callee("busy"))
    assert {one.language for one in back.heard} == {"es-US"} and "no puede contestar" in back.words
    assert "no contestó" in world.lines.to(ANA)[-1] or "no contesto" in world.lines.to(ANA)[-1]


def test_calls_stand_in_the_thread_without_the_other_ends_number(world: CallWorld) -> None:
    parcel = world.lines.out()
    proxy = proxy_of(world, parcel)
    world.call(DEE, proxy)
    world.call(ANA, proxy, Callee("no-answer"), repeated=True)
    for query, caller, other in (("phone=%2B14155550100", ANA, DEE), ("phone=%2B14155550200", DEE, ANA)):
        items = world.web.api("GET", f"/messages?{query}").json["items"]
        [call] = [one for one in items if one["channel"] == "voice"]
        assert call["direction"] == "in" and call["to"] == proxy and call["shipment_id"] == parcel
        assert call["status"] == "handled" and other not in str(call) and call["segments"] == 0
        assert call["handled_by"] == ("call:connected" if caller == DEE else "call:no_answer")
    with world.web.database.read() as session:
        rows = session.scalars(select(InboxRow).where(InboxRow.channel == "voice")).all()
        assert [row.text for row in rows] == ["", ""]
    assert world.lines.work() == []  # nothing in them waits for anybody


def test_the_main_number_says_to_everybody_what_it_said(world: CallWorld) -> None:
    world.lines.out()
    for caller in (ANA, LANDLINE, "anonymous"):
        played = world.call(caller, MAIN)
        assert played.rang is None and "This number answers texts" in played.words
    with world.web.database.write() as session:
        known = Conversation(retailer="default", ours=MAIN, theirs=LANDLINE)
        session.add(known)
        session.flush()
        session.add(Dialogue(conversation_id=known.id, retailer="default", language="es", updated_at=world.lines.now))
    assert "Este número responde mensajes" in world.call(LANDLINE, MAIN).words


def test_a_driver_who_calls_the_main_number_is_connected_when_it_is_clear_with_whom(world: CallWorld) -> None:
    parcel = world.lines.out()
    assert "text us the order number" in world.call(DEE, MAIN).words  # out with a parcel, and no line yet
    proxy = proxy_of(world, parcel)
    played = world.call(DEE, MAIN)
    assert (played.rang, played.shown, played.bridged) == (ANA, proxy, True)
    proxy_of(world, world.lines.out("B2001", phone=BEN, driver=DEE))
    played = world.call(DEE, MAIN)
    assert played.rang is None and "text us the order number" in played.words


def test_a_driver_without_a_round_hears_what_everybody_hears(world: CallWorld) -> None:
    parcel = world.lines.out()
    world.lines.scan(parcel, "delivered")
    assert "This number answers texts" in world.call(DEE, MAIN).words


def test_a_line_without_a_number_of_its_own_is_called_from_the_main_number(database: Database, tmp_path: Path) -> None:
    world = CallWorld.build(database, tmp_path, datetime(2026, 12, 1, 17, 0, tzinfo=UTC), relay_numbers=POOL[:1])
    first = world.lines.line(world.lines.out("A1001", driver=DEE))
    second = world.lines.line(world.lines.out("B2001", phone=BEN, driver=DEE))
    assert (first.proxy, second.proxy) == (POOL[0], None)
    with world.web.database.write() as session:
        lines.close(session, world.web.house, first, why="agent", now=world.lines.now)
    played = world.call(DEE, MAIN)
    assert (played.rang, played.shown, played.bridged) == (BEN, MAIN, True)


def test_a_whisper_or_an_end_of_a_call_nobody_knows_leads_nowhere(world: CallWorld) -> None:
    proxy_of(world, world.lines.out())
    for path in ("/whisper?call=CAnone", "/whisper?call=", "/whisper", "/pin", "/status"):
        for more in ({}, {"Digits": "1"}, {"DialCallStatus": "no-answer"}, {"CallStatus": "completed"}):
            answer = world.web.twilio(f"/hooks/twilio/voice{path}", {"CallSid": "CAnobody", **more})
            assert answer.status_code == 200 and "<Dial" not in answer.text and "<Gather" not in answer.text
    assert world.web.twilio("/hooks/twilio/voice", {"From": ANA, "To": MAIN}).status_code == 400


def test_a_call_that_is_over_cannot_be_taken_up_again(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    right = pin_at(world, proxy, ANA)
    played = world.call(DEE, proxy, Callee("no-answer"))
    answer = world.web.twilio(f"/hooks/twilio/voice/whisper?call={played.sid}", {"CallSid": "CAx", "Digits": "1"})
    assert "<Hangup" in answer.text
    answer = world.web.twilio("/hooks/twilio/voice/pin", {"CallSid": played.sid, "Digits": right})
    assert "<Dial" not in answer.text
    assert world.row(played).outcome == "no_answer"


def test_the_same_call_by_eight_threads_is_one(world: CallWorld) -> None:
    proxy = proxy_of(world, world.lines.out())
    form = {"CallSid": "CA1", "From": DEE, "To": proxy}
    over = {"CallSid": "CA1", "DialCallStatus": "busy"}
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _n: world.web.twilio("/hooks/twilio/voice", form).text, range(16)))
        ends = set(pool.map(lambda _n: world.web.twilio("/hooks/twilio/voice/status", over).text, range(16)))
    assert len(answers) == 1 and "<Dial" in answers.pop() and len(ends) == 1
    assert len(world.lines.to(ANA)) == len(world.lines.to(DEE)) == 2
    with world.web.database.read() as session:
        assert len(session.scalars(select(InboxRow).where(InboxRow.channel == "voice")).all()) == 1
        assert len(session.scalars(select(Call)).all()) == 1


def test_the_fake_twilio_places_a_call_over_http(sqlite_database: Database, tmp_path: Path) -> None:
    world = CallWorld.build(sqlite_database, tmp_path, datetime(2026, 12, 1, 17, 0, tzinfo=UTC))
    proxy = proxy_of(world, world.lines.out())
    server = make_server("127.0.0.1", 0, world.web.app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with FakeTwilio(token=TOKEN) as twilio:
            app_url = f"http://127.0.0.1:{server.port}"
            played = twilio.call_in(app_url, ANA, proxy, ours=POOL, public_url=BASE)
            hidden = twilio.call_in(app_url, "anonymous", proxy, ours=POOL, keys=["000000"] * 3, public_url=BASE)
    finally:
        server.shutdown()
        server.server_close()
    assert (played.rang, played.shown, played.bridged) == (DEE, proxy, True)
    assert hidden.rang is None and "could not connect" in hidden.words


SENTENCES = [Sentence("Hello & <welcome>", "en"), Sentence("Buenos días", "es")]
MADE: dict[str, Callable[[], str]] = {
    "incoming": lambda: twilio_voice.incoming(SENTENCES),
    "connect": lambda: twilio_voice.connect(
        caller_id=POOL[0], number=ANA, whisper_url=f"{BASE}/w?call=CA1", ended_url=f"{BASE}/e"
    ),
    "whisper": lambda: twilio_voice.whisper(SENTENCES, pressed_url=f"{BASE}/w?call=CA1"),
    "ask_digits": lambda: twilio_voice.ask_digits(SENTENCES, digits=6, typed_url=f"{BASE}/pin", otherwise=SENTENCES),
    "accepted": twilio_voice.accepted,
    "hung_up": twilio_voice.hung_up,
}


def test_every_document_we_can_make_hides_the_caller_and_records_nothing() -> None:
    makers = {
        name
        for name, made in vars(twilio_voice).items()
        if callable(made)
        and getattr(made, "__module__", "") == twilio_voice.__name__
        and not name.startswith("_")
        and getattr(made, "__annotations__", {}).get("return") is str
    }
    assert makers - {"caller"} == set(MADE)
    for name, make in MADE.items():
        document = make()
        judge(document, ours=POOL, whisper=name in {"whisper", "accepted"})
        assert "record" not in document.lower()
        assert all(' callerId="+' in dial for dial in re.findall(r"<Dial[^>]*>", document))


@pytest.mark.parametrize(
    "document",
    [
        "<Response><Dial><Number>+14155550100</Number></Dial></Response>",
        '<Response><Dial callerId="+14155550100"><Number>+14155550200</Number></Dial></Response>',
        '<Response><Dial callerId="+15005550101" record="true"><Number>+14155550200</Number></Dial></Response>',
        '<Response><Dial callerId="+15005550101">+14155550200</Dial></Response>',
        '<Response><Dial callerId="+15005550101" timeLimit="99999"><Number>+14155550200</Number></Dial></Response>',
        "<Response><Record/></Response>",
        '<Response><Say language="xx">hi</Say></Response>',
        "<Say>hi</Say>",
        "<Response>",
    ],
)
def test_the_fake_refuses_what_twilio_or_the_house_would(document: str) -> None:
    with pytest.raises((BadTwiml, KeyError)):
        judge(document, ours=POOL)


@given(st.text(max_size=12))
def test_no_pin_but_the_right_one_opens_an_end(typed: str) -> None:
    class House:
        class settings:  # noqa: N801
            secret_key = "k"

    end = LineEnd(id=7, proxy=POOL[0], phone=ANA, role="customer", began_at=datetime(2026, 12, 1, tzinfo=UTC))

    class Session:
        def scalars(self, _query: object) -> list[LineEnd]:
            return [end]

    right = call_pins.pin_of(House(), end)  # type: ignore[arg-type]
    assert call_pins.whose(Session(), House(), POOL[0], right) is end  # type: ignore[arg-type]
    found = call_pins.whose(Session(), House(), POOL[0], typed)  # type: ignore[arg-type]
    assert (found is end) == (typed == right)
