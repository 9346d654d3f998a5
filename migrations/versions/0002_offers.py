"""offers and ways in

Revision: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

OLD = "state IN ('seated', 'waiting')"
NEW = "state IN ('seated', 'offered', 'asked', 'waiting')"
HELD = "offered_until IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("activity") as batch_op:
        batch_op.add_column(sa.Column("way_in", sa.String(32), nullable=False, server_default="first_come"))
        batch_op.add_column(sa.Column("offer_minutes", sa.Integer(), nullable=False, server_default="720"))
    with op.batch_alter_table("activity") as batch_op:
        batch_op.alter_column("way_in", server_default=None)
        batch_op.alter_column("offer_minutes", server_default=None)
    with op.batch_alter_table("slot") as batch_op:
        batch_op.add_column(sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(op.f("ck_slot_asked_not_negative"), "asked >= 0")
    with op.batch_alter_table("slot") as batch_op:
        batch_op.alter_column("asked", server_default=None)
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_index("uq_sign_up_active")
        batch_op.add_column(sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("at_once", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(op.f("ck_sign_up_state"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_sign_up_state"), "state IN ('seated', 'offered', 'asked', 'waiting', 'withdrawn')"
        )
        batch_op.create_check_constraint(
            op.f("ck_sign_up_offered_until"), "(state = 'offered') = (offered_until IS NOT NULL)"
        )
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.alter_column("at_once", server_default=None)
        _active(batch_op, NEW)
        batch_op.create_index(
            "ix_sign_up_offered_until", ["offered_until"], sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD)
        )


def downgrade() -> None:
    """A seat that is held becomes a place in line again; who has asked has not."""
    op.execute("UPDATE slot SET waiting = waiting + (SELECT count(*) FROM sign_up WHERE slot_id = slot.id AND state = 'offered'),"
               " taken = taken - (SELECT count(*) FROM sign_up WHERE slot_id = slot.id AND state = 'offered')")
    op.execute("UPDATE sign_up SET state = 'waiting', offered_until = NULL WHERE state = 'offered'")
    op.execute("UPDATE sign_up SET state = 'withdrawn', withdrawn_at = changed_at WHERE state = 'asked'")
    with op.batch_alter_table("sign_up") as batch_op:
        batch_op.drop_index("ix_sign_up_offered_until")
        batch_op.drop_index("uq_sign_up_active")
        batch_op.drop_constraint(op.f("ck_sign_up_offered_until"), type_="check")
        batch_op.drop_constraint(op.f("ck_sign_up_state"), type_="check")
        batch_op.drop_column("at_once")
        batch_op.drop_column("offered_until")
        batch_op.create_check_constraint(op.f("ck_sign_up_state"), "state IN ('seated', 'waiting', 'withdrawn')")
    with op.batch_alter_table("sign_up") as batch_op:
        _active(batch_op, OLD)
    with op.batch_alter_table("slot") as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_asked_not_negative"), type_="check")
        batch_op.drop_column("asked")
    with op.batch_alter_table("activity") as batch_op:
        batch_op.drop_column("offer_minutes")
        batch_op.drop_column("way_in")


def _active(batch_op: object, where: str) -> None:
    batch_op.create_index(
        "uq_sign_up_active", ["slot_id", "member_id"], unique=True,
        sqlite_where=sa.text(where), postgresql_where=sa.text(where),
    )
