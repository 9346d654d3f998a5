"""the annual review: opinions and grades

Revision: 0092
Revises: 0091
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"


def upgrade() -> None:
    op.create_table(
        "review_grade",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("given_by_id <> member_id", name=op.f("ck_review_grade_nobody_grades_themselves")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_grade_cycle_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["member.id"], name=op.f("fk_review_grade_given_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_grade_member_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["review_participant.id"], name=op.f("fk_review_grade_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_grade")),
        sa.UniqueConstraint("participant_id", "count", name=op.f("uq_review_grade_participant_id_count")),
    )
    op.create_index(op.f("ix_review_grade_cycle_id"), "review_grade", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_review_grade_member_id"), "review_grade", ["member_id"], unique=False)
    op.create_table(
        "review_opinion",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("written_at IS NOT NULL OR text = ''", name=op.f("ck_review_opinion_written")),
        sa.CheckConstraint("by_id <> member_id", name=op.f("ck_review_opinion_nobody_on_themselves")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["member.id"], name=op.f("fk_review_opinion_asked_by_id")),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_review_opinion_by_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_opinion_cycle_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_opinion_member_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["review_participant.id"], name=op.f("fk_review_opinion_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_opinion")),
        sa.UniqueConstraint("participant_id", "by_id", name=op.f("uq_review_opinion_participant_id_by_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_opinion_public_id")),
    )
    op.create_index(op.f("ix_review_opinion_by_id"), "review_opinion", ["by_id"], unique=False)
    op.create_index(op.f("ix_review_opinion_cycle_id"), "review_opinion", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_review_opinion_member_id"), "review_opinion", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("review_opinion")
    op.drop_table("review_grade")
