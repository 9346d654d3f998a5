"""several feeds a person, each of something and saying so much

Revision: 0024
Revises: 0023
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

# What there was until now was a person's duties, with all there is to say of them.
ADDED = (
    ("name", sa.String(50), ""), ("scope", sa.String(32), "duties"), ("subject", sa.String(1000), ""),
    ("detail", sa.String(32), "full"), ("revision", sa.Integer(), "0"), ("edition", sa.String(32), ""),
)  # fmt: skip
LATER = (
    ("fetched_at", sa.DateTime(timezone=True)), ("fetched_by", sa.String(32)),
    ("edition_at", sa.DateTime(timezone=True)),
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("feed") as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(16), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        for name, kind, present in ADDED:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=present))
        for name, kind in LATER:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    feed = sa.table("feed", *(sa.column(name) for name in ("id", "public_id", "changed_at", "created_at")))
    connection = op.get_bind()
    connection.execute(sa.update(feed).values(changed_at=feed.c.created_at))
    for feed_id in connection.scalars(sa.select(feed.c.id)).all():
        new = secrets.token_urlsafe(9)
        connection.execute(sa.update(feed).where(feed.c.id == feed_id).values(public_id=new))
    with op.batch_alter_table("feed") as batch_op:
        batch_op.alter_column("public_id", nullable=False)
        batch_op.alter_column("changed_at", nullable=False)
        for name, kind, _present in ADDED:
            batch_op.alter_column(name, existing_type=kind, server_default=None)
        batch_op.create_unique_constraint(op.f("uq_feed_public_id"), ["public_id"])


def downgrade() -> None:
    with op.batch_alter_table("feed") as batch_op:
        batch_op.drop_constraint(op.f("uq_feed_public_id"), type_="unique")
        for name in ("public_id", "changed_at", *(name for name, *_ in (*ADDED, *LATER))):
            batch_op.drop_column(name)
