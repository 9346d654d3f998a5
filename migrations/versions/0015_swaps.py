"""swaps

Revision: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "swap_offer",
        sa.Column("sign_up_id", sa.Integer(), nullable=False),
        sa.Column("wish", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"], name=op.f("fk_swap_offer_sign_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_offer")),
    )
    op.create_index(
        "uq_swap_offer_open", "swap_offer", ["sign_up_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "swap",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("given_id", sa.Integer(), nullable=False),
        sa.Column("wanted_id", sa.Integer(), nullable=False),
        sa.Column("given_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("risks_version", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=32), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (how IS NULL)", name=op.f("ck_swap_ended")),
        sa.CheckConstraint("given_id <> wanted_id", name=op.f("ck_swap_two_seats")),
        sa.ForeignKeyConstraint(["given_id"], ["sign_up.id"], name=op.f("fk_swap_given_id")),
        sa.ForeignKeyConstraint(["wanted_id"], ["sign_up.id"], name=op.f("fk_swap_wanted_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
        sa.UniqueConstraint("public_id", name=op.f("uq_swap_public_id")),
    )
    op.create_index(op.f("ix_swap_given_id"), "swap", ["given_id"])
    op.create_index(op.f("ix_swap_wanted_id"), "swap", ["wanted_id"])
    op.create_index(
        "uq_swap_open", "swap", ["given_id", "wanted_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_swap_expires_at", "swap", ["expires_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table("swap")
    op.drop_table("swap_offer")
