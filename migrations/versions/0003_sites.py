"""partner sites

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("most_visitors", sa.Integer(), nullable=True),
        sa.Column("most_groups", sa.Integer(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("list_days", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("most_visitors > 0", name=op.f("ck_site_most_visitors_positive")),
        sa.CheckConstraint("most_groups > 0", name=op.f("ck_site_most_groups_positive")),
        sa.CheckConstraint("notice_days >= 0", name=op.f("ck_site_notice_days_not_negative")),
        sa.CheckConstraint("list_days >= 0", name=op.f("ck_site_list_days_not_negative")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_site_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("public_id", name=op.f("uq_site_public_id")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_site_unit_id_name")),
    )
    with op.batch_alter_table("post") as batch_op:
        batch_op.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("floor", sa.String(50), nullable=False, server_default=""))
        batch_op.create_foreign_key(op.f("fk_post_site_id"), "site", ["site_id"], ["id"])
        batch_op.create_index(op.f("ix_post_site_id"), ["site_id"])
    with op.batch_alter_table("post") as batch_op:
        batch_op.alter_column("floor", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("post") as batch_op:
        batch_op.drop_index(op.f("ix_post_site_id"))
        batch_op.drop_constraint(op.f("fk_post_site_id"), type_="foreignkey")
        batch_op.drop_column("floor")
        batch_op.drop_column("site_id")
    op.drop_table("site")
