"""an activity has a mailbox that its calendar invitations come from

Revision: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    with op.batch_alter_table("activity") as batch_op:
        batch_op.add_column(sa.Column("mailbox", sa.String(254), nullable=False, server_default=""))
    with op.batch_alter_table("activity") as batch_op:
        batch_op.alter_column("mailbox", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("activity") as batch_op:
        batch_op.drop_column("mailbox")
