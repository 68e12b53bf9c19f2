"""Watched folders: each content once, whole, by one of many workers, also by those that die in the middle."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from conftest import ROOT
from fakes.fl_world import World
from sqlalchemy import func, select

from db import Database
from flows import folders, import_work
from flows.connection_models import ConnectionNote, TakenFile
from flows.import_models import ImportJob
from tracking_core.models import Shipment

HEAD = "order_number,customer.phone\n"
NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return watching(database, tmp_path)


@pytest.fixture
def sqlite_world(sqlite_database: Database, tmp_path: Path) -> World:
    """For what is only about files."""
    return watching(sqlite_database, tmp_path)


def watching(database: Database, tmp_path: Path) -> World:
    made = World.build(database, NOW, tmp_path, import_dir=tmp_path / "drop")
    folders._seen.clear()
    look(made)
    return made


def folder(world: World) -> Path:
    assert world.house.settings.import_dir is not None
    return world.house.settings.import_dir / "default"


def put(world: World, name: str, text: str | bytes, *, age_s: float = 60) -> Path:
    path = folder(world) / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    at = (world.now - timedelta(seconds=age_s)).timestamp()
    os.utime(path, (at, at))
    return path


def look(world: World) -> int:
    return folders.take_due(world.database, world.house, now=world.now)


def work(world: World) -> None:
    """As the worker does: look, import, look again."""
    look(world)
    import_work.work_all(world.database, world.house, "w", 30, clock=lambda: world.now, stop=Event())
    look(world)


def names(world: World, inner: str) -> list[str]:
    return sorted(path.name.partition("-")[2] for path in (folder(world) / inner).iterdir())


def count(world: World, model: type = Shipment) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_is_taken_and_put_away_with_its_bad_lines_beside_it(world: World) -> None:
    put(world, "orders.csv", HEAD + "A1,+14155550100\nA2,nonsense\nA3,+14155550102\n")
    work(world)
    assert count(world) == 2 and names(world, "done") == ["orders.csv", "orders.csv.errors.csv"]
    (errors,) = (folder(world) / "done").glob("*.errors.csv")
    assert "3,customer.phone" in errors.read_text(encoding="utf-8-sig")
    assert names(world, "working") == [] and not list(folder(world).glob("*.csv"))
    with world.database.read() as session:
        assert session.scalars(select(TakenFile.state)).all() == ["done"]
        assert session.scalars(select(ConnectionNote.source)).all() == ["folder"]


def test_the_same_content_under_another_name_is_taken_once(world: World) -> None:
    put(world, "monday.csv", HEAD + "A1,+14155550100\n")
    work(world)
    put(world, "tuesday.csv", HEAD + "A1,+14155550100\n")
    work(world)
    assert (count(world), count(world, ImportJob)) == (1, 1)
    assert names(world, "done") == ["again-tuesday.csv", "monday.csv"]


@pytest.mark.parametrize(
    ("name", "text", "age_s"),
    [
        ("orders.csv.part", HEAD + "A1,+14155550100\n", 600),
        ("orders.tmp", HEAD + "A1,+14155550100\n", 600),
        (".orders.csv", HEAD + "A1,+14155550100\n", 600),
        ("orders.csv", HEAD + "A1,+14155550100\n", 1),
        ("orders.csv", HEAD + "A1,+1415555", 60),
        ("orders.csv", "", 60),
    ],
)
def test_what_somebody_is_still_writing_is_left_alone(sqlite_world: World, name: str, text: str, age_s: float) -> None:
    path = put(sqlite_world, name, text, age_s=age_s)
    work(sqlite_world)
    assert path.exists() and count(sqlite_world, TakenFile) == 0


def test_a_file_that_grew_is_looked_at_anew_and_one_without_a_last_line_end_is_taken_in_the_end(
    sqlite_world: World,
) -> None:
    path = put(sqlite_world, "orders.csv", HEAD + "A1,+14155550100\nA2,+1415", age_s=4)
    assert look(sqlite_world) == 0
    put(sqlite_world, "orders.csv", HEAD + "A1,+14155550100\nA2,+14155550102", age_s=0)
    sqlite_world.later(seconds=8)
    assert look(sqlite_world) == 0
    sqlite_world.later(minutes=11)
    work(sqlite_world)
    assert count(sqlite_world) == 2 and not path.exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [("orders.xlsx", b"PK\x03\x04\n"), ("blank.csv", b"\n\n"), ("big.csv", b"x" * (11 * 1024 * 1024) + b"\n")],
)
def test_what_cannot_be_read_goes_to_failed_and_says_why(sqlite_world: World, name: str, text: bytes) -> None:
    put(sqlite_world, name, text)
    work(sqlite_world)
    assert names(sqlite_world, "failed") == [name, f"{name}.errors.csv"] and count(sqlite_world, TakenFile) == 0


def test_a_file_with_nothing_usable_fails_and_may_come_again(world: World) -> None:
    for _ in range(2):
        put(world, "orders.csv", "what,ever\n1,2\n")
        work(world)
        world.later(minutes=1)
    assert len([one for one in names(world, "failed") if one == "orders.csv"]) == 2
    with world.database.read() as session:
        assert session.scalars(select(TakenFile.state)).all() == ["failed"]


def test_of_many_workers_one_takes(world: World) -> None:
    put(world, "orders.csv", HEAD + "".join(f"A{number},+14155550100\n" for number in range(20)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: look(world), range(4)))
    work(world)
    assert (count(world), count(world, ImportJob), count(world, TakenFile)) == (20, 1, 1)
    assert names(world, "done") == ["orders.csv"] and names(world, "failed") == []


def test_a_worker_killed_between_the_row_and_the_move_loses_and_doubles_nothing(world: World, tmp_path: Path) -> None:
    path = put(world, "orders.csv", HEAD + "A1,+14155550100\n")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from datetime import datetime; from pathlib import Path\n"
        "from db import Database; from flows import folders; from flows.house import House\n"
        "from settings import Settings; drop, flows = Path(sys.argv[3]), Path(sys.argv[4])\n"
        "house = House.build(Settings(import_dir=drop, secret_key='test', workflow_dir=flows))\n"
        "folders.take_due(Database(sys.argv[2]), house, now=datetime.fromisoformat(sys.argv[5]))\n"
    )
    drop = str(world.house.settings.import_dir)
    given = [str(ROOT), world.database.url, drop, str(tmp_path / "workflows"), world.now.isoformat()]
    killed = subprocess.run(
        [sys.executable, "-c", code, *given],
        env={**os.environ, "FAILPOINTS": "folder_taken"},
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr
    assert path.exists() and count(world, TakenFile) == 1
    work(world)
    assert (count(world), count(world, ImportJob), names(world, "done")) == (1, 1, ["orders.csv"])
    work(world)
    assert count(world) == 1


def test_another_retailers_folder_is_another_retailers(world: World) -> None:
    from flows import accounts

    with world.database.write() as session:
        accounts.add_retailer(session, "other", "+15005550007", now=world.now)
    look(world)
    assert world.house.settings.import_dir is not None
    path = world.house.settings.import_dir / "other" / "orders.csv"
    path.write_text(HEAD + "A1,+14155550100\n")
    os.utime(path, (world.now.timestamp() - 60,) * 2)
    put(world, "orders.csv", HEAD + "A1,+14155550100\n")
    work(world)
    with world.database.read() as session:
        assert sorted(session.scalars(select(Shipment.retailer))) == ["default", "other"]
