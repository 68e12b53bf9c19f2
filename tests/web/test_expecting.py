"""A workflow that believes positions for half an hour is heeded wherever an estimate is told, shown or kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.fl_world import World

from db import Database
from flows import driver_links, rescheduling
from flows.expecting import expected_of
from tracking_core.facts import EtaChanged, Position
from tracking_core.finding import promises
from tracking_core.models import Driver, Shipment
from web.console import shipment_page
from web.pages.tracking import tracking_page

HOME = {
    "city": "Oakland", "postal_code": "94607", "country": "US", "timezone": "America/Los_Angeles",
    "lat": 37.80, "lon": -122.27,
}  # fmt: skip
SEEN = "last seen"


def out(world: World) -> tuple[int, list[EtaChanged]]:
    """A parcel four stops away from a van that was seen ten minutes ago, and what recording that has told."""
    parcel = world.parcel(destination=HOME, driver_name="Dee", driver_phone="+14155550200")
    seen = Position(37.82, -122.27, world.now - timedelta(minutes=10))
    world.scan(parcel, "out_for_delivery", silent=True, stops_away=4)
    taken = world.scan(parcel, "update", position=seen, stops_away=4)
    return parcel, [fact for fact in taken.facts if isinstance(fact, EtaChanged)]


@pytest.mark.parametrize(("rule", "is_old"), [("30m", False), ("300s", True)])
def test_a_position_is_as_old_as_the_workflow_says(
    database: Database, now: datetime, tmp_path: Path, rule: str, is_old: bool
) -> None:
    world = World.build(database, now, tmp_path, f"eta: {{stale_after: {rule}}}\n")
    parcel, changed = out(world)
    (said,) = world.says("where is my order")
    with database.write() as session:
        row = session.get_one(Shipment, parcel)
        workflow = world.house.workflows.of(session, "default")
        expected = expected_of(row, workflow, now=now)
        assert expected is not None
        assert expected.reasons[0].code == ("stale_position" if is_old else "position")
        window = (expected.window_from, expected.window_to)
        assert (changed[-1].window_from, changed[-1].window_to) == window
        assert shipment_page.read(session, world.house, row, now=now).eta == expected
        round_ = driver_links.round_of(session, world.house, session.get_one(Driver, row.driver_id), now=now)
        assert [stop.expected for stop in round_.stops] == [expected]
        page = tracking_page(session, world.house, row, asked=None, now=now)
        assert (SEEN in str(page)) is is_old
        kept = promises(session, row)[-1]
        assert (kept.window_from, kept.window_to) == window
        assert rescheduling.hindrance(session, row, workflow, now=now) == "soon"
    assert said
