"""what was achieved, and targets

Revision: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

OF_SLOT = sa.text("is_current AND member_id IS NULL")
OF_PERSON = sa.text("is_current AND member_id IS NOT NULL")
CURRENT = sa.text("is_current")


def upgrade() -> None:
    op.create_table(
        "outcome",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_outcome_amount_not_negative")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["member.id"], name=op.f("fk_outcome_entered_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_outcome_member_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_outcome_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_index(
        "uq_outcome_slot", "outcome", ["slot_id", "measure"], unique=True, sqlite_where=OF_SLOT,
        postgresql_where=OF_SLOT,
    )
    op.create_index(
        "uq_outcome_person", "outcome", ["slot_id", "measure", "member_id"], unique=True, sqlite_where=OF_PERSON,
        postgresql_where=OF_PERSON,
    )
    op.create_index("ix_outcome_day", "outcome", ["day", "slot_id"], sqlite_where=CURRENT, postgresql_where=CURRENT)
    op.create_index("ix_outcome_slot_id", "outcome", ["slot_id"])
    op.create_table(
        "target",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_target_amount_positive")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_target_activity_id")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_target_term_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("activity_id", "term_id", "measure", name=op.f("uq_target_activity_id_term_id_measure")),
    )
    op.create_index(op.f("ix_target_term_id"), "target", ["term_id"])


def downgrade() -> None:
    op.drop_table("target")
    op.drop_table("outcome")
