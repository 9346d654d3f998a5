"""hours come from another system

Revision: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "hours_upload",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_hours_upload_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hours_upload_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hours_upload_public_id")),
    )
    op.create_index(op.f("ix_hours_upload_member_id"), "hours_upload", ["member_id"])
    op.create_table(
        "hours_mapping",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("kind_key", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hours_mapping_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_mapping")),
        sa.UniqueConstraint("unit_id", "shape", name=op.f("uq_hours_mapping_unit_id_shape")),
    )
    op.create_table(
        "hours_import",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["imported_by_id"], ["member.id"], name=op.f("fk_hours_import_imported_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hours_import_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hours_import_public_id")),
    )
    op.create_index(op.f("ix_hours_import_unit_id"), "hours_import", ["unit_id"])
    op.create_table(
        "imported_hours",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["hours_import.id"], name=op.f("fk_imported_hours_import_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_imported_hours_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_hours")),
        sa.UniqueConstraint("record_id", name=op.f("uq_imported_hours_record_id")),
    )
    op.create_index(op.f("ix_imported_hours_import_id"), "imported_hours", ["import_id"])


def downgrade() -> None:
    op.drop_table("imported_hours")
    op.drop_table("hours_import")
    op.drop_table("hours_mapping")
    op.drop_table("hours_upload")
