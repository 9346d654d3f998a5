"""A year of records for the tests: who came when, for how long, into which ledger."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Post
from activities.kit.db import db
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance
from tests.cast import NOW, make_slot

ZONE = ZoneInfo("Asia/Shanghai")


def mark(
    member: Member,
    day: str,
    attendance: str = "present",
    *,
    by: Member,
    post: Post,
    minutes: int = 0,
    ledger: Ledger = Ledger.SERVICE,
) -> Record:
    """One record of this day, in a slot of its own."""
    on = date.fromisoformat(day)
    starts = datetime.combine(on, time(9, db.session.query(Record).count() % 60), ZONE)
    record = Record(
        slot=make_slot(post, starts, taken=1),
        member=member,
        attendance=Attendance(attendance),
        minutes=minutes,
        ledger=ledger,
        day=on,
        evidence=Evidence.ORGANIZER_TICK,
        is_final=True,
        recorded_by=by,
        recorded_at=NOW,
        changed_at=NOW,
    )
    db.session.add(record)
    db.session.flush()
    return record
