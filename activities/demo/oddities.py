"""What a secretary should look at: a list of many that was typed in at once, long after; one person's hours, typed in
again and again by the same hand; and what was recorded at night. Each may have a good reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from random import Random

import sqlalchemy as sa

from activities.demo.article import SCHOOL
from activities.demo.persons import Person
from activities.demo.timetable import DemoSlot
from activities.demo.ways import free_day, plan
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.norms.rules import Norms
from activities.people.models import Member
from activities.people.rules import Standing
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up

NORMS, DAY = Norms(), timedelta(days=1)
AT_NIGHT = 0.008
# What was found late is typed in after more than the ten working days that there are, whatever the holidays, and not
# longer ago than is still looked at.
AFTER, LOOKED_AT = 26 * DAY, (NORMS.odd_days - 15) * DAY
MANY = NORMS.odd_many + 4
WHY_MANY = "纸质签到表期中检查后才交回，统一补录。"


def play(now: datetime) -> None:
    """A list of many that was handed in weeks later, and typed in at once."""
    organizer = db.session.scalars(sa.select(Member.id).where(Member.number == "organizer")).one()
    day, hours = free_day(now - 45 * DAY), (time(12, 30), timedelta(minutes=80))
    before = now - 50 * DAY
    slot = plan(organizer, "校园环境大扫除", "cleaning", WayIn.FIRST_COME, "经管楼", MANY, day, before, times=hours)
    students = sa.select(Member.id).where(
        Member.standing == Standing.STUDENT, Member.number != "member", Member.created_at < before
    )
    seated: list[int] = []
    for who in db.session.scalars(students.order_by(Member.id.desc()).limit(3 * MANY)).all():
        with suppress(Refusal):
            sign_up(who, slot, before)
            seated.append(who)
        if len(seated) == MANY:
            break
    marks = dict.fromkeys(seated, Mark(Attendance.PRESENT, 80))
    record_attendance(organizer, slot, marks, now - 12 * DAY, reason=WHY_MANY)


class Oddities:
    """Which records of these slots are odd, and when they were made: `alone` are those of one person's."""

    def __init__(self, slots: Sequence[DemoSlot], now: datetime) -> None:
        self.now = now
        self.person, self.alone = self._often([s for s in slots if s.ends_at + AFTER < now and not s.cancelled_at])

    def _often(self, slots: Sequence[DemoSlot]) -> tuple[Person | None, Mapping[DemoSlot, datetime]]:
        """The student who was there most often, and when the last of their slots were typed in: one a day."""
        theirs: dict[Person, list[DemoSlot]] = {}
        for slot in slots:
            for seat in slot.in_state(SignUpState.SEATED) if slot.plan.unit == SCHOOL else ():
                if seat.person.standing is Standing.STUDENT and seat.person.number != "member":
                    theirs.setdefault(seat.person, []).append(slot)
        person = max(theirs, key=lambda one: len(theirs[one]), default=None)
        last = theirs[person][-NORMS.odd_times - 2 :] if person else []
        return person, {s: max(s.ends_at + AFTER, self.now - LOOKED_AT + n * DAY) for n, s in enumerate(last)}

    def for_one(self, slot: DemoSlot, person: Person, hand: Person) -> datetime | None:
        """When a person's hours of a slot were typed in by this hand, where that is odd."""
        return self.alone.get(slot) if person is self.person and person is not hand else None

    def is_at_night(self, slot: DemoSlot, rng: Random) -> bool:
        """Whether a slot of the day was recorded at night."""
        return rng.random() < AT_NIGHT and slot.starts_at > self.now - LOOKED_AT
