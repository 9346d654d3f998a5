"""when slots were deleted, so that it can be forgotten

Revision: 0058
Revises: 0057
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Of those of before nobody knows when: not later than the last change of their activity's schedule."""
    with op.batch_alter_table("gone_slot") as batch_op:
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE gone_slot SET gone_at ="
        " (SELECT schedule_changed_at FROM activity WHERE activity.id = gone_slot.activity_id)"
    )
    with op.batch_alter_table("gone_slot") as batch_op:
        batch_op.alter_column("gone_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("gone_slot") as batch_op:
        batch_op.drop_column("gone_at")
