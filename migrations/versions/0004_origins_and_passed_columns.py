"""origins and passed columns

Revision 0004, after 0003, 2026-11-22.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        for name in ("origin", "passed"):
            batch_op.add_column(
                sa.Column(name, sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
            )


def downgrade() -> None:
    raise RuntimeError("migrations go forward only: restore a backup instead")
