"""records that wait for a signature, found by their index on SQLite too

Revision: 0138
Revises: 0137
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0138"
down_revision = "0137"

NAME, WHERE = "ix_record_provisional", "NOT is_final"


def upgrade() -> None:
    _on_sqlite("is_final = 0")


def downgrade() -> None:
    _on_sqlite(WHERE)


def _on_sqlite(where: str) -> None:
    """Say which records it holds in the words in which they are asked for: SQLite uses it for no other."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(NAME, "record")
        op.create_index(NAME, "record", ["slot_id"], sqlite_where=sa.text(where))
