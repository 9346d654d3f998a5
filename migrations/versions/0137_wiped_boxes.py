"""when what a box left on the disk was wiped

Revision: 0137
Revises: 0136
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0137"
down_revision = "0136"


def upgrade() -> None:
    op.add_column("ballot", sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("ballot", "wiped_at")
