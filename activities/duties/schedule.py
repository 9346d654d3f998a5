"""The revision of an activity's schedule: raised in the one way in which it may be, and left with what changed.

`Activity.schedule_revision` rises with every change to one of its posts or slots, so that one row tells whether
anything did. Each post and slot has the one that came with its last change, and so has what was deleted: whoever has
kept what an activity shows asks only for what came since, as long as it is not older than what is remembered of deleted
slots. All of this is done by who has locked the activity, so the
next revision is the present one and one more until they are done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.duties.models import Activity, GoneSlot, Post, Slot
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, run, transactional
from activities.kit.sql import Among, Latest
from activities.outbox.jobs import every

# For so long it is remembered which slots were deleted: as long as feeds show what is past.
REMEMBERED = timedelta(days=60)
_NOW = sa.bindparam("now", type_=UtcDateTime())
# Of a slot's activity.
NEXT_REVISION = (
    sa.select(Activity.schedule_revision + 1)
    .join(Post, Post.activity_id == Activity.id)
    .where(Post.id == Slot.post_id)
    .correlate(Slot)
    .scalar_subquery()
)
# Who began earlier may be done later; the time of the last change never goes back for it.
_CHANGED = (
    sa.update(Activity)
    .where(Among(Activity.id))
    .values(
        schedule_revision=Activity.schedule_revision + 1,
        schedule_changed_at=Latest(Activity.schedule_changed_at, _NOW),
    )
)
_MARK_GONE = sa.insert(GoneSlot).from_select(
    ["activity_id", "schedule_revision", "slot_id", "gone_at"],
    sa.select(Activity.id, Activity.schedule_revision + 1, Slot.id, _NOW)
    .join(Post, Post.activity_id == Activity.id)
    .join(Slot, Slot.post_id == Post.id)
    .where(Among(Slot.id)),
)
_DELETE = sa.delete(Slot).where(Among(Slot.id))


def changed(activity_ids: Collection[int], now: datetime) -> None:
    """Inside a transaction that has locked these activities: their posts or slots have changed, and feeds and pages
    must notice. One statement."""
    run(_CHANGED, {"ids": sorted(activity_ids), "now": now})


def delete(activity_id: int, slot_ids: Collection[int], now: datetime) -> None:
    """Inside a transaction that has locked the activity: delete slots of it. Three statements."""
    run(_MARK_GONE, {"ids": sorted(slot_ids), "now": now})
    run(_DELETE, {"ids": sorted(slot_ids)})
    changed([activity_id], now)


@every(86400, "forget slots that were deleted long ago")
@transactional
def forget(now: datetime) -> int:
    """Return how many. When the activity changed is not known by them, so nothing that is shown of it changes."""
    gone = sa.delete(GoneSlot).where(GoneSlot.gone_at < now - REMEMBERED).returning(GoneSlot.id)
    return len(db.session.execute(gone).all())
