"""cover

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "cover",
        sa.Column("sign_up_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=32), nullable=True),
        sa.Column("next_wave_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (how IS NULL)", name=op.f("ck_cover_ended")),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"], name=op.f("fk_cover_sign_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
    )
    op.create_index("uq_cover_open", "cover", ["sign_up_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "handover",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("given_id", sa.Integer(), nullable=False),
        sa.Column("taken_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_handover_slot_id")),
        sa.ForeignKeyConstraint(["given_id"], ["sign_up.id"], name=op.f("fk_handover_given_id")),
        sa.ForeignKeyConstraint(["taken_id"], ["sign_up.id"], name=op.f("fk_handover_taken_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("given_id", name=op.f("uq_handover_given_id")),
        sa.UniqueConstraint("taken_id", name=op.f("uq_handover_taken_id")),
    )
    op.create_index(op.f("ix_handover_slot_id"), "handover", ["slot_id"])


def downgrade() -> None:
    op.drop_table("handover")
    op.drop_table("cover")
