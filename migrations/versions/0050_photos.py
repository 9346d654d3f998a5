"""photos, their bytes in the row

Revision: 0050
Revises: 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("people", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remove_reason", sa.String(length=200), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.Column("whole", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (whole IS NOT NULL) AND (whole IS NULL) = (small IS NULL)",
            name=op.f("ck_photo_there_until_removed"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by_id IS NULL) AND (removed_at IS NULL) = (remove_reason = '')",
            name=op.f("ck_photo_removed_by_somebody"),
        ),
        sa.CheckConstraint("caption <> ''", name=op.f("ck_photo_said_in_words")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_photo_of_some_size")),
        sa.ForeignKeyConstraint(["added_by_id"], ["member.id"], name=op.f("fk_photo_added_by_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["member.id"], name=op.f("fk_photo_removed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_public_id")),
    )
    op.create_table(
        "slot_photo",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("moment", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_slot_photo_photo_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_slot_photo_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_photo")),
        sa.UniqueConstraint("photo_id", name=op.f("uq_slot_photo_photo_id")),
    )
    op.create_index(op.f("ix_slot_photo_slot_id"), "slot_photo", ["slot_id"])


def downgrade() -> None:
    op.drop_table("slot_photo")
    op.drop_table("photo")
