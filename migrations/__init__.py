"""Forward-only migrations of the schema."""

from pathlib import Path
from typing import TYPE_CHECKING

from db import Database

# Alembic is a good part of what a process reads at its start, and only who migrates needs it: it is imported there.
if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def config(database_url: str) -> "Config":
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(HERE))
    found.set_main_option("path_separator", "os")
    found.attributes["url"] = database_url
    return found


def upgrade(database_url: str, revision: str = "head") -> str:
    """Migrate to the revision and answer a sentence about it. Two processes may call it at once: one waits."""
    from alembic import command

    before = _current(database_url)
    command.upgrade(config(database_url), revision)
    after = _current(database_url)
    return f"schema at {after}" if before == after else f"schema moved from {before or 'nothing'} to {after}"


def _current(database_url: str) -> str | None:
    from alembic.runtime.migration import MigrationContext

    database = Database(database_url, pool_size=1)
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        database.close()
