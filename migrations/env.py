"""Alembic's entry: the whole house's metadata, one migration at a time even when several processes start."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, text

import channels.models as _channels
import channels.phone as _phone
import channels.picture_models as _pictures
import flows.accounts as _accounts
import flows.address_models as _addresses
import flows.agent_models as _agents
import flows.audit_models as _audit
import flows.call_models as _calls
import flows.connection_models as _connections
import flows.desk_act_models as _desk_acts
import flows.desk_call_models as _desk_calls
import flows.desk_models as _desk
import flows.driver_page_models as _driver_page
import flows.erasing_models as _erasing
import flows.figure_models as _figures
import flows.import_models as _imports
import flows.line_models as _lines
import flows.missing_models as _missing
import flows.models as _flows
import flows.outbound_models as _outbound
import flows.proof_models as _owed_proofs
import flows.shopper_act_models as _shopper_acts
import flows.store_models as _stores
import flows.story_models as _stories
import surveys.models as _surveys
import tracking_core.courier_models as _couriers
import tracking_core.models as _tracking
import tracking_core.pin_models as _pins
import tracking_core.position_models as _positions
import tracking_core.proof_models as _proofs
import tracking_core.scorecard_models as _scorecards
import tracking_core.transit_models as _transit
import tracking_core.watch_models as _watching
import web.api.models as _api
import web.console.models as _console
from db import Base, Database, UtcDateTime

#: Each of these imports adds its tables to the metadata.
TABLES = (
    _channels,
    _phone,
    _pictures,
    _accounts,
    _addresses,
    _agents,
    _audit,
    _calls,
    _connections,
    _desk_acts,
    _desk_calls,
    _desk,
    _driver_page,
    _erasing,
    _figures,
    _imports,
    _lines,
    _missing,
    _flows,
    _outbound,
    _owed_proofs,
    _shopper_acts,
    _stores,
    _stories,
    _surveys,
    _couriers,
    _tracking,
    _pins,
    _proofs,
    _scorecards,
    _positions,
    _transit,
    _watching,
    _api,
    _console,
)
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
