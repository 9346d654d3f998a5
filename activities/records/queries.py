"""Reads of what people did: a slot's list, one record's history, one person's records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import organized_by, visible_to
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.people.models import Member, Unit
from activities.people.persons import with_others
from activities.people.queries import WITH_ROLES
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import CAME, UNDO_WITHIN, Attendance, Mark, Session
from activities.records.rules_overlap import MINUTE, Spell
from activities.records.rules_states import LET_GO, Before
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

PAGE = 50
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


# ── a slot's list ───────────────────────────────────────────────────────────


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


def sheet(slot_id: int, member_id: int | None = None) -> list[Line]:
    """Everybody whose attendance the slot asks for, by number; with `member_id` that person alone. One statement."""
    seated = sa.select(SignUp.member_id).where(SignUp.slot_id == slot_id, SignUp.state == SignUpState.SEATED)
    let_go = sa.select(SignUp.member_id).join(Leave, Leave.sign_up_id == SignUp.id)
    let_go = let_go.where(SignUp.slot_id == slot_id, Leave.answer == Answer.ACCEPTED)
    has_seat = Member.id.in_(seated)
    recorded = sa.select(Record.member_id).where(Record.slot_id == slot_id)
    query = (
        sa.select(
            Member.id, Member.public_id, Member.number, Member.name, has_seat, ~has_seat & Member.id.in_(let_go),
            Record.id, Record.public_id, Record.attendance, Record.minutes, Record.minutes_late, Record.evidence,
            Record.note, Record.is_final, Record.recorded_by_id, Record.countersigned_by_id, Record.changed_at,
            Recorder.name, Record.came_at, Record.left_at,
        )
        .outerjoin(Record, sa.and_(Record.member_id == Member.id, Record.slot_id == slot_id))
        .outerjoin(Recorder, Recorder.id == Record.recorded_by_id)
        .where(Member.id.in_(sa.union(seated, recorded)))
        .order_by(Member.number)
    )  # fmt: skip
    if member_id is not None:
        query = query.where(Member.id == member_id)
    return [
        Line(
            member_id=who, public_id=public_id, number=number, name=name, has_seat=seat, is_let_go=gone,
            kept=_kept(*kept) if kept[0] else None,
        )
        for who, public_id, number, name, seat, gone, *kept in db.session.execute(query)
    ]  # fmt: skip


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
            Record.member_id, Record.minutes, Record.minutes_late, Slot.starts_at, Slot.ends_at, Slot.extra_minutes
        )
        .join(Record.slot)
        .where(
            Record.member_id.in_(accounts), Record.minutes > 0,
            sa.or_(Record.slot_id != slot.id, Record.member_id.not_in(marked)),
            Slot.starts_at < slot.ends_at + AROUND, Slot.ends_at > slot.starts_at - AROUND,
        )
    )  # fmt: skip
    found: dict[int, list[Spell]] = {}
    for member_id, minutes, late, starts_at, ends_at, extra in db.session.execute(query):
        spell = Spell(starts_at + late * MINUTE, ends_at + extra * MINUTE, minutes)
        found.setdefault(accounts[member_id], []).append(spell)
    return found


def names_locked(member_ids: Collection[int]) -> dict[int, str]:
    """The names of these members, who are locked until the transaction ends, and so are the other accounts of the same
    people: whoever records them in another slot waits, since no minute may count in both. Members are locked before
    slots, so that verbs that need both do not wait for each other."""
    query = (
        sa.select(Member.id, Member.name)
        .where(Member.id.in_(with_others(member_ids)))
        .order_by(Member.id)
        .with_for_update(key_share=True, of=Member)
    )
    return {row.id: row.name for row in db.session.execute(query)}


def by_number(number: str) -> Member | None:
    """The active member with this number, with what decides which activities the person sees."""
    query = sa.select(Member).where(Member.number == number, Member.active).options(*WITH_ROLES)
    return db.session.execute(query).unique().scalar_one_or_none()


def may_see(member: Viewer, activity: Activity) -> bool:
    query = sa.select(Activity.id).join(Activity.unit).where(Activity.id == activity.id, visible_to(member))
    return db.session.scalar(query) is not None


# ── one record ──────────────────────────────────────────────────────────────


def record_for(member: Viewer, public_id: str) -> Record:
    """The record, for the member it concerns, the organizers of its slot and who reviews its unit; NotFound for
    anybody else."""
    reviewed = [Unit.path.startswith(path, autoescape=True) for path in member.paths(Permission.REVIEW)]
    query = (
        sa.select(Record)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(Record.public_id == public_id, sa.or_(Record.member_id == member.id, organized_by(member), *reviewed))
        .options(
            contains_eager(Record.slot).contains_eager(Slot.post).contains_eager(Post.activity),
            joinedload(Record.member, innerjoin=True),
            joinedload(Record.recorded_by, innerjoin=True),
            joinedload(Record.countersigned_by),
        )
    )
    record = db.session.execute(query).unique().scalar_one_or_none()
    if record is None:
        raise NotFound
    return record


def trail(record: Record) -> list[tuple[AuditEntry, str | None]]:
    """What happened to the record, oldest first, each with the name of who did it. What is older than the record is of
    one that was taken back, whose id SQLite gives away again."""
    query = (
        sa.select(AuditEntry, Member.name)
        .outerjoin(Member, Member.id == AuditEntry.actor_id)
        .where(
            AuditEntry.subject == Record.__tablename__, AuditEntry.subject_id == record.id,
            AuditEntry.at >= record.recorded_at,
        )
        .order_by(AuditEntry.id)
    )  # fmt: skip
    return [(entry, name) for entry, name in db.session.execute(query)]


# ── one person ──────────────────────────────────────────────────────────────


def history(
    member_id: int, *, year: int | None = None, ledger: Ledger | None = None, limit: int = PAGE, offset: int = 0
) -> list[Record]:
    """The person's records, newest first, each with its slot, post and activity. One statement."""
    query = (
        sa.select(Record)
        .join(Record.slot)
        .where(*_of(member_id, year))
        .order_by(Record.day.desc(), Slot.starts_at.desc(), Record.id.desc())
        .limit(limit)
        .offset(offset)
        .options(
            contains_eager(Record.slot).joinedload(Slot.post, innerjoin=True).joinedload(Post.activity, innerjoin=True)
        )
    )
    if ledger:
        query = query.where(Record.ledger == ledger)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Total:
    """One ledger's sum: `minutes` of time given that is final, `times` the person came, and the minutes that wait for
    a second person."""

    minutes: int = 0
    times: int = 0
    provisional: int = 0


def totals(member_id: int, year: int | None = None) -> dict[Ledger, Total]:
    """The person's sum of every ledger. They are never added together."""
    query = (
        sa.select(
            Record.ledger, sa.func.coalesce(sa.func.sum(Record.minutes).filter(Record.is_final), 0), sa.func.count(),
            sa.func.coalesce(sa.func.sum(Record.minutes).filter(~Record.is_final), 0),
        )
        .where(*_of(member_id, year), Record.attendance.in_(CAME))
        .group_by(Record.ledger)
    )  # fmt: skip
    found = {ledger: Total(*sums) for ledger, *sums in db.session.execute(query)}
    return {ledger: found.get(ledger, Total()) for ledger in Ledger}


def minutes_since(member_ids: Collection[int], since: date) -> dict[tuple[int, Ledger], int]:
    """The minutes these people have given from a day on, by person and ledger. One statement."""
    query = (
        sa.select(Record.member_id, Record.ledger, sa.func.sum(Record.minutes))
        .where(Record.member_id.in_(member_ids), Record.day >= since)
        .group_by(Record.member_id, Record.ledger)
    )
    return {(member_id, ledger): minutes for member_id, ledger, minutes in db.session.execute(query)}


def counts() -> sa.ColumnElement[bool]:
    """Whether a record may be certified: somebody came and gave time, and nothing about it is still open. Who never
    checked out where that is asked has given none."""
    return sa.and_(Record.is_final, Record.attendance.in_(CAME), Record.minutes > 0)


def content(
    member_id: int, ledger: Ledger, first: date, last: date
) -> list[sa.Row[tuple[str, str, int, int, date, date]]]:
    """What can be certified of the person's time in one ledger between two days, by activity: its name, its unit's,
    how often, how many minutes, the first and the last day. One statement."""
    query = (
        sa.select(
            Activity.name, Unit.name, sa.func.count(), sa.func.sum(Record.minutes), sa.func.min(Record.day),
            sa.func.max(Record.day),
        )
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(Record.member_id == member_id, Record.ledger == ledger, Record.day.between(first, last), counts())
        .group_by(Activity.id, Activity.name, Unit.name)
        .order_by(sa.func.min(Record.day), Activity.id)
    )  # fmt: skip
    return list(db.session.execute(query))


def given_until(member_id: int, ledger: Ledger, last: date) -> int:
    """All the person's minutes in a ledger up to a day that can be certified."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Record.minutes), 0)).where(
        Record.member_id == member_id, Record.ledger == ledger, Record.day <= last, counts()
    )
    return int(db.session.scalar(query) or 0)


def years(member_id: int) -> list[int]:
    """The years from the person's last record back to the first; none without records."""
    query = sa.select(sa.func.min(Record.day), sa.func.max(Record.day)).where(Record.member_id == member_id)
    first, last = db.session.execute(query).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def _of(member_id: int, year: int | None) -> list[sa.ColumnElement[bool]]:
    whole = [Record.member_id == member_id]
    return [*whole, Record.day.between(date(year, 1, 1), date(year, 12, 31))] if year else whole
