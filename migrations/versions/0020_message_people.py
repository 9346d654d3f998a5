"""to whom a message went

Revision: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("fingerprint", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("message") as batch_op:
        batch_op.alter_column("fingerprint", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("fingerprint")
