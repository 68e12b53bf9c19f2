"""The learned model over rows: it learns from the retailer's own past, is kept only when better, and is read safely."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from db import Database
from tracking_core import transit_night, transit_serving
from tracking_core.eta import estimate
from tracking_core.facts import CarrierEvent, Eta
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.recording import record
from tracking_core.shipments import NewShipment, create
from tracking_core.transit_learning import newest, retrain, retrain_one
from tracking_core.transit_models import TransitLoad, TransitModel, TransitPrediction, TransitQuality
from tracking_core.transit_quality import recalibrate, stop_lengths
from tracking_core.transit_trees import BadModel, of_library, pack, unpack

NOW = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = {"swift": 1.0, "slow": 4.0}


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    transit_serving.forget_shelves()
    yield
    transit_serving.forget_shelves()


def past(database: Database, n: int, *, retailer: str = "default", until: datetime = NOW, seed: int = 1) -> None:
    """Finished shipments of two carriers, one quick and one slow, the last delivered shortly before `until`."""
    dice = random.Random(seed)
    with database.write() as session:
        for number in range(n):
            carrier = dice.choice(list(DAYS))
            done = until - timedelta(hours=40 * 24 * (1 - number / n)) - HOUR
            took = timedelta(days=DAYS[carrier] * dice.lognormvariate(0, 0.15))
            row = Shipment(
                retailer=retailer,
                order_number=f"P{seed}-{number}",
                carrier=carrier,
                destination={"country": "US", "postal_code": "94607"},
                state="delivered",
                flags=[],
                delivery={},
                items=[],
                created_at=done - took,
                updated_at=done,
                delivered_at=done,
                state_at=done,
            )
            session.add(row)
            session.flush()
            scans = {"shipped": done - took * 0.8, "out_for_delivery": done - 2 * HOUR, "delivered": done}
            session.add_all(
                ShipmentEvent(
                    shipment_id=row.id,
                    retailer=retailer,
                    source="api",
                    event_id=status,
                    status=status,
                    occurred_at=at,
                    received_at=at,
                    moved=True,
                    raw={},
                )
                for status, at in scans.items()
            )


def placed(
    database: Database, carrier: str, *, retailer: str = "default", order: str = "N1", at: datetime = NOW
) -> int:
    new = NewShipment(order_number=order, carrier=carrier, destination={"country": "US", "postal_code": "94607"})
    with database.write() as session:
        return create(session, new, retailer=retailer, now=at)[0].id


def scan(database: Database, shipment_id: int, status: str, at: datetime, **said: object) -> None:
    event = CarrierEvent(
        carrier="api", event_id=f"{status}{at}", tracking_number="", status=status, occurred_at=at, **said
    )
    with database.write() as session:
        row = session.get(Shipment, shipment_id)
        assert row is not None
        record(session, event, retailer=row.retailer, now=at, shipment=row)


def expected_days(database: Database, shipment_id: int, now: datetime = NOW) -> float:
    with database.read() as session:
        row = session.get(Shipment, shipment_id)
        found = estimate(row, now=now)
        assert found is not None
        assert found.source == "model"
        return (found.at - now) / timedelta(days=1)


@pytest.mark.parametrize("n", [30, 200])
def test_it_learns_carriers_from_few_and_from_many(database: Database, n: int) -> None:
    past(database, n)
    (learnt,) = retrain(database, NOW)
    assert (learnt.retailer, learnt.version, learnt.learned_from) == ("default", 1, n)
    transit_serving.forget_shelves()
    swift = expected_days(database, placed(database, "swift"))
    slow = expected_days(database, placed(database, "slow", order="N2"))
    assert 0.7 < swift < 1.5
    assert 3 < slow < 5.5


def test_another_retailers_past_says_nothing_here(database: Database) -> None:
    past(database, 60, retailer="other")
    retrain(database, NOW)
    mine = placed(database, "swift")
    with database.read() as session:
        assert session.get(Shipment, mine).learned is None
        assert newest(session, "default") is None


def test_a_prediction_is_kept_beside_what_came_and_scales_the_next_windows(database: Database) -> None:
    past(database, 60)
    retrain(database, NOW)
    for number in range(40):
        one = placed(database, "swift", order=f"Q{number}", at=NOW + number * HOUR)
        scan(database, one, "shipped", NOW + (number + 4) * HOUR)
        scan(database, one, "delivered", NOW + (number + 96) * HOUR)  # four days: the world has changed
    later = NOW + 200 * HOUR
    with database.read() as session:
        rows = session.scalars(select(TransitPrediction).where(TransitPrediction.milestone == "shipped")).all()
        assert len(rows) == 40
        assert {row.left_s for row in rows} == {92 * 3600.0}
    assert recalibrate(database, later) >= 2
    transit_serving.forget_shelves()
    with database.read() as session:
        query = select(TransitQuality).where(TransitQuality.source == "model", TransitQuality.milestone == "created")
        known = session.scalars(query).one()
        assert known.held < 0.5
        assert known.scale > 1.5
        assert session.scalars(select(TransitLoad)).all() == []
    wide = placed(database, "swift", order="W", at=later)
    with database.read() as session:
        said = session.get(Shipment, wide).learned["model"]
        raw = session.scalars(select(TransitPrediction).where(TransitPrediction.shipment_id == wide)).one()
        assert said["after_s"] == round(raw.after_s * known.scale)
    assert recalibrate(database, later) >= 2  # again: the same rows
    with database.read() as session:
        assert len(session.scalars(query).all()) == 1


def test_windows_follow_a_change_before_most_of_the_record_has_seen_it(database: Database) -> None:
    parcels = [placed(database, "swift", order=f"R{number}") for number in range(300)]
    with database.write() as session:
        for number, one in enumerate(parcels):
            at = NOW - timedelta(hours=len(parcels) - number)
            took = (100.0 if number < 210 else 300.0) * (number % 10) / 10  # the last third takes three times as long
            said = TransitPrediction(
                shipment_id=one,
                retailer="default",
                source="model",
                milestone="shipped",
                carrier="",
                version=1,
                at=at,
                done_at=at,
                centre_s=0.0,
                before_s=100.0,
                after_s=100.0,
                left_s=took,
            )
            session.add(said)
    recalibrate(database, NOW)
    with database.read() as session:
        known = session.scalars(select(TransitQuality).where(TransitQuality.source == "model")).one()
    assert known.scale > 1.4, "counted alike, seven in ten being of before, it would be 1"


def test_a_carriers_own_record_moves_its_estimates(database: Database) -> None:
    for number in range(35):
        one = placed(database, "acme", order=f"C{number}", at=NOW + number * HOUR)
        at = NOW + (number + 1) * HOUR
        scan(database, one, "in_transit", at, eta=Eta(at=at + 10 * HOUR))
        scan(database, one, "delivered", at + (12 + number % 5) * HOUR)  # two to six hours late
    later = NOW + 100 * HOUR
    recalibrate(database, later)
    transit_serving.forget_shelves()
    one = placed(database, "ACME", order="C", at=later)
    scan(database, one, "in_transit", later, eta=Eta(at=later + 10 * HOUR))
    with database.read() as session:
        found = estimate(session.get(Shipment, one), now=later)
    assert found.at == later + 14 * HOUR
    assert found.measured
    assert [reason.code for reason in found.reasons] == ["carrier_estimate", "carrier_record"]


def test_a_model_that_is_no_better_is_not_kept(database: Database) -> None:
    past(database, 200)
    assert retrain_one(database, "default", NOW).version == 1
    assert retrain_one(database, "default", NOW) is None  # nothing has come since
    past(database, 60, until=NOW + 24 * HOUR, seed=2)
    again = retrain_one(database, "default", NOW + 24 * HOUR)
    assert again.version is None
    assert again.metrics["created"]["before_mae_s"] is not None
    with database.read() as session:
        assert newest(session, "default").version == 1


def test_a_world_that_has_changed_brings_a_new_model(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    past(database, 160)
    retrain_one(database, "default", NOW)
    monkeypatch.setitem(DAYS, "swift", 6.0)
    past(database, 200, until=NOW + timedelta(days=40), seed=3)
    assert retrain_one(database, "default", NOW + timedelta(days=40)).version == 2


def test_a_night_is_begun_once(database: Database) -> None:
    past(database, 20)
    assert transit_night.tick(database, now=NOW) == 1
    assert transit_night.tick(database, now=NOW + HOUR) == 0
    past(database, 20, until=NOW + 24 * HOUR, seed=4)
    noon, night = NOW + 31 * HOUR, NOW + 24 * HOUR
    transit_night.tick(database, now=noon.replace(hour=12))
    with database.read() as session:
        begun = session.scalars(select(TransitQuality).where(TransitQuality.source == "night")).one().updated_at
    assert begun == NOW
    transit_night.tick(database, now=night)
    with database.read() as session:
        assert session.scalars(select(TransitQuality).where(TransitQuality.source == "night")).one().updated_at == night


@pytest.mark.parametrize("blob", [b"", b"PK\x03\x04", b"\x80\x04\x95pickle", json.dumps({"forests": {}}).encode()])
def test_what_is_no_model_of_ours_is_left_alone(database: Database, blob: bytes) -> None:
    with pytest.raises(BadModel):
        unpack(blob)
    with database.write() as session:
        session.add(TransitModel(retailer="default", version=1, made_at=NOW, learned_from=1, metrics={}, blob=blob))
    with database.read() as session:
        assert session.get(Shipment, placed(database, "swift")).learned is None


def test_trees_walked_by_us_say_what_the_library_says() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    dice = np.random.default_rng(0)
    x = dice.normal(size=(400, 5))
    x[dice.random(x.shape) < 0.2] = np.nan
    y = np.nan_to_num(x[:, 0]) + np.isnan(x[:, 1]) + dice.normal(size=400) * 0.1
    with threadpool_limits(limits=1):
        model = HistGradientBoostingRegressor(loss="quantile", quantile=0.8, max_iter=30, random_state=0).fit(x, y)
        theirs = model.predict(x)
    forests, said = unpack(pack({"one": of_library(model)}, {"n": 3}))
    assert said == {"n": 3}
    assert [forests["one"].answer(row) for row in x] == pytest.approx(list(theirs))


def test_stops_are_counted_without_pauses_and_double_doors() -> None:
    minutes = (0, 3, 3.02, 7, 90, 94)
    assert stop_lengths([NOW + timedelta(minutes=one) for one in minutes]) == pytest.approx([180, 238.8, 240], abs=0.1)
