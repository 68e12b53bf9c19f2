"""Shadow mode: everything happens, nothing is sent; going live sends nothing of the past."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fakes.fl_world import ANA, BEN, World
from sqlalchemy import select

from channels import outbox
from channels.models import OutboxRow
from db import Database
from flows import shadow_report
from flows.workflow_shadow import Prices


def world_of(database: Database, now: datetime, tmp_path: Path, workflow: str) -> World:
    return World.build(database, now, tmp_path, workflow)


def states(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.scalars(select(OutboxRow.state).order_by(OutboxRow.id)))


def rules(world: World, workflow: str) -> None:
    with world.database.write() as session:
        assert world.house.workflows.save(session, "default", f"quiet_hours: off\n{workflow}", by="x", now=world.now)


def test_a_retailer_in_shadow_decides_everything_and_sends_nothing(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    world = world_of(database, now, tmp_path, "shadow: {all: on}\n")
    parcel = world.parcel()
    world.scan(parcel, "shipped")
    assert world.says("where is my order?") == []
    assert states(world) == ["shadow", "shadow"]
    (first, _) = world.outbox(states=["shadow"])
    assert "STOP" in first.text and world.shipment(parcel).state == "shipped"


def test_going_live_sends_nothing_of_the_past_and_tells_the_hint_anew(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    world = world_of(database, now, tmp_path, "shadow: {all: on}\n")
    parcel = world.parcel()
    world.scan(parcel, "shipped")
    world.later(hours=1)
    rules(world, "")
    with database.write() as session:
        outbox.promote(session, world.now)
    assert states(world) == ["shadow"]
    world.scan(parcel, "shipped")
    assert world.texts() == []  # told already, as far as anybody decides
    world.scan(parcel, "out_for_delivery")
    (text,) = world.texts()
    assert "STOP" in text


def test_entering_shadow_keeps_back_what_waits(database: Database, now: datetime, tmp_path: Path) -> None:
    night = now.replace(hour=6)  # 22:00 in Oakland
    world = world_of(database, night, tmp_path, 'quiet_hours: {from: "21:00", to: "08:00", never_held: [reply]}\n')
    world.scan(world.parcel(), "shipped")
    assert states(world) == ["held"]
    with database.write() as session:
        world.house.workflows.save(session, "default", "shadow: {all: on}\n", by="x", now=world.now)
    world.later(hours=12)
    with database.write() as session:
        assert outbox.promote(session, world.now) == 1
    assert states(world) == ["shadow"]


def test_in_shadow_night_and_news_replace_texts_as_they_would(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    night = now.replace(hour=6)
    flow = 'quiet_hours: {from: "21:00", to: "08:00", never_held: [reply]}\nshadow: {all: on}\n'
    world = world_of(database, night, tmp_path, flow)
    parcel = world.parcel()
    world.scan(parcel, "processed")
    world.scan(parcel, "shipped")
    with database.read() as session:
        found = shadow_report.report(session, "default", prices(), since=night - timedelta(hours=1))
    assert [(line.category, line.planned) for line in found.lines] == [("milestone", True)]
    world.later(hours=12)
    with database.write() as session:
        outbox.promote(session, world.now)
    assert sorted(states(world)) == ["cancelled", "shadow"]


@pytest.mark.parametrize(
    ("workflow", "quiet"),
    [
        ("shadow: {milestones: [shipped]}", {"shipped"}),
        ("shadow: {sources: [test]}", {"shipped", "out_for_delivery"}),
        ("shadow: {sources: [easypost]}", set()),
    ],
)
def test_a_milestone_or_a_source_alone(
    database: Database, now: datetime, tmp_path: Path, workflow: str, quiet: set[str]
) -> None:
    world = world_of(database, now, tmp_path, workflow + "\n")
    parcel = world.parcel()
    for status in ("shipped", "out_for_delivery"):
        world.scan(parcel, status)
        world.later(minutes=1)
    kept = {row.key.split(":")[2] for row in world.outbox(states=["shadow"])}
    assert kept == quiet and len(world.outbox()) == 2 - len(quiet)
    assert all("STOP" in row.text for row in world.outbox()[:1])
    assert world.says("where is my order?") != []  # who asks is answered


def prices() -> Prices:
    return Prices.model_validate(
        {
            "currency": "USD",
            "sms": {"+1": "0.0083", "+1415": "0.01", "*": "0.08"},
            "mms": {"+1": "0.02"},
            "email": "0.001",
        }
    )


def test_the_report_says_what_it_would_have_cost(database: Database, now: datetime, tmp_path: Path) -> None:
    world = world_of(database, now, tmp_path, "shadow: {all: on}\n")
    for phone, order in ((ANA, "A1"), (BEN, "B2")):
        world.scan(world.parcel(order, phone=phone), "shipped")
    with database.read() as session:
        found = shadow_report.report(session, "default", prices(), since=now - timedelta(days=1), limit=1)
    assert (found.messages, found.recipients, len(found.lines)) == (2, 2, 1)
    assert found.cost == found.segments * Decimal("0.01") > 0
    words = shadow_report.in_words(found)
    assert ANA not in words and "B2" in words
    assert shadow_report.price(prices(), "mms", "+14155550100", 3) == Decimal("0.02")
    assert shadow_report.price(prices(), "sms", "+49301234567", 2) == Decimal("0.16")
    assert shadow_report.price(prices(), "mms", "+49301234567", 2) is None
