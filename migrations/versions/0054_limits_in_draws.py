"""how many minutes each entrant of a draw may take on yet

Revision: 0054
Revises: 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Draws that were held knew no limits, and are recomputed without."""
    with op.batch_alter_table("draw_entry") as batch_op:
        batch_op.add_column(sa.Column("minutes_left", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("draw_entry") as batch_op:
        batch_op.drop_column("minutes_left")
