"""Connections: what they bring is counted without waiting, and a silent one calls a person, by its own rhythm."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.fl_world import World
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from db import Database
from flows import connection_health, connection_silence, connection_tally, connection_upkeep, connections
from flows.connection_lags import EDGES_S, NO_TIME, bucket, quantile
from flows.connection_models import ConnectionNote, ConnectionTally
from flows.connection_samples import redacted
from flows.models import Case
from flows.tracking import take_events
from tracking_core.facts import CarrierEvent


@pytest.fixture
def world(database: Database, now: datetime, tmp_path: Path) -> World:
    return World.build(database, now, tmp_path)


def health(world: World, source: str = "acme", retailer: str = "default") -> connection_health.Health:
    with world.database.read() as session:
        found = connection_health.report(session, retailer, now=world.now)
    return next(one for one in found if one.source == source)


def hear(world: World, count: int = 1, *, source: str = "acme", ago: float = 0, **more: object) -> None:
    with world.database.write() as session:
        connections.note(session, "default", source, count=count, now=world.now - timedelta(hours=ago), **more)  # type: ignore[arg-type]


def test_notes_count_at_once_and_the_same_after_they_are_added_up(world: World) -> None:
    for late in (1, 3, 4, 50, 4000):
        hear(world, occurred_at=world.now - timedelta(seconds=late))
    hear(world, code="X9", sample={"code": "X9", "recipient": {"name": "Ana"}, "id": 7})
    hear(world, 3, ok=False)
    before = health(world)
    assert (before.events_today, before.signature_failures, before.state) == (6, 3, "ok")
    assert (before.lag_p50_s, before.lag_p95_s) == (5, 7200)
    (code,) = before.unknown_codes
    assert (code.code, code.count, code.sample) == ("X9", 1, {"code": "X9", "recipient": {"name": "…"}, "id": 7})
    assert connection_upkeep.add_up(world.database) == 7
    assert health(world) == before
    assert connection_upkeep.add_up(world.database) == 0
    hear(world)
    connection_upkeep.add_up(world.database)
    assert health(world).events_today == 7
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ConnectionNote)) == 0
        assert connection_health.report(session, "other", now=world.now) == []


def test_a_history_sent_again_counts_only_what_is_new(world: World) -> None:
    parcel = world.parcel(tracking="1Z9")
    history = [
        world.event(status, ago=ago, tracking_number="1Z9", event_id=status)
        for status, ago in (("processed", 7200), ("shipped", 60), ("in_transit", 5))
    ]
    unknown = world.event("unknown", tracking_number="1Z-else", event_id="x", code="Q1")

    def send(*events: CarrierEvent) -> None:
        with world.database.write() as session:
            take_events(session, world.house, events, retailer="default", now=world.now)
            connections.note_events(session, "default", events, now=world.now)

    send(*history[:2])
    world.later(seconds=1)
    send(*history, unknown)
    world.later(seconds=1)
    send(*history, unknown)
    found = health(world, "test")
    assert found.events_today == 2 + 2 + 1 and [one.count for one in found.unknown_codes] == [1]
    assert found.last_seen == world.now and parcel


def test_a_source_whose_requests_never_fit_is_not_called_well(world: World) -> None:
    hear(world, ok=False)
    connection_upkeep.add_up(world.database)
    assert health(world).state == "refused" and health(world).last_seen is None


def test_the_usual_is_the_median_of_the_same_weekday(world: World) -> None:
    for week, count in ((1, 10), (2, 30), (3, 20)):
        hear(world, count, ago=24 * 7 * week)
    hear(world, 500, ago=24)
    connection_upkeep.add_up(world.database)
    assert health(world).events_usual == 20 and health(world).events_today == 0
    assert health(world).days[-2][1] == 500


def test_a_source_that_falls_silent_opens_one_case_and_is_well_again_when_it_speaks(world: World) -> None:
    for hours in range(2, 24 * 10):
        hear(world, 6, ago=hours)
    connection_upkeep.add_up(world.database)

    def watch() -> list[str]:
        with world.database.write() as session:
            return connection_silence.watch(session, world.house, now=world.now)

    assert watch() == []  # two hours: not long enough to call anybody
    world.later(hours=3)
    assert watch() == ["acme"] and watch() == []
    assert health(world).state == "silent"
    with world.database.read() as session:
        (case,) = session.scalars(select(Case)).all()
        assert (case.reason, case.retailer) == ("connection_silent", "default")
    hear(world)
    assert health(world).state == "ok"
    connection_upkeep.add_up(world.database)
    assert health(world).state == "ok" and watch() == []


def test_nights_and_weekends_are_no_silence() -> None:
    begin = datetime(2026, 11, 2, 8, tzinfo=UTC)  # a Monday
    open_hours = [
        begin + timedelta(days=day, hours=hour)
        for day in range(28)
        for hour in range(10)
        if (begin + timedelta(days=day)).weekday() < 5
    ]
    counts = dict.fromkeys(open_hours, 12)
    friday = datetime(2026, 11, 27, 17, 40, tzinfo=UTC)
    sunday, monday = datetime(2026, 11, 29, 20, tzinfo=UTC), datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert connection_silence.expected(counts, begin, friday, sunday) == 0
    missing = connection_silence.expected(counts, begin, friday, monday)
    assert missing is not None and missing >= 4 * 12
    assert connection_silence.expected(counts, friday - timedelta(days=1), friday, monday) is None


@given(st.dictionaries(st.integers(NO_TIME, len(EDGES_S)), st.integers(0, 50)), st.floats(0.01, 1))
def test_a_quantile_is_an_edge_and_grows_with_its_share(counts: dict[int, int], share: float) -> None:
    found = quantile(counts, share)
    assert found is None or (found in EDGES_S and (quantile(counts, 1.0) or 0) >= found)
    assert (found is None) == (not any(count for place, count in counts.items() if place != NO_TIME))


@given(st.integers(0, 10_000_000))
def test_a_lag_lies_below_the_edge_of_its_bucket(lag: int) -> None:
    place = bucket(lag)
    assert place == len(EDGES_S) or lag <= EDGES_S[place]
    assert place == 0 or lag > EDGES_S[place - 1]


PEOPLE = ("Ana Canary", "+1 415 555 0100", "4155550100", "ana@example.com", "1 Main St")


@given(
    st.recursive(
        st.sampled_from(PEOPLE[1:4]) | st.integers(0, 999) | st.none(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["code", "x", "ref", "data"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_no_sample_shows_anybody(value: object) -> None:
    sample = redacted({"code": value, "customerName": PEOPLE[0], "to": {"street_1": PEOPLE[4]}})
    assert not any(person in str(sample) for person in PEOPLE)


def test_two_workers_add_up_what_is_there_once(database: Database, now: datetime, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    world = World.build(database, now, tmp_path)
    for _ in range(40):
        hear(world)
    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda _n: database.run(lambda session: connection_tally.fold(session, limit=10)), range(8))
        )
    while database.run(connection_tally.fold):
        pass
    assert sum(done) <= 40
    with database.read() as session:
        assert session.scalar(select(func.sum(ConnectionTally.count))) == 40
