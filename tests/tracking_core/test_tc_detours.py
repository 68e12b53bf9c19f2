"""How much longer ways are than the line: read off trails, kept for the retailer, used in estimates."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import Database
from tracking_core import detours, transit_quality, transit_serving
from tracking_core.eta_sources import DETOUR, of_distance
from tracking_core.models import Driver
from tracking_core.position_models import DriverTrail
from tracking_core.shipments import NewShipment, create
from tracking_core.transit_models import TransitQuality

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
LAT, LON, METRE = 37.8, -122.27, 1 / 111_195


def place(east_m: float, north_m: float, at: datetime) -> detours.Place:
    return (LAT + north_m * METRE, LON + east_m * METRE / math.cos(math.radians(LAT)), at)


def round_of(corners: list[tuple[float, float]], *, speed: float = 8.0, stays_s: int = 120) -> list[detours.Place]:
    """A van that drives from corner to corner, ten seconds a place, and stays at every second corner."""
    at, found = NOW - timedelta(hours=8), []
    for number, (one, other) in enumerate(pairwise(corners)):
        steps = max(1, round(math.dist(one, other) / (speed * 10)))
        for step in range(steps):
            at += timedelta(seconds=10)
            share = step / steps
            found.append(place(one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share, at))
        if number % 2:
            for _ in range(stays_s // 10):
                at += timedelta(seconds=10)
                found.append(place(*other, at))
    return found


def blocks(count: int, side_m: float) -> list[tuple[float, float]]:
    """Round the corner each time: two sides of a square instead of its diagonal."""
    corners = [(0.0, 0.0)]
    for _ in range(count):
        x, y = corners[-1]
        corners += [(x + side_m, y), (x + side_m, y + side_m)]
    return corners


def test_round_the_corner_is_longer_than_across() -> None:
    found = detours.ratios(round_of(blocks(8, 800)))
    assert len(found) >= 7
    assert all(abs(one - math.sqrt(2)) < 0.12 for one in found)


def test_what_nobody_saw_is_no_way() -> None:
    trail = round_of([(0, 0), (1000, 0), (2000, 0)])
    holed = [one for number, one in enumerate(trail) if not 8 < number < 18]
    assert all(abs(one - 1) < 0.05 for one in detours.ratios(holed))
    assert detours.ratios(round_of([(0, 0), (120, 0), (0, 0), (110, 40), (0, 0)])) == []


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)), min_size=2, max_size=8))
def test_no_way_is_shorter_than_its_line(corners: list[tuple[float, float]]) -> None:
    assert all(1.0 <= one <= detours.MOST for one in detours.ratios(round_of(corners)))
    assert detours.ratios([]) == []


def test_it_is_learnt_from_trails_and_stays_when_a_day_has_too_few(database: Database) -> None:
    with database.write() as session:
        dee = Driver(retailer="default", name="Dee", phone="+14155550200", created_at=NOW)
        other = Driver(retailer="other", name="Eli", phone="+14155550201", created_at=NOW)
        session.add_all([dee, other])
        session.flush()
        create(session, NewShipment("A1"), retailer="default", now=NOW)
        create(session, NewShipment("A1"), retailer="other", now=NOW)
        trail = round_of(blocks(40, 800))
        session.add_all([DriverTrail(driver_id=dee.id, lat=lat, lon=lon, at=at) for lat, lon, at in trail])
    transit_quality.recalibrate(database, NOW)
    learnt = select(TransitQuality).where(TransitQuality.source == transit_serving.ROADS)
    with database.write() as session:
        row = session.scalars(learnt).one()
        assert row.retailer == "default" and abs(row.middle_s - math.sqrt(2)) < 0.1
        for one in session.scalars(select(DriverTrail)):
            session.delete(one)
    transit_quality.recalibrate(database, NOW + timedelta(hours=1))
    transit_serving.forget_shelves()
    with database.write() as session:
        assert abs(session.scalars(learnt).one().middle_s - math.sqrt(2)) < 0.1
        here = {"lat": 38.8, "lon": -122.27, "at": NOW.isoformat()}
        times = []
        for retailer in ("default", "other"):
            new = NewShipment("B2", destination={"lat": 41.8, "lon": -122.27})
            parcel, _ = create(session, new, retailer=retailer, now=NOW)
            parcel.position, parcel.state = here, "in_transit"  # in a shop it is going nowhere yet
            expected = of_distance(parcel, now=NOW)
            assert expected is not None and expected.at is not None
            times.append(expected.at - NOW)
    transit_serving.forget_shelves()
    assert abs(times[0] / times[1] - math.sqrt(2) / DETOUR) < 0.06
