"""Files as jobs: taken once, worked off in batches that carry their own progress, called off, told line by line."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import import_world
from fakes.fl_world import World
from sqlalchemy import func, select

from db import Database, utc_now
from flows import import_jobs, import_work, imports
from flows.import_models import ImportContent, ImportJob
from flows.models import Link
from tracking_core.models import Shipment, ShipmentEvent

ROOT = Path(__file__).resolve().parents[2]
HEAD = "order_number,customer.name,customer.phone,status,occurred_at\n"


def file_of(lines: int, *, bad_every: int = 0) -> bytes:
    """Every third line says where its parcel is already."""
    text = HEAD
    for number in range(lines):
        phone = "12" if bad_every and number % bad_every == bad_every - 1 else "+14155550100"
        status = "in_transit,2026-11-01T08:00:00Z" if number % 3 == 0 else ","
        text += f"A{number},Ana,{phone},{status}\n"
    return text.encode()


@pytest.fixture
def world(database: Database, now: datetime, tmp_path: Path) -> World:
    return World.build(database, now, tmp_path)


def hand_in(world: World, data: bytes, *, name: str = "orders.csv", retailer: str = "default") -> tuple[int, bool]:
    with world.database.write() as session:
        taken = import_jobs.take_file(
            session, retailer=retailer, name=name, data=data, by="ana@x.example", now=world.now
        )
        return taken.job.id, taken.is_new


def work(world: World, *, stopping: Callable[[], bool] = lambda: False, worker: str = "w") -> bool:
    return import_work.work(
        world.database, world.house, worker=worker, clock=lambda: world.now, lease_s=30, stopping=stopping
    )


def job_of(world: World, job_id: int) -> ImportJob:
    with world.database.read() as session:
        found = import_jobs.get(session, "default", job_id)
        assert found is not None
        return found


def counted(world: World) -> tuple[int, int, int]:
    """Shipments, scans, addresses of pages."""
    with world.database.read() as session:
        found = [session.scalar(select(func.count()).select_from(model)) for model in (Shipment, ShipmentEvent, Link)]
    return found[0] or 0, found[1] or 0, found[2] or 0


def after(batches: int) -> Callable[[], bool]:
    """Says stop once so many batches have been through."""
    asked = iter([False] * batches)
    return lambda: next(asked, True)


def test_the_same_content_is_taken_once_by_each_retailer(world: World) -> None:
    first, is_new = hand_in(world, file_of(3))
    again, again_new = hand_in(world, file_of(3), name="another name.csv")
    assert (is_new, again_new) == (True, False) and first == again
    other, other_new = hand_in(world, file_of(3), retailer="other")
    assert other_new and other != first
    with world.database.read() as session:
        assert import_jobs.get(session, "other", first) is None


def test_a_file_is_worked_off_and_its_bad_lines_are_told(world: World) -> None:
    total = imports.BATCH * 2 + 30
    job_id, _ = hand_in(world, file_of(total, bad_every=50) + b"=cmd|' /C calc'!A0,Ana,12,,\n")
    assert work(world) and not work(world)
    job, bad = job_of(world, job_id), total // 50 + 1
    assert (job.state, job.lines_total, job.lines_done) == ("done", total + 1, total + 1)
    assert (job.created, job.existing, job.faults) == (total + 1 - bad, 0, bad)
    shipments, scans, links = counted(world)
    assert shipments == links == total + 1 - bad and scans > 0
    assert world.outbox() == []
    with world.database.read() as session:
        rows = list(csv.reader(io.StringIO(import_jobs.error_csv(session, job))))
        assert session.scalar(select(func.count()).select_from(ImportContent)) == 0
    assert rows[0] == ["line", "field", "reason", "original line"] and len(rows) == bad + 1
    assert rows[1][:2] == ["51", "customer.phone"] and rows[1][3].startswith("A49,Ana,12,")
    assert rows[-1][3].startswith("'=cmd")
    # The same parcels in another file: nothing is new.
    again, _ = hand_in(world, file_of(total, bad_every=50))
    work(world)
    assert (job_of(world, again).created, job_of(world, again).existing) == (0, total + 1 - bad)
    assert counted(world) == (shipments, scans, links)


def test_what_breaks_off_goes_on_behind_the_last_batch(world: World) -> None:
    total = imports.BATCH * 3 + 7
    job_id, _ = hand_in(world, file_of(total, bad_every=40))
    assert work(world, stopping=after(1))
    halfway = job_of(world, job_id)
    assert (halfway.state, halfway.lines_done) == ("working", imports.BATCH)
    assert not work(world, worker="another")  # its lease still stands
    world.later(seconds=31)
    assert work(world, worker="another")
    job = job_of(world, job_id)
    assert (job.state, job.lines_done, job.created + job.faults) == ("done", total, total)
    assert job.created == counted(world)[0]
    with world.database.read() as session:
        lines = [fault.line for fault in import_jobs.faults(session, job)]
    assert lines == [number + 2 for number in range(total) if number % 40 == 39]


def test_who_has_lost_the_lease_writes_nothing(world: World) -> None:
    job_id, _ = hand_in(world, file_of(imports.BATCH * 2))

    def taken_away() -> bool:
        """Asked between two batches: meanwhile the lease has run out, and another has begun."""
        world.later(seconds=31)
        with world.database.write() as session:
            assert import_work.claim(session, worker="another", now=world.now, lease=timedelta(seconds=30))
        return False

    assert work(world, stopping=taken_away)
    job = job_of(world, job_id)
    assert (job.lines_done, job.state, job.lease_owner) == (0, "working", "another")
    assert counted(world)[0] == 0


def test_calling_off_ends_a_waiting_job_at_once_and_a_running_one_at_its_next_batch(world: World) -> None:
    waiting, _ = hand_in(world, file_of(3))
    with world.database.write() as session:
        assert import_jobs.cancel(session, session.get_one(ImportJob, waiting), now=world.now)
        assert not import_jobs.cancel(session, session.get_one(ImportJob, waiting), now=world.now)
    assert job_of(world, waiting).state == "cancelled" and not work(world)

    running, is_new = hand_in(world, file_of(imports.BATCH * 3))
    calls = iter([False, True])

    def called_off() -> bool:
        if next(calls, False):
            with world.database.write() as session:
                import_jobs.cancel(session, session.get_one(ImportJob, running), now=world.now)
        return False

    assert work(world, stopping=called_off)
    job = job_of(world, running)
    assert (job.state, job.created) == ("cancelled", imports.BATCH)
    assert counted(world)[0] == imports.BATCH  # what has gone in stays
    again, is_new = hand_in(world, file_of(imports.BATCH * 3))
    assert is_new and again != running


@pytest.mark.parametrize(
    "data", [b"", b"name,phone\nAna,1\n", b"order_number,order_number,customer.phone\nA,B,+14155550100\n"]
)
def test_a_file_without_a_usable_header_has_failed_and_may_come_again(world: World, data: bytes) -> None:
    job_id, _ = hand_in(world, data)
    assert work(world)
    job = job_of(world, job_id)
    assert (job.state, job.created) == ("failed", 0) and job.faults
    assert hand_in(world, data)[1]


def test_a_header_alone_is_done_and_an_unknown_column_is_told(world: World) -> None:
    job_id, _ = hand_in(world, b"order_number,customer.phone\n")
    assert work(world) and job_of(world, job_id).state == "done"
    job_id, _ = hand_in(world, b"order_number,customer.phone,colour\nA1,+14155550100,red\n")
    assert work(world)
    job = job_of(world, job_id)
    assert (job.state, job.created, job.faults) == ("done", 1, 1)


def test_a_job_that_ends_its_workers_is_given_up(world: World) -> None:
    job_id, _ = hand_in(world, file_of(3))
    for _ in range(import_work.FRUITLESS_MAX):
        with world.database.write() as session:
            assert import_work.claim(session, worker="w", now=world.now, lease=timedelta(seconds=30))
        world.later(seconds=31)
    assert not work(world)
    assert (job_of(world, job_id).state, job_of(world, job_id).note) == ("failed", "broken")


def test_a_file_that_is_no_utf8_says_so_and_old_jobs_are_forgotten(world: World) -> None:
    job_id, _ = hand_in(world, "order_number,customer.name,customer.phone\nA1,Zoë “Z”,+14155550100\n".encode("cp1252"))
    work(world)
    assert job_of(world, job_id).note == "western"
    with world.database.read() as session:
        assert session.scalars(select(Shipment.customer_name)).one() == "Zoë “Z”"
    with world.database.write() as session:
        assert import_jobs.forget(session, now=world.now + timedelta(days=29)) == 0
        assert import_jobs.forget(session, now=world.now + timedelta(days=31)) == 1
        with pytest.raises(import_jobs.TooLarge):
            import_jobs.take_file(
                session, retailer="default", name="x", data=b"x" * (import_jobs.SIZE_MAX + 1), by="a", now=world.now
            )


@pytest.mark.parametrize("place", ["import_before_commit", "import_after_commit"])
def test_a_killed_process_costs_nothing_and_doubles_nothing(world: World, tmp_path: Path, place: str) -> None:
    total = imports.BATCH * 2 + 20
    world.now = utc_now()
    job_id, _ = hand_in(world, file_of(total, bad_every=50))
    command = [sys.executable, import_world.__file__, world.database.url, str(tmp_path / "workflows"), "0.001"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    killed = subprocess.run(command, env={**environment, "FAILPOINTS": place}, cwd=ROOT, timeout=120)
    assert killed.returncode == -9
    assert job_of(world, job_id).lines_done == (imports.BATCH if place == "import_after_commit" else 0)
    subprocess.run(command, env=environment, cwd=ROOT, timeout=120, check=True)
    job = job_of(world, job_id)
    assert (job.state, job.lines_done, job.created) == ("done", total, total - total // 50)
    assert counted(world)[0] == total - total // 50 == counted(world)[2]
