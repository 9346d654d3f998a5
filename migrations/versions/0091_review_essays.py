"""the annual review: what members write about their own year

Revision: 0091
Revises: 0090
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"


def upgrade() -> None:
    op.create_table(
        "review_essay",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_essay_cycle_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_essay_member_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["review_participant.id"], name=op.f("fk_review_essay_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_essay")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_review_essay_participant_id")),
    )
    op.create_index(op.f("ix_review_essay_cycle_id"), "review_essay", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_review_essay_member_id"), "review_essay", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("review_essay")
