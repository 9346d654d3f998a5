"""Take a series back. Like every verb that touches slots these lock the people first, then the activity, which carries
the revision of its schedule, then the slots by their ids."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Series, SeriesGap, SeriesPost, Slot
from activities.duties.service import locked, schedule_changed
from activities.duties.service_plans import told
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import NotFound
from activities.series.rules import SeriesHasPeople


@transactional
def undo(actor_id: int, series_id: int, now: datetime) -> int:
    """Delete a series with all its slots, as long as nobody has ever been in one. Return how many there were."""
    activity_id = db.session.scalar(sa.select(Series.activity_id).where(Series.id == series_id))
    if activity_id is None:
        raise NotFound
    _, activity = locked(actor_id, activity_id)
    series = lock(Series, series_id)
    slots = run(sa.select(Slot.tickets).where(Slot.series_id == series_id).order_by(Slot.id).with_for_update()).all()
    if used := sum(tickets > 0 for (tickets,) in slots):
        raise SeriesHasPeople(used)
    before = {**told(series.wish), "slots": len(slots)}
    audit.leave(now, actor_id, "undo series", Series, series_id, before=before)
    for model in (Slot, SeriesGap, SeriesPost):
        run(sa.delete(model).where(model.series_id == series_id))
    run(sa.update(Series).where(Series.follows_id == series_id).values(follows_id=series.follows_id))
    run(sa.delete(Series).where(Series.id == series_id))
    schedule_changed(activity, now)
    return len(slots)
