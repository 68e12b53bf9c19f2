"""What every test may ask for: fresh databases of both kinds and a moment to stand in."""

import copy
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

import channels.models
import channels.phone
import channels.picture_models
import flows.accounts
import flows.address_models
import flows.agent_models
import flows.audit_models
import flows.call_models
import flows.connection_models
import flows.desk_act_models
import flows.desk_call_models
import flows.desk_models
import flows.driver_page_models
import flows.erasing_models
import flows.figure_models
import flows.import_models
import flows.line_models
import flows.missing_models
import flows.models
import flows.outbound_models
import flows.proof_models
import flows.shopper_act_models
import flows.store_models
import flows.story_models
import surveys.models
import tracking_core.courier_models
import tracking_core.models
import tracking_core.pin_models
import tracking_core.position_models
import tracking_core.proof_models
import tracking_core.scorecard_models
import tracking_core.transit_models
import tracking_core.watch_models
import web.api.models
import web.console.models
from db import Base, Database

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
#: Where tests keep their files: in memory where there is room, since SQLite waits for the disk at each commit.
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
#: Set by .ci/run: nothing may be skipped for want of a server or a browser.
OBLIGATORY = os.environ.get("DOORLINE_TESTS_OBLIGATORY") == "1"
MODELS = (
    channels.models,
    channels.phone,
    channels.picture_models,
    flows.accounts,
    flows.address_models,
    flows.agent_models,
    flows.audit_models,
    flows.call_models,
    flows.connection_models,
    flows.desk_act_models,
    flows.desk_call_models,
    flows.desk_models,
    flows.driver_page_models,
    flows.erasing_models,
    flows.line_models,
    flows.figure_models,
    flows.import_models,
    flows.missing_models,
    flows.models,
    flows.outbound_models,
    flows.proof_models,
    flows.shopper_act_models,
    flows.store_models,
    flows.story_models,
    surveys.models,
    tracking_core.courier_models,
    tracking_core.models,
    tracking_core.pin_models,
    tracking_core.proof_models,
    tracking_core.scorecard_models,
    tracking_core.position_models,
    tracking_core.transit_models,
    tracking_core.watch_models,
    web.api.models,
    web.console.models,
)


#: Names the tables that hold anything, those that point at others before the others.
_FULL = " UNION ALL ".join(
    f"(SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM \"{table.name}\"))"
    for table in reversed(Base.metadata.sorted_tables)
)

#: Lets a table's numbers begin at 1 again.
_NUMBERED = {
    table.name: f"setval(pg_get_serial_sequence('\"{table.name}\"', '{column.name}'), 1, false)"
    for table in Base.metadata.tables.values()
    if (column := table.autoincrement_column) is not None
}


#: What runs real processes or a real browser against the real clock. On a machine that does much else such a test may
#: lose a race that nobody promised to win: it is tried once more, and the summary names it (RERUN). No other test is.
AGAINST_THE_CLOCK = (
    "browser/",
    "channels/test_ch_kill.py",
    "channels/test_pr_prism.py",
    "house/test_supervise.py",
    "walks/test_crashes.py",
    "walks/test_postgres_restart.py",
)


#: What takes long comes first, so that at the end no core waits for another's last long file.
LONG = ("walks/", "browser/", "flows/test_line_property.py", "flows/test_driver_", "bot/", "channels/test_ch_kill.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of AGAINST_THE_CLOCK be tried twice, and begin with what takes long."""
    where = {item: os.path.relpath(item.path, ROOT / "tests") for item in items}
    for item in items:
        if where[item].startswith(AGAINST_THE_CLOCK):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: not where[item].startswith(LONG))


def unavailable(reason: str) -> None:
    """Skip with the reason, or fail where everything is obligatory."""
    if OBLIGATORY:
        pytest.fail(f"obligatory here: {reason}")
    pytest.skip(reason)


def _conninfo() -> str:
    return POSTGRES_URL.replace("postgresql+psycopg://", "postgresql://", 1)


@pytest.fixture(scope="session")
def postgres_admin() -> str:
    """The URL of a PostgreSQL server where databases may be made."""
    try:
        psycopg.connect(_conninfo(), connect_timeout=3).close()
    except psycopg.OperationalError:
        unavailable(
            "no PostgreSQL server answers: start one, or set TEST_POSTGRES_URL to a URL that may create databases"
        )
    return POSTGRES_URL


@pytest.fixture(scope="session")
def _sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the whole schema and no rows: to copy one is ten times quicker than to make one."""
    path = tmp_path_factory.mktemp("schema") / "doorline.db"
    database = Database(f"sqlite:///{path}", pool_size=1)
    Base.metadata.create_all(database.engine)
    database.close()  # the last one to close writes what the journal holds into the file
    assert not path.with_name("doorline.db-wal").exists()
    return path


class _OneEngine:
    """One engine for all tests of a process: what SQLAlchemy has compiled for one test it need not compile again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._first = Database(url, pool_size=16)
        event.listen(self._first.engine, "do_connect", self._redirect)

    def _redirect(self, _dialect: object, _record: object, args: list[str], _named: object) -> None:
        if self._first.is_sqlite:
            args[0] = self.url.removeprefix("sqlite:///")

    def at(self, url: str) -> Database:
        """Answer a database of its own at the URL, of the same kind, with no connection yet."""
        self.url = url
        self._first.close()
        found = copy.copy(self._first)
        found.url = url
        found._one_writer = threading.Lock() if found.is_sqlite else None
        return found


@pytest.fixture(scope="session")
def _sqlite_engine(_sqlite_schema: Path) -> _OneEngine:
    return _OneEngine(f"sqlite:///{_sqlite_schema}")


@pytest.fixture
def sqlite_database(tmp_path: Path, _sqlite_schema: Path, _sqlite_engine: _OneEngine) -> Iterator[Database]:
    """A fresh SQLite database with the whole schema."""
    shutil.copyfile(_sqlite_schema, tmp_path / "doorline.db")
    database = _sqlite_engine.at(f"sqlite:///{tmp_path / 'doorline.db'}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def fresh_sqlite(
    _sqlite_schema: Path, _sqlite_engine: _OneEngine, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Database]:
    """Answers a fresh SQLite database at each call, for property tests; the one before is gone then."""
    path = tmp_path_factory.mktemp("fresh") / "doorline.db"

    def fresh() -> Database:
        _sqlite_engine.at(f"sqlite:///{path}")  # lets go of the one before
        for name in ("doorline.db", "doorline.db-wal", "doorline.db-shm"):
            path.with_name(name).unlink(missing_ok=True)
        shutil.copyfile(_sqlite_schema, path)
        return _sqlite_engine.at(f"sqlite:///{path}")

    return fresh


@pytest.fixture(scope="session")
def doomed(postgres_admin: str) -> Iterator[list[str]]:
    """Names of PostgreSQL databases to drop when all is over: each drop waits until everything is on the disk."""
    names: list[str] = []
    yield names
    with psycopg.connect(_conninfo(), autocommit=True) as admin:
        for name in names:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _postgres_schema(postgres_admin: str) -> Iterator[str]:
    """One PostgreSQL database for the whole run, dropped at its end."""
    name = f"doorline_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_conninfo(), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        # What PostgreSQL keeps when the power goes is not ours to test: a commit need not wait for the disk.
        admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    url = postgres_admin.rsplit("/", 1)[0] + f"/{name}"
    database = Database(url, pool_size=1)
    Base.metadata.create_all(database.engine)
    database.close()
    yield url
    with psycopg.connect(_conninfo(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _postgres_engine(_postgres_schema: str) -> _OneEngine:
    return _OneEngine(_postgres_schema)


@pytest.fixture
def postgres_database(_postgres_schema: str, _postgres_engine: _OneEngine) -> Iterator[Database]:
    """A PostgreSQL database with the whole schema and no rows."""
    database = _postgres_engine.at(_postgres_schema)
    # Nobody of the test before may still hold a lock; only tables with rows are emptied, for speed.
    with psycopg.connect(_conninfo().rsplit("/", 1)[0] + "/" + _postgres_schema.rsplit("/", 1)[1]) as cleaner:
        cleaner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        full = [name for (name,) in cleaner.execute(_FULL)]
        if full:
            # TRUNCATE gives every table and index a new file; for the few rows of a test to delete them is quicker.
            cleaner.execute("; ".join(f'DELETE FROM "{name}"' for name in full))
            if numbered := [_NUMBERED[name] for name in full if name in _NUMBERED]:
                cleaner.execute(f"SELECT {', '.join(numbered)}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database of each kind."""
    found: Database = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return found


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in California, in UTC."""
    return datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def shared() -> Path:
    """The folder of real payloads beside the project, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: tests on its payloads need it")
    return SHARED
