"""ticks from organizers' phones, each decided once

Revision: 0043
Revises: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "tick",
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("recorder_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_tick_slot_id")),
        sa.ForeignKeyConstraint(["recorder_id"], ["member.id"], name=op.f("fk_tick_recorder_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_tick_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tick")),
        sa.UniqueConstraint("slot_id", "recorder_id", "key", name=op.f("uq_tick_slot_id_recorder_id_key")),
    )
    op.create_index(op.f("ix_tick_received_at"), "tick", ["received_at"])


def downgrade() -> None:
    op.drop_table("tick")
