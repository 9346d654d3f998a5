"""what is kept of an empty slot goes with it

Revision: 0021
Revises: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

TABLES = ("arrival", "visitor_list")


def upgrade() -> None:
    _refer(ondelete="CASCADE")


def downgrade() -> None:
    _refer(ondelete=None)


def _refer(ondelete: str | None) -> None:
    for table in TABLES:
        name = op.f(f"fk_{table}_slot_id")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="foreignkey")
            batch_op.create_foreign_key(name, "slot", ["slot_id"], ["id"], ondelete=ondelete)
