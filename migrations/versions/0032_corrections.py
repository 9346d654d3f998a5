"""requests to correct a record

Revision: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

IS_OPEN = "state IN ('asked', 'answered', 'raised')"


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("minutes_late", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("opinion", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"({IS_OPEN}) = (ended_at IS NULL)", name=op.f("ck_correction_ended")),
        sa.CheckConstraint(
            "(state IN ('granted', 'declined')) = (decided_by_id IS NOT NULL)", name=op.f("ck_correction_decided")
        ),
        sa.CheckConstraint(
            "(opinion IN ('agrees', 'disagrees')) = (answered_by_id IS NOT NULL)", name=op.f("ck_correction_answered")
        ),
        sa.CheckConstraint(
            "member_id <> answered_by_id AND member_id <> decided_by_id AND answered_by_id <> decided_by_id",
            name=op.f("ck_correction_three_different_people"),
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_correction_slot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_correction_member_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["member.id"], name=op.f("fk_correction_answered_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["member.id"], name=op.f("fk_correction_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_correction_public_id")),
    )
    op.create_index("ix_correction_member_id", "correction", ["member_id"])
    where = {"sqlite_where": sa.text(IS_OPEN), "postgresql_where": sa.text(IS_OPEN)}
    op.create_index("uq_correction_open", "correction", ["slot_id", "member_id"], unique=True, **where)
    op.create_index("ix_correction_due", "correction", ["due"], **where)


def downgrade() -> None:
    op.drop_table("correction")
