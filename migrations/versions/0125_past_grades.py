"""the annual review: grades of years before, from files

Revision: 0125
Revises: 0121
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0121"


def upgrade() -> None:
    op.create_table(
        "past_import",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["imported_by_id"], ["member.id"], name=op.f("fk_past_import_imported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_past_import_public_id")),
    )
    op.create_table(
        "past_grade",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["past_import.id"], name=op.f("fk_past_grade_import_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_past_grade_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_past_grade_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_grade")),
        sa.UniqueConstraint("member_id", "year", name=op.f("uq_past_grade_member_id_year")),
    )
    op.create_index(op.f("ix_past_grade_import_id"), "past_grade", ["import_id"], unique=False)
    op.create_index(op.f("ix_past_grade_unit_id_year"), "past_grade", ["unit_id", "year"], unique=False)


def downgrade() -> None:
    op.drop_table("past_grade")
    op.drop_table("past_import")
