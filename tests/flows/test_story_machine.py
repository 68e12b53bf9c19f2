"""The machine behind the stories: total tables, one open story each, and nothing left open by any sequence of texts."""

from dataclasses import replace

import pytest
from fakes.fl_world import ANA, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from channels import inbox
from db import Base
from flows import router
from flows.instructing import kinds_of, leaves_at_door
from flows.postal_codes import is_near, is_same, is_valid
from flows.stories.machine import DONE, Step
from flows.stories.plots import PLOTS
from flows.stories.words import denies, drops_it
from flows.story_models import OutboundEvent, Story
from tracking_core.models import Shipment


@pytest.mark.parametrize("name", PLOTS)
def test_every_table_of_steps_is_total(name: str) -> None:
    PLOTS[name].check()


def test_a_step_that_leads_nowhere_and_one_nobody_reaches_are_found() -> None:
    plot = PLOTS["reschedule"]
    step: Step = plot.steps["slot"]
    astray = replace(plot, steps={**plot.steps, "slot": replace(step, leads_to=frozenset({"nowhere"}))})
    with pytest.raises(ValueError, match="nowhere"):
        astray.check()
    lonely = replace(plot, steps={**plot.steps, "lonely": replace(step, leads_to=frozenset({DONE}))})
    with pytest.raises(ValueError, match="lonely"):
        lonely.check()


@pytest.fixture
def world(database, now, tmp_path) -> World:
    return World.build(database, now, tmp_path)


def stories(world: World) -> list[Story]:
    with world.database.read() as session:
        return list(session.scalars(select(Story).order_by(Story.id)))


def test_the_schema_holds_one_open_story_for_each_conversation(world: World) -> None:
    world.parcel()
    world.says("can you deliver another day")
    (row,) = stories(world)
    twin = Story(**{column.key: getattr(row, column.key) for column in Story.__table__.columns if column.key != "id"})
    with pytest.raises(IntegrityError):
        _add(world, twin)


def _add(world: World, row: Story) -> None:
    with world.database.write() as session:
        session.add(row)


def test_the_same_text_delivered_twice_moves_once(world: World) -> None:
    parcel = world.parcel()
    world.scan(parcel, "shipped")
    world.says("can you deliver another day")
    world.hear("2")
    with world.database.write() as session:
        claimed = inbox.claim(session, worker="a", now=world.now, limit=1, lease_s=30)[0]
    for _ in range(2):
        router.handle(world.database, world.house, claimed, clock=lambda: world.now)
    with world.database.read() as session:
        assert len(session.scalars(select(OutboundEvent)).all()) == 1
    assert len([text for text in world.texts() if "We will bring" in text]) == 1


def test_a_second_request_of_the_same_kind_replaces_the_first(world: World) -> None:
    world.parcel()
    world.says("can you deliver another day")
    world.later(minutes=2)
    world.says("reschedule please")
    assert [row.state for row in stories(world)] == ["open"] or [row.state for row in stories(world)] == [
        "ended",
        "open",
    ]


#: Nothing here says yes to anything that was asked, or names one of several choices.
HARMLESS = st.sampled_from(
    [
        "can you deliver another day",
        "can you deliver thursday instead",
        "change my address",
        "i want to add delivery instructions",
        "cancel my order",
        "where is my order",
        "whats the ETA?",
        "blarg glorp",
        "never mind",
        "hola",
        "thanks",
        "99",
        "¿dónde está mi pedido?",
        "quiero cambiar la hora de entrega",
        "I want a refund",
        "can I talk to the driver",
        "",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(HARMLESS, min_size=1, max_size=8))
def test_without_a_yes_nothing_is_moved_and_nobody_is_left_without_an_answer(
    sqlite_database, now, tmp_path, said
) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        with sqlite_database.write() as session:
            session.execute(table.delete())
    world = World.build(sqlite_database, now, tmp_path)
    promised = {"promised_from": now, "promised_to": now.replace(hour=23)}
    parcel = world.parcel(**promised)
    world.scan(parcel, "shipped", silent=True)
    for text in said:
        world.later(minutes=2)
        assert world.says(text, ANA), (said, text)
    kept: Shipment = world.shipment(parcel)
    assert (kept.promised_from, kept.promised_to, kept.state) == (*promised.values(), "shipped")
    assert kept.destination["city"] == "Oakland" and "postal_code" in kept.destination
    with world.database.read() as session:
        assert session.scalars(select(OutboundEvent)).all() == []
    assert sum(row.state == "open" for row in stories(world)) <= 1


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("leave it at the front door", True),
        ("at the door please", True),
        ("leave it on the porch", True),
        ("déjalo en la puerta", True),
        ("please don't leave it at the door", False),
        ("no lo dejes en la puerta", False),
        ("gate code 4412, never leave it at the door", False),
        ("ring the bell at the door", None),
        ("gate code 4412", None),
        ("behind the planter", None),
    ],
)
def test_what_is_to_be_left_at_the_door(words: str, wanted: bool | None) -> None:
    assert leaves_at_door(words) is wanted


def test_what_words_for_the_driver_speak_of() -> None:
    assert kinds_of("gate code 4412#", "en") == {"code"}
    assert kinds_of("4412#", "en") == {"code"}
    assert kinds_of("leave it behind the planter, code 4412", "en") == {"code", "spot"}
    assert kinds_of("the dog is friendly", "en") == {"note"}


@pytest.mark.parametrize(
    ("one", "other", "country", "same", "near"),
    [
        ("94607", "94607-1234", "US", True, True),
        ("94607", "94610", "US", False, True),
        ("94607", "10001", "US", False, False),
        ("sw1a 1aa", "SW1A1AA", "GB", True, True),
        ("SW1A 1AA", "SW1A 2BB", "GB", False, True),
        ("SW1A 1AA", "SW9 9AA", "GB", False, False),
        ("28013", "28014", "ES", False, True),
        ("28013", "08001", "ES", False, False),
        ("M5V 2T6", "m5v2t6", "CA", True, True),
        ("", "94607", "US", False, False),
    ],
)
def test_postal_codes(one: str, other: str, country: str, same: bool, near: bool) -> None:
    assert (is_same(one, other, country), is_near(one, other, country)) == (same, near)


@given(code=st.text(max_size=60), country=st.sampled_from(["US", "GB", "ES", "XX", ""]))
def test_no_text_breaks_a_postal_code(code: str, country: str) -> None:
    is_valid(code, country)
    assert not is_same(code, "", country)
    is_near(code, code[::-1], country)


@pytest.mark.parametrize(
    ("text", "denied", "dropped"),
    [
        ("I can't do thursday", True, False),
        ("I can’t in the morning", True, False),
        ("cant thursday", True, False),
        ("el jueves no puedo", True, False),
        ("anything but friday", True, False),
        ("thursday afternoon, I want that", False, False),
        ("no problem, thursday works", False, False),
        ("not bad, thursday", False, False),
        ("never mind", True, True),
        ("ok forget it", False, True),
        ("olvídalo, gracias", False, True),
        ("leave it at the door", False, False),
        ("mejor déjalo", False, True),
        ("keep the old time please", False, True),
    ],
)
def test_what_is_denied_and_what_is_let_go_of(text: str, denied: bool, dropped: bool) -> None:
    assert (denies(text), drops_it(text)) == (denied, dropped)


def test_what_is_told_to_the_driver_is_never_in_a_log(world: World, caplog) -> None:
    caplog.set_level(0)
    parcel = world.parcel(driver_name="Dee", driver_phone="+14155550200")
    world.scan(parcel, "shipped", "out_for_delivery")
    assert world.says("gate code is 4412#, leave it with the doorman")
    assert world.says("no, 4413#")
    assert not any(secret in caplog.text for secret in ("4412", "4413", "doorman"))
