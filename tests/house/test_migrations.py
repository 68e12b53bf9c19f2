"""The migrations make exactly the schema that the models describe, on both databases, and keep what is there."""

import subprocess
import sys
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import POSTGRES_URL
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    insert,
    inspect,
    select,
)
from sqlalchemy.sql.expression import ColumnClause, TableClause

import migrations
from db import Base, Database

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path):
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    request.getfixturevalue("postgres_admin")
    name = f"doorline_test_m_{uuid.uuid4().hex[:12]}"
    conninfo = POSTGRES_URL.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    request.getfixturevalue("doomed").append(name)
    yield POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}"


def test_migrated_schema_equals_the_models(url: str) -> None:
    migrations.upgrade(url)
    database = Database(url, pool_size=1)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
        tables = set(inspect(connection).get_table_names())
    database.close()
    assert differences == []
    assert tables - {"alembic_version"} == set(Base.metadata.tables)


def test_a_second_run_changes_nothing(url: str) -> None:
    assert "moved from nothing" in migrations.upgrade(url)
    assert migrations.upgrade(url).startswith("schema at ")


def test_two_processes_may_migrate_at_once(url: str, tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import migrations; migrations.upgrade({url!r})"
    racing = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path) for _ in range(2)]
    assert [process.wait(60) for process in racing] == [0, 0]


def test_there_is_one_head_and_no_way_back() -> None:
    script = ScriptDirectory.from_config(migrations.config("sqlite://"))
    assert len(script.get_heads()) == 1
    for revision in script.walk_revisions():
        with pytest.raises(RuntimeError, match="forward only"):
            revision.module.downgrade()


def _sample(column: Any, row: int) -> Any:
    """A value that the column can hold, another one in each row."""
    kind = getattr(column.type, "impl_instance", column.type)
    if isinstance(kind, JSON):
        return [f"{column.name}-{row}"]
    if isinstance(kind, DateTime):
        return datetime(2026, 11, row, 12, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(2026, 11, row)
    if isinstance(kind, Boolean):
        return bool(row % 2)
    if isinstance(kind, Integer):
        return row
    return float(row) if isinstance(kind, Float | Numeric) else f"{column.name}-{row}"


def test_what_is_there_survives_the_way_to_the_newest_schema(url: str) -> None:
    """Two rows of every table as it first stood, written with plain SQL, read back as the newest models see them."""
    migrations.upgrade(url, "0001")
    database = Database(url, pool_size=1)
    first = MetaData()
    first.reflect(database.engine)
    tables = [table for table in first.sorted_tables if table.name != "alembic_version"]
    models = Base.metadata.tables
    # Values by the models' types: what the database calls a column says less on SQLite.
    written = {
        table.name: [{c.name: _sample(models[table.name].c[c.name], row) for c in table.columns} for row in (1, 2)]
        for table in tables
    }
    with database.engine.begin() as connection:
        for table in tables:
            old = models[table.name]
            columns = [old.c[c.name] for c in table.columns]
            statement = insert(TableClause(table.name, *[ColumnClause(c.name, c.type) for c in columns]))
            connection.execute(statement, written[table.name])
    database.close()

    migrations.upgrade(url)
    database = Database(url, pool_size=1)
    with database.engine.connect() as connection:
        for table in tables:
            now = models[table.name]
            found = connection.execute(select(now).order_by(*now.primary_key.columns)).mappings().all()
            kept = [{name: row[name] for name in written[table.name][0]} for row in found]
            assert kept == written[table.name], table.name
    database.close()
    assert len(tables) > 20
