"""absences that are taken back by who can come after all

Revision: 0055
Revises: 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    with op.batch_alter_table("holder_absence") as batch_op:
        batch_op.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Who has taken an absence back is not absent: those that are left would look for cover again."""
    op.execute("DELETE FROM holder_absence WHERE taken_back_at IS NOT NULL")
    with op.batch_alter_table("holder_absence") as batch_op:
        batch_op.drop_column("taken_back_at")
