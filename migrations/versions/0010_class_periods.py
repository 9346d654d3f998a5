"""class periods

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    op.create_table('class_period',
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends > starts', name=op.f('ck_class_period_ends_after_start')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_period')),
    sa.UniqueConstraint('since', 'starts', name=op.f('uq_class_period_since_starts'))
    )


def downgrade() -> None:
    op.drop_table('class_period')
