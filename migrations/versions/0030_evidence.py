"""on what hours rest, and who countersigned them

Revision: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
CHECKS = {
    "three_different_people": "countersigned_by_id <> member_id AND countersigned_by_id <> recorded_by_id",
    "countersigned_is_final": "is_final OR countersigned_by_id IS NULL",
    "no_final_hours_without_a_witness": (
        "NOT is_final OR countersigned_by_id IS NOT NULL OR evidence IN ('rotating_code', 'organizer_tick')"
        " OR minutes = 0"
    ),
    "evidence_is_how_it_was_recorded": "evidence <> 'countersigned'",
}
YEAR = ["member_id", "day", "ledger", "attendance", "minutes"]


def upgrade() -> None:
    """What an organizer has recorded is final, as it was; what was imported waits for a second person."""
    with op.batch_alter_table("record") as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("is_final", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("countersigned_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_record_countersigned_by_id"), "member", ["countersigned_by_id"], ["id"])
    op.execute("UPDATE record SET is_final = (evidence = 'organizer_tick' OR minutes = 0)")
    with op.batch_alter_table("record") as batch_op:
        batch_op.alter_column("note", server_default=None)
        batch_op.alter_column("is_final", server_default=None)
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_record_{name}"), condition)
        batch_op.drop_index("ix_record_year")
        batch_op.create_index("ix_record_year", [*YEAR, "is_final"])
    provisional = sa.text("NOT is_final")
    op.create_index(
        "ix_record_provisional", "record", ["slot_id"], sqlite_where=provisional, postgresql_where=provisional
    )


def downgrade() -> None:
    """What was known otherwise counts as imported, the only other word there was."""
    op.drop_index("ix_record_provisional", "record")
    with op.batch_alter_table("record") as batch_op:
        batch_op.drop_index("ix_record_year")
        batch_op.create_index("ix_record_year", YEAR)
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_record_{name}"), type_="check")
        batch_op.drop_constraint(op.f("fk_record_countersigned_by_id"), type_="foreignkey")
        for column in ("countersigned_by_id", "is_final", "note"):
            batch_op.drop_column(column)
    op.execute("UPDATE record SET evidence = 'imported' WHERE evidence <> 'organizer_tick'")
