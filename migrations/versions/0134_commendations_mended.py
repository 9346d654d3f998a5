"""nominations are changed and taken back, stories taken down, photos put in an order

Revision: 0134
Revises: 0133
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0133"

ONCE, ONCE_OF_ALL = "uq_commendation_nomination_once", "uq_commendation_nomination_round_id_member_id"
CONSENT, DECIDED = "ck_commendation_nomination_named_with_consent", "ck_commendation_nomination_decided_by_somebody"
AGREED, DOWN, DOWN_AT = (
    "ck_story_published_as_agreed", "ck_story_taken_down_by_somebody", "ck_story_taken_down_at_some_time",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("commendation_nomination") as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.drop_constraint(op.f(ONCE_OF_ALL), type_="unique")
        batch_op.drop_constraint(op.f(CONSENT), type_="check")
        batch_op.drop_constraint(op.f(DECIDED), type_="check")
        batch_op.create_check_constraint(
            op.f(CONSENT), "state IN ('asked', 'declined', 'taken back') OR answered_at IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f(DECIDED), "state IN ('asked', 'declined', 'agreed', 'taken back') OR decided_by_id IS NOT NULL"
        )
    op.create_index(
        ONCE, "commendation_nomination", ["round_id", "member_id"], unique=True,
        postgresql_where=sa.text("state <> 'taken back'"), sqlite_where=sa.text("state <> 'taken back'"),
    )  # fmt: skip
    with op.batch_alter_table("story") as batch_op:
        batch_op.add_column(sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("taken_down_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("why_down", sa.String(length=200), server_default="", nullable=False))
        batch_op.create_foreign_key(op.f("fk_story_taken_down_by_id"), "member", ["taken_down_by_id"], ["id"])
        batch_op.drop_constraint(op.f(AGREED), type_="check")
        # Without the first half a story that nobody had agreed to would pass: what is unknown is not refused.
        batch_op.create_check_constraint(
            op.f(AGREED), "state <> 'published' OR (agreed_revision IS NOT NULL AND agreed_revision = revision)"
        )
        batch_op.create_check_constraint(op.f(DOWN), "(state = 'taken down') = (taken_down_by_id IS NOT NULL)")
        batch_op.create_check_constraint(op.f(DOWN_AT), "(taken_down_by_id IS NULL) = (taken_down_at IS NULL)")
    with op.batch_alter_table("story_photo") as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("story_photo") as batch_op:
        batch_op.drop_column("place")
    with op.batch_alter_table("story") as batch_op:
        batch_op.drop_constraint(op.f(DOWN_AT), type_="check")
        batch_op.drop_constraint(op.f(DOWN), type_="check")
        batch_op.drop_constraint(op.f(AGREED), type_="check")
        batch_op.create_check_constraint(op.f(AGREED), "state <> 'published' OR agreed_revision = revision")
        batch_op.drop_constraint(op.f("fk_story_taken_down_by_id"), type_="foreignkey")
        batch_op.drop_column("why_down")
        batch_op.drop_column("taken_down_by_id")
        batch_op.drop_column("taken_down_at")
    op.drop_index(ONCE, table_name="commendation_nomination")
    with op.batch_alter_table("commendation_nomination") as batch_op:
        batch_op.drop_constraint(op.f(DECIDED), type_="check")
        batch_op.drop_constraint(op.f(CONSENT), type_="check")
        batch_op.create_check_constraint(op.f(CONSENT), "state IN ('asked', 'declined') OR answered_at IS NOT NULL")
        batch_op.create_check_constraint(
            op.f(DECIDED), "state IN ('asked', 'declined', 'agreed') OR decided_by_id IS NOT NULL"
        )
        batch_op.create_unique_constraint(op.f(ONCE_OF_ALL), ["round_id", "member_id"])
        batch_op.drop_column("revision")
