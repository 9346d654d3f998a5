"""who reviews whom in a cycle, what they write, and the ballots of its units

Revision: 0111
Revises: 0110
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"


def upgrade() -> None:
    op.create_table(
        "review_peer_draw",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("each", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("least >= 3", name=op.f("ck_review_peer_draw_least")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_peer_draw_cycle_id")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["member.id"], name=op.f("fk_review_peer_draw_drawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_peer_draw")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_review_peer_draw_cycle_id")),
    )
    op.create_table(
        "review_peer",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reviewer_id <> reviewed_id", name=op.f("ck_review_peer_nobody_reviews_themselves")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_peer_cycle_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["review_participant.id"], name=op.f("fk_review_peer_reviewer_id")),
        sa.ForeignKeyConstraint(["reviewed_id"], ["review_participant.id"], name=op.f("fk_review_peer_reviewed_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_peer_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_peer")),
        sa.UniqueConstraint("reviewer_id", "reviewed_id", name=op.f("uq_review_peer_reviewer_id_reviewed_id")),
    )
    op.create_index(op.f("ix_review_peer_cycle_id"), "review_peer", ["cycle_id"])
    op.create_index(op.f("ix_review_peer_member_id"), "review_peer", ["member_id"])
    op.create_index("ix_review_peer_reviewed_id", "review_peer", ["reviewed_id"])
    op.create_table(
        "review_ballot",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_ballot_cycle_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_ballot_unit_id")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_review_ballot_ballot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_ballot")),
        sa.UniqueConstraint("cycle_id", "unit_id", name=op.f("uq_review_ballot_cycle_id_unit_id")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_review_ballot_ballot_id")),
    )


def downgrade() -> None:
    for table in ("review_ballot", "review_peer", "review_peer_draw"):
        op.drop_table(table)
