"""deliveries, wishes and chat groups

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def partial(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """What has been told before is read; a letter that still waits becomes a delivery."""
    op.create_table(
        "hook",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("news", sa.Integer(), nullable=False),
        sa.Column("told_until", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hook_unit_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["member.id"], name=op.f("fk_hook_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hook_public_id")),
    )
    op.create_index(op.f("ix_hook_unit_id"), "hook", ["unit_id"])
    op.create_table(
        "wishes",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("digest_at", sa.Time(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_wishes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint("member_id", name=op.f("uq_wishes_member_id")),
    )
    with op.batch_alter_table("notice") as batch_op:
        batch_op.add_column(sa.Column("hook_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("key", sa.String(100), nullable=True))
        batch_op.add_column(sa.Column("planned_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("read_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("digest_id", sa.Integer(), nullable=True))
        batch_op.alter_column("member_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_check_constraint(op.f("ck_notice_to_one"), "(member_id IS NULL) <> (hook_id IS NULL)")
        batch_op.create_foreign_key(op.f("fk_notice_hook_id"), "hook", ["hook_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_notice_digest_id"), "notice", ["digest_id"], ["id"])
    op.execute("UPDATE notice SET planned_at = created_at, read_at = created_at")
    op.create_table(
        "delivery",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dropped', 'failed')", name=op.f("ck_delivery_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notice_id", "channel", name=op.f("uq_delivery_notice_id_channel")),
    )
    op.execute(
        "INSERT INTO delivery (notice_id, channel, state, due_at, tries, trouble, sent_at)"
        " SELECT id, 'mail', CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN due_at IS NOT NULL THEN 'waiting'"
        " WHEN tries > 0 THEN 'failed' ELSE 'dropped' END, coalesce(due_at, created_at), tries, trouble, sent_at"
        " FROM notice"
    )
    partial("ix_delivery_due", "delivery", ["channel", "due_at"], "state = 'waiting'")
    partial("ix_delivery_failed", "delivery", ["id"], "state = 'failed'")
    op.drop_index("ix_notice_due", "notice")
    for column in ("due_at", "sent_at", "tries", "trouble"):
        op.execute(f"ALTER TABLE notice DROP COLUMN {column}")
    op.create_index(op.f("ix_notice_digest_id"), "notice", ["digest_id"])
    partial("ix_notice_planned_at", "notice", ["id"], "planned_at IS NULL")
    partial("ix_notice_unread", "notice", ["member_id"], "read_at IS NULL")
    partial("uq_notice_member_key", "notice", ["member_id", "key"], "key IS NOT NULL", unique=True)
    partial("uq_notice_hook_key", "notice", ["hook_id", "key"], "key IS NOT NULL", unique=True)


def downgrade() -> None:
    """What was to be mailed waits or has been sent as before; the groups and what they were told are gone."""
    for name in ("uq_notice_hook_key", "uq_notice_member_key", "ix_notice_unread", "ix_notice_planned_at"):
        op.drop_index(name, "notice")
    op.drop_index(op.f("ix_notice_digest_id"), "notice")
    op.execute("DELETE FROM delivery WHERE notice_id IN (SELECT id FROM notice WHERE hook_id IS NOT NULL)")
    op.execute("DELETE FROM notice WHERE hook_id IS NOT NULL")
    op.execute("UPDATE notice SET digest_id = NULL")
    op.add_column("notice", sa.Column("due_at", MOMENT, nullable=True))
    op.add_column("notice", sa.Column("sent_at", MOMENT, nullable=True))
    op.add_column("notice", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("notice", sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    mail = "FROM delivery WHERE notice_id = notice.id AND channel = 'mail'"
    op.execute(
        f"UPDATE notice SET due_at = (SELECT due_at {mail} AND state = 'waiting'), sent_at = (SELECT sent_at {mail}),"
        f" tries = coalesce((SELECT tries {mail}), 0), trouble = coalesce((SELECT trouble {mail}), '')"
    )
    op.execute("UPDATE notice SET due_at = created_at WHERE planned_at IS NULL")
    op.drop_table("delivery")
    with op.batch_alter_table("notice") as batch_op:
        batch_op.drop_constraint(op.f("fk_notice_digest_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_notice_hook_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_notice_to_one"), type_="check")
        batch_op.alter_column("member_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("tries", server_default=None)
        batch_op.alter_column("trouble", server_default=None)
        for column in ("digest_id", "read_at", "planned_at", "key", "hook_id"):
            batch_op.drop_column(column)
    partial("ix_notice_due", "notice", ["due_at"], "sent_at IS NULL")
    op.drop_table("wishes")
    op.drop_table("hook")
