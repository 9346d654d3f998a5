"""what a record's minutes weigh

Revision: 0130
Revises: 0125
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0125"
KNOWN, DUTY = "ck_record_weighs_something", "ck_record_only_duty_is_weighed"
YEAR = ["member_id", "day", "ledger", "attendance", "minutes", "is_final"]
# As the kinds declare it at this revision: of energy-saving posts, since the first day of the school year.
WEIGHED = """
    UPDATE record SET weight = 120 WHERE ledger = 'duty' AND day >= '2026-09-01' AND slot_id IN (
        SELECT slot.id FROM slot JOIN post ON post.id = slot.post_id JOIN activity ON activity.id = post.activity_id
        WHERE activity.kind = 'energy')"""


def upgrade() -> None:
    op.drop_index("ix_record_year", table_name="record")
    with op.batch_alter_table("record") as batch_op:
        batch_op.add_column(sa.Column("weight", sa.Integer(), server_default="100", nullable=False))
        batch_op.create_check_constraint(op.f(KNOWN), "weight > 0")
        batch_op.create_check_constraint(op.f(DUTY), "weight = 100 OR ledger = 'duty'")
    op.execute(WEIGHED)
    op.create_index("ix_record_year", "record", [*YEAR, "weight"])


def downgrade() -> None:
    op.drop_index("ix_record_year", table_name="record")
    with op.batch_alter_table("record") as batch_op:
        batch_op.drop_constraint(op.f(DUTY), type_="check")
        batch_op.drop_constraint(op.f(KNOWN), type_="check")
        batch_op.drop_column("weight")
    op.create_index("ix_record_year", "record", YEAR)
