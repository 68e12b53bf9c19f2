"""Alembic's entry: the whole house's metadata, one migration at a time even when several processes start."""

from alembic import context
from sqlalchemy import text

import channels.models
import channels.phone
import flows.accounts
import flows.models
import surveys.models
import tracking_core.models
import web.api.models
import web.console.models  # noqa: F401  each import adds its tables to the metadata
from db import Base, Database

LOCK = 0x_D008_11E


def run() -> None:
    """Run what is pending, in one transaction."""
    database = Database(context.config.attributes["url"], pool_size=1)
    try:
        with database.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=database.is_sqlite,
                transaction_per_migration=False,
            )
            with context.begin_transaction():
                if not database.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                context.run_migrations()
    finally:
        database.close()


run()
