"""slots that were deleted

Revision: 0042
Revises: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "gone_slot",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("schedule_revision", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_gone_slot_activity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gone_slot")),
    )
    op.create_index("ix_gone_slot_activity_id_schedule_revision", "gone_slot", ["activity_id", "schedule_revision"])


def downgrade() -> None:
    op.drop_table("gone_slot")
