"""draws

Revision: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

DUE = "drawn_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("draws_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("seed_hash", sa.String(64), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_draw_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("activity_id", "draws_at", name=op.f("uq_draw_activity_id_draws_at")),
        sa.UniqueConstraint("public_id", name=op.f("uq_draw_public_id")),
    )
    op.create_index("ix_draw_due", "draw", ["draws_at"], sqlite_where=sa.text(DUE), postgresql_where=sa.text(DUE))
    op.create_table(
        "draw_entry",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("sign_up_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("may", sa.Boolean(), nullable=False),
        sa.Column("lot", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("tickets > 0", name=op.f("ck_draw_entry_tickets_positive")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_entry_draw_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_draw_entry_slot_id")),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"], name=op.f("fk_draw_entry_sign_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_entry")),
        sa.UniqueConstraint("draw_id", "slot_id", "number", name=op.f("uq_draw_entry_draw_id_slot_id_number")),
        sa.UniqueConstraint("sign_up_id", name=op.f("uq_draw_entry_sign_up_id")),
    )


def downgrade() -> None:
    op.drop_table("draw_entry")
    op.drop_index("ix_draw_due", table_name="draw")
    op.drop_table("draw")
