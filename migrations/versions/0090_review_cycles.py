"""the annual review: cycles, steps, units and people

Revision: 0090
Revises: 0081
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0081"


def upgrade() -> None:
    op.create_table(
        "review_cycle",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("close_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_asked_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)",
            name=op.f("ck_review_cycle_ended"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR close_asked_by_id <> ended_by_id", name=op.f("ck_review_cycle_two_people_close")
        ),
        sa.CheckConstraint(
            "(close_asked_at IS NULL) = (close_asked_by_id IS NULL)", name=op.f("ck_review_cycle_close_asked")
        ),
        sa.ForeignKeyConstraint(["close_asked_by_id"], ["member.id"], name=op.f("fk_review_cycle_close_asked_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["member.id"], name=op.f("fk_review_cycle_ended_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["member.id"], name=op.f("fk_review_cycle_opened_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_cycle_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_cycle")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_cycle_public_id")),
    )
    op.create_index(
        "uq_review_cycle_unit_id_year",
        "review_cycle",
        ["unit_id", "year"],
        unique=True,
        sqlite_where=sa.text("state <> 'called off'"),
        postgresql_where=sa.text("state <> 'called off'"),
    )
    op.create_table(
        "review_participant",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("class_name", sa.String(50), nullable=False),
        sa.Column("graded", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=True),
        sa.Column("graded_by_id", sa.Integer(), nullable=True),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "grade IS NULL OR graded = (grade <> 'ungraded')", name=op.f("ck_review_participant_graded_or_not")
        ),
        sa.CheckConstraint(
            "(grade IS NULL) = (graded_by_id IS NULL)", name=op.f("ck_review_participant_a_person_grades")
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_review_participant_removed")
        ),
        sa.CheckConstraint("graded_by_id <> member_id", name=op.f("ck_review_participant_nobody_grades_themselves")),
        sa.CheckConstraint(
            "removed_at IS NULL OR grade IS NULL", name=op.f("ck_review_participant_removed_without_grade")
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["member.id"], name=op.f("fk_review_participant_added_by_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_participant_cycle_id")),
        sa.ForeignKeyConstraint(["graded_by_id"], ["member.id"], name=op.f("fk_review_participant_graded_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_participant_member_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["member.id"], name=op.f("fk_review_participant_removed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_participant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_participant")),
        sa.UniqueConstraint("cycle_id", "member_id", name=op.f("uq_review_participant_cycle_id_member_id")),
    )
    op.create_index(
        "ix_review_participant_cycle_id_unit_id", "review_participant", ["cycle_id", "unit_id"], unique=False
    )
    op.create_index("ix_review_participant_member_id", "review_participant", ["member_id"], unique=False)
    op.create_index(
        "uq_review_participant_once_a_year",
        "review_participant",
        ["member_id", "year"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "review_step",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_review_step_days_in_order")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_step_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_step")),
        sa.UniqueConstraint("cycle_id", "key", name=op.f("uq_review_step_cycle_id_key")),
    )
    op.create_table(
        "review_unit",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("full_members", sa.Integer(), nullable=False),
        sa.Column("everyone", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("excellent", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("excellent BETWEEN 0 AND most", name=op.f("ck_review_unit_excellent_within_share")),
        sa.CheckConstraint("full_members BETWEEN 0 AND everyone", name=op.f("ck_review_unit_full_among_everyone")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_unit_cycle_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_unit_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_unit")),
        sa.UniqueConstraint("cycle_id", "unit_id", name=op.f("uq_review_unit_cycle_id_unit_id")),
    )
    op.create_table(
        "review_version",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_version_cycle_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["member.id"], name=op.f("fk_review_version_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_version")),
    )
    op.create_index(op.f("ix_review_version_cycle_id"), "review_version", ["cycle_id"], unique=False)


def downgrade() -> None:
    op.drop_table("review_version")
    op.drop_table("review_unit")
    op.drop_table("review_step")
    op.drop_table("review_participant")
    op.drop_table("review_cycle")
