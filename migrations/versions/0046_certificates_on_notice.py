"""objections to certificates that stand on notice

Revision: 0046
Revises: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "certificate_objection",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(verdict = 'open') = (answered_at IS NULL)", name=op.f("ck_certificate_objection_answered")),
        sa.CheckConstraint(
            "(verdict = 'open') = (answered_by_id IS NULL)", name=op.f("ck_certificate_objection_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "member_id <> answered_by_id", name=op.f("ck_certificate_objection_nobody_answers_their_own")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_objection_certificate_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_objection_member_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["member.id"], name=op.f("fk_certificate_objection_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_objection")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_objection_public_id")),
        sa.UniqueConstraint(
            "certificate_id", "member_id", name=op.f("uq_certificate_objection_certificate_id_member_id")
        ),
    )
    op.create_index(op.f("ix_certificate_objection_member_id"), "certificate_objection", ["member_id"])
    # What stands on notice is read by the time of issue.
    op.create_index(op.f("ix_certificate_issued_at"), "certificate", ["issued_at"])


def downgrade() -> None:
    op.drop_index("ix_certificate_issued_at", "certificate")
    op.drop_table("certificate_objection")
