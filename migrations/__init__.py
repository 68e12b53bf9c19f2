"""Forward-only migrations of the schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from db import Database

HERE = Path(__file__).parent


def config(database_url: str) -> Config:
    """Alembic's configuration, without an ini file."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    found.set_main_option("path_separator", "os")
    found.attributes["url"] = database_url
    return found


def upgrade(database_url: str, revision: str = "head") -> str:
    """Migrate to the revision and answer a sentence about it. Two processes may call it at once: one waits."""
    before = _current(database_url)
    command.upgrade(config(database_url), revision)
    after = _current(database_url)
    return f"schema at {after}" if before == after else f"schema moved from {before or 'nothing'} to {after}"


def _current(database_url: str) -> str | None:
    database = Database(database_url, pool_size=1)
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        database.close()
