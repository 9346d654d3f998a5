"""timed arrivals, and deferred as an attendance

Revision: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minute >= 0", name=op.f("ck_arrival_minute_not_negative")),
        sa.CheckConstraint("taken >= 0 AND taken <= quota", name=op.f("ck_arrival_taken_within_quota")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_arrival_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("slot_id", "minute", name=op.f("uq_arrival_slot_id_minute")),
    )
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.add_column(sa.Column("arrival_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_sign_up_arrival_id"), "arrival", ["arrival_id"], ["id"])
        batch_op.create_index(op.f("ix_sign_up_arrival_id"), ["arrival_id"])


def downgrade() -> None:
    """Who was deferred counts as excused: neither came nor was absent."""
    op.execute("UPDATE record SET attendance = 'excused' WHERE attendance = 'deferred'")
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_index(op.f("ix_sign_up_arrival_id"))
        batch_op.drop_constraint(op.f("fk_sign_up_arrival_id"), type_="foreignkey")
        batch_op.drop_column("arrival_id")
    op.drop_table("arrival")
