"""what is written in a review of activists in somebody's care

Revision: 0136
Revises: 0135
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0136"
down_revision = "0135"

REFUSAL = "a closed review stays as it is"
# Once the review is closed the text alone can be emptied.
FROZEN = (
    "id, public_id, cycle_id, member_id, by_id, sort, unit_id, class_name, stage, revision, saved_at, handed_in_at"
)
CLOSED = "SELECT 1 FROM review_cycle WHERE state = 'closed' AND id"


def upgrade() -> None:
    op.create_table(
        "review_care",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("class_name", sa.String(50), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("by_id <> member_id", name=op.f("ck_review_care_nobody_on_themselves")),
        sa.ForeignKeyConstraint(["by_id"], ["member.id"], name=op.f("fk_review_care_by_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["review_cycle.id"], name=op.f("fk_review_care_cycle_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_review_care_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_care_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_care")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_care_public_id")),
        sa.UniqueConstraint("cycle_id", "member_id", "by_id", name=op.f("uq_review_care_cycle_id_member_id_by_id")),
    )
    op.create_index(op.f("ix_review_care_member_id"), "review_care", ["member_id"])
    op.create_index(op.f("ix_review_care_by_id"), "review_care", ["by_id"])
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"CREATE TRIGGER refuses_change BEFORE INSERT OR DELETE OR UPDATE OF {FROZEN} ON review_care"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed_review()"
        )
        return
    for verb, when, which in (
        ("insert", "INSERT", "= NEW.cycle_id"), ("delete", "DELETE", "= OLD.cycle_id"),
        ("update", f"UPDATE OF {FROZEN}", "IN (OLD.cycle_id, NEW.cycle_id)"),
    ):
        op.execute(
            f"CREATE TRIGGER review_care_refuses_{verb} BEFORE {when} ON review_care"
            f" WHEN EXISTS ({CLOSED} {which}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    op.drop_table("review_care")
