"""Who came: marked by an organizer on the next working day, never by the one it is about; now and then weeks late, for
a reason. Where the kind asks for more than a list, somebody else countersigns some days later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from activities.demo.calendar import DemoCalendar
from activities.demo.offices import Offices
from activities.demo.persons import Person
from activities.demo.timetable import DemoSlot
from activities.duties.kinds import Evidence, kind_of
from activities.kit.clock import at
from activities.records.rules import Attendance, Mark, fill_mark
from activities.records.rules_evidence import Known
from activities.signups.rules import SignUpState

# Of a hundred people who care as much as most.
LATE, EXCUSED, ABSENT = 0.05, 0.03, 0.02
# Slots of the last days whose list is still to be marked.
FORGOTTEN = 0.05
LATELY = timedelta(days=9)
# Lists that were found long after, how long after, and how long hours then wait for a second person.
FOUND_LATE = 0.004
AFTER = timedelta(days=30)
WAITS = timedelta(days=8)
WHY_LATE = "签到表夹在值班本里，交接时才发现。"


@dataclass(eq=False)
class DemoRecord:
    slot: DemoSlot
    person: Person
    mark: Mark
    recorder: Person
    at: datetime
    known: Known
    second: Person | None = None
    signed_at: datetime | None = None
    id: int = 0


def make_records(
    slots: Sequence[DemoSlot], offices: Offices, calendar: DemoCalendar, now: datetime, rng: Random
) -> Iterator[DemoRecord]:
    later = Random(rng.random())
    for slot in slots:
        marked_at = _marked_at(slot, calendar, rng)
        known = Known(Evidence.ORGANIZER_TICK, kind_of(slot.plan.kind).evidence)
        if later.random() < FOUND_LATE:
            marked_at, known = marked_at + AFTER, Known(Evidence.TYPED_LATER, known.needed, WHY_LATE)
        forgotten = rng.random() < FORGOTTEN and slot.ends_at > now - LATELY
        if slot.cancelled_at or forgotten or marked_at > now:
            continue
        recorders = offices.recorders(slot.plan)
        rng.shuffle(recorders)
        for sign_up in slot.in_state(SignUpState.SEATED):
            recorder = next(r for r in recorders if r is not sign_up.person)
            record = DemoRecord(slot, sign_up.person, _mark(slot, sign_up.person, rng), recorder, marked_at, known)
            if not known.is_final(record.mark) and marked_at + WAITS <= now:
                record.second = next((r for r in recorders if r not in (sign_up.person, recorder)), None)
                record.signed_at = marked_at + WAITS if record.second else None
            yield record


def _marked_at(slot: DemoSlot, calendar: DemoCalendar, rng: Random) -> datetime:
    day = calendar.next_weekday(slot.day + timedelta(days=1))
    return at(day, time(rng.randint(8, 17), rng.randint(0, 59)))


def _mark(slot: DemoSlot, person: Person, rng: Random) -> Mark:
    chance = rng.random() / person.care
    if chance < ABSENT:
        return fill_mark(Attendance.ABSENT, slot.minutes)
    if chance < ABSENT + EXCUSED:
        return fill_mark(Attendance.EXCUSED, slot.minutes)
    if chance < ABSENT + EXCUSED + LATE:
        return fill_mark(Attendance.LATE, slot.minutes, minutes_late=rng.randint(1, 4) * slot.minutes // 20)
    return fill_mark(Attendance.PRESENT, slot.minutes)
