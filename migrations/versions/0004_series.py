"""series: slots planned together

Revision: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('series',
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('on_holidays', sa.Boolean(), nullable=False),
    sa.Column('plain_days', sa.Boolean(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('follows_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_series_activity_id')),
    sa.ForeignKeyConstraint(['follows_id'], ['series.id'], name=op.f('fk_series_follows_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series')),
    sa.UniqueConstraint('public_id', name=op.f('uq_series_public_id'))
    )
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_series_activity_id'), ['activity_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_series_follows_id'), ['follows_id'], unique=False)

    op.create_table('series_gap',
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_series_gap_post_id')),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_series_gap_series_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series_gap')),
    sa.UniqueConstraint('series_id', 'post_id', 'day', name=op.f('uq_series_gap_series_id_post_id_day'))
    )
    op.create_table('series_post',
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_series_post_post_id')),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_series_post_series_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series_post')),
    sa.UniqueConstraint('series_id', 'post_id', name=op.f('uq_series_post_series_id_post_id'))
    )
    with op.batch_alter_table('series_post', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_series_post_post_id'), ['post_id'], unique=False)

    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('series_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('series_day', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('by_hand', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index(batch_op.f('ix_slot_series_id'), ['series_id'], unique=False)
        batch_op.create_index('uq_slot_open_series_post_day', ['series_id', 'post_id', 'series_day'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.create_foreign_key(batch_op.f('fk_slot_series_id'), 'series', ['series_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('slot', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_slot_series_id'), type_='foreignkey')
        batch_op.drop_index('uq_slot_open_series_post_day', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_slot_series_id'))
        batch_op.drop_column('by_hand')
        batch_op.drop_column('series_day')
        batch_op.drop_column('series_id')

    with op.batch_alter_table('series_post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_series_post_post_id'))

    op.drop_table('series_post')
    op.drop_table('series_gap')
    with op.batch_alter_table('series', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_series_follows_id'))
        batch_op.drop_index(batch_op.f('ix_series_activity_id'))

    op.drop_table('series')
