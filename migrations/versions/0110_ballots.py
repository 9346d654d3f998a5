"""secret ballots: who is appraised, who may vote, the box, what was counted

Revision: 0110
Revises: 0100
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0100"


def upgrade() -> None:
    op.create_table(
        "ballot",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("below", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("asks_masses", sa.Boolean(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("shows_own", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("least >= 3", name=op.f("ck_ballot_least")),
        sa.CheckConstraint(
            "state = 'draft' OR opened_at IS NOT NULL OR state = 'cancelled'", name=op.f("ck_ballot_opened")
        ),
        sa.CheckConstraint("(state IN ('draft', 'open')) = (ended_at IS NULL)", name=op.f("ck_ballot_ended")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ballot_unit_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["member.id"], name=op.f("fk_ballot_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ballot_public_id")),
    )
    op.create_index("ix_ballot_state_ends_at", "ballot", ["state", "ends_at"])
    op.create_index("ix_ballot_unit_id", "ballot", ["unit_id"])
    op.create_table(
        "ballot_appraised",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_appraised_ballot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_ballot_appraised_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_appraised")),
        sa.UniqueConstraint("ballot_id", "member_id", name=op.f("uq_ballot_appraised_ballot_id_member_id")),
        sa.UniqueConstraint("ballot_id", "place", name=op.f("uq_ballot_appraised_ballot_id_place")),
    )
    op.create_index(op.f("ix_ballot_appraised_member_id"), "ballot_appraised", ["member_id"])
    op.create_table(
        "ballot_voter",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("of_masses", sa.Boolean(), nullable=False),
        sa.Column("has_voted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_voter_ballot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_ballot_voter_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_voter")),
        sa.UniqueConstraint("ballot_id", "member_id", name=op.f("uq_ballot_voter_ballot_id_member_id")),
    )
    op.create_index(op.f("ix_ballot_voter_member_id"), "ballot_voter", ["member_id"])
    op.create_table(
        "ballot_box",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_box_ballot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_box")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_ballot_box_ballot_id")),
    )
    op.create_table(
        "ballot_tally",
        sa.Column("appraised_id", sa.Integer(), nullable=False),
        sa.Column("whose", sa.String(32), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appraised_id"], ["ballot_appraised.id"], name=op.f("fk_ballot_tally_appraised_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_tally")),
        sa.UniqueConstraint("appraised_id", "whose", name=op.f("uq_ballot_tally_appraised_id_whose")),
    )


def downgrade() -> None:
    for table in ("ballot_tally", "ballot_box", "ballot_voter", "ballot_appraised", "ballot"):
        op.drop_table(table)
