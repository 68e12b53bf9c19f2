"""How likely a promise breaks: counted out of what came of like estimates, and borne out by what comes next."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import Database
from tracking_core import transit_serving
from tracking_core.eta import Estimate, estimate
from tracking_core.facts import CarrierEvent, Eta
from tracking_core.models import Shipment
from tracking_core.outcomes import LEVELS, Counted
from tracking_core.promises import risk
from tracking_core.recording import record
from tracking_core.shipments import NewShipment, create
from tracking_core.transit_misses import beside, rows_of
from tracking_core.transit_models import TransitPrediction
from tracking_core.transit_quality import recalibrate

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECONDS = st.floats(-400_000, 400_000)


def said(at: datetime = NOW, outcomes: Counted | None = None, confidence: float = 0.8) -> Estimate:
    return Estimate(at - HOUR, at + 2 * HOUR, at, NOW, confidence, (), "model", at, outcomes=outcomes)


def expected() -> st.SearchStrategy[Estimate]:
    misses = st.lists(st.integers(-90_000, 90_000), min_size=len(LEVELS), max_size=len(LEVELS)).map(sorted)
    counted = st.builds(lambda found, n: Counted(NOW, tuple(map(float, found)), n), misses, st.integers(30, 1000))
    return st.builds(
        said,
        at=st.integers(-50, 50).map(lambda hours: NOW + hours * HOUR),
        outcomes=st.none() | counted | st.builds(Counted.mixed, counted, counted, st.floats(0, 1)),
        confidence=st.floats(0, 1),
    )


@given(expected=expected(), ends=st.lists(SECONDS, min_size=2, max_size=6), waited=SECONDS)
def test_a_later_promise_is_never_likelier_broken(expected: Estimate, ends: list[float], waited: float) -> None:
    now = NOW + timedelta(seconds=waited)
    likely = [risk(expected, NOW + timedelta(seconds=one), now=now) for one in sorted(ends)]
    assert all(0 <= one <= 1 for one in likely)
    assert all(one >= other - 1e-12 for one, other in pairwise(likely))


@given(expected=expected(), end=SECONDS, hours=st.lists(st.integers(-30, 30), min_size=2, max_size=4))
def test_a_promise_gets_no_safer_by_waiting(expected: Estimate, end: float, hours: list[int]) -> None:
    ends = NOW + timedelta(seconds=end)
    likely = [risk(expected, ends, now=NOW + one * HOUR) for one in sorted(hours)]
    assert all(later >= one - 1e-12 for one, later in pairwise(likely))


def miss(dice: random.Random) -> float:
    """Seconds a parcel comes after what was said of it: mostly soon after, now and then much later. No bell."""
    return (dice.lognormvariate(0.5, 1.0) - 1.5) * 3600


def borne_out(cases: list[tuple[float, bool]]) -> dict[int, tuple[float, float, int]]:
    """Tenth of the probability -> (mean of what was said, share that broke, how many)."""
    tenths = defaultdict[int, list[tuple[float, bool]]](list)
    for likely, broke in cases:
        tenths[min(int(likely * 10), 9)].append((likely, broke))
    return {
        tenth: (sum(p for p, _ in mine) / len(mine), sum(broke for _, broke in mine) / len(mine), len(mine))
        for tenth, mine in tenths.items()
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_promises_said_to_break_with_three_in_ten_three_in_ten_break(seed: int) -> None:
    """A model whose windows are of any width, asked at any moment before the parcel has come."""
    dice = random.Random(seed)
    past = [miss(dice) / 3600 for _ in range(1000)]
    row = rows_of("default", ("model", "shipped", ""), past, NOW)
    quality = {
        (one.source, one.milestone, one.carrier): {
            "n": one.n, "low_s": one.low_s, "middle_s": one.middle_s, "high_s": one.high_s,
        }
        for one in row
    }  # fmt: skip
    cases = []
    for _ in range(8000):
        before, after = dice.uniform(600, 90_000), dice.uniform(600, 90_000)
        learned = beside(quality, ("model", "shipped", ""), before, after)
        counted = Counted(NOW, tuple(learned["misses_s"]), learned["misses_n"])
        off = miss(dice) / 3600
        off *= before if off < 0 else after
        waited, ends = dice.uniform(-before, after), dice.choice((2, 15)) * after * dice.random() - before / 2
        if off < waited or ends < waited:
            continue  # it has come already, or the promise has passed
        likely = risk(said(outcomes=counted), NOW + timedelta(seconds=ends), now=NOW + timedelta(seconds=waited))
        cases.append((likely, off > ends))
    tenths = borne_out(cases)
    assert {0, 1, 2, 3, 4, 5} <= set(tenths)
    for mean, broke, n in tenths.values():
        assert broke == pytest.approx(mean, abs=0.04 + 2.5 * (0.25 / n) ** 0.5)


def carried(database: Database, dice: random.Random, n: int) -> None:
    """n parcels of a carrier that came as late after its word as `miss` says."""
    with database.write() as session:
        for number in range(n):
            at = NOW - timedelta(days=2 + number / n * 40)
            row = Shipment(
                retailer="default", order_number=f"P{number}", carrier="acme", state="delivered", flags=[],
                delivery={}, items=[], created_at=at, updated_at=at, delivered_at=at, state_at=at,
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add(
                TransitPrediction(
                    shipment_id=row.id, retailer="default", source="carrier", milestone="in_transit", carrier="acme",
                    version=0, at=at, centre_s=36_000, before_s=1800, after_s=1800,
                    left_s=36_000 + miss(dice), done_at=at,
                )
            )  # fmt: skip


def test_a_carriers_word_is_doubted_as_its_parcels_came(database: Database) -> None:
    dice = random.Random(5)
    transit_serving.forget_shelves()
    carried(database, dice, 400)
    recalibrate(database, NOW)
    transit_serving.forget_shelves()
    named = NOW + 10 * HOUR
    with database.write() as session:
        row, _ = create(session, NewShipment(order_number="N", carrier="Acme"), retailer="default", now=NOW)
        event = CarrierEvent(
            carrier="acme", event_id="1", tracking_number="", status="in_transit", occurred_at=NOW, eta=Eta(at=named)
        )
        record(session, event, retailer="default", now=NOW, shipment=row)
        found = estimate(row, now=NOW)
    assert found is not None and found.outcomes is not None
    assert (found.outcomes.n, found.outcomes.said) == (400, named)
    cases = []
    for _ in range(6000):
        ends = dice.uniform(-1.5, 12)
        cases.append((risk(found, named + ends * HOUR, now=NOW), miss(dice) > ends * 3600))
    tenths = borne_out(cases)
    # Four hundred outcomes know a share to two or three in a hundred.
    assert all(broke == pytest.approx(mean, abs=0.07) for mean, broke, n in tenths.values() if n > 100)
    mean, broke, n = tenths[3]
    assert n > 100
    assert broke == pytest.approx(mean, abs=0.06)
    transit_serving.forget_shelves()


def test_few_outcomes_are_not_taken_for_all_that_can_happen() -> None:
    """Of 30 outcomes the next one lies beyond them all once in 31 times, and a tail goes on from there."""
    rows = rows_of("default", ("carrier", "", "acme"), [float(one * 60) for one in range(30)], NOW)
    quality = {
        (one.source, one.milestone, one.carrier): {
            "n": one.n, "low_s": one.low_s, "middle_s": one.middle_s, "high_s": one.high_s,
        }
        for one in rows
    }  # fmt: skip
    learned = beside(quality, ("carrier", "", "acme"))
    few = said(outcomes=Counted(NOW, tuple(learned["misses_s"]), learned["misses_n"]))
    assert risk(few, NOW + timedelta(minutes=29), now=NOW - HOUR) == pytest.approx(1 / 40, abs=0.01)
    assert 0 < risk(few, NOW + timedelta(minutes=60), now=NOW - HOUR) < 0.01
    # It is later than all of them were: the promise is at risk, and not lost.
    assert 0.2 < risk(few, NOW + timedelta(minutes=50), now=NOW + timedelta(minutes=40)) < 0.9


def test_what_was_held_up_is_likelier_late_than_like_ones(now: datetime) -> None:
    outcomes = {"misses_s": [one * 600 for one in range(-7, 8)], "misses_n": 200}
    model = {
        "at": (now + 5 * HOUR).isoformat(), "before_s": 3600, "after_s": 3600, "as_of": now.isoformat(),
        "milestone": "shipped", "version": 1,
    }  # fmt: skip
    likely = {}
    for state in ("in_transit", "on_hold"):
        row = Shipment(
            id=1, state=state, flags=[], destination={}, created_at=now - 9 * HOUR, learned={"model": model | outcomes}
        )
        likely[state] = risk(estimate(row, now=now), now + 5 * HOUR + timedelta(minutes=30), now=now)
    assert likely["in_transit"] == pytest.approx(0.2, abs=0.01)
    assert likely["on_hold"] > 0.3


def test_a_guess_has_heavier_tails_than_a_bell_and_holds_its_window() -> None:
    even = Estimate(NOW - HOUR, NOW + HOUR, NOW, NOW, 0.8, (), "carrier", NOW)
    assert risk(even, NOW, now=NOW - 9 * HOUR) == pytest.approx(0.5)
    assert risk(even, NOW + HOUR, now=NOW - 9 * HOUR) == pytest.approx(0.1)
    assert risk(even, NOW - HOUR, now=NOW - 9 * HOUR) == pytest.approx(0.9)
    assert risk(even, NOW + 4 * HOUR, now=NOW - 9 * HOUR) > 0.005  # a bell curve says one in a million
