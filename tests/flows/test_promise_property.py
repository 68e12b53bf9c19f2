"""Whatever order scans, positions and estimates come in: no text contradicts the ledger, and not too many go out."""

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.fl_world import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from channels.models import OutboxRow
from channels.segments import to_gsm
from db import Base, Database
from flows import promises as told
from flows import upkeep
from flows.tracking import change_shipment
from tracking_core.facts import Position
from tracking_core.models import Promise, Shipment
from tracking_core.promises import Given

START = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MOST, GRACE, EARLY = 2, timedelta(minutes=15), timedelta(minutes=45)
STATUSES = (
    "processed",
    "shipped",
    "in_transit",
    "out_for_delivery",
    "arriving",
    "attempt_failed",
    "delivered",
    "update",
)

SCANS = st.fixed_dictionaries(
    {
        "do": st.just("scan"),
        "parcel": st.integers(0, 1),
        "status": st.sampled_from(STATUSES),
        "ago_min": st.sampled_from([0, 0, 0, 5, 90, 3000]),
        "eta_min": st.none() | st.sampled_from([30, 120, 180, 195, 197, 240, 600, 1500]),
        "reason": st.sampled_from([None, "weather", "vehicle"]),
        "delayed": st.booleans(),
        "place": st.booleans(),
    }
)
MOVES = st.one_of(
    SCANS,
    SCANS,
    SCANS,
    st.fixed_dictionaries({"do": st.just("later"), "min": st.sampled_from([1, 20, 70, 400])}),
    st.fixed_dictionaries(
        {"do": st.just("patch"), "parcel": st.integers(0, 1), "min": st.sampled_from([60, 200, 900])}
    ),
    st.fixed_dictionaries({"do": st.sampled_from(["tick", "send", "ask"])}),
)


def play(world: World, parcels: list[int], move: dict[str, Any]) -> None:
    if move["do"] == "later":
        world.later(minutes=move["min"])
    elif move["do"] == "tick":
        upkeep.tick(world.database, world.house, now=world.now)
    elif move["do"] == "ask":
        world.says("where is my order")
    elif move["do"] == "send":
        with world.database.write() as session:
            session.execute(update(OutboxRow).where(OutboxRow.state.in_(("queued", "held"))).values(state="sent"))
    elif move["do"] == "patch":
        end = world.now + move["min"] * MINUTE
        with world.database.write() as session:
            parcel = session.get_one(Shipment, parcels[move["parcel"]])
            window = {"promised_from": end - 60 * MINUTE, "promised_to": end}
            change_shipment(session, world.house, parcel, window, now=world.now)
    else:
        scan(world, parcels[move["parcel"]], move)


def scan(world: World, parcel: int, move: dict[str, Any]) -> None:
    at = world.now - move["ago_min"] * MINUTE
    end = None if move["eta_min"] is None else START + move["eta_min"] * MINUTE
    world.scan(
        parcel,
        move["status"],
        occurred_at=at,
        eta=(end - 60 * MINUTE, end) if end else None,
        reason=move["reason"],
        flags=("delayed",) if move["delayed"] else (),
        position=Position(37.8, -122.27, at) if move["place"] else None,
    )


def held_true(world: World, parcels: list[int], heard: dict[str, Given | None]) -> None:
    """No text names a window that is not in the ledger; each delay text left what was told before; not too many."""
    with world.database.read() as session:
        rows = list(session.scalars(select(OutboxRow).where(OutboxRow.channel == "sms")))
        ledger = list(session.scalars(select(Promise).order_by(Promise.id)))
    words = {one.message_key: [p.words for p in ledger if p.message_key == one.message_key] for one in ledger}
    for row in rows:
        if "today between" not in row.text and "tomorrow between" not in row.text:
            continue
        left = row.text
        for one in (to_gsm(one, drop_accents=True) for one in words.get(row.key, ()) if one):
            left = left.replace(one, "")
        # Nothing it says of a time stands in no row, also where it tells of several parcels.
        assert "day between" not in left and "tomorrow between" not in left, row.text
    for parcel in parcels:
        for made in (one for one in ledger if one.shipment_id == parcel and (one.message_key or "")[:5] in KINDS):
            before = heard.get(f"{parcel}:{made.message_key}")
            assert before is None or leaves(before, made), (before, made.window_from, made.window_to)
    kept = [row for row in rows if row.category == "delay" and row.state != "cancelled"]
    days = Counter((row.created_at - timedelta(hours=8)).date() for row in kept)
    assert max(days.values(), default=0) <= MOST, [(row.key, row.created_at) for row in kept]


KINDS = ("delay", "early")


def leaves(before: Given, made: Promise) -> bool:
    """Whether a promise lies outside the one before: later beyond the grace, or much sooner."""
    if before.window_to is not None and made.window_to is not None and made.window_to - before.window_to > GRACE:
        return True
    if before.window_from is None or made.window_to is None:
        return False
    middle = made.window_to if made.window_from is None else made.window_from + (made.window_to - made.window_from) / 2
    return before.window_from - middle >= EARLY


def run(database: Database, moves: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World.build(database, START, Path(folder), f"eta: {{max_delay_texts_per_day: {MOST}}}\n")
        window = {"promised_from": START + 120 * MINUTE, "promised_to": START + 180 * MINUTE}
        parcels = [world.parcel("A1001", **window), world.parcel("B2002", **window)]
        heard: dict[str, Given | None] = {}
        for move in moves:
            before = last_told(world, parcels)
            known = keys(world)
            play(world, parcels, move)
            for key in keys(world) - known:
                heard |= {f"{parcel}:{key}": given for parcel, given in before.items()}
        held_true(world, parcels, heard)


def last_told(world: World, parcels: list[int]) -> dict[int, Given | None]:
    """What each parcel's owner goes by, without what still waits to be said: that may be taken back."""
    with world.database.read() as session:
        held = list(session.scalars(select(OutboxRow.key).where(OutboxRow.state == "held")))
        return {one: told.last_told(session, session.get_one(Shipment, one), but=held) for one in parcels}


def keys(world: World) -> set[str]:
    with world.database.read() as session:
        return set(session.scalars(select(OutboxRow.key)))


def emptied(database: Database) -> Database:
    with database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    return database


FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEWER = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(moves=st.lists(MOVES, min_size=4, max_size=14))
def test_no_text_contradicts_the_ledger(sqlite_database: Database, moves: list[dict[str, Any]]) -> None:
    run(emptied(sqlite_database), moves)


@FEWER
@given(moves=st.lists(MOVES, min_size=4, max_size=14))
def test_no_text_contradicts_the_ledger_on_postgresql(postgres_database: Database, moves: list[dict[str, Any]]) -> None:
    run(emptied(postgres_database), moves)
