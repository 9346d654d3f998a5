"""holders

Revision: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'


def upgrade() -> None:
    op.create_table('holder',
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_at > begins_at', name=op.f('ck_holder_ends_after_beginning')),
    sa.CheckConstraint("state IN ('proposed', 'accepted', 'declined', 'ended')", name=op.f('ck_holder_state')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_holder_member_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_holder_post_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['member.id'], name=op.f('fk_holder_proposed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holder')),
    sa.UniqueConstraint('public_id', name=op.f('uq_holder_public_id'))
    )
    accepted = sa.text("state = 'accepted'")
    op.create_index(
        'uq_holder_accepted', 'holder', ['post_id', 'begins_at'], unique=True, sqlite_where=accepted,
        postgresql_where=accepted,
    )
    op.create_index('ix_holder_post_id_ends_at', 'holder', ['post_id', 'ends_at'])
    op.create_index('ix_holder_member_id_ends_at', 'holder', ['member_id', 'ends_at'])
    op.create_table('holder_seat',
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('sign_up_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['holder_id'], ['holder.id'], name=op.f('fk_holder_seat_holder_id')),
    sa.ForeignKeyConstraint(['sign_up_id'], ['sign_up.id'], name=op.f('fk_holder_seat_sign_up_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holder_seat')),
    sa.UniqueConstraint('sign_up_id', name=op.f('uq_holder_seat_sign_up_id'))
    )
    op.create_index(op.f('ix_holder_seat_holder_id'), 'holder_seat', ['holder_id'])
    op.create_table('holder_absence',
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_at > begins_at', name=op.f('ck_holder_absence_ends_after_beginning')),
    sa.ForeignKeyConstraint(['holder_id'], ['holder.id'], name=op.f('fk_holder_absence_holder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holder_absence'))
    )
    op.create_index(op.f('ix_holder_absence_holder_id'), 'holder_absence', ['holder_id'])


def downgrade() -> None:
    op.drop_table('holder_absence')
    op.drop_table('holder_seat')
    op.drop_table('holder')
