"""The rest of a conversation: a person, small talk, asking back, languages, and two machines talking."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.fl_world import ANA, BEN, World

from channels.models import InboxRow
from flows import cases
from flows.escalation import dead_message
from flows.models import Case, CaseEntry, Dialogue
from flows.text_names import CASE_INTENTS

#: A text a shopper might write for each request that a person settles.
REQUESTS = {
    "reschedule": "can you deliver on friday instead",
    "delivery_instructions": "my gate code is 4412",
    "change_address": "I need to change my delivery address",
    "contact_driver": "can I talk to the driver",
    "not_received": "it says delivered but it never arrived",
    "damaged": "the box is crushed",
    "wrong_or_missing_item": "you sent me the wrong item",
    "cancel_order": "cancel my order",
    "return_or_refund": "I want a refund",
    "complaint": "I want to make a complaint",
}


@pytest.fixture
def world(sqlite_database, now, tmp_path) -> World:
    return World.build(sqlite_database, now, tmp_path)


def all_cases(world: World) -> list[Case]:
    with world.database.read() as session:
        return list(session.query(Case).order_by(Case.id))


def test_a_request_for_a_person_opens_one_case_and_says_by_when(world: World) -> None:
    parcel = world.parcel()
    said = world.says("I want to talk to a person")
    assert "A person will answer you here by 10 AM today." in said[0]
    case = all_cases(world)[0]
    assert (case.reason, case.state, case.shipment_id, case.phone, case.language) == (
        "talk_to_person",
        "open",
        parcel,
        ANA,
        "en",
    )
    world.later(minutes=2)
    assert "we have added that" in world.says("let me speak to somebody please")[0]
    assert len(all_cases(world)) == 1
    with world.database.read() as session:
        lines = [(line.kind, line.by, line.text) for line in session.query(CaseEntry).order_by(CaseEntry.id)]
    assert lines == [
        ("opened", "customer", "I want to talk to a person"),
        ("joined", "customer", "let me speak to somebody please"),
    ]


def test_outside_hours_the_shopper_reads_when_somebody_is_back(sqlite_database, tmp_path) -> None:
    saturday_night = datetime(2026, 12, 6, 4, 0, tzinfo=UTC)
    world = World.build(sqlite_database, saturday_night, tmp_path)
    said = world.says("quiero hablar con una persona")
    assert "Nuestro equipo no esta ahora. Una persona te respondera aqui antes de las 9:00 del lunes." in said[0]


AFTERWARDS = ("not_received", "damaged", "wrong_or_missing_item", "return_or_refund")


@pytest.mark.parametrize("intent", [one for one in CASE_INTENTS if one not in ("change_address", "contact_driver")])
def test_every_request_reaches_a_person_as_soon_as_one_is_asked_for(world: World, intent) -> None:
    parcel = world.parcel()
    if intent in AFTERWARDS:
        world.scan(parcel, "shipped", "delivered", silent=True)
    said = world.says(REQUESTS[intent])
    if "A person will answer you here" not in said[0]:
        world.later(minutes=2)
        said = world.says("let me talk to a person")
    assert len(said) == 1 and "A person will answer you here" in said[0]
    assert [(c.reason, c.shipment_id) for c in all_cases(world)] in ([(intent, parcel)], [("talk_to_person", parcel)])


def test_what_follows_an_open_request_belongs_to_it(world: World) -> None:
    world.parcel()
    world.says("talk to a person")
    world.later(minutes=2)
    assert "we have added that" in world.says("", media=("https://api.twilio.com/x",))[0]
    assert len(all_cases(world)) == 1
    world.later(minutes=2)
    assert "not packed yet" in world.says("where is my order")[0]  # still answered by the bot


def test_while_a_person_has_the_case_the_bot_is_silent(world: World) -> None:
    world.parcel()
    world.says("talk to a person")
    with world.database.write() as session:
        case = session.query(Case).one()
        cases.claim(session, world.house, case, agent="ann@example.com", now=world.now)
    for text in ("hello?", "where is my order", "2"):
        world.later(minutes=2)
        assert world.says(text) == []
    with world.database.read() as session:
        assert {row.handled_by for row in session.query(InboxRow).offset(1)} == {"case_thread"}
        joined = session.query(CaseEntry).filter_by(kind="joined").order_by(CaseEntry.id)
        assert [line.text for line in joined] == ["hello?", "where is my order", "2"]
        assert session.query(Case).one().state == "claimed"
    assert "you are unsubscribed" in world.says("STOP")[0]  # the law comes before the agent


def test_after_the_case_is_settled_the_bot_is_back(world: World) -> None:
    world.parcel()
    world.says("talk to a person")
    with world.database.write() as session:
        case = session.query(Case).one()
        cases.claim(session, world.house, case, agent="ann@example.com", now=world.now)
        cases.resolve(session, world.house, case, agent="ann@example.com", reason="answered", now=world.now)
    assert "not packed yet" in world.says("where is my order")[0]


def test_not_understood_once_is_a_question_twice_a_person(world: World) -> None:
    world.parcel()
    said = world.says("flurb glorp")
    assert "1 Where is my order\n2 Something is wrong with my delivery\n3 Talk to a person" in said[0]
    world.later(minutes=1)
    assert "A person will answer you here" in world.says("blarg blarg")[0]
    assert [c.reason for c in all_cases(world)] == ["out_of_scope"]


def test_something_understood_in_between_begins_anew(world: World) -> None:
    world.parcel()
    for text in ("flurb glorp", "where is my order", "blarg blarg"):
        world.later(minutes=2)
        said = world.says(text)
    assert "I did not get that" in said[0] and all_cases(world) == []


def test_the_choices_lead_where_they_say(world: World) -> None:
    world.scan(world.parcel(), "shipped", "delivered", silent=True)
    for picked, words in (("1", "was delivered"), ("3", "A person will answer"), ("2", "What happened?")):
        world.says(f"flurb {picked}x", BEN if picked == "3" else ANA)
        with world.database.write() as session:
            session.query(Dialogue).update({"misses": 0})
        assert words in world.says(picked, BEN if picked == "3" else ANA)[0]
        world.later(minutes=5)
    assert "please pick one of these" in world.says("9")[0]
    assert "What is broken" in world.says("2")[0]
    assert [c.reason for c in all_cases(world)] == ["talk_to_person"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hi", "hello!"),
        ("thanks!", "you're welcome"),
        ("goodbye", "take care"),
        ("are you a bot?", "automatic service"),
        ("ok", "just text us"),
        ("no", "just text us"),
        ("how does this work", "Reply STOP to opt out"),
        ("hola", "¡hola!"),
        ("muchas gracias", "¡de nada!"),
    ],
)
def test_small_talk(world: World, text, words) -> None:
    said = world.says(text)
    assert len(said) == 1 and words in said[0]


# -- languages ---


def test_the_order_speaks_first_then_what_they_write_and_it_is_remembered(world: World) -> None:
    world.parcel(customer_locale="es-US")
    assert "de acuerdo" in world.says("ok")[0]
    assert "It is not packed yet" in world.says("where is my order please")[0]
    world.later(minutes=2)
    assert "all right" in world.says("ok")[0]


@pytest.mark.parametrize("text", ["en español por favor", "Spanish please", "habla español?", "do you speak spanish?"])
def test_asking_switches_and_stays(world: World, text) -> None:
    parcel = world.parcel(customer_locale="en")
    assert "en español desde ahora" in world.says(text)[0]
    world.later(minutes=1)
    assert "esta empacado" in world.says("where is my order")[0]
    world.scan(parcel, "shipped")
    assert "va en camino" in world.last()  # milestones follow


def test_a_language_nobody_offers_is_not_switched_to(sqlite_database, now, tmp_path) -> None:
    world = World.build(sqlite_database, now, tmp_path, "languages: [en]\n")
    assert "I did not get that" in world.says("Spanish please")[0]


# -- two machines talking ---


def test_the_same_answer_is_given_once_a_minute(world: World) -> None:
    world.parcel()
    assert len(world.says("where is my order")) == 1
    world.later(seconds=59)
    assert world.says("where is my order?") == []
    world.later(seconds=2)
    assert len(world.says("where is my order")) == 1
    with world.database.read() as session:
        assert {row.state for row in session.query(InboxRow)} == {"handled"}


def test_no_more_than_ten_same_answers_an_hour(world: World) -> None:
    world.parcel()
    given = 0
    for _ in range(14):
        world.later(minutes=2)
        given += len(world.says("where is my order"))
    assert given == 10
    world.later(hours=1)
    assert len(world.says("where is my order")) == 1


def test_two_machines_stop_after_a_few_texts(world: World) -> None:
    said, rounds = world.says("This mailbox is not monitored. Hello!"), 0
    while said and rounds < 20:
        rounds += 1
        said = world.says(said[0])
    assert rounds <= 3


def test_answers_to_our_own_question_do_not_count(world: World) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    world.says("where is my order")
    assert all(len(world.says("9")) == 1 for _ in range(3))
    assert len(world.says("1")) == 1


def test_a_dead_text_reaches_a_person(world: World) -> None:
    from channels import inbox

    world.hear("boom")
    with world.database.write() as session:
        claimed = inbox.claim(session, worker="w", now=world.now, limit=1, lease_s=30)[0]
        case = dead_message(session, world.house, claimed, now=world.now)
        assert (case.reason, case.priority, case.phone) == ("dead_message", "high", ANA)
    assert timedelta(0) < all_cases(world)[0].due_at - world.now <= timedelta(hours=1)
