"""Alembic's entry: the whole house's metadata, one migration at a time even when several processes start."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, text

import channels.models
import channels.phone
import flows.accounts
import flows.models
import surveys.models
import tracking_core.models
import web.api.models
import web.console.models  # noqa: F401  each import adds its tables to the metadata
from db import Base, Database, UtcDateTime

LOCK = 0x_D008_11E


def plain(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our types as what they are in the database: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Run what is pending, in one transaction."""
    database = Database(context.config.attributes["url"], pool_size=1)
    try:
        with database.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=database.is_sqlite,
                render_item=plain,
                transaction_per_migration=False,
            )
            with context.begin_transaction():
                if not database.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                context.run_migrations()
    finally:
        database.close()


run()
