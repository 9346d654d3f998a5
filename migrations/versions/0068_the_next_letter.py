"""the next letter is the first of its index, also where many are due at one moment

Revision: 0068
Revises: 0058
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0058"

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    _index("channel", "due_at", "id")


def downgrade() -> None:
    _index("channel", "due_at")


def _index(*columns: str) -> None:
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", list(columns), sqlite_where=WAITING, postgresql_where=WAITING)
