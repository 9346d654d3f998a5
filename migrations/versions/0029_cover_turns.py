"""who waits for a slot is asked first to cover in it, one after another

Revision: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "cover_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=False),
        sa.Column("sign_up_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cover_id"], ["cover.id"], name=op.f("fk_cover_turn_cover_id")),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"], name=op.f("fk_cover_turn_sign_up_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_turn")),
        sa.UniqueConstraint("cover_id", "sign_up_id", name=op.f("uq_cover_turn_cover_id_sign_up_id")),
    )
    op.create_index(op.f("ix_cover_turn_sign_up_id"), "cover_turn", ["sign_up_id"])


def downgrade() -> None:
    op.drop_table("cover_turn")
