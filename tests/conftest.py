"""What every test may ask for: fresh databases of both kinds and a moment to stand in."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

import channels.models
import flows.accounts
import flows.models
import tracking_core.models
import web.api.models
from db import Base, Database

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
#: Set by .ci/run: nothing may be skipped for want of a server or a browser.
OBLIGATORY = os.environ.get("DOORLINE_TESTS_OBLIGATORY") == "1"
MODELS = (channels.models, flows.accounts, flows.models, tracking_core.models, web.api.models)


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


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with the whole schema."""
    database = Database(f"sqlite:///{tmp_path / 'doorline.db'}", pool_size=16)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres_admin: str) -> Iterator[Database]:
    """A fresh PostgreSQL database with the whole schema, dropped afterwards."""
    name = f"doorline_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_conninfo(), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    database = Database(POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}", pool_size=16)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()
    with psycopg.connect(_conninfo(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


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
