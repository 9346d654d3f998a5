"""risks asked again

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Who is signed up already is asked when the risks change, not because they were never asked."""
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.add_column(sa.Column("risks_asked", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.alter_column("risks_asked", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_column("risks_asked")
