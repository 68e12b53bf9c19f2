"""A draft workflow told the past again: what it would say otherwise, and not a row is written."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.fl_world import BEN, World
from sqlalchemy import func, select

from channels import outbox
from channels.models import OutboxRow
from db import Base, Database
from flows import workflow_try
from flows.workflow import WorkflowError
from tracking_core.models import Shipment


@pytest.fixture
def world(sqlite_database: Database, now: datetime, tmp_path: Path) -> World:
    """What the past is told again in is SQLite in any case; one test reads it from PostgreSQL."""
    return day(sqlite_database, now, tmp_path)


def day(database: Database, now: datetime, tmp_path: Path) -> World:
    """Two parcels on their way through a day, one of them told by night."""
    made = World.build(database, now, tmp_path, "milestones: [shipped, out_for_delivery, delivered]\n")
    first, second = made.parcel("A1"), made.parcel("B2", phone=BEN)
    for step, (parcel, status) in enumerate(
        (
            (first, "shipped"),
            (second, "processed"),
            (second, "shipped"),
            (first, "out_for_delivery"),
            (first, "delivered"),
        )
    ):
        made.later(hours=1 if step < 4 else 9)  # the last one at 22:00 in Oakland
        made.scan(parcel, status)
    sent(made)
    made.later(hours=1)
    return made


def sent(world: World) -> None:
    with world.database.write() as session:
        outbox.promote(session, world.now)
        for row in session.scalars(select(OutboxRow)):
            row.state, row.sent_at = "delivered", row.created_at


def trial(world: World, draft: str) -> workflow_try.Trial:
    before = rows(world)
    found = workflow_try.tried(
        world.database, world.house, draft, "draft.yml",
        retailer="default", since=world.now - timedelta(days=1), now=world.now, limit=100,
    )  # fmt: skip
    assert rows(world) == before
    return found


def rows(world: World) -> dict[str, int]:
    with world.database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


SAME = "quiet_hours: off\nmilestones: [shipped, out_for_delivery, delivered]\n"


def test_the_present_rules_say_what_was_said(world: World) -> None:
    found = trial(world, SAME)
    assert (found.parcels, found.events, found.sent, found.faithful) == (2, 5, 4, 4)
    assert found.differences == [] and found.segments_sent == found.segments_draft
    assert found.cost_sent == found.cost_draft > 0
    assert "says the same" in workflow_try.in_words(found)


def test_from_postgresql_too(postgres_database: Database, now: datetime, tmp_path: Path) -> None:
    found = trial(day(postgres_database, now, tmp_path), SAME)
    assert (found.sent, found.faithful, found.differences) == (4, 4, [])


def test_what_a_draft_adds_leaves_out_and_words_otherwise_is_shown(world: World) -> None:
    draft = "quiet_hours: off\nmilestones: [processed, shipped, out_for_delivery]\n"
    draft += "texts: {milestone_shipped: 'Off it goes: {{ link }}'}\n"
    found = trial(world, draft)
    kinds = sorted((one.kind, one.key.split(":")[2], one.order_number) for one in found.differences)
    assert kinds == [
        ("less", "delivered", "A1"),
        ("more", "processed", "B2"),
        ("words", "shipped", "A1"),
        ("words", "shipped", "B2"),
    ]
    words = workflow_try.in_words(found)
    assert "Off it goes" in words and "+1415" not in words


def test_a_night_moves_texts(world: World) -> None:
    draft = SAME.replace("quiet_hours: off", 'quiet_hours: {from: "11:00", to: "12:30", never_held: []}')
    assert "time" in {one.kind for one in trial(world, draft).differences}


def test_a_wrong_draft_names_its_line_and_nothing_is_told(world: World) -> None:
    with pytest.raises(WorkflowError, match=r"draft.yml line 2"):
        trial(world, "brand: X\nmilestone: []\n")


def test_another_retailers_past_is_not_looked_at(world: World) -> None:
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Shipment)) == 2
    found = workflow_try.tried(
        world.database, world.house, SAME, "draft.yml",
        retailer="other", since=world.now - timedelta(days=1), now=world.now, limit=100,
    )  # fmt: skip
    assert (found.parcels, found.sent, found.draft) == (0, 0, 0)
