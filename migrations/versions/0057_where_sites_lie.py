"""where partners' places lie

Revision: 0057
Revises: 0056
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    with op.batch_alter_table("site") as batch_op:
        batch_op.add_column(sa.Column("geo", sa.String(24), server_default="", nullable=False))
    with op.batch_alter_table("site") as batch_op:
        batch_op.alter_column("geo", existing_type=sa.String(24), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("site") as batch_op:
        batch_op.drop_column("geo")
