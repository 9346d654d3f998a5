"""time beyond a slot's own, and what is odd

Revision: 0045
Revises: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("extra_minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(op.f("ck_slot_extra_minutes_not_negative"), "extra_minutes >= 0")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.alter_column("extra_minutes", server_default=None)
    op.create_table(
        "odd_note",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("odd", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_odd_note_record_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["noted_by_id"], ["member.id"], name=op.f("fk_odd_note_noted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odd_note")),
        sa.UniqueConstraint("record_id", "odd", name=op.f("uq_odd_note_record_id_odd")),
    )
    op.create_index(op.f("ix_record_recorded_at"), "record", ["recorded_at"])


def downgrade() -> None:
    """The hours that were given beyond slots stay, and so does what the trail says of oddities."""
    op.drop_index(op.f("ix_record_recorded_at"), "record")
    op.drop_table("odd_note")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_extra_minutes_not_negative"), type_="check")
        batch_op.drop_column("extra_minutes")
