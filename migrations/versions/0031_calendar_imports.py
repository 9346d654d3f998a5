"""calendars become slots

Revision: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "calendar_upload",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_calendar_upload_activity_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_calendar_upload_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_upload")),
        sa.UniqueConstraint("member_id", "activity_id", name=op.f("uq_calendar_upload_member_id_activity_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_calendar_upload_public_id")),
    )
    op.create_index(op.f("ix_calendar_upload_activity_id"), "calendar_upload", ["activity_id"])
    op.create_index(op.f("ix_calendar_upload_created_at"), "calendar_upload", ["created_at"])
    op.create_table(
        "calendar_import",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_calendar_import_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_calendar_import_public_id")),
    )
    op.create_index(op.f("ix_calendar_import_activity_id"), "calendar_import", ["activity_id"])
    op.create_table(
        "imported_event",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_imported_event_activity_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["calendar_import.id"], name=op.f("fk_imported_event_import_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_imported_event_slot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_event")),
        sa.UniqueConstraint(
            "activity_id", "digest", "starts_at", name=op.f("uq_imported_event_activity_id_digest_starts_at")
        ),
    )
    op.create_index(op.f("ix_imported_event_import_id"), "imported_event", ["import_id"])
    op.create_index(op.f("ix_imported_event_slot_id"), "imported_event", ["slot_id"])


def downgrade() -> None:
    op.drop_table("imported_event")
    op.drop_table("calendar_import")
    op.drop_table("calendar_upload")
