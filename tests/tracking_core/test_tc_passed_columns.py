"""Origins and columns of the retailer's own in the learned model: they make it better, nothing in them breaks it."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from db import Database
from tracking_core import transit_columns, transit_serving
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment, change, create
from tracking_core.transit_columns import FIRST, GROUPS, MOST_PASSED, Layout, as_name, as_number, group_of, layout_of
from tracking_core.transit_facts import Parcel
from tracking_core.transit_learning import lesson, newest, packed, retrain_one, train
from tracking_core.transit_model import Model
from tracking_core.transit_models import TransitModel
from tracking_core.transit_trees import BadModel, pack, unpack

NOW = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLDEST = NOW - 41 * DAY
OAKLAND, NEW_YORK = (37.8, -122.3, "US:946"), (40.7, -74.0, "US:100")
DOOR = {"country": "US", "postal_code": "89501", "lat": 39.5, "lon": -119.8}
#: Days a shop needs to hand a parcel over.
SHOPS = {"north": 0.5, "south": 3.0, "west": 6.0}


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    transit_serving.forget_shelves()
    yield
    transit_serving.forget_shelves()


def made(n: int, *, seed: int = 1) -> list[Parcel]:
    """Parcels of one carrier to one town, whose shop and weight decide how long they take, and where they set out."""
    dice, found = random.Random(seed), []
    for number in range(n):
        shop, weight, origin = dice.choice(list(SHOPS)), dice.uniform(0.1, 20), dice.choice([OAKLAND, NEW_YORK])
        km = 300.0 if origin is OAKLAND else 3800.0
        days = SHOPS[shop] + (2 if weight > 10 else 0) + km / 1900
        done = NOW - 40 * DAY * (1 - number / n) - timedelta(hours=1)
        found.append(
            Parcel(
                carrier="acme",
                service="",
                area="US:895",
                lat=DOOR["lat"],
                lon=DOOR["lon"],
                zone=UTC,
                created_at=done - DAY * days * dice.lognormvariate(0, 0.05),
                promised_from=None,
                promised_to=None,
                delivered_at=done,
                came_from=origin[2],
                origin_lat=origin[0],
                origin_lon=origin[1],
                distance_km=km,
                passed={"x_shop": shop, "x_weight_kg": round(weight, 1), "x_noise": dice.random()},
            )
        )
    return found


def learnt(parcels: list[Parcel], layout: Layout) -> Model:
    one = lesson(parcels, "created", layout)
    return Model.read(1, packed({"created": train(one, np.arange(len(one.at)))}, layout))


def error_days(model: Model, parcels: list[Parcel]) -> float:
    said = [(model.predict("created", one, one.created_at, open_=math.nan), one) for one in parcels]
    missed = [abs(timedelta(seconds=what.centre_s) - (one.delivered_at - one.created_at)) for what, one in said]
    return sum(missed, timedelta()) / DAY / len(missed)


@pytest.fixture(scope="module")
def past() -> list[Parcel]:
    return made(500)


@pytest.fixture(scope="module")
def model(past: list[Parcel]) -> Model:
    return learnt(past, layout_of(past))


def test_columns_of_ones_own_that_decide_the_time_make_the_estimate_better(past: list[Parcel], model: Model) -> None:
    later = made(120, seed=2)
    without = learnt([replace(one, passed={}) for one in past], layout_of([replace(past[0], passed={})]))
    first = learnt(past, FIRST)
    own, origins, plain = (error_days(each, later) for each in (model, without, first))
    assert own < 0.35 * origins  # shop and weight
    assert origins < 0.9 * plain  # where it sets out


@pytest.mark.parametrize("n", [60, 200])
def test_where_a_parcel_sets_out_is_known_from_few_and_from_many(n: int) -> None:
    past = [replace(one, passed={}) for one in made(n)]
    known = learnt(past, layout_of(past))
    near, far = (next(one for one in past if one.came_from == origin[2]) for origin in (OAKLAND, NEW_YORK))
    days = [known.predict("created", one, NOW, open_=math.nan).centre_s / 86_400 for one in (near, far)]
    assert days[1] > days[0] + 0.5


@pytest.mark.parametrize(
    "passed",
    [
        {},
        {"x_shop": "never heard of", "x_weight_kg": "heavy"},
        {"x_shop": 17, "x_weight_kg": True, "x_new": 4},
        {"x_shop": None, "x_weight_kg": [1], "x_noise": math.inf},
        {"x_shop": {"a": 1}, "x_weight_kg": "1e999", "x_noise": 10**400},
    ],
)
def test_whatever_stands_in_them_there_is_an_estimate(past: list[Parcel], model: Model, passed: dict[str, Any]) -> None:
    odd = replace(past[0], passed=passed, came_from=":", distance_km=math.nan, origin_lat=math.nan)
    said = model.predict("created", odd, NOW, open_=math.nan)
    assert 0.2 < said.centre_s / 86_400 < 12


def test_a_model_learnt_before_there_were_origins_still_answers(past: list[Parcel], model: Model) -> None:
    """Its bytes name no columns: they are the first ones, in which a lane is only where a parcel goes."""
    one = lesson(past, "created", FIRST)
    whole = train(one, np.arange(len(one.at)))
    blob = pack(
        {f"created.{level}": tree for level, tree in whole.forests.items()}, {"tables": {"created": whole.tables}}
    )
    assert set(unpack(blob)[1]) == {"tables"}
    old = Model.read(3, blob)
    assert len(old.layout.columns) == 16
    assert old.layout.groups == ("lane", "service", "carrier")
    assert error_days(old, past[:50]) < 3
    assert old.predict("created", past[0], NOW, open_=2.0) == learnt(past, FIRST).predict(
        "created", past[0], NOW, open_=2.0
    )


def test_the_bytes_of_a_model_made_before_still_say_the_same() -> None:
    """A model of 200 parcels of two carriers, packed by the code as it was; what it then said is the second line."""
    old = Model.read(1, (Path(__file__).parent / "data" / "first_model.npz").read_bytes())
    swift = replace(made(1)[0], carrier="swift", area="US:946", lat=37.8, lon=-122.0, created_at=OLDEST)
    said = old.predict("created", swift, NOW, open_=3.0)
    assert said.centre_s == pytest.approx(83_251.495)
    assert (said.before_s, said.after_s) == pytest.approx((16_677.171, 22_999.350))


@pytest.mark.parametrize("said", [{"columns": ["hour"]}, {"columns": "hour"}, {"columns": [1]}, {"groups": {"a": 1}}])
def test_a_model_whose_columns_do_not_fit_is_not_read(model: Model, said: dict[str, Any]) -> None:
    with pytest.raises(BadModel):
        Model.read(1, pack(model.forests, {"tables": model.tables} | said))


def test_only_so_many_columns_are_learnt_from_the_most_frequent_ones(past: list[Parcel]) -> None:
    many = [
        replace(
            one, passed={f"x_{place:02}": float(number % (place + 2)) for place in range(30) if number % 30 >= place}
        )
        for number, one in enumerate(past)
    ]
    chosen = [name for name in layout_of(many).columns if name.startswith("x_") and ":" not in name]
    assert chosen == [f"x_{place:02}" for place in range(MOST_PASSED)]
    rare = [replace(past[0], passed={"x_rare": 1})] * (transit_columns.LEAST_PASSED - 1)
    assert layout_of(rare).groups == GROUPS


def test_what_names_a_single_parcel_is_no_group(past: list[Parcel]) -> None:
    single = [replace(one, passed={"x_ref": f"r{number}", "x_box": number % 7}) for number, one in enumerate(past)]
    layout = layout_of(single)
    assert layout.groups == (*GROUPS, "x_box")  # a number that repeats names something too
    assert [name for name in layout.columns if name.startswith("x_")] == ["x_box", "x_box:mean"]


def test_values_read_alike_however_they_are_written() -> None:
    assert [as_name(value) for value in (4, 4.0, "4", " 4.0 ", True, "North ", None, 0.5)] == [
        *("4", "4", "4", "4", "1", "north", "", "0.5")
    ]
    assert as_number("4.5") == 4.5
    assert all(math.isnan(as_number(value)) for value in ("heavy", None, "nan", math.inf, [1]))


def test_without_an_origin_a_way_is_where_a_parcel_goes(past: list[Parcel]) -> None:
    one = replace(past[0], came_from=":")
    assert group_of(one, "way") == "acme/:>US:895"
    assert group_of(one, "lane") == "acme/US:895"


def test_a_night_learns_them_from_rows_and_a_new_parcel_is_told_by_them(database: Database, past: list[Parcel]) -> None:
    with database.write() as session:
        for number, one in enumerate(past[:250]):
            session.add(
                Shipment(
                    retailer="default",
                    order_number=f"P{number}",
                    carrier="acme",
                    destination=DOOR,
                    origin={"lat": one.origin_lat, "lon": one.origin_lon, "country": "US"},
                    passed=dict(one.passed),
                    state="delivered",
                    flags=[],
                    delivery={},
                    items=[],
                    created_at=one.created_at,
                    updated_at=one.delivered_at,
                    delivered_at=one.delivered_at,
                    state_at=one.delivered_at,
                )
            )
    assert retrain_one(database, "default", NOW).version == 1
    days = {}
    for shop, weight in (("north", 1.0), ("west", 1.0), ("west", 19.0), (None, None)):
        passed = {} if shop is None else {"x_shop": shop, "x_weight_kg": weight, "x_noise": 0.5}
        new = NewShipment(
            order_number=f"N{shop}{weight}",
            carrier="acme",
            destination=DOOR,
            origin={"lat": OAKLAND[0], "lon": OAKLAND[1], "country": "US"},
            passed=passed,
        )
        with database.write() as session:
            row = create(session, new, retailer="default", now=NOW)[0]
            days[shop, weight] = (datetime.fromisoformat(row.learned["model"]["at"]) - NOW) / DAY
    assert days["north", 1.0] + 4 < days["west", 1.0] < days["west", 19.0] - 1
    assert 0.5 < days[None, None] < 10


def test_a_model_in_other_columns_is_judged_in_its_own(database: Database, past: list[Parcel]) -> None:
    """The night after the retailer has begun to name its shops: the old model knows none of them."""
    with database.write() as session:
        one = lesson(past[:200], "created", FIRST)
        whole = train(one, np.arange(len(one.at)))
        blob = pack(
            {f"created.{level}": tree for level, tree in whole.forests.items()}, {"tables": {"created": whole.tables}}
        )
        before = NOW - 30 * DAY
        session.add(
            TransitModel(retailer="default", version=1, made_at=before, learned_from=200, metrics={}, blob=blob)
        )
        for number, parcel in enumerate(past):
            session.add(
                Shipment(
                    retailer="default",
                    order_number=f"P{number}",
                    carrier="acme",
                    destination=DOOR,
                    passed=dict(parcel.passed),
                    state="delivered",
                    flags=[],
                    delivery={},
                    items=[],
                    created_at=parcel.created_at,
                    updated_at=parcel.delivered_at,
                    delivered_at=parcel.delivered_at,
                    state_at=parcel.delivered_at,
                )
            )
    night = retrain_one(database, "default", NOW)
    assert night.version == 2
    assert night.metrics["created"]["mae_s"] < 0.7 * night.metrics["created"]["before_mae_s"]
    with database.read() as session:
        row = newest(session, "default")
        assert {"x_shop:mean", "x_weight_kg", "distance_km"} <= set(Model.read(row.version, row.blob).layout.columns)


def test_columns_and_origin_are_merged_and_can_be_taken_away(database: Database) -> None:
    new = NewShipment(order_number="A1", origin={"country": "US"}, passed={"x_shop": "north", "x_weight_kg": 4.5})
    with database.write() as session:
        ident = create(session, new, retailer="default", now=NOW)[0].id
    with database.write() as session:
        row = session.get_one(Shipment, ident)
        said = {"passed": {"x_shop": None, "x_fragile": True}, "origin": {"lat": 1.5, "lon": 2.0}}
        change(session, row, said, now=NOW)
    with database.read() as session:
        row = session.get_one(Shipment, ident)
        assert row.passed == {"x_weight_kg": 4.5, "x_fragile": True}
        assert row.origin == {"country": "US", "lat": 1.5, "lon": 2.0}
    with database.write() as session:
        session.execute(update(Shipment).values(origin=None, passed=None))  # as rows from before have it
    with database.write() as session:
        row = session.get_one(Shipment, ident)
        change(session, row, {"passed": {"x_a": 1}, "origin": {"country": "DE"}}, now=NOW)
        assert (row.passed, row.origin) == ({"x_a": 1}, {"country": "DE"})
