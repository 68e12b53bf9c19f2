"""Where the driver is, on the shopper's page: by the workflow's rule, rounded, and never at somebody else's door."""

import math
import re
from typing import Any

import pytest
from fakes.webapp import BASE, Web
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.driver_seen import GRID_M, METRES_A_DEGREE, Seen, _from
from tracking_core.positions import distance_m
from web.pages.tracking_sketch import HEIGHT, LEAST_APART, MIDDLE_X, MIDDLE_Y, RADIUS, WIDTH, distance, sketch, towards
from web.wording import words

DEE = "+14155550200"
HOME = (37.8044, -122.2712)
ZONE = {"timezone": "America/Los_Angeles", "country": "US"}


def north_of(place: tuple[float, float], metres: float) -> tuple[float, float]:
    return place[0] + metres / METRES_A_DEGREE, place[1]


def stop(web: Web, order: str, place: tuple[float, float], phone: str = "+14155550100") -> dict[str, Any]:
    said = web.shipment(
        order,
        customer={"phone": phone, "name": f"{order} Canary"},
        destination={"lat": place[0], "lon": place[1], **ZONE},
        driver={"name": "Dee Driver", "phone": DEE},
    )
    event(web, said, "out_for_delivery")
    return said


def event(web: Web, said: dict[str, Any], status: str) -> None:
    assert web.api("POST", f"/shipments/{said['id']}/events", {"status": status}).status_code == 202


def drive(web: Web, place: tuple[float, float]) -> None:
    fix = {"phone": DEE, "lat": place[0], "lon": place[1], "at": web.clock.now.isoformat()}
    assert web.api("POST", "/drivers/positions", fix).status_code == 202


def page(web: Web, said: dict[str, Any], query: str = "") -> str:
    answer = web.client.get(str(said["tracking_url"]).removeprefix(BASE) + query)
    assert answer.status_code == 200
    return str(answer.text)


def rule(web: Web, said: str) -> None:
    folder = web.parts.settings.workflow_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "default.yml").write_text(f"eta: {{show_driver_within_stops: {said}}}\n")
    with web.database.write() as session:
        web.house.workflows.seed(session, now=web.clock.now)


def test_the_driver_is_shown_near_the_end_of_the_way_in_words_and_as_a_sketch(web: Web) -> None:
    mine = stop(web, "A1001", HOME)
    assert "Where the driver is" not in page(web, mine)
    drive(web, north_of(HOME, 3300))
    text = page(web, mine)
    found = re.search(r"The driver is about (\d\.\d) miles to the north", text)
    assert found is not None and abs(float(found[1]) * 1609.344 - 3300) <= GRID_M
    assert re.search(
        r'<svg class="sketch"[^>]*role="img" aria-label="Sketch, not a street map: The driver is about', text
    )
    assert "As of today at 9 AM." in text
    assert "hacia el norte" in page(web, mine, "?lang=es")
    for figure in (*map(str, HOME), "37.8", "122.27", "37.83", DEE, "Dee"):
        assert figure not in text
    web.clock.forward(seconds=20)
    drive(web, north_of(HOME, 180))
    assert "The driver is close to your address." in page(web, mine) and '<svg class="sketch"' not in page(web, mine)
    web.clock.forward(seconds=301)
    assert "Where the driver is" not in page(web, mine)


def test_not_before_so_many_stops_and_never_when_the_workflow_says_off(sqlite_web: Web) -> None:
    web = sqlite_web
    away = [north_of(HOME, 5000 + 1000 * number) for number in range(4)]
    earlier = [stop(web, f"B{number}", place, f"+1415555030{number}") for number, place in enumerate(away)]
    mine = stop(web, "A1001", HOME)
    drive(web, north_of(HOME, 3000))
    assert "Where the driver is" not in page(web, mine)  # four come first
    event(web, earlier[0], "delivered")
    drive_on = north_of(HOME, 2900)
    web.clock.forward(seconds=20)
    drive(web, drive_on)
    assert "Where the driver is" in page(web, mine)
    rule(web, "2")
    assert "Where the driver is" not in page(web, mine)
    event(web, earlier[1], "delivered")
    web.clock.forward(seconds=20)
    drive(web, north_of(HOME, 2800))
    assert "Where the driver is" in page(web, mine)
    rule(web, "off")
    assert "Where the driver is" not in page(web, mine)


def test_nobody_elses_door_is_shown(sqlite_web: Web) -> None:
    web = sqlite_web
    other_door = north_of(HOME, 2000)
    other = stop(web, "B1", other_door, "+14155550301")
    mine = stop(web, "A1001", HOME)
    drive(web, north_of(other_door, 100))
    text = page(web, mine)
    assert "The driver is at another stop" in text and "<svg" not in text and "miles" not in text
    event(web, other, "delivered")
    web.clock.forward(seconds=20)
    drive(web, other_door)  # still standing there, the parcel handed over
    assert "<svg" not in page(web, mine)
    web.clock.forward(seconds=20)
    drive(web, north_of(HOME, 1000))
    assert "<svg" in page(web, mine)


@pytest.mark.parametrize("status", ["delivered", "attempt_failed", "exception", "on_hold", "returning", "cancelled"])
def test_only_while_it_is_out(sqlite_web: Web, status: str) -> None:
    mine = stop(sqlite_web, "A1001", HOME)
    drive(sqlite_web, north_of(HOME, 900))
    assert "Where the driver is" in page(sqlite_web, mine)
    event(sqlite_web, mine, status)
    text = page(sqlite_web, mine)
    assert "Where the driver is" not in text and "<svg" not in text


def test_the_page_changes_when_the_driver_moves_to_another_square_and_not_before(sqlite_web: Web) -> None:
    mine = stop(sqlite_web, "A1001", HOME)
    url = str(mine["tracking_url"]).removeprefix(BASE)
    drive(sqlite_web, north_of(HOME, 3000))
    first = sqlite_web.client.get(url).headers["ETag"]
    sqlite_web.clock.forward(seconds=15)
    assert sqlite_web.client.get(url, headers={"If-None-Match": first}).status_code == 304
    drive(sqlite_web, north_of(HOME, 2400))
    assert sqlite_web.client.get(url, headers={"If-None-Match": first}).status_code == 200


LAT, LON = st.floats(-70, 70), st.floats(-179, 179)
STEP = st.floats(-9000, 9000)


@given(lat=LAT, lon=LON, east=STEP, north=STEP)
def test_every_place_in_a_square_looks_the_same_and_is_not_far_from_the_truth(
    lat: float, lon: float, east: float, north: float
) -> None:
    here = lat + north / METRES_A_DEGREE, lon + east / (METRES_A_DEGREE * math.cos(math.radians(lat)))
    seen = _from((lat, lon), here, _NOW)
    true = distance_m(*here, lat, lon)
    assert abs(seen.away_m - true) <= 1.5 * GRID_M + 0.01 * true
    assert isinstance(seen.east_m, int) and isinstance(seen.north_m, int)


_NOW: Any = None


@given(
    east=st.integers(-300_000, 300_000), north=st.integers(-300_000, 300_000), country=st.sampled_from(["", "US", "ES"])
)
def test_the_sketch_keeps_within_its_frame_and_its_signs_apart(east: int, north: int, country: str) -> None:
    assume((east, north) != (0, 0))
    drawn = sketch(east, north, country, words("en"), words="x")
    assert 0 < drawn.x < WIDTH and 0 < drawn.y < HEIGHT
    apart = math.hypot(drawn.x - MIDDLE_X, drawn.y - MIDDLE_Y)
    assert LEAST_APART - 0.2 <= apart <= RADIUS + 0.2
    assert (drawn.x - MIDDLE_X) * east >= -1 and (drawn.y - MIDDLE_Y) * north <= 1


def test_distances_and_points_in_words() -> None:
    english, spanish = words("en"), words("es")
    assert distance(1609, "US", english) == "about 1.0 miles"
    assert distance(1234, "ES", spanish) == "unos 1,2 km"
    assert distance(25_400, "DE", english) == "about 25 km"
    assert towards(1, 1, english) == "north-east" and towards(-5, 0, spanish) == "oeste"
    assert towards(0, -3, english) == "south" and Seen(3, 4, _NOW).away_m == 5
