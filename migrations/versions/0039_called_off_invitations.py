"""invitations to take over, which are called off when nobody is wanted any more

Revision: 0039
Revises: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
PAIR = ["slot_id", "member_id"]


def upgrade() -> None:
    """Of those there are nobody knows which were to take over; whoever was asked of old is not asked anew."""
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.add_column(sa.Column("for_cover", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("uq_invitation_slot_id_member_id"), type_="unique")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.alter_column("for_cover", server_default=None)
    op.create_index(op.f("ix_invitation_slot_id"), "invitation", ["slot_id"])
    stands = sa.text("called_off_at IS NULL")
    op.create_index(
        "uq_invitation_standing", "invitation", PAIR, unique=True, sqlite_where=stands, postgresql_where=stands
    )


def downgrade() -> None:
    """Only the latest that somebody was asked about a slot is kept."""
    op.execute("DELETE FROM invitation WHERE id NOT IN (SELECT max(id) FROM invitation GROUP BY slot_id, member_id)")
    op.drop_index("uq_invitation_standing", "invitation")
    op.drop_index(op.f("ix_invitation_slot_id"), "invitation")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.create_unique_constraint(op.f("uq_invitation_slot_id_member_id"), PAIR)
        batch_op.drop_column("called_off_at")
        batch_op.drop_column("for_cover")
