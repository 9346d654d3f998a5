"""what units ask of their people in a year, in versions, and who is exempted

Revision: 0081
Revises: 0080
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    op.create_table(
        "requirement_set",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stages", sa.Integer(), nullable=False),
        sa.Column("standings", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_requirement_set_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_set")),
        sa.UniqueConstraint("public_id", name=op.f("uq_requirement_set_public_id")),
        sa.UniqueConstraint(
            "unit_id", "year", "stages", "standings", name=op.f("uq_requirement_set_unit_id_year_stages_standings")
        ),
    )
    op.create_table(
        "requirement_version",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["requirement_set.id"], name=op.f("fk_requirement_version_set_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["member.id"], name=op.f("fk_requirement_version_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_version")),
    )
    op.create_index(op.f("ix_requirement_version_set_id"), "requirement_version", ["set_id"])
    op.create_table(
        "exemption",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.String(200), nullable=False),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= first", name=op.f("ck_exemption_last_after_first")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_exemption_percent")),
        sa.CheckConstraint(
            "member_id <> given_by_id AND member_id <> ended_by_id",
            name=op.f("ck_exemption_nobody_exempts_themselves"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (end_reason = '')",
            name=op.f("ck_exemption_ended"),
        ),
        sa.CheckConstraint("ended_at IS NOT NULL OR NOT taken_back", name=op.f("ck_exemption_taken_back_is_ended")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_exemption_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_exemption_unit_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["member.id"], name=op.f("fk_exemption_given_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_exemption_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
        sa.UniqueConstraint("public_id", name=op.f("uq_exemption_public_id")),
    )
    op.create_index("ix_exemption_member_id", "exemption", ["member_id"])


def downgrade() -> None:
    op.drop_table("exemption")
    op.drop_table("requirement_version")
    op.drop_table("requirement_set")
