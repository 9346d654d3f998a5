"""when those come who are drawn

Revision: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.batch_alter_table("draw_entry") as batch_op:
        batch_op.add_column(sa.Column("times", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("minute", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("draw_entry") as batch_op:
        batch_op.drop_column("minute")
        batch_op.drop_column("times")
