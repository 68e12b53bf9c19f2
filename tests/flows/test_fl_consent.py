"""STOP, START, HELP and their like: one confirmation, then silence."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.fl_world import ANA, BEN, OURS, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.models import ConsentRecord, Contact, InboxRow, OutboxRow
from flows.models import Case


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path)


def is_out(world: World, address: str = ANA) -> bool:
    with world.database.read() as session:
        return session.query(Contact).filter(Contact.address == address, Contact.opted_out_at.is_not(None)).count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("STOP", "you are unsubscribed"),
        ("Stop.", "you are unsubscribed"),
        ("stop please", "you are unsubscribed"),
        ("ＳＴＯＰ", "you are unsubscribed"),
        ("Please stop texting me", "you are unsubscribed"),
        ("wrong number", "you are unsubscribed"),
        ("alto", "you are unsubscribed"),
        ("por favor no me escriban más", "cancelaste los avisos"),
    ],
)
def test_an_opt_out_is_confirmed_once_and_then_there_is_silence(world: World, text, words) -> None:
    parcel = world.parcel()
    world.scan(parcel, "shipped")
    said = world.says(text)
    assert len(said) == 1 and words in said[0] and "START" in said[0]
    assert is_out(world)
    assert [row.category for row in world.outbox()] == ["consent"]  # what was queued is cancelled with it
    assert world.outbox()[0].key.startswith("consent:")
    for more in (text, "where is my order", "hello?", "person"):
        world.later(minutes=2)
        assert world.says(more) == []
    world.scan(parcel, "out_for_delivery")
    assert len(world.outbox()) == 1
    with world.database.read() as session:
        assert {row.handled_by for row in session.query(InboxRow)} == {"consent"}


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("cancel my order", "conversation"),
        ("yes", "conversation"),
        ("si", "conversation"),
        ("at what stop is the driver?", "conversation"),
    ],
)
def test_what_only_sounds_like_it_is_no_opt_out(world: World, text, flow) -> None:
    world.parcel()
    world.says(text)
    assert not is_out(world)
    with world.database.read() as session:
        assert session.query(InboxRow).one().handled_by == flow


@pytest.mark.parametrize("word", ["START", "unstop", "yes", "sí", "suscribir"])
def test_a_word_brings_the_texts_back(world: World, word) -> None:
    parcel = world.parcel()
    world.says("STOP")
    said = world.says(word)
    assert len(said) == 1 and not is_out(world)
    world.scan(parcel, "shipped")
    assert "on its way" in world.last() or "va en camino" in world.last()
    with world.database.read() as session:
        assert [r.action for r in session.query(ConsentRecord).order_by(ConsentRecord.id)] == ["opted_out", "opted_in"]


@pytest.mark.parametrize("opted_out", [False, True])
def test_help_answers_everybody(database, now, tmp_path, opted_out) -> None:
    world = World.build(database, now, tmp_path, "contact: help@example.com\n")
    if opted_out:
        world.says("STOP")
    for word in ("HELP", "info"):
        world.later(minutes=2)
        said = world.says(word)
        assert len(said) == 1
        assert "Demo Store" in said[0] and "help@example.com" in said[0] and "STOP" in said[0]
    assert is_out(world) is opted_out


def test_an_unclear_word_is_asked_about_once(world: World) -> None:
    assert "would you like us to stop texting you" in world.says("enough")[0]
    assert not is_out(world)
    assert "you are unsubscribed" in world.says("basta")[0]
    assert is_out(world)


@pytest.mark.parametrize(("answer", "out"), [("yes", True), ("no", False), ("si claro", True)])
def test_the_answer_to_that_question_counts(world: World, answer, out) -> None:
    world.says("enough")
    assert len(world.says(answer)) == 1
    assert is_out(world) is out


def test_a_drivers_stop_opens_a_case(world: World) -> None:
    world.parcel(driver_name="Dee", driver_phone=BEN)
    world.says("STOP", BEN)
    world.says("STOP", ANA)
    with world.database.read() as session:
        assert [(c.reason, c.phone) for c in session.query(Case)] == [("driver_stop", BEN)]


def test_one_retailers_stop_is_not_anothers(world: World) -> None:
    from channels.models import OurAddress

    other = "+15005550009"
    with world.database.write() as session:
        session.add(OurAddress(address=other, retailer="shop-b", purpose="main"))
    world.says("STOP", ours=OURS)
    assert world.says("hello", ours=other)
    with world.database.read() as session:
        assert [row.retailer for row in session.query(Contact)] == ["default"]


TEXTS = st.sampled_from(
    [
        "STOP",
        "stop",
        "START",
        "yes",
        "no",
        "HELP",
        "where is my order",
        "hola",
        "enough",
        "person",
        "1",
        "cancel my order",
    ]
)
STEPS = st.lists(st.one_of(TEXTS, st.sampled_from(["scan", "wait"])), max_size=12)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_texted_an_opted_out_person_gets_nothing_but_consent(fresh_sqlite, tmp_path_factory, steps) -> None:
    folder = tmp_path_factory.mktemp("world")
    database = fresh_sqlite()
    world = World.build(database, datetime(2026, 12, 1, 17, tzinfo=UTC), folder)
    parcel = world.parcel()
    statuses = iter(["processed", "shipped", "out_for_delivery", "at_address", "delivered"])
    for step in steps:
        world.now += timedelta(seconds=61)
        out_before = is_out(world)
        before = {row.id for row in world.outbox()}
        if step == "scan":
            world.scan(parcel, next(statuses, "delivered"))
        elif step != "wait":
            world.says(step)
        fresh = [row for row in world.outbox() if row.id not in before]
        if is_out(world):
            # Nothing new but consent, and nothing old is left waiting.
            assert {row.category for row in world.outbox() if row.category != "consent"} == set()
            assert len(fresh) <= 1
            if out_before and step not in ("HELP", "START", "yes"):
                assert fresh == []
        with database.read() as session:
            assert (
                session.query(OutboxRow).filter(OutboxRow.state == "cancelled", OutboxRow.category == "consent").count()
                == 0
            )
