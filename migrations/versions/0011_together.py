"""one of several slots, and teams

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

WISHED = "wish_id IS NOT NULL"
TEAMED = "team_id IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "wish",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_wish_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("public_id", name=op.f("uq_wish_public_id")),
    )
    op.create_index(op.f("ix_wish_member_id"), "wish", ["member_id"])
    op.create_table(
        "team",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dissolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_team_slot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("public_id", name=op.f("uq_team_public_id")),
    )
    op.create_index(op.f("ix_team_slot_id"), "team", ["slot_id"])
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("risks_version", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_team_member_member_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("team_id", "member_id", name=op.f("uq_team_member_team_id_member_id")),
    )
    op.create_index(op.f("ix_team_member_member_id"), "team_member", ["member_id"])
    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("gathered", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(
            op.f("ck_slot_gathered_within_taken"), "gathered >= 0 AND gathered <= taken"
        )
    with op.batch_alter_table("slot") as batch_op:
        batch_op.alter_column("gathered", server_default=None)
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.add_column(sa.Column("wish_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_sign_up_wish_id"), "wish", ["wish_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_sign_up_team_id"), "team", ["team_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_sign_up_wish_or_team"), "wish_id IS NULL OR team_id IS NULL")
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.create_index(
            "ix_sign_up_wish_id", ["wish_id"], sqlite_where=sa.text(WISHED), postgresql_where=sa.text(WISHED)
        )
        batch_op.create_index(
            "ix_sign_up_team_id", ["team_id"], sqlite_where=sa.text(TEAMED), postgresql_where=sa.text(TEAMED)
        )


def downgrade() -> None:
    """Who waits for one of several waits for each; a team falls apart into its people, and what was gathered is free."""
    op.execute("UPDATE slot SET taken = taken - gathered, gathered = 0")
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_index("ix_sign_up_team_id")
        batch_op.drop_index("ix_sign_up_wish_id")
        batch_op.drop_constraint(op.f("ck_sign_up_wish_or_team"), type_="check")
        batch_op.drop_constraint(op.f("fk_sign_up_team_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_sign_up_wish_id"), type_="foreignkey")
        batch_op.drop_column("team_id")
        batch_op.drop_column("wish_id")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_gathered_within_taken"), type_="check")
        batch_op.drop_column("gathered")
    op.drop_table("team_member")
    op.drop_table("team")
    op.drop_table("wish")
