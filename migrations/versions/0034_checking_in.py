"""checking in and out

Revision: 0034
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
PRESENCE = "ck_record_no_minutes_without_presence"
ORDER = "ck_record_nobody_goes_before_they_come"


def upgrade() -> None:
    with op.batch_alter_table("record") as batch_op:
        batch_op.add_column(sa.Column("came_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f(PRESENCE), type_="check")
        batch_op.create_check_constraint(op.f(PRESENCE), "attendance IN ('present', 'late', 'left_early') OR minutes = 0")
        batch_op.create_check_constraint(op.f(ORDER), "left_at IS NULL OR left_at >= came_at")


def downgrade() -> None:
    """Who left early was present, with the hours that were given."""
    op.execute("UPDATE record SET attendance = 'late' WHERE attendance = 'left_early' AND minutes_late > 0")
    op.execute("UPDATE record SET attendance = 'present' WHERE attendance = 'left_early'")
    with op.batch_alter_table("record") as batch_op:
        batch_op.drop_constraint(op.f(ORDER), type_="check")
        batch_op.drop_constraint(op.f(PRESENCE), type_="check")
        batch_op.create_check_constraint(op.f(PRESENCE), "attendance IN ('present', 'late') OR minutes = 0")
        batch_op.drop_column("left_at")
        batch_op.drop_column("came_at")
