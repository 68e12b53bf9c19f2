"""Whatever people text, in whatever order: nothing is done that nobody confirmed, and nobody is left without a word."""

import itertools
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fakes.fl_world import ANA, World
from fakes.scripts import MEDIA
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.answers import yes_or_no
from db import Database
from flows.outbound_events import of_shipment
from flows.stories.reschedule import CONFIRM, SLOT
from flows.story_models import Story
from tracking_core.models import Shipment

NOW = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
TEXTS = st.sampled_from(
    [
        *("1", "2", "3", "4", "7", "yes", "no", "sí", "the second one", "never mind", "ok", "more", "none of these"),
        *("where is my order", "whats the eta?", "¿dónde está mi pedido?", "hi", "thanks", "gracias", "hola"),
        *("cancel my order", "quiero cancelar mi pedido", "no, keep it", "i want a refund", "quiero devolverlo"),
        *(
            "can you deliver on friday instead",
            "another day please",
            "quiero otro día",
            "tomorrow after 5",
            "no, friday",
        ),
        *("it says delivered but I never got it", "my neighbor had it", "looked everywhere", "no recibí mi paquete"),
        *("it arrived broken", "the glass is in pieces", "no photo", "something is missing", "llegó otra cosa"),
        *("talk to a person", "I want to complain", "the driver was rude", "show me the photo", "help me please"),
        *(
            "zorp",
            "blick blorp 12",
            "A1001",
            "B2002",
            "THIS IS RIDICULOUS!!!",
            "what can you do",
            "en español por favor",
        ),
        *("my gate code is 4412", "i need to change my address", "tell the driver to ring twice"),
    ]
)
STEPS = st.one_of(
    TEXTS.map(lambda text: ("text", text)),
    TEXTS.map(lambda text: ("text", text)),
    TEXTS.map(lambda text: ("text", text)),
    st.just(("photo", "")),
    st.sampled_from([("later", 5), ("later", 31), ("later", 60 * 25)]),
    st.sampled_from([("scan", "shipped"), ("scan", "out_for_delivery"), ("scan", "delivered")]),
)
_FOLDERS = itertools.count()


def open_step(world: World) -> tuple[str, str] | None:
    """The question that is open before a text: story and step."""
    with world.database.read() as session:
        row = session.scalar(select(Story).where(Story.state == "open", Story.expires_at > world.now))
        return None if row is None else (row.story, row.step)


def done_lately(world: World) -> set[str]:
    with world.database.read() as session:
        rows = session.scalars(select(Story.story).where(Story.state == "done", Story.expires_at > world.now))
        return set(rows)


def asked_of_the_store(world: World, parcels: list[int]) -> list[str]:
    with world.database.read() as session:
        return [event.kind for parcel in parcels for event in of_shipment(session, parcel)]


def promises_of(world: World, parcels: list[int]) -> list[tuple[datetime | None, datetime | None]]:
    with world.database.read() as session:
        found = [session.get_one(Shipment, parcel) for parcel in parcels]
        return [(one.promised_from, one.promised_to) for one in found]


def check_actions(
    before: list[str], after: list[str], open_before: tuple[str, str] | None, text: str, done: set[str]
) -> None:
    fresh = after[len(before) :]
    if "order.cancel_requested" in fresh:
        assert open_before == ("cancel_order", "confirm"), f"{text!r} called an order off after {open_before}"
        assert text.strip() == "1" or yes_or_no(text) is True
    if "order.reschedule_requested" in fresh:
        picked = open_before in (("reschedule", SLOT), ("reschedule", CONFIRM))
        assert picked or "reschedule" in done, f"{text!r} moved a delivery after {open_before}"
    assert "order.address_change_requested" not in fresh, "an address changes on its page and nowhere else"


# Not shrunk: an example plays a whole conversation, and the one that fails is short enough to read.
@settings(
    max_examples=30, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@example(steps=[("text", "cancel my order"), ("text", "no photo"), ("text", "7")], second=True, state="created")
@given(
    steps=st.lists(STEPS, min_size=3, max_size=14),
    second=st.booleans(),
    state=st.sampled_from(["created", "delivered"]),
)
def test_nothing_happens_unconfirmed_and_nobody_waits_for_a_word(
    fresh_sqlite: Callable[[], Database], steps: list[tuple[str, str | int]], second: bool, state: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play(World.build(fresh_sqlite(), NOW, Path(folder)), steps, second, state)


def play(world: World, steps: list[tuple[str, str | int]], second: bool, state: str) -> None:
    parcels = [world.parcel("A1001")] + ([world.parcel("B2002")] if second else [])
    if state == "delivered":
        world.scan(parcels[0], "shipped", "delivered", silent=True)
    for kind, said in steps:
        if kind == "later":
            world.later(minutes=int(said))
            continue
        if kind == "scan":
            world.scan(parcels[-1], str(said), silent=True)
            continue
        world.later(seconds=61)
        before, open_before, done = asked_of_the_store(world, parcels), open_step(world), done_lately(world)
        promised = promises_of(world, parcels)
        answers = world.says(str(said), ANA, media=(MEDIA["photo"],) if kind == "photo" else ())
        assert answers, f"{said!r} got no answer after {open_before}"
        after = asked_of_the_store(world, parcels)
        check_actions(before, after, open_before, str(said), done)
        if promises_of(world, parcels) != promised:
            assert "order.reschedule_requested" in after[len(before) :], (
                f"{said!r} moved a promise without a word to anybody"
            )
