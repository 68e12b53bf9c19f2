"""What a line keeps to itself: leaks by the retailer's policy, loops, losses, lines without a number of their own."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from fakes.fl_world import ANA, BEN, OURS
from fakes.line_world import DEE, POOL, SAM, LineWorld
from sqlalchemy import select, update

from channels.models import InboxRow, OurAddress, OutboxRow
from db import Database
from flows import lines
from flows.line_models import Line, LineText
from flows.models import Case

Build = Callable[..., LineWorld]


@pytest.fixture
def build(database: Database, now: datetime, tmp_path: Path) -> Build:
    def make(leaks: str = "mask", pool: tuple[str, ...] = POOL, more: str = "") -> LineWorld:
        return LineWorld.with_pool(database, now, tmp_path, f"relay: {{leaks: {leaks}}}\n{more}", pool)

    return make


def opened(world: LineWorld, **more: object) -> Line:
    line = world.line(world.out(**more))  # type: ignore[arg-type]
    world.says("hello", DEE, ours=line.proxy or OURS)
    return line


LEAKY = "call me on (415) 555-0200, gate 4412, order A1001"


def test_mask_hides_the_number_passes_the_rest_and_says_so(build: Build) -> None:
    world = build()
    line = opened(world)
    told = world.says(LEAKY, DEE, ours=line.proxy)
    assert world.to(ANA)[-1] == "call me on [number hidden], gate 4412, order A1001"
    assert len(told) == 1 and "hid a phone number" in told[0]


def test_the_mask_speaks_the_readers_language_and_the_notice_the_senders(build: Build) -> None:
    world = build()
    line = opened(world, customer_locale="es")
    told = world.says("my number is 415 555 0200", DEE, ours=line.proxy)
    assert world.to(ANA)[-1].endswith("[numero oculto]")
    assert "a phone number" in told[0]
    told = world.says("mi correo es ana@example.com", ANA, ours=line.proxy)
    assert world.to(DEE)[-1].endswith("[e-mail hidden]")
    assert "correo electronico" in told[0]


def test_block_passes_nothing_on(build: Build) -> None:
    world = build("block")
    line = opened(world)
    before = world.to(ANA)
    told = world.says(LEAKY, DEE, ours=line.proxy)
    assert world.to(ANA) == before
    assert "not passed on because it holds a phone number" in told[0]


def test_ask_waits_for_the_senders_word(build: Build) -> None:
    world = build("ask")
    line = opened(world)
    before = world.to(ANA)
    [asked] = world.says(LEAKY, DEE, ours=line.proxy)
    assert "Reply 1 to send it, 2 to drop it" in asked
    assert world.to(ANA) == before
    world.says("1", DEE, ours=line.proxy)
    assert world.to(ANA) == [*before, LEAKY]
    world.says("1", DEE, ours=line.proxy)
    assert world.to(ANA)[-1] == "1"  # no question is open any more: it is said to Ana
    assert world.handled()[-3:] == ["relay:ask", "relay:answer", "relay"]


def test_ask_drops_when_told_to_or_when_nobody_answers(build: Build) -> None:
    world = build("ask")
    line = opened(world)
    world.says(LEAKY, DEE, ours=line.proxy)
    [said] = world.says("2", DEE, ours=line.proxy)
    assert "not passed on" in said
    world.says(LEAKY, DEE, ours=line.proxy)
    world.says("the blue one", DEE, ours=line.proxy)
    assert world.to(ANA)[-1] == "the blue one"
    world.later(minutes=31)
    world.settle()
    world.settle()
    assert [one for one in world.to(DEE) if "not passed on" in one][1:] == [said]
    assert not any("415" in one for one in world.to(ANA))


def test_a_card_is_hidden_even_from_those_who_want_to_send_it(build: Build) -> None:
    world = build("ask")
    line = opened(world)
    world.says("your code is 482913, and my mail is a@example.com", DEE, ours=line.proxy)
    world.says("1", DEE, ours=line.proxy)
    assert "a@example.com" in world.to(ANA)[-1]
    assert "482913" not in world.to(ANA)[-1]


def test_a_number_in_two_texts_is_hidden_too(build: Build) -> None:
    world = build()
    line = opened(world)
    world.says("my cell 415 555", DEE, ours=line.proxy)
    world.says("0200", DEE, ours=line.proxy)
    assert "0200" not in world.to(ANA)[-1]


def test_what_does_not_arrive_comes_back_in_words_once(build: Build) -> None:
    world = build()
    line = opened(world)
    world.says("blue door", DEE, ours=line.proxy)
    with world.database.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.text == "blue door").values(state="undelivered"))
    world.settle()
    world.settle()
    lost = [one for one in world.to(DEE) if "did not reach" in one]
    assert lost == ['Demo Store: your text did not reach the customer: "blue door"']
    assert sum("did not reach" in one for one in world.to(ANA)) == 0


def test_two_machines_are_stopped_well_below_the_providers_limit(build: Build) -> None:
    world = build()
    line = opened(world)
    for turn in range(40):
        world.later(seconds=3)
        world.hear(f"I am driving. Ref {turn}", DEE, line.proxy)
        world.later(seconds=3)
        world.hear("Out of office", ANA, line.proxy)
        world.work()
    passed = [one for one in world.to(ANA) if "I am driving" in one]
    assert 3 <= len(passed) <= 6
    assert sum("very many quick texts" in one for one in world.to(ANA)) == 1
    assert sum("very many quick texts" in one for one in world.to(DEE)) == 1
    world.later(seconds=40)
    world.says("sorry, that was my phone", DEE, ours=line.proxy)
    assert world.to(ANA)[-1] == "sorry, that was my phone"


def test_machines_that_never_say_the_same_twice_are_stopped_too(build: Build) -> None:
    world = build()
    line = opened(world)
    for letter in "abcdefghijklmnop":
        world.later(seconds=5)
        world.hear(f"{letter} left", DEE, line.proxy)
        world.later(seconds=5)
        world.hear(f"{letter} right", ANA, line.proxy)
        world.work()
    assert 8 <= sum("left" in one for one in world.to(ANA)) < 15


def test_a_person_in_a_hurry_is_no_machine(build: Build) -> None:
    world = build()
    line = opened(world)
    for number in range(10):
        world.later(seconds=6)
        world.hear(f"thing {number}", DEE, line.proxy)
        world.work()
    for turn in range(9):  # and neither is a quick chat
        world.later(seconds=10)
        world.says(f"left or right, corner {turn}?", DEE, ours=line.proxy)
        world.later(seconds=10)
        world.says("the other" if turn % 2 else "this", ANA, ours=line.proxy)
    assert sum("thing" in one for one in world.to(ANA)) == 10
    assert sum("corner" in one for one in world.to(ANA)) == 9
    assert not any("quick texts" in one for one in world.to(ANA))


def test_with_no_number_left_the_driver_uses_a_tag_and_the_customer_answers(build: Build) -> None:
    world = build(pool=POOL[:1])
    opened(world)
    parcel = world.out("B1", phone=BEN)
    line = world.line(parcel)
    assert (line.proxy, line.tag) == (None, "11")
    assert "#11" in world.to(DEE)[-1]
    world.says("#11 I am at the gate", DEE)
    assert world.to(BEN)[-1] == "Dee, your driver (order B1): I am at the gate"
    world.says("it is open, push hard", BEN)
    assert world.to(DEE)[-1] == "#11 Ben, customer (order B1): it is open, push hard"
    assert world.handled()[-2:] == ["relay:tag", "relay:recent"]
    assert set(world.sent_from(BEN)) == {OURS}
    with world.database.read() as session:
        cases = session.scalars(select(Case)).all()
    assert [case.reason for case in cases] == ["relay_pool_exhausted"]
    world.line(world.out("C1", phone="+14155550177"))
    with world.database.read() as session:
        assert len(session.scalars(select(Case)).all()) == 1
    said = world.says("#77 hello", DEE)
    assert "#11 B1" in said[0] and world.handled()[-1] == "relay:no_tag"


def test_on_the_main_number_a_question_for_us_asks_whom_it_is_for(build: Build) -> None:
    world = build(pool=())
    line = world.line(world.out())
    world.says(f"#{line.tag} I am outside", DEE)
    [menu] = world.says("where is my order?", ANA)
    assert "1 Dee, your driver" in menu and "2 Us" in menu
    before = world.to(DEE)
    [status] = world.says("2", ANA)
    assert "A1001" in status and "out for delivery" in status
    assert world.to(DEE) == before
    world.says(f"#{line.tag} hello?", DEE)
    world.says("where is my package", ANA)
    world.says("1", ANA)
    assert world.to(DEE)[-1].endswith("where is my package")
    assert world.handled() == ["relay:tag", "conversation", "relay:menu", "relay:tag", "relay:menu", "relay:menu"]


def test_later_words_to_the_main_number_are_for_the_bot_unless_they_name_the_driver(build: Build) -> None:
    world = build(pool=())
    line = world.line(world.out())
    world.says(f"#{line.tag} I am outside", DEE)
    world.later(minutes=16)
    world.says("thanks", ANA)
    assert world.handled()[-1] == "conversation"
    world.says("Driver: ring twice please", ANA)
    assert world.to(DEE)[-1].endswith("ring twice please")
    assert world.handled()[-1] == "relay:name"


def test_another_retailers_line_is_that_retailers(build: Build) -> None:
    world = build()
    world.retailer_other()
    mine = opened(world)
    world.retailer = "other"
    theirs = world.line(world.out("Z1", phone=ANA, driver=SAM))
    assert theirs.proxy != mine.proxy
    world.says("for Sam", ANA, ours=theirs.proxy)
    assert world.to(SAM)[-1].endswith("for Sam")
    with world.database.read() as session:
        row = session.scalars(select(InboxRow).where(InboxRow.text == "for Sam")).one()
        sent = session.scalars(select(OutboxRow).where(OutboxRow.text.endswith("for Sam"))).one()
    assert (row.retailer, sent.retailer) == ("other", "other")
    world.says("STOP", ANA, ours=theirs.proxy)
    assert (world.refresh(theirs).state, world.refresh(mine).state) == ("closed", "open")


def test_every_text_of_a_line_stands_in_its_thread(build: Build) -> None:
    world = build()
    line = opened(world)
    world.says(LEAKY, DEE, ours=line.proxy)
    with world.database.read() as session:
        rows = session.scalars(select(LineText).where(LineText.line_id == line.id).order_by(LineText.id)).all()
    assert [(row.direction, row.role, row.fate) for row in rows][:2] == [
        ("out", "customer", "notice"),
        ("out", "driver", "notice"),
    ]
    assert ("in", "driver", "passed", ["phone"]) in [(r.direction, r.role, r.fate, r.hidden) for r in rows]


def test_nothing_is_dropped_when_the_text_is_empty_or_long(build: Build) -> None:
    world = build()
    line = opened(world)
    assert "empty" in world.says("  ", DEE, ours=line.proxy)[0]
    long = "word " * 310
    world.says(long, DEE, ours=line.proxy)
    assert " ".join(" ".join(world.to(ANA)[1:]).split()).endswith(long.strip())
    assert max(map(len, world.to(ANA))) <= 1500


def test_a_line_is_refused_when_nobody_could_be_texted(build: Build) -> None:
    world = build(pool=())
    with world.database.write() as session:
        session.execute(update(OurAddress).values(purpose="former"))
    assert world.open(world.out()) == lines.Refusal.NO_NUMBER
