"""whom aid was for is sealed

Revision: 0071
Revises: 0070
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from flask import current_app

from activities.kit.sealing import seal, unseal

revision = "0071"
down_revision = "0070"

PURPOSE = "goods.recipient"
DELIVERY = sa.table("goods_delivery", sa.column("id", sa.Integer), sa.column("recipient", sa.Text))


def upgrade() -> None:
    with op.batch_alter_table("goods_delivery") as batch_op:
        batch_op.alter_column("recipient", existing_type=sa.String(length=100), type_=sa.Text())
    _turn(seal)


def downgrade() -> None:
    _turn(unseal)
    with op.batch_alter_table("goods_delivery") as batch_op:
        batch_op.alter_column("recipient", existing_type=sa.Text(), type_=sa.String(length=100))


def _turn(way: Callable[[str, str, str], str]) -> None:
    connection, secret = op.get_bind(), str(current_app.config["SETTINGS"].secret_key)
    rows = connection.execute(sa.select(DELIVERY).where(DELIVERY.c.recipient != "")).all()
    for row_id, text in rows:
        change = sa.update(DELIVERY).where(DELIVERY.c.id == row_id).values(recipient=way(text, secret, PURPOSE))
        connection.execute(change)
