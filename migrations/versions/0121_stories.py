"""exemplary stories, published as the person agreed to them

Revision: 0121
Revises: 0120
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"


def upgrade() -> None:
    op.create_table(
        "story",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_revision", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'published' OR agreed_revision = revision", name=op.f("ck_story_published_as_agreed")
        ),
        sa.CheckConstraint(
            "(agreed_revision IS NULL) = (agreed_at IS NULL)", name=op.f("ck_story_agreed_at_some_time")
        ),
        sa.CheckConstraint("member_id <> by_id", name=op.f("ck_story_nobody_writes_about_themselves")),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_story_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_story_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sa.UniqueConstraint("public_id", name=op.f("uq_story_public_id")),
    )
    op.create_index(op.f("ix_story_member_id"), "story", ["member_id"], unique=False)
    op.create_table(
        "story_activity",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_story_activity_activity_id")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_activity_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_activity")),
        sa.UniqueConstraint("story_id", "activity_id", name=op.f("uq_story_activity_story_id_activity_id")),
    )
    op.create_table(
        "story_photo",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_story_photo_photo_id")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_photo_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_photo")),
        sa.UniqueConstraint("photo_id", name=op.f("uq_story_photo_photo_id")),
    )
    op.create_index(op.f("ix_story_photo_story_id"), "story_photo", ["story_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_story_photo_story_id"), table_name="story_photo")
    op.drop_table("story_photo")
    op.drop_table("story_activity")
    op.drop_index(op.f("ix_story_member_id"), table_name="story")
    op.drop_table("story")
