"""time beyond a slot's own

Revision: 0045
Revises: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("extra_minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(op.f("ck_slot_extra_minutes_not_negative"), "extra_minutes >= 0")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.alter_column("extra_minutes", server_default=None)


def downgrade() -> None:
    """The hours that were given beyond slots stay."""
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_extra_minutes_not_negative"), type_="check")
        batch_op.drop_column("extra_minutes")
