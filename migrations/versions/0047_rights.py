"""what people agree to, requests to be forgotten, and words that the trail can forget

Revision: 0047
Revises: 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("withdrawn_at >= given_at", name=op.f("ck_consent_withdrawn_after_given")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_consent_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_member_id"), "consent", ["member_id"])
    lasting = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_consent_lasting", "consent", ["member_id", "purpose"], unique=True, sqlite_where=lasting,
        postgresql_where=lasting,
    )
    # Whoever has brought a timetable has agreed by doing so, before agreements were kept.
    op.execute(
        "INSERT INTO consent (member_id, purpose, version, given_at)"
        " SELECT member_id, 'timetable', 1, coalesce(read_at, CURRENT_TIMESTAMP) FROM timetable"
    )


def downgrade() -> None:
    op.drop_table("consent")
