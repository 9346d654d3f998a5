"""Whether a database holds the demo's people."""

from __future__ import annotations

import sqlalchemy as sa

from activities.kit.db import db
from activities.people.models import Member


def has_demo_accounts() -> bool:
    """Whether accounts share a password hash. Salts are random, so only a demo, which hashes once for all, makes that;
    renaming an account or changing a few passwords does not hide it."""
    query = (
        sa.select(sa.literal(1))
        .where(Member.password_hash.is_not(None))
        .group_by(Member.password_hash)
        .having(sa.func.count() > 1)
        .limit(1)
    )
    return db.session.scalar(query) is not None
