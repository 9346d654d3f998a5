"""ballots of a cycle that open by themselves

Revision: 0132
Revises: 0131
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0132"
down_revision = "0131"


def upgrade() -> None:
    op.create_table(
        "review_ballot_plan",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_ballot_plan_cycle_id")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["member.id"], name=op.f("fk_review_ballot_plan_planned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_ballot_plan")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_review_ballot_plan_cycle_id")),
    )


def downgrade() -> None:
    op.drop_table("review_ballot_plan")
