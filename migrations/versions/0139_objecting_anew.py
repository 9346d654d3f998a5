"""the annual review: a grade that was decided anew can be objected to anew

Revision: 0139
Revises: 0138
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0139"
down_revision = "0138"

TABLE, ONCE = "review_objection", "uq_review_objection_participant_id_member_id"
OPEN = sa.text("verdict = 'open'")
REFUSAL = "a closed review stays as it is"
CLOSED = "SELECT 1 FROM review_cycle WHERE state = 'closed' AND id"
COLUMNS = "id, public_id, participant_id, cycle_id, member_id, made_at, verdict, answered_at, answered_by_id"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(ONCE, type_="unique")
    op.create_index("uq_review_objection_open", TABLE, ["participant_id", "member_id"], unique=True, sqlite_where=OPEN,
                    postgresql_where=OPEN)  # fmt: skip
    _restore_triggers()


def downgrade() -> None:
    op.drop_index("uq_review_objection_open", TABLE)
    with op.batch_alter_table(TABLE) as table:
        table.create_unique_constraint(ONCE, ["participant_id", "member_id"])
    _restore_triggers()


def _restore_triggers() -> None:
    """SQLite has built the table anew, and the triggers of 0093 went with the old one."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for verb, when, which in (
        ("insert", "INSERT", "= NEW.cycle_id"), ("delete", "DELETE", "= OLD.cycle_id"),
        ("update", f"UPDATE OF {COLUMNS}", "IN (OLD.cycle_id, NEW.cycle_id)"),
    ):  # fmt: skip
        op.execute(
            f"CREATE TRIGGER {TABLE}_refuses_{verb} BEFORE {when} ON {TABLE} WHEN EXISTS ({CLOSED} {which})"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
