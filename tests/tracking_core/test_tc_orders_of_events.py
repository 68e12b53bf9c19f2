"""Whatever order scans come in, however often: no end is undone, and where the order is settled so is the outcome."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import Base, Database
from tracking_core.facts import CarrierEvent, Eta, StateChanged
from tracking_core.models import Shipment
from tracking_core.recording import record, record_all
from tracking_core.shipments import NewShipment, create, timeline
from tracking_core.states import FINAL, MAIN_LINE, OPEN, ShipmentState

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
STATUSES = [*ShipmentState, "update", "unknown"]


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One SQLite file for all examples; each rolls back what it did."""
    database = Database(f"sqlite:///{Path(tmp_path_factory.mktemp('orders')) / 'd.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def event(status: str, minute: int, **said: object) -> CarrierEvent:
    words = {"carrier": "api", "event_id": f"{status}:{minute}", "tracking_number": "T"}
    return CarrierEvent(**(words | {"status": status, "occurred_at": NOW + timedelta(minutes=minute)} | said))  # type: ignore[arg-type]


class Played:
    """What became of one shipment to which these events happened one at a time."""

    def __init__(self, database: Database, events: list[CarrierEvent], *, at_once: bool = False) -> None:
        with database.write() as session:
            shipment: Shipment = create(session, NewShipment("O", "T"), retailer="r", now=NOW - timedelta(days=1))[0]
            self.states = [shipment.state]
            self.facts: list[StateChanged] = []
            for batch in [events] if at_once else [[one] for one in events]:
                facts = record_all(session, batch, retailer="r", now=NOW)
                self.facts += [fact for fact in facts if isinstance(fact, StateChanged)]
                self.states.append(shipment.state)
            self.attempts, self.flags, self.last = shipment.attempts, shipment.flags, shipment.last_event_at
            self.history = len(timeline(session, shipment))
            session.rollback()


moments = st.integers(-600, 0)
events = st.lists(
    st.builds(event, st.sampled_from(STATUSES), moments, eta=st.none() | st.just(Eta(at=NOW))), max_size=9
)


@settings(deadline=None, max_examples=60)
@given(events=events)
def test_an_end_is_never_undone_and_facts_tell_the_way(one_database: Database, events: list[CarrierEvent]) -> None:
    played = Played(one_database, events + events[::-1])
    for before, after in zip(played.states, played.states[1:], strict=False):
        assert before == after or ShipmentState(before) in OPEN
    way = ["created"]
    for fact in played.facts:
        assert fact.before == way[-1]
        way.append(fact.after)
    assert way[-1] == played.states[-1]
    assert played.history == len({e.event_id for e in events})
    assert played.attempts == len({e.occurred_at for e in events if e.status == "attempt_failed"})
    assert played.last == max((e.occurred_at for e in events), default=None)


@settings(deadline=None, max_examples=60)
@given(events=events)
def test_a_second_telling_changes_nothing(one_database: Database, events: list[CarrierEvent]) -> None:
    once, twice = Played(one_database, events), Played(one_database, events + events)
    assert (once.states[-1], once.facts, once.flags) == (twice.states[-1], twice.facts, twice.flags)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_the_main_line_ends_the_same_in_any_order(one_database: Database, data: st.DataObject) -> None:
    """Steps forward at growing times, one way to end at most: that outcome does not depend on who was first."""
    steps = data.draw(st.lists(st.sampled_from(MAIN_LINE[1:8]), unique=True, min_size=1))
    steps.sort(key=lambda state: state.rank)
    told = [event(state, -100 + place) for place, state in enumerate(steps)]
    end = data.draw(st.sampled_from([None, *sorted(FINAL)]))
    if end is not None:
        told.append(event(end, -50))
    shuffled = data.draw(st.permutations(told))
    assert Played(one_database, shuffled).states[-1] == told[-1].status
    assert Played(one_database, shuffled, at_once=True).states[-1] == told[-1].status


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_last_delivery_wins_over_troubles_before_it(one_database: Database, data: st.DataObject) -> None:
    troubles = ["on_hold", "exception", "attempt_failed", "available_for_pickup"]
    before = data.draw(st.lists(st.sampled_from([*troubles, *MAIN_LINE[1:8]]), max_size=6))
    told = [*(event(status, -100 + place) for place, status in enumerate(before)), event("delivered", -50)]
    assert Played(one_database, data.draw(st.permutations(told))).states[-1] == "delivered"


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_one_batch_is_recorded_in_the_order_it_happened(one_database: Database, data: st.DataObject) -> None:
    told = data.draw(st.lists(st.builds(event, st.sampled_from(STATUSES), moments), unique_by=lambda e: e.occurred_at))
    in_order = Played(one_database, sorted(told, key=lambda e: e.occurred_at))
    shuffled = Played(one_database, data.draw(st.permutations(told)), at_once=True)
    assert (shuffled.states[-1], shuffled.facts) == (in_order.states[-1], in_order.facts)


@settings(deadline=None, max_examples=60)
@given(events=events, corrected=st.sampled_from(ShipmentState))
def test_a_correction_always_has_its_way(
    one_database: Database, events: list[CarrierEvent], corrected: ShipmentState
) -> None:
    last = event(corrected, -700, correction=True, event_id="corrected")
    assert Played(one_database, [*events, last]).states[-1] == corrected


def test_record_is_record_all_of_one(one_database: Database) -> None:
    with one_database.write() as session:
        shipment, _ = create(session, NewShipment("O", "T"), retailer="r", now=NOW)
        (fact,) = record(session, event("shipped", -5), retailer="r", now=NOW)
        assert fact.shipment_id == shipment.id
        session.rollback()
