"""codes that hang at places

Revision: 0044
Revises: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "posted_code",
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("posted_by_id", sa.Integer(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_posted_code_post_id")),
        sa.ForeignKeyConstraint(["posted_by_id"], ["member.id"], name=op.f("fk_posted_code_posted_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["member.id"], name=op.f("fk_posted_code_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posted_code")),
        sa.UniqueConstraint("code", name=op.f("uq_posted_code_code")),
    )
    op.create_index(
        op.f("uq_posted_code_post_id"), "posted_code", ["post_id"], unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    """What was recorded by them stays, and says so."""
    op.drop_table("posted_code")
