"""Reads of what people did: one record's history, one person's records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.audit.models import AuditEntry
from activities.duties.kinds import Ledger
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import organized_by
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.rules import CAME

PAGE = 50


# ── one record ──────────────────────────────────────────────────────────────


def record_for(member: Viewer, public_id: str) -> Record:
    """The record, for the member it concerns, the organizers of its slot and who reviews its unit; NotFound for
    anybody else."""
    reviewed = within(member.paths(Permission.REVIEW))
    query = (
        sa.select(Record)
        .join(Record.slot)
        .join(Slot.post)
        .join(Post.activity)
        .join(Activity.unit)
        .where(Record.public_id == public_id, sa.or_(Record.member_id == member.id, organized_by(member), reviewed))
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
        .where(*of_person(member_id, year))
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
    """One ledger's sum: `minutes` of time given that is final, `times` the person came, the minutes that wait for a
    second person, and what the final ones weigh, in hundredths of a minute."""

    minutes: int = 0
    times: int = 0
    provisional: int = 0
    weight: int = 0

    @property
    def weighed(self) -> int:
        """What the final minutes weigh, to the nearest minute below; zero where that is what they are."""
        return 0 if self.weight == 100 * self.minutes else self.weight // 100


def totals(member_id: int, year: int | None = None) -> dict[Ledger, Total]:
    """The person's sum of every ledger. They are never added together."""
    query = (
        sa.select(
            Record.ledger, sa.func.coalesce(sa.func.sum(Record.minutes).filter(Record.is_final), 0), sa.func.count(),
            sa.func.coalesce(sa.func.sum(Record.minutes).filter(~Record.is_final), 0),
            sa.func.coalesce(sa.func.sum(Record.minutes * Record.weight).filter(Record.is_final), 0),
        )
        .where(*of_person(member_id, year), Record.attendance.in_(CAME))
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


def of_person(member_id: int, year: int | None) -> list[sa.ColumnElement[bool]]:
    """The person's records, of one year or at all."""
    whole = [Record.member_id == member_id]
    return [*whole, Record.day.between(date(year, 1, 1), date(year, 12, 31))] if year else whole
