"""draws and assignments

Revision: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ASKED = "asked > 0"


def upgrade() -> None:
    with op.batch_alter_table("activity") as batch_op:
        batch_op.add_column(sa.Column("draw_minutes", sa.Integer(), nullable=False, server_default="2880"))
        batch_op.add_column(sa.Column("draw_days", sa.Integer(), nullable=False, server_default="90"))
    with op.batch_alter_table("activity") as batch_op:
        batch_op.alter_column("draw_minutes", server_default=None)
        batch_op.alter_column("draw_days", server_default=None)
    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("draws_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_slot_asked", ["starts_at"], sqlite_where=sa.text(ASKED), postgresql_where=sa.text(ASKED)
        )
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.add_column(sa.Column("assigned_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_sign_up_assigned_by_id"), "member", ["assigned_by_id"], ["id"])


def downgrade() -> None:
    """Who was assigned keeps the seat or the offer; who chose them stays in the trail."""
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_constraint(op.f("fk_sign_up_assigned_by_id"), type_="foreignkey")
        batch_op.drop_column("assigned_by_id")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_index("ix_slot_asked")
        batch_op.drop_column("drawn_at")
        batch_op.drop_column("draws_at")
    with op.batch_alter_table("activity") as batch_op:
        batch_op.drop_column("draw_days")
        batch_op.drop_column("draw_minutes")
