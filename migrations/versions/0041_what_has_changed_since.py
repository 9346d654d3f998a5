"""which schedule_revision came with each post's and slot's last change

Revision: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    for table in ("post", "slot"):
        op.add_column(table, sa.Column("schedule_revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_slot_post_id_schedule_revision", "slot", ["post_id", "schedule_revision"])


def downgrade() -> None:
    op.drop_index("ix_slot_post_id_schedule_revision", "slot")
    for table in ("slot", "post"):
        op.drop_column(table, "schedule_revision")
