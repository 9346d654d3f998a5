"""What accounts that turn out to be one person's vouched for each other waits until somebody else vouches for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db
from activities.people.joining import when_joined
from activities.records.models import Record
from activities.records.rules import CAME


@when_joined
def open_again(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """Hours of which two of the three people – who has them, who recorded them, who countersigned – are one by now wait
    for a second person again."""
    three = (Record.member_id, Record.recorded_by_id, Record.countersigned_by_id)
    of_them = [column.in_(accounts) for column in three]
    are_one = sa.or_(*(sa.and_(of_them[n - 1], of_them[n]) for n in range(3)))
    query = (
        sa.select(Record.id, Record.countersigned_by_id)
        .where(Record.is_final, Record.attendance.in_(CAME), are_one)
        .order_by(Record.id)
        .with_for_update()
    )
    found = db.session.execute(query).all()
    after = {"is_final": False, "countersigned_by_id": None}
    ids = [row.id for row in found]
    db.session.execute(sa.update(Record).where(Record.id.in_(ids)).values(changed_at=now, **after))
    changes = [
        (row.id, {"is_final": True, "countersigned_by_id": row.countersigned_by_id}, after) for row in found
    ]  # fmt: skip
    audit.leave_all(now, actor_id, "open again", Record, changes)
