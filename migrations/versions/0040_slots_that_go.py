"""what refers to a slot is found by it, so that a slot goes without all of these tables being read

Revision: 0040
Revises: 0039
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
TABLES = ("correction", "draw_entry", "miss_warning")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_slot_id"), table, ["slot_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_slot_id"), table)
