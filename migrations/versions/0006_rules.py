"""norms, trainings, classes, risks read, pauses

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "norms_version",
        sa.Column("norms", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["member.id"], name=op.f("fk_norms_version_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_norms_version")),
    )
    op.create_table(
        "training",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("where", sa.String(200), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("months > 0", name=op.f("ck_training_months_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint("name", name=op.f("uq_training_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_public_id")),
    )
    op.create_table(
        "training_pass",
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_until >= passed_on", name=op.f("ck_training_pass_valid_after_passed")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["member.id"], name=op.f("fk_training_pass_entered_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_training_pass_member_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_training_pass_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_pass")),
        sa.UniqueConstraint(
            "member_id", "training_id", "passed_on", name=op.f("uq_training_pass_member_id_training_id_passed_on")
        ),
    )
    op.create_index(op.f("ix_training_pass_training_id"), "training_pass", ["training_id"])
    op.create_table(
        "activity_training",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_training_activity_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_activity_training_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_training")),
        sa.UniqueConstraint("activity_id", "training_id", name=op.f("uq_activity_training_activity_id_training_id")),
    )
    op.create_index(op.f("ix_activity_training_training_id"), "activity_training", ["training_id"])
    op.create_table(
        "pause",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("miss_days", sa.Integer(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("until > begun_at", name=op.f("ck_pause_until_after_begun")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL) AND (lifted_at IS NULL) = (lift_reason = '')",
            name=op.f("ck_pause_lifted"),
        ),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["member.id"], name=op.f("fk_pause_lifted_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_pause_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pause_public_id")),
    )
    op.create_index(op.f("ix_pause_member_id"), "pause", ["member_id"])
    lasting = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_pause_member_id_until", "pause", ["member_id", "until"], sqlite_where=lasting, postgresql_where=lasting
    )
    with op.batch_alter_table("activity") as batch_op:
        batch_op.add_column(sa.Column("risks_version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("classes", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("activity") as batch_op:
        batch_op.alter_column("risks_version", server_default=None)
        batch_op.alter_column("classes", server_default=None)
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.add_column(sa.Column("risks_version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("risks_read_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_column("risks_read_at")
        batch_op.drop_column("risks_version")
    with op.batch_alter_table("activity") as batch_op:
        batch_op.drop_column("classes")
        batch_op.drop_column("risks_version")
    for table in ("pause", "activity_training", "training_pass", "training", "norms_version"):
        op.drop_table(table)
