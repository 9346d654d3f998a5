"""How far a person's sign-ups have come, from the index alone

Revision: 0033
Revises: 0032
"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_index("ix_sign_up_member_id_state_revision", "sign_up", ["member_id", "state", "revision"])
    op.drop_index("ix_sign_up_member_id_state", table_name="sign_up")


def downgrade() -> None:
    op.create_index("ix_sign_up_member_id_state", "sign_up", ["member_id", "state"])
    op.drop_index("ix_sign_up_member_id_state_revision", table_name="sign_up")
