"""several accounts of one person

Revision: 0037
Revises: 0036
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "account_link",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_account_link_member_id")),
        sa.ForeignKeyConstraint(["person_id"], ["member.id"], name=op.f("fk_account_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("member_id", name=op.f("uq_account_link_member_id")),
    )
    op.create_index(op.f("ix_account_link_person_id"), "account_link", ["person_id"])


def downgrade() -> None:
    op.drop_table("account_link")
