"""A solver of routes on this machine, in good and in bad days: its order is taken where it is better than ours."""

import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fakes.fl_world import OAKLAND, World
from sqlalchemy import select

from channels.resting import FAILURES
from channels.route_solver import VroomSolver
from db import Database
from flows import driver_positions, routes
from tracking_core import routing
from tracking_core.models import Driver
from tracking_core.positions import Fix
from tracking_core.routing import Door, Pace, best_order, cost, legs_of

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
LAT, LON = 37.8, -122.27
DEE = {"driver_name": "Dee", "driver_phone": "+14155550200"}


@dataclass
class Vroom:
    """Answers with the order it is told; None: the best by the times it was asked with, lateness aside."""

    url: str = ""
    status: int = 200
    answer: Any = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def solve(self, problem: dict[str, Any]) -> Any:
        self.asked.append(problem)
        if self.answer is not None:
            return self.answer
        durations, count = problem["matrices"]["car"]["durations"], len(problem["jobs"])

        def takes(order: tuple[int, ...]) -> int:
            return sum(durations[here][there] for here, there in itertools.pairwise((count, *order)))

        return solution(*min(itertools.permutations(range(count)), key=takes))


def solution(*order: int, missing: tuple[int, ...] = ()) -> dict[str, Any]:
    steps = [{"type": "start"}, *({"type": "job", "id": one} for one in order), {"type": "end"}]
    return {"code": 0, "routes": [{"vehicle": 0, "steps": steps}], "unassigned": [{"id": one} for one in missing]}


@pytest.fixture
def vroom() -> Iterator[Vroom]:
    found = Vroom()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = found.solve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World.build(database, NOW, tmp_path, workflow="route: {order: ours}\n")


def street(world: World) -> list[int]:
    """Doors one, two and three kilometres up the street, the last one promised for noon; the driver at its foot."""
    ids = []
    for north in (3, 1, 2):
        there = {**OAKLAND, "lat": LAT + 0.01 * north, "lon": LON}
        window = (
            {} if north < 3 else {"promised_from": NOW + timedelta(hours=1), "promised_to": NOW + timedelta(hours=3)}
        )
        ids.append(world.parcel(f"A{north}", destination=there, phone=None, **window, **DEE))
        world.scan(ids[-1], "out_for_delivery")
    with world.database.write() as session:
        dee = session.scalars(select(Driver)).one()
        driver_positions.take(session, world.house, dee, [Fix(LAT, LON, world.now)], now=world.now)
    return ids


def ordered(world: World, ids: list[int]) -> list[str]:
    found = sorted((world.shipment(one) for one in ids), key=lambda one: one.stop_number or 0)
    return [one.order_number for one in found]


def test_it_is_asked_by_times_windows_and_numbers_alone(world: World, vroom: Vroom) -> None:
    ids = street(world)
    assert routes.tick(world.database, world.house, now=world.now, solver=VroomSolver(vroom.url)) == 1
    assert ordered(world, ids) == ["A1", "A2", "A3"]
    [asked] = vroom.asked
    assert asked["vehicles"] == [{"id": 0, "start_index": 3}]
    jobs = {job["id"]: job.get("time_windows") for job in asked["jobs"]}
    assert sorted(jobs.values(), key=str) == [None, None, [[3600, 10800]]]
    durations = asked["matrices"]["car"]["durations"]
    assert [len(row) for row in durations] == [4, 4, 4, 4]
    assert durations[0][0] == durations[3][3] == 0 < min(durations[3][:3])
    assert "Main" not in json.dumps(asked) and "37.8" not in json.dumps(asked) and "415" not in json.dumps(asked)


@pytest.mark.parametrize(
    "answer",
    [
        {"code": 3, "error": "out of sorts"},
        solution(0, 0, 1),
        solution(0, 1, 7),
        solution(True, 1, 2),
        {"code": 0},
        [],
        b"not json",
        solution(2, 0, 1),
    ],
)
def test_what_is_no_order_or_a_worse_one_changes_nothing(world: World, vroom: Vroom, answer: Any) -> None:
    vroom.answer, ids = answer, street(world)
    assert routes.tick(world.database, world.house, now=world.now, solver=VroomSolver(vroom.url)) == 1
    assert ordered(world, ids) == ["A1", "A2", "A3"]


def test_who_fails_is_left_alone_and_we_order_ourselves(world: World, vroom: Vroom) -> None:
    vroom.status, ids, solver = 500, street(world), VroomSolver(vroom.url)
    assert routes.tick(world.database, world.house, now=world.now, solver=solver) == 1
    assert ordered(world, ids) == ["A1", "A2", "A3"]
    for _ in range(FAILURES + 2):
        with pytest.raises(OSError, match=r"http_500|resting"):
            solver.order([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [(None, None)] * 2, 60)
    assert len(vroom.asked) == FAILURES


def test_stops_it_finds_no_time_for_come_last_and_passed_windows_bind_nobody(vroom: Vroom) -> None:
    vroom.answer = solution(2, 0, missing=(1, 3))
    windows = [(None, None), (None, 90.0), (-60.0, 600.0), (-900.0, -60.0)]
    legs = [[0.0] * 4 for _ in range(5)]
    assert VroomSolver(vroom.url).order(legs, windows, 240) == [2, 0, 3, 1]
    jobs = [job.get("time_windows") for job in vroom.asked[0]["jobs"]]
    assert jobs == [None, [[0, 90]], [[0, 600]], None]


def test_a_better_order_is_taken_and_a_worse_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearest first is late at the far door that closes soon; without a search of ours only the hint knows."""
    monkeypatch.setattr(routing, "TRIES", 0)
    pace, start = Pace(1 / 8, 0), (LAT, LON)
    doors = [Door((LAT + 0.01, LON)), Door((LAT - 0.012, LON), ends_s=170), Door((LAT + 0.02, LON))]
    ours = best_order(start, doors, pace)
    assert best_order(start, doors, pace, hint=[1, 0, 2]) == [1, 0, 2] != ours
    legs = legs_of(start, doors, pace)
    assert cost([1, 0, 2], doors, legs, pace) < cost(ours, doors, legs, pace)
    assert best_order(start, doors, pace, hint=[2, 1, 0]) == ours
    assert best_order(start, doors, pace, hint=[0, 0, 1]) == best_order(start, doors, pace, hint=[1]) == ours


def test_an_order_for_another_round_counts_for_nothing(world: World, vroom: Vroom) -> None:
    ids = street(world)
    with world.database.write() as session:
        dee = session.scalars(select(Driver)).one()
        known = routes.Known({}, (ids[0], ids[2], 999))
        assert routes.plan(session, world.house, dee.id, now=world.now, known=known)
    assert ordered(world, ids) == ["A1", "A2", "A3"] and vroom.asked == []
