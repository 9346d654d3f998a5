"""Bring a timetable, and take it away again. What is kept of a calendar is when its person is busy."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit import clock
from activities.kit.db import db, lock, run, transactional
from activities.people.models import Member
from activities.timetables import apart, queries
from activities.timetables.models import BusySpan, Timetable
from activities.timetables.rules import Span


def bring_file(member_id: int, data: bytes, now: datetime) -> int:
    """Keep when the calendar says that its person is busy, in place of what was kept. Return how many spans that are.
    Raises the refusal of a file that cannot be read; then nothing changes."""
    window = queries.window(now)
    spans = apart.read_busy(data, window, clock.zone())
    _bring_file(member_id, spans, window, now)
    return len(spans)


@transactional
def _bring_file(member_id: int, spans: Collection[Span], window: Span, now: datetime) -> None:
    lock(Member, member_id)
    timetable = queries.of_member(member_id) or Timetable(member_id=member_id)
    timetable.address, timetable.host, timetable.next_at, timetable.asked_at = None, "", None, None
    timetable.etag = timetable.last_modified = timetable.trouble = None
    db.session.add(timetable)
    keep(timetable, spans, window, now)
    audit.leave(now, member_id, "bring timetable", Timetable, timetable.id, after={"spans": len(spans)})


@transactional
def forget(member_id: int, now: datetime) -> None:
    """Delete what is kept, the address too."""
    lock(Member, member_id)
    if timetable := queries.of_member(member_id):
        audit.leave(now, member_id, "forget timetable", Timetable, timetable.id)
        db.session.delete(timetable)


def keep(timetable: Timetable, spans: Collection[Span], window: Span, now: datetime) -> None:
    """Inside a transaction: these spans of the window in place of what was kept."""
    timetable.read_at, timetable.read_from = now, clock.local_day(window.starts_at)
    timetable.read_to = clock.local_day(window.ends_at) - queries.ONE_DAY
    db.session.flush()
    run(sa.delete(BusySpan).where(BusySpan.timetable_id == timetable.id))
    rows = [{"timetable_id": timetable.id, "starts_at": one.starts_at, "ends_at": one.ends_at} for one in spans]
    if rows:
        run(sa.insert(BusySpan), rows)
