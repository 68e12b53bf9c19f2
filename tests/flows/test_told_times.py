"""Every time told to a shopper is a row, whoever tells it; what waits to be said follows the time that stands."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.fl_world import ANA, World
from sqlalchemy import update

from channels.models import OutboxRow
from flows import case_replies, delays, rescheduling
from flows.case_opening import open_case
from flows.promises import last_told
from flows.slots import Slot
from flows.telling import Telling
from tracking_core.finding import promises
from tracking_core.models import Promise, Shipment

HOUR = timedelta(hours=1)
#: Half past ten at night in Oakland.
NIGHT = datetime(2026, 12, 2, 6, 30, tzinfo=UTC)
QUIET = "quiet_hours: {from: '21:00', to: '08:00'}\n"


@pytest.fixture
def world(sqlite_database, now, tmp_path) -> World:
    return World.build(sqlite_database, now, tmp_path)


def promised(world: World, order: str = "A1001", *, hours: float = 3) -> int:
    begins = world.now + hours * HOUR
    return world.parcel(order, promised_from=begins, promised_to=begins + 2 * HOUR)


def slips(world: World, parcel: int, hours: float) -> None:
    end = world.shipment(parcel).promised_to + hours * HOUR
    world.scan(parcel, "update", eta=(end - 2 * HOUR, end))


def ledger(world: World, parcel: int) -> list[Promise]:
    with world.database.read() as session:
        return promises(session, session.get_one(Shipment, parcel))


def waiting(world: World) -> list[OutboxRow]:
    return [row for row in world.outbox(states=("held",)) if row.category == "delay"]


def test_a_text_about_several_parcels_is_in_the_ledger_of_each(world: World) -> None:
    first, second = promised(world), promised(world, "B2002", hours=4)
    slips(world, first, 2)
    slips(world, first, 2.2)  # inside the window it was to be told: it stays as it is
    slips(world, second, 2)
    (row,) = waiting(world)
    assert "A1001 (" in row.text and "B2002 (" in row.text
    for parcel in (first, second):
        last = ledger(world, parcel)[-1]
        assert last.message_key == row.key
        assert last.words in row.text
        assert last.window_to == world.shipment(parcel).last_promised_to


def test_what_was_written_in_the_evening_counts_for_the_day_it_is_sent(sqlite_database, tmp_path) -> None:
    world = World.build(sqlite_database, NIGHT, tmp_path, f"{QUIET}eta: {{max_delay_texts_per_day: 1}}\n")
    parcel = promised(world, hours=14)
    slips(world, parcel, 1)
    assert len(waiting(world)) == 1
    world.later(hours=10)
    with world.database.write() as session:
        session.execute(update(OutboxRow).values(state="sent", not_before=None, attempted_at=world.now))
    slips(world, parcel, 3)
    assert [row for row in world.outbox() if row.category == "delay"] == []


def test_a_text_that_reached_nobody_has_told_nothing(world: World) -> None:
    parcel = promised(world)
    slips(world, parcel, 2)
    with world.database.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.category == "delay").values(state="undelivered"))
    with world.database.read() as session:
        given = last_told(session, session.get_one(Shipment, parcel))
    assert given is not None and given.window_to == world.shipment(parcel).promised_to


def test_another_time_takes_back_what_waits_to_be_said_of_the_old_one(sqlite_database, tmp_path) -> None:
    world = World.build(sqlite_database, NIGHT, tmp_path, QUIET)
    parcel = promised(world, hours=14)
    world.scan(parcel, "shipped")
    with world.database.write() as session:
        session.execute(update(OutboxRow).values(state="sent"))
    slips(world, parcel, 5)
    assert len(waiting(world)) == 1
    slot = Slot(NIGHT + 40 * HOUR, NIGHT + 42 * HOUR)
    with world.database.write() as session:
        row = session.get_one(Shipment, parcel)
        rescheduling.move(session, world.house, row, slot, key="reply:1:1", now=world.now)
        workflow = world.house.workflows.of(session, "default")
        delays.say_anew(Telling(session, world.house, workflow, "default", world.now), row)
    assert waiting(world) == []
    with world.database.read() as session:
        given = last_told(session, session.get_one(Shipment, parcel))
    assert given is not None and given.window_to == slot.ends


def test_a_milestone_that_waits_names_the_new_time(sqlite_database, tmp_path) -> None:
    world = World.build(sqlite_database, NIGHT, tmp_path, QUIET)
    parcel = promised(world, hours=14)
    world.scan(parcel, "shipped")
    (before,) = world.outbox(states=("held",))
    world.says("can you bring it another day")
    world.says("1")
    world.says("yes")
    assert world.shipment(parcel).promised_at == world.now
    (after,) = [row for row in world.outbox(states=("held",)) if row.category == "milestone"]
    assert after.key != before.key
    assert ledger(world, parcel)[-1].words in after.text


def test_an_agents_answer_with_a_time_is_in_the_ledger(world: World) -> None:
    parcel = promised(world)
    with world.database.write() as session:
        case = open_case(
            session, world.house, retailer="default", reason="other", shipment_id=parcel, conversation_id=None,
            phone=ANA, language="en", text="where is it", now=world.now,
        )  # fmt: skip
        assert case is not None
        case_replies.send(session, world.house, case, agent="dee", text="It is packed.", now=world.now)
        said = "It comes today between 12 PM and 2 PM, promised."
        entry = case_replies.send(session, world.house, case, agent="dee", text=said, now=world.now)
        key = f"case:{case.id}:reply:{entry.id}"
    assert [one.message_key for one in ledger(world, parcel)] == [None, key]


def test_a_parcel_that_is_late_no_more_is_not_said_to_be_late_with_another(world: World) -> None:
    first, second = promised(world), promised(world, "B2002", hours=4)
    world.scan(first, "update", flags=("delayed",))
    assert len(waiting(world)) == 1
    world.scan(first, "shipped", silent=True)  # it moves on: what it was promised for stands again
    slips(world, second, 2)
    (row,) = waiting(world)
    assert "A1001" not in row.text and "B2002" in row.text
