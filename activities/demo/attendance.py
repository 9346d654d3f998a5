"""Who came: checked in with a code, or marked by an organizer on the next working day, never by the one it is about;
now and then weeks late, for a reason. Where the kind asks for more, somebody else countersigns some days later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from activities.demo.calendar import DemoCalendar
from activities.demo.codes import Spell, evidence_of, spell
from activities.demo.oddities import Oddities
from activities.demo.offices import Offices
from activities.demo.persons import Person
from activities.demo.timetable import DemoSlot
from activities.duties.kinds import Evidence, kind_of
from activities.kit.clock import at
from activities.records.rules import CAME, Attendance, Mark, fill_mark
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
WAITS = timedelta(days=12)
UNTIL_NIGHT = timedelta(hours=14)
WHY_LATE = "签到表夹在值班本里，交接时才发现。"
WHY_ALONE = "本人说当天忘了签到，按值班表补记。"


@dataclass(eq=False)
class DemoRecord:
    slot: DemoSlot
    person: Person
    mark: Mark
    recorder: Person
    at: datetime
    known: Known
    spell: Spell | None = None
    second: Person | None = None
    signed_at: datetime | None = None
    id: int = 0

    @property
    def changed_at(self) -> datetime:
        """When it was last said, a signature aside."""
        return self.spell.left_at or self.at if self.spell else self.at


def make_records(
    slots: Sequence[DemoSlot], offices: Offices, calendar: DemoCalendar, now: datetime, rng: Random
) -> Iterator[DemoRecord]:
    later = Random(rng.random())
    odd = Oddities(slots, now)
    for slot in slots:
        marked_at = _marked_at(slot, calendar, rng)
        known = Known(Evidence.ORGANIZER_TICK, kind_of(slot.plan.kind).evidence)
        scanned = evidence_of(slot, calendar, later)
        if later.random() < FOUND_LATE:
            marked_at, known, scanned = marked_at + AFTER, Known(Evidence.TYPED_LATER, known.needed, WHY_LATE), None
        elif odd.is_at_night(slot, later):
            marked_at, scanned = marked_at + UNTIL_NIGHT, None
        forgotten = rng.random() < FORGOTTEN and slot.ends_at > now - LATELY
        if slot.cancelled_at or forgotten:
            continue
        recorders = offices.recorders(slot.plan)
        host = recorders[0]  # who put up what hangs at places
        rng.shuffle(recorders)
        for sign_up in slot.in_state(SignUpState.SEATED):
            person = sign_up.person
            recorder = next(r for r in recorders if r is not person)
            record = DemoRecord(slot, person, _mark(slot, person, rng), recorder, marked_at, known)
            if alone := odd.for_one(slot, person, host):
                record.recorder, record.at = host, alone
                record.known = Known(Evidence.TYPED_LATER, known.needed, WHY_ALONE)
            elif scanned and record.mark.attendance in CAME:
                _scan(record, scanned, recorder if scanned is Evidence.ROTATING_CODE else host, later)
            if record.changed_at > now:
                continue
            _sign(record, recorders, now)
            yield record


def _scan(record: DemoRecord, evidence: Evidence, host: Person, rng: Random) -> None:
    """Have checked in with a code of this person's, unless that is their own."""
    if host is record.person:
        return
    stay = spell(record.slot, record.mark, rng)
    record.spell, record.mark, record.recorder, record.at = stay, stay.in_the_end, host, stay.came_at
    record.known = Known(evidence, record.known.needed)


def _sign(record: DemoRecord, recorders: Sequence[Person], now: datetime) -> None:
    """Have somebody else sign what needs it, once it has waited as long as it does."""
    at = record.at + WAITS
    if not record.known.is_final(record.mark) and at <= now:
        record.second = next((r for r in recorders if r not in (record.person, record.recorder)), None)
        record.signed_at = at if record.second else None


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
