"""SQLite gives no slot the number of one that was deleted

Revision: 0056
Revises: 0055
"""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"

KNOWN = "SELECT id FROM slot UNION ALL SELECT slot_id FROM gone_slot"


def upgrade() -> None:
    """Feeds that are kept know slots by their numbers, those that were deleted before this as well. PostgreSQL never
    gives one twice."""
    _build_anew(counts=True)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'slot'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT 'slot', COALESCE(MAX(id), 0) FROM ({KNOWN})")


def downgrade() -> None:
    _build_anew(counts=False)


def _build_anew(*, counts: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("slot", recreate="always", table_kwargs={"sqlite_autoincrement": counts}):
            pass
