"""Reads of one slot's list: who is on it, what is recorded of them, what can be taken back, and what they gave around
it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.duties.models import Activity, Slot
from activities.duties.queries import visible_to
from activities.kit.db import db, run
from activities.kit.sql import Among
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.people.models import Member
from activities.people.persons import with_others
from activities.people.queries import WITH_ROLES
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import UNDO_WITHIN, Attendance, Mark, Session
from activities.records.rules_overlap import MINUTE, Spell
from activities.records.rules_states import LET_GO, Before
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

# How far around a slot others are looked at: those that overlap it, and those that these overlap.
AROUND = timedelta(days=2)
# What an arrival counts where people come one after another: nobody at the desk sees when they leave.
VISIT = 60
Recorder = aliased(Member)


def session(slot: Slot) -> Session:
    """The slot as the rules want it."""
    kind = slot.post.activity.kind
    return Session(
        state=slot.state, starts_at=slot.starts_at, minutes=slot.counted_minutes, defers=kind.has_timed_arrival,
        visit=VISIT if kind.has_timed_arrival else None, check_out=kind.check_out,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What has been recorded of somebody, and who vouches for it."""

    id: int
    public_id: str
    mark: Mark
    evidence: Evidence
    note: str
    is_final: bool
    recorded_by_id: int
    countersigned_by_id: int | None
    changed_at: datetime
    by: str
    came_at: datetime | None
    left_at: datetime | None

    @property
    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        known = ("evidence", "note", "is_final", "recorded_by_id", "countersigned_by_id")
        return {**asdict(self.mark), **{name: getattr(self, name) for name in known}}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person of a slot: who has a seat, or came without and was recorded."""

    member_id: int
    public_id: str
    number: str
    name: str
    has_seat: bool
    # Whether they were given leave, and so have no seat any more.
    is_let_go: bool
    kept: Kept | None

    @property
    def before(self) -> Before:
        """From what the next mark starts."""
        return LET_GO if self.is_let_go else self.kept.mark.attendance if self.kept else None


def sheet(slot_id: int) -> list[Line]:
    """Everybody whose attendance the slot asks for, by number. One statement."""
    return [_read(row) for row in run(_LINES, {"slot": slot_id})]


def line_of(slot_id: int, member_id: int) -> Line | None:
    """The person's line of that list."""
    row = run(_LINE, {"slot": slot_id, "who": member_id}).one_or_none()
    return _read(row) if row else None


def _lines(*, of_one: bool) -> sa.Select[*tuple[Any, ...]]:
    """The list of a slot, or the line of `who` alone, which is then all that is looked at. Built once, since in a rush
    each who checks in asks."""
    slot_id, who = sa.bindparam("slot", type_=sa.Integer()), sa.bindparam("who", type_=sa.Integer())
    its = [SignUp.slot_id == slot_id, *([SignUp.member_id == who] if of_one else [])]
    seated = sa.select(SignUp.member_id).where(*its, SignUp.state == SignUpState.SEATED)
    let_go = sa.select(SignUp.member_id).join(Leave, Leave.sign_up_id == SignUp.id)
    let_go = let_go.where(*its, Leave.answer == Answer.ACCEPTED)
    has_seat = Member.id.in_(seated)
    if of_one:
        is_on_it = sa.and_(Member.id == who, sa.or_(has_seat, Record.id.is_not(None)))
    else:
        is_on_it = Member.id.in_(sa.union(seated, sa.select(Record.member_id).where(Record.slot_id == slot_id)))
    return (
        sa.select(
            Member.id, Member.public_id, Member.number, Member.name, has_seat, ~has_seat & Member.id.in_(let_go),
            Record.id, Record.public_id, Record.attendance, Record.minutes, Record.minutes_late, Record.evidence,
            Record.note, Record.is_final, Record.recorded_by_id, Record.countersigned_by_id, Record.changed_at,
            Recorder.name, Record.came_at, Record.left_at,
        )
        .outerjoin(Record, sa.and_(Record.member_id == Member.id, Record.slot_id == slot_id))
        .outerjoin(Recorder, Recorder.id == Record.recorded_by_id)
        .where(is_on_it)
        .order_by(Member.number)
    )  # fmt: skip


_LINES, _LINE = _lines(of_one=False), _lines(of_one=True)


def _read(row: sa.Row[*tuple[Any, ...]]) -> Line:
    who, public_id, number, name, seat, gone, *kept = row
    return Line(
        member_id=who, public_id=public_id, number=number, name=name, has_seat=seat, is_let_go=gone,
        kept=_kept(*kept) if kept[0] else None,
    )  # fmt: skip


def _kept(
    record_id: int, public_id: str, attendance: Attendance, minutes: int, minutes_late: int, evidence: Evidence,
    note: str, is_final: bool, recorded_by_id: int, countersigned_by_id: int | None, changed_at: datetime, by: str,
    came_at: datetime | None, left_at: datetime | None,
) -> Kept:  # fmt: skip
    return Kept(
        id=record_id, public_id=public_id, mark=Mark(attendance, minutes, minutes_late), evidence=evidence, note=note,
        is_final=is_final, recorded_by_id=recorded_by_id, countersigned_by_id=countersigned_by_id,
        changed_at=changed_at, by=by, came_at=came_at, left_at=left_at,
    )  # fmt: skip


def last_save(slot_id: int, recorder_id: int, now: datetime) -> tuple[datetime, int] | None:
    """When the person last saved marks of the slot that can still be taken back, and how many."""
    query = _can_be_undone(sa.select(Record.changed_at, sa.func.count()), slot_id, recorder_id, now)
    query = query.group_by(Record.changed_at).order_by(Record.changed_at.desc()).limit(1)
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None


def saved_at(slot_id: int, recorder_id: int, moment: datetime, now: datetime) -> list[tuple[Record, AuditEntry]]:
    """What the person saved at this moment and can still take back, each with its entry of the trail."""
    query = _can_be_undone(sa.select(Record, AuditEntry), slot_id, recorder_id, now)
    query = query.where(Record.changed_at == moment).order_by(Record.id)
    rows = db.session.execute(query, execution_options={"populate_existing": True})
    return [(record, entry) for record, entry in rows]


def first_marks(
    slot_id: int, recorder_id: int, member_ids: Collection[int], now: datetime
) -> dict[int, tuple[Record, AuditEntry]]:
    """By person what is recorded of them, where it still is the first mark by this recorder and can be taken back."""
    query = _can_be_undone(sa.select(Record, AuditEntry), slot_id, recorder_id, now)
    query = query.where(Record.member_id.in_(member_ids), Record.recorded_at == Record.changed_at)
    rows = db.session.execute(query, execution_options={"populate_existing": True})
    return {record.member_id: (record, entry) for record, entry in rows if not entry.before}


def _can_be_undone(
    query: sa.Select[*tuple[Any, ...]], slot_id: int, recorder_id: int, now: datetime
) -> sa.Select[*tuple[Any, ...]]:
    """Records that are still as this person left them a short time ago, by marking them and not by undoing, and that
    nobody has countersigned."""
    entry = sa.and_(
        AuditEntry.subject == Record.__tablename__, AuditEntry.subject_id == Record.id,
        AuditEntry.at == Record.changed_at, AuditEntry.verb.in_(("record", "correct")),
    )  # fmt: skip
    return query.join(AuditEntry, entry).where(
        Record.slot_id == slot_id, Record.recorded_by_id == recorder_id, Record.changed_at >= now - UNDO_WITHIN,
        Record.countersigned_by_id.is_(None),
    )  # fmt: skip


def elsewhere(slot: Slot, accounts: Mapping[int, int], marked: Collection[int]) -> dict[int, list[Spell]]:
    """When the people of these accounts gave time that counts around this slot, by person: in other slots, and in this
    one by accounts that are not being marked. One statement."""
    query = (
        sa.select(
            Record.slot_id, Record.member_id, Record.minutes, Record.minutes_late, Slot.starts_at, Slot.ends_at,
            Slot.extra_minutes,
        )
        .join(Record.slot)
        .where(
            Record.member_id.in_(accounts), Record.minutes > 0, Slot.starts_at < slot.ends_at + AROUND,
            Slot.ends_at > slot.starts_at - AROUND,
        )
    )  # fmt: skip
    found: dict[int, list[Spell]] = {}
    for slot_id, member_id, minutes, late, starts_at, ends_at, extra in db.session.execute(query):
        if slot_id == slot.id and member_id in marked:
            continue
        spell = Spell(starts_at + late * MINUTE, ends_at + extra * MINUTE, minutes)
        found.setdefault(accounts[member_id], []).append(spell)
    return found


def names_locked(member_ids: Collection[int]) -> dict[int, str]:
    """The names of these members, who are locked until the transaction ends, and so are the other accounts of the same
    people: whoever records them in another slot waits, since no minute may count in both. Members are locked before
    slots, so that verbs that need both do not wait for each other."""
    query = (
        sa.select(Member.id, Member.name)
        .where(Among(Member.id))
        .order_by(Member.id)
        .with_for_update(key_share=True, of=Member)
    )
    return {row.id: row.name for row in run(query, {"ids": list(with_others(member_ids))})}


def by_number(number: str) -> Member | None:
    """The active member with this number, with what decides which activities the person sees."""
    return with_roles(Member.number == number)


def with_roles(whose: sa.ColumnElement[bool]) -> Member | None:
    """The active member, with roles as they are now."""
    query = sa.select(Member).where(whose, Member.active).options(*WITH_ROLES)
    return db.session.execute(query, execution_options={"populate_existing": True}).unique().scalar_one_or_none()


def may_see(member: Viewer, activity: Activity) -> bool:
    query = sa.select(Activity.id).join(Activity.unit).where(Activity.id == activity.id, visible_to(member))
    return db.session.scalar(query) is not None
