"""leave, and warnings before a pause

Revision: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "leave",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("sign_up_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(answer = 'asked') = (answered_at IS NULL)", name=op.f("ck_leave_answered")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["member.id"], name=op.f("fk_leave_answered_by_id")),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"], name=op.f("fk_leave_sign_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
        sa.UniqueConstraint("public_id", name=op.f("uq_leave_public_id")),
    )
    op.create_index(op.f("ix_leave_sign_up_id"), "leave", ["sign_up_id"])
    waits = sa.text("answer = 'asked'")
    op.create_index("uq_leave_open", "leave", ["sign_up_id"], unique=True, sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "miss_warning",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_miss_warning_member_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_miss_warning_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_miss_warning")),
        sa.UniqueConstraint("member_id", "slot_id", name=op.f("uq_miss_warning_member_id_slot_id")),
    )


def downgrade() -> None:
    op.drop_table("miss_warning")
    op.drop_table("leave")
