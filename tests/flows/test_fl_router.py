"""The route: two stages, nothing open while the text is being understood, and every text handled once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.fl_world import ANA, World

from bot.keywords import Keywords
from bot.understanding import Understanding
from channels import inbox
from channels.consent import opt_out
from channels.models import InboxRow, OutboxRow
from flows import router


class Listening:
    """An NLU that looks around while it is asked, and may let something happen meanwhile."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.meanwhile = lambda: None
        self.database = None
        self._keywords = Keywords()

    def understand(self, text: str, *, language: str | None = None) -> Understanding:
        pool = self.database.engine.pool
        assert pool.checkedout() == 0, "a transaction is open while the NLU thinks"
        self.asked.append((text, language))
        self.meanwhile()
        return self._keywords.understand(text, language=language)


@pytest.fixture
def nlu() -> Listening:
    return Listening()


@pytest.fixture
def world(database, now, tmp_path, nlu) -> World:
    nlu.database = database
    return World.build(database, now, tmp_path, nlu=nlu)


def test_nothing_is_open_while_the_text_is_being_understood(world: World, nlu) -> None:
    world.parcel(customer_locale="es")
    assert len(world.says("¿dónde está mi pedido?")) == 1
    assert nlu.asked == [("¿dónde está mi pedido?", "es")]


def test_what_needs_no_understanding_asks_nobody(world: World, nlu) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    world.says("where is my order")
    nlu.asked.clear()
    world.says("2")
    world.says("STOP")
    world.says("where is my order")
    assert nlu.asked == []


def test_the_row_says_who_took_it(world: World) -> None:
    for order in ("A1001", "B2002"):
        world.parcel(order)
    world.hear("where is my order")
    assert world.work() == ["conversation"]
    world.hear("1")
    assert world.work() == ["pending_question"]
    world.hear("STOP")
    assert world.work() == ["consent"]
    with world.database.read() as session:
        rows = session.query(InboxRow).order_by(InboxRow.id)
        assert [(r.state, r.handled_by) for r in rows] == [
            ("handled", "conversation"),
            ("handled", "pending_question"),
            ("handled", "consent"),
        ]


def test_a_stop_that_comes_while_the_text_is_understood_wins(world: World, nlu) -> None:
    world.parcel()

    def stop() -> None:
        with world.database.write() as session:
            opt_out(session, retailer="default", address=ANA, by="api", now=world.now)

    nlu.meanwhile = stop
    assert world.says("where is my order") == []


def test_a_claim_that_has_passed_on_leaves_no_trace(world: World, nlu) -> None:
    world.parcel()
    world.hear("where is my order")
    with world.database.write() as session:
        old = inbox.claim(session, worker="slow", now=world.now, limit=1, lease_s=30)[0]

    def taken_over() -> None:
        world.later(seconds=31)
        with world.database.write() as session:
            assert inbox.claim(session, worker="quick", now=world.now, limit=1, lease_s=30)

    nlu.meanwhile = taken_over
    assert router.handle(world.database, world.house, old, clock=lambda: world.now) == "nobody"
    assert world.texts() == []


def test_whatever_is_raised_leaves_the_text_as_it_was(world: World, nlu) -> None:
    world.parcel()
    world.hear("where is my order")

    def fail() -> None:
        raise LookupError("the model is gone")

    nlu.meanwhile = fail
    with pytest.raises(LookupError):
        world.work()
    with world.database.read() as session:
        assert session.query(InboxRow).one().state == "received"
        assert session.query(OutboxRow).count() == 0
    nlu.meanwhile = lambda: None
    world.later(seconds=31)
    assert world.work() == ["conversation"]


def test_many_workers_answer_each_text_once_and_each_person_in_order(world: World, nlu) -> None:
    people = [f"+1415555{place:04}" for place in range(8)]
    for person in people:
        world.parcel(f"P{person[-4:]}", phone=person)
    nlu.understand = Keywords().understand  # the pool is busy here, rightly
    for text in ("where is my order", "thanks", "are you a bot?"):
        for person in people:
            world.hear(text, person)
    done = threading.Event()

    def work(_: int) -> None:
        while not done.is_set():
            with world.database.write() as session:
                claimed = inbox.claim(session, worker="w", now=world.now, limit=2, lease_s=300)
            for one in claimed:
                router.handle(world.database, world.house, one, clock=lambda: world.now)
            with world.database.read() as session:
                if session.query(InboxRow).filter_by(state="received").count() == 0:
                    done.set()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    for person in people:
        said = [
            row.text
            for row in sorted(world.outbox(), key=lambda r: (r.conversation_id, r.seq))
            if row.recipient == person
        ]
        assert ["not packed" in said[0], "welcome" in said[1], "automatic" in said[2], len(said)] == [
            True,
            True,
            True,
            3,
        ]
