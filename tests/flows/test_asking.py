"""Carriers that are asked, and what a lost webhook never brought: in once, old things silently."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SHARED
from fakes.easypost import TOKEN, FakeEasyPost, detail
from fakes.fl_world import ANA, OURS, World
from fakes.twilio import FakeTwilio
from fakes.twilio_state import Text
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from sqlalchemy import select, update

from channels import twilio_listing
from channels.easypost_api import EasyPostApi
from channels.models import InboxRow
from db import Database
from flows import asking, reconciling
from flows.connection_models import PollState, SourceAsked
from flows.easypost_tracking import EasyPostTracking
from flows.models import Case
from settings import Settings
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.polling import FIRST_PAUSE, LONGEST_PAUSE, pause_after, pause_after_failure, retired_for
from tracking_core.states import ShipmentState

POLLED = "polling: {carriers: [usps]}\n"


@pytest.fixture
def easypost() -> Iterator[FakeEasyPost]:
    fake = FakeEasyPost()
    yield fake
    fake.close()


@pytest.fixture
def world(database: Database, now: datetime, tmp_path: Path, easypost: FakeEasyPost) -> World:
    made = World.build(database, now, tmp_path, POLLED)
    accounts = {"default": EasyPostApi(TOKEN, easypost.url)}
    made.house = replace(made.house, easypost=accounts.get)
    return made


def ask(world: World) -> None:
    asking.ask_due(world.database, world.house, clock=lambda: world.now)


def due(world: World, parcel: int) -> timedelta:
    with world.database.read() as session:
        return session.get_one(PollState, parcel).next_at - world.now


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parcels(world: World, *numbers: str, carrier: str = "USPS") -> list[int]:
    made = [world.parcel(f"A{number}", number, carrier=carrier) for number in numbers]
    world.later(minutes=31)
    return made


def test_a_parcel_nobody_pushes_is_asked_for_and_told_like_a_scan(world: World, easypost: FakeEasyPost) -> None:
    (parcel,) = parcels(world, "9400100000000000000001")
    easypost.move("9400100000000000000001", detail("in_transit", stamp(world.now - timedelta(minutes=5))))
    ask(world)
    assert world.shipment(parcel).state == "in_transit" and len(world.texts()) == 1
    ask(world)
    assert easypost.calls["POST /v2/trackers/batch"] == 1  # two hours have not passed
    world.later(hours=2, minutes=1)
    ask(world)
    assert len(world.texts()) == 1 and due(world, parcel) == timedelta(hours=3)
    easypost.move("9400100000000000000001", detail("delivered", stamp(world.now + timedelta(hours=2))))
    world.later(hours=3, minutes=1)
    ask(world)
    assert world.shipment(parcel).state == "delivered"
    with world.database.read() as session:
        assert session.get_one(PollState, parcel).retired_for == "final"


def test_numbers_go_in_batches_and_new_ones_are_begun_a_few_at_a_time(world: World, easypost: FakeEasyPost) -> None:
    numbers = [f"94001000000000000{number:05}" for number in range(60)]
    parcels(world, *numbers)
    for number in numbers[12:]:
        easypost.move(number, detail("pre_transit", stamp(world.now)))
    ask(world)
    assert easypost.batches == [50, 10] and easypost.calls["POST /v2/trackers"] == 10
    assert len(easypost.trackers) == 58


def test_only_the_carriers_named_and_only_what_nobody_pushes(world: World, easypost: FakeEasyPost) -> None:
    (pushed, other) = [*parcels(world, "94001"), *parcels(world, "1Z1", carrier="acme")]
    with world.database.write() as session:
        session.add(
            ShipmentEvent(
                shipment_id=pushed, retailer="default", source="easypost", event_id="x", status="update",
                occurred_at=world.now, received_at=world.now, raw={},
            )
        )  # fmt: skip
    ask(world)
    assert easypost.batches == [] and other


def test_a_source_that_is_away_is_left_alone_longer_each_time_and_then_goes_on(
    world: World, easypost: FakeEasyPost
) -> None:
    (parcel,) = parcels(world, "94002")
    easypost.refuse = [(429, {"Retry-After": "900"}), (500, {}), (500, {}), (200, {})]
    easypost.move("94002", detail("in_transit", stamp(world.now)))
    ask(world)
    ask(world)
    assert easypost.calls["POST /v2/trackers/batch"] == 1
    world.later(minutes=16)
    easypost.refuse = [(500, {})]
    ask(world)
    world.later(minutes=30)
    easypost.refuse = []
    ask(world)
    assert world.shipment(parcel).state == "in_transit"
    with world.database.read() as session:
        assert session.get_one(PollState, parcel).failures == 0


def test_a_number_the_source_does_not_know_is_given_up(world: World, easypost: FakeEasyPost) -> None:
    (parcel,) = parcels(world, "94003")
    easypost.unknown.add("94003")
    for _ in range(10):
        ask(world)
        world.later(hours=7)
    with world.database.read() as session:
        assert session.get_one(PollState, parcel).retired_for == "unknown_number"


def test_a_worker_that_died_while_asking_costs_a_lease(world: World, easypost: FakeEasyPost) -> None:
    (parcel,) = parcels(world, "94004")
    easypost.move("94004", detail("in_transit", stamp(world.now)))
    ask(world)
    with world.database.write() as session:  # as the one leaves it that ends between the question and its answer
        session.execute(update(PollState).values(next_at=world.now + timedelta(minutes=10)))
    world.later(minutes=11)
    ask(world)
    assert easypost.calls["POST /v2/trackers/batch"] == 2 and parcel


def test_nightly_what_a_webhook_lost_goes_in_and_old_things_tell_nobody(world: World, easypost: FakeEasyPost) -> None:
    fresh, old = world.parcel("B1", "95001"), world.parcel("B2", "95002")
    for number, ago in (("95001", 1), ("95002", 40), ("95999", 1)):
        easypost.move(number, detail("in_transit", stamp(world.now - timedelta(hours=ago))))
    ask(world)
    assert [world.shipment(one).state for one in (fresh, old)] == [
        "in_transit",
        "created",
    ]  # a day back, the first time
    easypost.move("95002", detail("out_for_delivery", stamp(world.now - timedelta(hours=30))))
    easypost.trackers["95002"]["updated_at"] = stamp(world.now)
    ask(world)
    assert world.shipment(old).state == "created"  # not before the night
    world.now = reconciling.next_night(world.now)
    ask(world)
    assert world.shipment(old).state == "out_for_delivery"
    assert {row.shipment_id for row in world.outbox()} == {fresh}
    assert easypost.calls["GET /v2/trackers"] == 2


def test_the_recorded_exchanges_are_read(shared: Path) -> None:
    folder = shared / "data" / "easypost" / "cassettes"
    if not folder.is_dir():
        pytest.skip("../shared/data/easypost is absent: its recorded exchanges are read here")

    class Recorded:
        def _answers(self, name: str) -> list[Any]:
            said = YAML(typ="safe").load(folder / name)
            return [json.loads(one["response"]["body"]["string"]) for one in said["interactions"]]

        def of_numbers(self, _numbers: Any) -> Any:
            return self._answers("test_tracker_retrieve_batch.yaml")[-1]["trackers"]

        def create(self, _number: str, _carrier: Any) -> Any:
            return self._answers("test_tracker_create.yaml")[0]

        def created_since(self, _since: datetime) -> Any:
            return iter([one for page in self._answers("test_tracker_get_next_page.yaml") for one in page["trackers"]])

    source = EasyPostTracking(Recorded(), clock=lambda: datetime(2025, 11, 6, tzinfo=UTC))
    found = source.track([("EZ1000000001", None), ("EZ2000000002", None)])
    assert {event.status for event in found.events["EZ1000000001"]} == {"processed", "update"}
    assert len(source.changed_since(datetime(2025, 3, 6, tzinfo=UTC)).events) >= 5
    assert ROOT.parent / "shared" == SHARED


@given(st.sampled_from(list(ShipmentState)), st.integers(0, 10_000))
def test_pauses_grow_and_have_an_end(state: ShipmentState, times: int) -> None:
    every, at_most = timedelta(hours=2), timedelta(hours=24)
    pause = pause_after(state, times, every=every, at_most=at_most)
    assert timedelta(minutes=30) <= pause <= at_most
    assert pause <= pause_after(state, times + 1, every=every, at_most=at_most)
    assert FIRST_PAUSE <= pause_after_failure(times, None) <= LONGEST_PAUSE
    assert pause_after_failure(times, 1e9) == LONGEST_PAUSE


def test_a_parcel_is_given_up_after_ninety_days() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    moving = ShipmentState.IN_TRANSIT
    assert retired_for(moving, since=begin, unknown=0, now=begin + timedelta(days=89)) is None
    assert retired_for(moving, since=begin, unknown=0, now=begin + timedelta(days=90)) == "too_old"


# -- texts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def texting(database: Database, now: datetime, tmp_path: Path, twilio: FakeTwilio) -> World:
    made = World.build(database, now, tmp_path)
    given = Settings(
        twilio_account_sid=twilio.account_sid, twilio_auth_tokens=(twilio.token,), twilio_api_url=twilio.url
    )
    made.house = replace(made.house, listing=twilio_listing.of(given))
    return made


def came(fake: FakeTwilio, number: int, body: str, at: datetime, to: str = OURS, **more: Any) -> str:
    sid = f"SM{number:032x}"
    given: dict[str, Any] = {"direction": "inbound", "sender": ANA, "service": None, "media": (), "status": "received"}
    fake.state.texts[sid] = Text(
        account_sid=fake.account_sid, sid=sid, to=to, body=body, created=at, sent=at, **{**given, **more}
    )
    return sid


def inbox(world: World) -> dict[str, str]:
    with world.database.read() as session:
        rows = session.execute(select(InboxRow.provider_id, InboxRow.state))
        return {sid: state for sid, state in rows}  # noqa: C416


def test_a_text_whose_webhook_was_lost_is_answered_within_minutes_and_once(texting: World, twilio: FakeTwilio) -> None:
    texting.parcel()
    lost = came(twilio, 1, "where is my order?", texting.now - timedelta(minutes=2))
    came(twilio, 2, "on its way by webhook", texting.now - timedelta(seconds=5))
    came(twilio, 3, "what we said", texting.now - timedelta(minutes=3), direction="outbound-api", sender=OURS, to=ANA)
    ask(texting)
    assert list(inbox(texting)) == [lost]
    assert texting.work() != [] and len(texting.texts()) == 1
    ask(texting)
    texting.later(minutes=6)
    ask(texting)
    assert set(inbox(texting).values()) <= {"handled", "received"} and len(inbox(texting)) == 2
    with texting.database.read() as session:
        assert session.scalars(select(SourceAsked.found)).all() == [2]


def test_an_old_text_is_a_persons_and_an_old_stop_still_stops(texting: World, twilio: FakeTwilio) -> None:
    texting.parcel()
    came(twilio, 1, "is anybody there?", texting.now - timedelta(hours=20))
    came(twilio, 2, "STOP", texting.now - timedelta(hours=19))
    came(twilio, 3, "too long ago", texting.now - timedelta(hours=30))
    ask(texting)
    assert sorted(inbox(texting).values()) == ["handled", "received"]
    assert texting.work() == ["consent"]
    with texting.database.read() as session:
        assert session.scalars(select(Case.reason)).all() == ["dead_message"]


def test_a_provider_that_is_away_is_asked_again_later_and_nothing_is_lost(texting: World, twilio: FakeTwilio) -> None:
    sid = came(twilio, 1, "hello", texting.now - timedelta(hours=1))
    address = twilio.state.account_sid
    twilio.state.account_sid = "AC" + "9" * 32  # it does not know us
    ask(texting)
    assert inbox(texting) == {}
    twilio.state.account_sid = address
    texting.later(minutes=6)
    ask(texting)
    assert list(inbox(texting)) == [sid]


def test_two_workers_put_a_lost_text_in_once(texting: World, twilio: FakeTwilio) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for number in range(5):
        came(twilio, number, f"text {number}", texting.now - timedelta(minutes=5))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: ask(texting), range(4)))
    assert len(inbox(texting)) == 5
    with texting.database.read() as session:
        assert session.scalars(select(Shipment.id)).all() == []
