"""certificates are asked for, and issued for a class

Revision: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "certificate_request",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(answer = 'asked') = (answered_at IS NULL)", name=op.f("ck_certificate_request_answered")
        ),
        sa.CheckConstraint(
            "(answer = 'issued') = (certificate_id IS NOT NULL)", name=op.f("ck_certificate_request_issued")
        ),
        sa.CheckConstraint(
            "member_id <> answered_by_id", name=op.f("ck_certificate_request_nobody_answers_their_own")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_request_member_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["member.id"], name=op.f("fk_certificate_request_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_request_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_request_public_id")),
    )
    op.create_index("ix_certificate_request_member_id", "certificate_request", ["member_id"])
    is_open, waiting = sa.text("answer = 'asked'"), sa.text("state = 'waiting'")
    op.create_index(
        "uq_certificate_request_open", "certificate_request", ["member_id", "ledger"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )
    op.create_table(
        "certificate_batch",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("class_name", sa.String(50), nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("contact", sa.String(100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["member.id"], name=op.f("fk_certificate_batch_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_batch_public_id")),
    )
    op.create_index("ix_certificate_batch_made_by_id", "certificate_batch", ["made_by_id"])
    op.create_table(
        "certificate_batch_item",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('issued', 'there')) = (certificate_id IS NOT NULL)",
            name=op.f("ck_certificate_batch_item_has_certificate"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["certificate_batch.id"], name=op.f("fk_certificate_batch_item_batch_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_batch_item_member_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_batch_item_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_batch_item")),
        sa.UniqueConstraint("batch_id", "member_id", name=op.f("uq_certificate_batch_item_batch_id_member_id")),
    )
    op.create_index(
        "ix_certificate_batch_item_waiting", "certificate_batch_item", ["id"], sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    for table in ("certificate_batch_item", "certificate_batch", "certificate_request"):
        op.drop_table(table)
