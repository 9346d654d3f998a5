"""lists of visitors that were sent

Revision: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "visitor_list",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sent_by_id"], ["member.id"], name=op.f("fk_visitor_list_sent_by_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_visitor_list_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_list")),
    )
    op.create_index(op.f("ix_visitor_list_slot_id"), "visitor_list", ["slot_id"])


def downgrade() -> None:
    op.drop_table("visitor_list")
