"""Record who came. The slot is locked, so two organizers who mark at once take turns, and the second sees what the
first saved: the same mark changes nothing, another one is a correction and needs a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.kit.clock import local_day
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import NotFound, Refusal
from activities.kit.sql import Among
from activities.people.models import Member
from activities.people.persons import persons, with_others
from activities.people.service import acting
from activities.records import notices, rules, sheets
from activities.records.models import Record
from activities.records.rules import Attendance, Mark, Row
from activities.records.rules_evidence import Known, can_be_late, due_on, why_not_late
from activities.records.rules_overlap import MINUTE, Spell, most_counted
from activities.records.rules_states import Step, why_not_follow
from activities.records.sheets import Kept, Line
from activities.terms import queries as terms

NOTHING: dict[str, Any] = {}
# How far ten working days can reach: over the longest holidays.
LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class Saved:
    """How many people were recorded for the first time, how many records were corrected, and of whom less counts than
    was marked, because the rest of that time counts in another record."""

    recorded: int
    corrected: int
    shortened: tuple[str, ...] = ()


@dataclass(frozen=True)
class WalkIn:
    """Somebody who came without having signed up, known by the number on the student or staff card."""

    number: str
    mark: Mark


@transactional
def record_attendance(
    recorder_id: int,
    slot_id: int,
    marks: Mapping[int, Mark],
    now: datetime,
    *,
    reason: str = "",
    walk_in: WalkIn | None = None,
) -> Saved:
    """Record people of the slot, by member id, and somebody who walked in. All or nothing: raises the rules' Refusal
    for the first mark that cannot be, NotFound for an unknown member, NotAllowed for a recorder who does not organize
    the slot's activity any more."""
    guest = _guest(walk_in.number) if walk_in else None
    if guest and walk_in:
        marks = {**marks, guest.id: walk_in.mark}
    names = sheets.names_locked({recorder_id, *marks})
    if not names.keys() >= marks.keys():
        raise NotFound
    slot = lock(Slot, slot_id, WITH_ALL)
    must_organize(acting(recorder_id), slot.post.activity)
    lines = {line.member_id: line for line in sheets.sheet(slot_id)}
    if guest:
        _admit(guest, slot, lines)
    session, person = sheets.session(slot), persons({recorder_id, *marks})
    for member_id, mark in marks.items():
        expected = member_id in lines or (guest is not None and member_id == guest.id)
        is_own = person[member_id] == person[recorder_id]
        row = Row(name=names[member_id], is_own=is_own, is_expected=expected)
        if refusal := rules.why_not_record(session, row, mark, now):
            raise refusal
        if refusal := _why_not_follow(row.name, lines.get(member_id), mark):
            raise refusal
    counted = counted_once(slot, marks)
    shortened = tuple(names[who] for who, mark in marks.items() if counted[who] != mark)
    marks = counted
    kept = {line.member_id: line.kept for line in lines.values() if line.kept}
    fresh = {who: mark for who, mark in marks.items() if who not in kept}
    changed = {who: mark for who, mark in marks.items() if who in kept and kept[who].mark != mark}
    silent = {who: mark for who, mark in changed.items() if rules.is_about_deferral(kept[who].mark, mark)}
    spoken = {who: mark for who, mark in changed.items() if who not in silent}
    if refusal := rules.why_not_correct([names[who] for who in spoken], reason):
        raise refusal
    known = known_by(slot, {names[who]: mark for who, mark in fresh.items()}, reason, now)
    record_marks(recorder_id, slot, fresh, known, now)
    _correct(recorder_id, slot, spoken, kept, known, reason, now)
    _correct(recorder_id, slot, silent, kept, known, "", now)
    return Saved(len(fresh), len(changed), shortened)


@transactional
def undo(recorder_id: int, slot_id: int, moment: datetime, now: datetime) -> int:
    """Take back what the person saved at this moment, where nobody has changed it since: first marks are gone, and
    corrections too, so that what was before holds again. The trail keeps all of it. Return how many marks these were;
    NothingToUndo where it is too late."""
    saved = sheets.saved_at(slot_id, recorder_id, moment, now)
    sheets.names_locked({recorder_id, *(record.member_id for record, _ in saved)})
    slot = lock(Slot, slot_id, WITH_ALL)
    must_organize(acting(recorder_id), slot.post.activity)
    saved = sheets.saved_at(slot_id, recorder_id, moment, now)
    if not saved:
        raise rules.NothingToUndo
    again = {
        record.member_id: Mark(Attendance(m["attendance"]), m["minutes"], m["minutes_late"])
        for record, entry in saved
        if (m := entry.before)
    }
    if counted_once(slot, again) != again:  # meanwhile that time was counted elsewhere
        raise rules.NothingToUndo
    take_back(recorder_id, slot, saved, now)
    return len(saved)


def take_back(
    recorder_id: int, slot: Slot, saved: Sequence[tuple[Record, AuditEntry]], now: datetime
) -> None:  # fmt: skip
    """Inside a transaction that has locked slot and people: undo what each of these entries did to its record."""
    told = [record.member_id for record, entry in saved if entry.before or record.attendance is Attendance.ABSENT]
    changes = [(record.id, entry.after, entry.before) for record, entry in saved]
    audit.leave_all(now, recorder_id, "undo", Record, changes)
    notices.taken_back(slot, told, now)
    if restored := [{"id": record_id, "changed_at": now, **before} for record_id, _, before in changes if before]:
        db.session.execute(sa.update(Record), restored)
    first_marks = [record_id for record_id, _, before in changes if not before]
    db.session.execute(sa.delete(Record).where(Record.id.in_(first_marks)))


def _guest(number: str) -> Member:
    guest = sheets.by_number(number)
    if guest is None:
        raise rules.NobodyByNumber(number)
    return guest


def _admit(guest: Member, slot: Slot, lines: Mapping[int, Line]) -> None:
    """Whoever may see the activity may be added to its list, once. Of anybody else not even the name is told. A ticket
    of the slot is drawn, as for everybody who takes part: the activity keeps its kind from now on."""
    if guest.id in lines:
        raise rules.AlreadyOnList(guest.name)
    if not sheets.may_see(guest, slot.post.activity):
        raise rules.NobodyByNumber(guest.number)
    slot.tickets += 1


def _why_not_follow(name: str, line: Line | None, mark: Mark) -> Refusal | None:
    """The reason why this mark cannot follow what is kept of the person, or None."""
    kept = line.kept if line else None
    if kept and kept.mark == mark:
        return None
    step = Step.CORRECT if kept else Step.MARK
    return why_not_follow(name, line.before if line else None, mark.attendance, step)


def counted_once(slot: Slot, marks: Mapping[int, Mark]) -> dict[int, Mark]:
    """The marks, each with no more minutes than do not count in another record of that person already, be it by another
    account, also in this slot. The people are locked."""
    timed = {who: mark for who, mark in marks.items() if mark.minutes}
    if not timed:
        return dict(marks)
    person = with_others(timed)
    others, counted = sheets.elsewhere(slot, person, marks), dict(marks)
    ends_at = slot.ends_at + slot.extra_minutes * MINUTE
    for who, mark in timed.items():
        spells, starts_at = others.setdefault(person[who], []), slot.starts_at + mark.minutes_late * MINUTE
        minutes = min(mark.minutes, most_counted(Spell(starts_at, ends_at), spells))
        counted[who] = replace(mark, minutes=minutes)
        spells.append(Spell(starts_at, ends_at, minutes))
    return counted


def known_by(slot: Slot, fresh: Mapping[str, Mark], reason: str, now: datetime) -> Known:
    """How what an organizer marks now is known: from the list, or, once the time to record is over, from what was typed
    in later. Raises LateReasonMissing where that has no reason; of who is deferred none is asked. `fresh` are the marks
    of who is recorded for the first time, by name."""
    needed = slot.post.activity.kind.evidence
    due = overdue(slot, now)
    if due is None:
        return Known(Evidence.ORGANIZER_TICK, needed)
    names = [name for name, mark in fresh.items() if mark.attendance is not Attendance.DEFERRED]
    if refusal := why_not_late(names, due, reason):
        raise refusal
    return Known(Evidence.TYPED_LATER, needed, reason)


def overdue(slot: Slot, now: datetime) -> date | None:
    """The day by which it had to be recorded who came, where that day is over."""
    ended, today = local_day(slot.ends_at), local_day(now)
    if not can_be_late(ended, today):
        return None
    due = due_day(slot)
    return due if due < today else None


def due_day(slot: Slot) -> date:
    """The last day on which it is recorded in time who came."""
    ended = local_day(slot.ends_at)
    return due_on(ended, terms.special_days(ended, ended + LONGEST))


def record_marks(
    recorder_id: int,
    slot: Slot,
    marks: Mapping[int, Mark],
    known: Known,
    now: datetime,
    *,
    verb: str = "record",
    actor_id: int | None = None,
    came_at: datetime | None = None,
) -> None:
    """Inside a transaction that has asked the rules: record people for the first time. `actor_id` is who did it, where
    that is not who vouches for it; `came_at` is when they checked in."""
    if not marks:
        return
    kind, day = slot.post.activity.kind, local_day(slot.starts_at)
    same = {
        "slot_id": slot.id, "ledger": kind.ledger, "day": day, "weight": kind.percent_on(day), "came_at": came_at,
         "recorded_at": now, "changed_at": now,
    }  # fmt: skip
    facts = {who: facts_of(mark, known, recorder_id) for who, mark in marks.items()}
    rows = [{**same, "member_id": who, **stated} for who, stated in facts.items()]
    made = _insert(slot.id, rows)
    for spoken in (True, False):  # no word is kept of why somebody is deferred
        changes = [(made[who][0], NOTHING, facts[who]) for who in marks if bool(facts[who]["note"]) is spoken]
        audit.leave_all(now, actor_id or recorder_id, verb, Record, changes, reason=known.note if spoken else "")
    absent = {who: made[who][1] for who, mark in marks.items() if mark.attendance is Attendance.ABSENT}
    notices.absent(slot, absent, now)


def _insert(slot_id: int, rows: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, str]]:
    """The id and the public id of each new record, by person. They are read afterwards: to return them, the insert of
    six hundred would be one statement of ten thousand parameters, and to read that takes longer than to write them."""
    run(sa.insert(Record), rows)
    query = sa.select(Record.member_id, Record.id, Record.public_id)
    query = query.where(Record.slot_id == slot_id, Among(Record.member_id))
    found = run(query, {"ids": [row["member_id"] for row in rows]})
    return {who: (record_id, public_id) for who, record_id, public_id in found}


def _correct(
    recorder_id: int, slot: Slot, marks: Mapping[int, Mark], kept: Mapping[int, Kept], known: Known, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Change what was recorded; the trail keeps what it was. A signature was under what was, so it is gone."""
    if not marks:
        return
    known = replace(known, note=known.note and reason)
    facts = {who: facts_of(mark, known, recorder_id) for who, mark in marks.items()}
    rows = [{"id": kept[who].id, "changed_at": now, **stated} for who, stated in facts.items()]
    db.session.execute(sa.update(Record), rows)
    changes = [(kept[who].id, kept[who].facts, stated) for who, stated in facts.items()]
    audit.leave_all(now, recorder_id, "correct", Record, changes, reason=reason)
    notices.corrected(slot, {who: kept[who].public_id for who in marks}, reason, now)


def facts_of(mark: Mark, known: Known, recorder_id: int) -> dict[str, Any]:
    """What a mark states of a record: the columns it sets, and what the trail keeps."""
    note = "" if mark.attendance is Attendance.DEFERRED else known.note
    return {
        **vars(mark), "evidence": known.evidence, "note": note, "is_final": known.is_final(mark),
        "recorded_by_id": recorder_id, "countersigned_by_id": None,
    }  # fmt: skip
