"""when a step of a review was opened again after it had been over

Revision: 0133
Revises: 0132
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0133"
down_revision = "0132"


def upgrade() -> None:
    # Not in a batch, which would make the table anew without the triggers that keep closed reviews as they are.
    op.add_column("review_step", sa.Column("reopened", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("review_step", "reopened")
