"""What is odd, for a secretary to look at: listed with its reason from one statement, and put aside with a note that
stays on the record's trail. It only lists; whoever finds something wrong corrects it as anything else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from activities.audit import service as audit
from activities.duties.kinds import Evidence, Kind, kind_of
from activities.duties.models import Activity, Post, Slot
from activities.kit.clock import local
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.norms import queries as norms
from activities.norms.rules import Norms
from activities.people.models import Member
from activities.people.persons import is_account_of, same_person
from activities.people.queries import within
from activities.people.service import acting
from activities.people.users import Viewer
from activities.records.models import OddNote, Record
from activities.records.queries import PAGE
from activities.records.rules_odd import AFTER_DUTY, Minutes, Odd, night, why_not_note
from activities.records.sheets import Recorder

AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"
Other, OtherSlot = aliased(Record), aliased(Slot)
TYPED = sa.and_(Record.evidence == Evidence.TYPED_LATER, Record.minutes > 0)
BY_HAND = sa.and_(Record.evidence.in_((Evidence.TYPED_LATER, Evidence.ORGANIZER_TICK)), Record.minutes > 0)


class Found(NamedTuple):
    """One oddity: which, how many or how much, and the record it is about."""

    odd: Odd
    figure: int
    public_id: str
    name: str
    number: str
    minutes: int
    evidence: Evidence
    recorder: str
    recorded_at: datetime
    starts_at: datetime
    ends_at: datetime
    post: str
    activity: str
    kind_key: str
    is_own: bool

    @property
    def kind(self) -> Kind:
        return kind_of(self.kind_key)


class MinuteOfDay(sa.FunctionElement[int]):
    """How many minutes of the day, in UTC, a moment is after midnight."""

    type = sa.Integer()
    inherit_cache = True
    name = "minute_of_day"


@compiles(MinuteOfDay, "sqlite")
def _on_sqlite(element: MinuteOfDay, compiler: Any, **how: Any) -> str:
    moment = compiler.process(element.clauses, **how)
    return f"(strftime('%H', {moment}) * 60 + strftime('%M', {moment}))"


@compiles(MinuteOfDay, "postgresql")
def _on_postgresql(element: MinuteOfDay, compiler: Any, **how: Any) -> str:
    moment = f"({compiler.process(element.clauses, **how)} AT TIME ZONE 'UTC')"
    return f"CAST(extract(hour FROM {moment}) * 60 + extract(minute FROM {moment}) AS INTEGER)"


def found(
    reader: Viewer, now: datetime, page: int = 1, odd: Odd | None = None, evidence: Evidence | None = None
) -> list[Found]:
    """What is odd in the units this person reviews and nobody has looked at, the last recorded first; one more than a
    page holds. One statement, and one for the norms."""
    paths = reader.paths(Permission.REVIEW)
    odds = _odds(norms.in_force()[0], now).subquery()
    query = (
        sa.select(
            odds.c.odd, odds.c.figure, Record.public_id, Member.name, Member.number, Record.minutes, Record.evidence,
            Recorder.name, Record.recorded_at, Slot.starts_at, Slot.ends_at, Post.name, Activity.name,
            Activity.kind_key,
            is_account_of(Record.member_id, reader.id) | is_account_of(Record.recorded_by_id, reader.id),
        )
        .select_from(odds)
        .join(Record, Record.id == odds.c.id)
        .join(Member, Member.id == Record.member_id)
        .join(Recorder, Recorder.id == Record.recorded_by_id)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .outerjoin(OddNote, sa.and_(OddNote.record_id == Record.id, OddNote.odd == odds.c.odd))
        .where(OddNote.id.is_(None), within(paths))
        .order_by(Record.recorded_at.desc(), Record.id.desc(), odds.c.odd)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )  # fmt: skip
    if odd:
        query = query.where(odds.c.odd == odd)
    if evidence:
        query = query.where(Record.evidence == evidence)
    return [Found(Odd(name), *rest) for name, *rest in db.session.execute(query)]


@transactional
def note(actor_id: int, public_id: str, odd: Odd, said: str, now: datetime) -> None:
    """Put an oddity aside, saying what was found. Raises the rules' Refusal, NotFound outside the person's units."""
    actor = acting(actor_id)
    query = sa.select(Record.id).join(Record.slot).join(Slot.post).join(Post.activity).join(Activity.unit)
    record_id = db.session.scalar(query.where(Record.public_id == public_id, within(actor.paths(Permission.REVIEW))))
    if record_id is None:
        raise NotFound
    record = lock(Record, record_id)
    odds = _odds(norms.in_force()[0], now).subquery()
    is_there = db.session.scalar(sa.select(odds.c.id).where(odds.c.id == record.id, odds.c.odd == odd))
    is_noted = db.session.scalar(sa.select(OddNote.id).where(OddNote.record_id == record.id, OddNote.odd == odd))
    is_own = same_person(actor_id, record.member_id, record.recorded_by_id)
    if refusal := why_not_note(is_own, is_there is not None and is_noted is None, said):
        raise refusal
    db.session.add(OddNote(record_id=record.id, odd=odd, note=said, noted_by_id=actor_id, noted_at=now))
    audit.leave(now, actor_id, "look at", Record, record.id, after={"odd": odd}, reason=said)


def _odds(school: Norms, now: datetime) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Each oddity of what was recorded in the days that are looked at: record, which, and how many or how much."""
    lately = Record.recorded_at >= now - timedelta(days=school.odd_days)
    none = sa.literal(0)
    save, hands = (Record.recorded_by_id, Record.recorded_at), (Record.recorded_by_id, Record.member_id)
    return sa.union_all(
        _one(Odd.LATE, none).where(TYPED, lately),
        _in_groups(Odd.MANY, save, sa.func.count(), school.odd_many, TYPED, lately),
        _at_night(school, now).where(lately),
        _in_groups(Odd.ONE_HAND, hands, sa.func.count(), school.odd_times, TYPED, lately),
        _in_groups(
            Odd.LONG_DAY, (Record.member_id, Record.day), sa.func.sum(Record.minutes), school.odd_hours * 60 + 1,
            Record.minutes > 0, Record.day >= (now - timedelta(days=school.odd_days)).date(),
        ),
        _overlaps().where(lately),
    )  # fmt: skip


def _one(odd: Odd, figure: sa.ColumnElement[int]) -> AnySelect:
    return sa.select(Record.id.label("id"), sa.literal(str(odd)).label("odd"), figure.label("figure"))


def _in_groups(
    odd: Odd, same: tuple[Any, ...], figure: sa.ColumnElement[int], least: int, *which: sa.ColumnElement[bool]
) -> AnySelect:
    """The records of groups of which so many are odd."""
    groups = sa.select(*same, figure.label("figure")).where(*which).group_by(*same).having(figure >= least).subquery()
    joined = sa.and_(*(groups.c[column.key] == column for column in same))
    return _one(odd, groups.c.figure).join(groups, joined).where(*which)


def _at_night(school: Norms, now: datetime) -> AnySelect:
    offset = local(now).utcoffset() or timedelta(0)
    minutes = offset // timedelta(minutes=1)
    return (
        _one(Odd.NIGHT, sa.literal(0))
        .join(Record.slot)
        .where(
            BY_HAND, _within(MinuteOfDay(Record.recorded_at), night(school, minutes)),
            ~_within(MinuteOfDay(Slot.ends_at), night(school, minutes, AFTER_DUTY)),
        )
    )  # fmt: skip


def _within(minute: sa.ColumnElement[int], hours: Minutes) -> sa.ColumnElement[bool]:
    parts = minute >= hours.first, minute < hours.end
    return sa.or_(*parts) if hours.first > hours.end else sa.and_(*parts)


def _overlaps() -> AnySelect:
    """Records of slots that overlap in different places, both with hours."""
    there = (
        sa.exists()
        .where(
            Other.member_id == Record.member_id, Other.id != Record.id, Other.minutes > 0,
            OtherSlot.id == Other.slot_id, OtherSlot.post_id != Slot.post_id,
            OtherSlot.starts_at < Slot.ends_at, OtherSlot.ends_at > Slot.starts_at,
        )
        .correlate(Record, Slot)
    )  # fmt: skip
    return _one(Odd.OVERLAP, sa.literal(0)).join(Record.slot).where(Record.minutes > 0, there)
