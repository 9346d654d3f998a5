"""Ticks from organizers' phones: what a phone keeps of a list, what others have recorded meanwhile, and each tick
decided once, however often and however late it arrives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties.kinds import Evidence
from activities.duties.models import Slot
from activities.duties.queries import WITH_ALL, must_organize
from activities.kit.clock import at, local_day
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import Refusal
from activities.norms import queries as norms
from activities.norms.rules import Norms
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.people.persons import is_account_of, persons
from activities.people.service import acting
from activities.records import sheets
from activities.records.models import Record, Tick
from activities.records.rules import Mark, Session
from activities.records.rules_evidence import Known, LateReasonMissing
from activities.records.rules_ticks import (
    NotTakenBack,
    Outcome,
    Person,
    SaidOtherwise,
    Tap,
    ticked,
    why_not_tick,
)
from activities.records.service import counted_once, overdue, record_marks, take_back
from activities.records.sheets import Line, Recorder

# How many ticks a phone may send at once.
MOST = 200
# A phone keeps a tick until it is sent. After the ten working days in which it is recorded who came, none is taken any
# more; whatever holidays lie between, these are over by then.
REMEMBERED = timedelta(days=90)


class Answer(NamedTuple):
    """What became of one tick, and why not what was meant."""

    key: str
    outcome: Outcome
    refusal: Refusal | None = None


class Marked(NamedTuple):
    """What is recorded of somebody, by whom, and whether that is who asks."""

    public_id: str
    mark: Mark
    by: str
    at: datetime
    is_mine: bool


# ── what a phone shows ──────────────────────────────────────────────────────


def edition(slot: Slot) -> str:
    """Changes whenever other people are on the slot's list: it counts who came to it, and who is on it."""
    return f"{slot.tickets}.{slot.taken}"


def kept_until(slot: Slot) -> datetime:
    """When the slot's day is over, and with it whatever a phone keeps of its people."""
    return at(local_day(slot.ends_at) + timedelta(days=1), time())


def marked(slot_id: int, reader_id: int, since: datetime | None) -> tuple[list[Marked], int]:
    """What has been recorded since a moment, or at all, and of how many people anything is. Two statements."""
    query = (
        sa.select(
            Member.public_id, Record.attendance, Record.minutes, Record.minutes_late, Recorder.name, Record.changed_at,
            is_account_of(Record.recorded_by_id, reader_id),
        )
        .select_from(Record)
        .join(Member, Member.id == Record.member_id)
        .join(Recorder, Recorder.id == Record.recorded_by_id)
        .where(Record.slot_id == slot_id)
    )  # fmt: skip
    if since is not None:
        query = query.where(Record.changed_at >= since)
    found = [
        Marked(who, Mark(attendance, minutes, late), by, changed_at, bool(is_mine))
        for who, attendance, minutes, late, by, changed_at, is_mine in db.session.execute(query)
    ]
    count = sa.select(sa.func.count()).select_from(Record).where(Record.slot_id == slot_id)
    return found, db.session.scalar(count) or 0


# ── ticks ───────────────────────────────────────────────────────────────────


class _Met(Exception):  # noqa: N818 - an answer, not an error
    """The same tick was stored by another request while this one waited."""


def tick(
    recorder_id: int, slot_id: int, taps: Sequence[Tap], undone: Mapping[str, str], now: datetime
) -> list[Answer]:  # fmt: skip
    """Decide these ticks, and take back others: `undone` are keys, each with whose tick it was. A tick that is taken
    back before it arrives has no effect when it does. Raises NotAllowed for who does not organize the slot's
    activity."""
    try:
        return _tick(recorder_id, slot_id, taps, undone, now)
    except _Met:
        return _tick(recorder_id, slot_id, taps, undone, now)  # which finds it now


@dataclass
class _Batch:
    """What the ticks of one request are decided on, and what is decided so far."""

    recorder_id: int
    slot: Slot
    now: datetime
    who: Mapping[str, int]
    own: Collection[int]
    lines: dict[int, Line]
    recorder: str
    known: Mapping[str, Tick]
    session: Session
    norms: Norms
    due: date | None
    marks: dict[int, Mark] = field(default_factory=dict)
    decided: dict[str, tuple[int, Outcome]] = field(default_factory=dict)


@transactional
def _tick(
    recorder_id: int, slot_id: int, taps: Sequence[Tap], undone: Mapping[str, str], now: datetime
) -> list[Answer]:  # fmt: skip
    who = _ids({*(tap.who for tap in taps), *undone.values()})
    names = sheets.names_locked({recorder_id, *who.values()})
    slot = lock(Slot, slot_id, WITH_ALL)
    must_organize(acting(recorder_id), slot.post.activity)
    person = persons({recorder_id, *who.values()})
    batch = _Batch(
        recorder_id=recorder_id, slot=slot, now=now, who=who, recorder=names[recorder_id],
        own={one for one in person if person[one] == person[recorder_id]},
        lines={line.member_id: line for line in sheets.sheet(slot_id)},
        known=_known(recorder_id, slot_id, {*undone, *(tap.key for tap in taps)}),
        session=sheets.session(slot), norms=norms.in_force()[0], due=overdue(slot, now),
    )  # fmt: skip
    answers = {key: Answer(key, one.outcome) for key, one in batch.known.items()}
    answers |= _taken_back(batch, {key: who.get(person, 0) for key, person in undone.items()})
    for tap in taps:
        if tap.key not in answers:
            answers[tap.key] = _decide(batch, tap)
    marks = counted_once(slot, batch.marks)
    with unless_there(_Met):
        record_marks(recorder_id, slot, marks, Known(Evidence.ORGANIZER_TICK, slot.post.activity.kind.evidence), now)
        same = {"slot_id": slot_id, "recorder_id": recorder_id, "received_at": now}
        decided = batch.decided.items()
        if rows := [{**same, "key": key, "member_id": one, "outcome": outcome} for key, (one, outcome) in decided]:
            db.session.execute(sa.insert(Tick), rows)
    return list(answers.values())


def _taken_back(batch: _Batch, undone: Mapping[str, int]) -> dict[str, Answer]:
    """Take back ticks that were recorded and stand as they were left; those that have not come yet never will count."""
    there = {
        key: one for key, one in batch.known.items()
        if one.outcome is Outcome.RECORDED and undone.get(key) == one.member_id
    }  # fmt: skip
    first = sheets.first_marks(batch.slot.id, batch.recorder_id, [one.member_id for one in there.values()], batch.now)
    stand = {
        key: first[one.member_id] for key, one in there.items()
        if one.member_id in first and first[one.member_id][0].recorded_at == one.received_at
    }  # fmt: skip
    if stand:
        take_back(batch.recorder_id, batch.slot, list(stand.values()), batch.now)
    answers = {}
    for key, member_id in undone.items():
        line = batch.lines.get(member_id)
        if key in stand and line:
            batch.known[key].outcome = Outcome.TAKEN_BACK
            batch.lines[member_id] = replace(line, kept=None)
        elif line and key in there:
            answers[key] = Answer(key, Outcome.KEPT, NotTakenBack(line.name))
            continue
        elif line and key not in batch.known:
            batch.decided[key] = (member_id, Outcome.TAKEN_BACK)
        answers[key] = Answer(key, Outcome.TAKEN_BACK)
    return answers


def _decide(batch: _Batch, tap: Tap) -> Answer:
    """What becomes of a tick that nothing is known of yet."""
    member_id = batch.who.get(tap.who, 0)
    line = batch.lines.get(member_id)
    mark = ticked(batch.session, batch.norms.grace, tap.how, tap.at)
    there = batch.marks.get(member_id) or (line.kept.mark if line and line.kept else None)
    if line and there:
        is_same = there.attendance is mark.attendance
        batch.decided[tap.key] = (member_id, Outcome.SAME if is_same else Outcome.CLASH)
        if is_same:
            return Answer(tap.key, Outcome.SAME)
        return Answer(tap.key, Outcome.CLASH, SaidOtherwise(line.name, line.kept.by if line.kept else batch.recorder))
    person = Person(name=line.name, is_own=member_id in batch.own, before=line.before) if line else None
    refusal = why_not_tick(batch.session, batch.norms, person, tap)
    if line and refusal is None and batch.due:
        refusal = LateReasonMissing(line.name, batch.due)
    if refusal:
        return Answer(tap.key, Outcome.REFUSED, refusal)
    batch.marks[member_id] = mark
    batch.decided[tap.key] = (member_id, Outcome.RECORDED)
    return Answer(tap.key, Outcome.RECORDED)


def _ids(public_ids: Collection[str]) -> dict[str, int]:
    query = sa.select(Member.public_id, Member.id).where(Member.public_id.in_(public_ids))
    return dict(db.session.execute(query).all())


def _known(recorder_id: int, slot_id: int, keys: Iterable[str]) -> dict[str, Tick]:
    query = sa.select(Tick).where(Tick.slot_id == slot_id, Tick.recorder_id == recorder_id, Tick.key.in_(keys))
    return {one.key: one for one in db.session.scalars(query, execution_options={"populate_existing": True})}


@every(86400, "forget ticks that cannot come again")
@transactional
def forget(now: datetime) -> int:
    """Return how many."""
    gone = sa.delete(Tick).where(Tick.received_at < now - REMEMBERED).returning(Tick.id)
    return len(db.session.execute(gone).all())
