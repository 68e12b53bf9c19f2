"""Alembic's entry: the whole house's metadata, one migration at a time even when several processes start."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, text

import channels.models as _channels
import channels.phone as _phone
import flows.accounts as _accounts
import flows.models as _flows
import surveys.models as _surveys
import tracking_core.models as _tracking
import web.api.models as _api
import web.console.models as _console
from db import Base, Database, UtcDateTime

#: Each of these imports adds its tables to the metadata.
TABLES = (_channels, _phone, _accounts, _flows, _surveys, _tracking, _api, _console)
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
