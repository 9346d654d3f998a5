"""Records that are said to be wrong: one request at each step."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.corrections.models import Correction
from activities.corrections.rules import Opinion
from activities.corrections.service import answer, ask, decide
from activities.kit.db import db
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance, Mark

LESS = 30


def play(now: datetime) -> None:
    organizer, secretary, member = (_by_number(number) for number in ("organizer", "secretary", "member"))
    for step, one in enumerate(_recorded_by(organizer, but=(secretary, member))):
        request = _ask(one, "名单上记了全程，当天我提前半小时离开。", now - timedelta(days=2))
        if step:
            answer(organizer, request, Opinion.AGREES, "核对过签退时间，确实提前离开。", now - timedelta(days=1))
        if step > 1:
            decide(secretary, request, True, "同意更正。", now - timedelta(hours=3))
    own = sa.select(Record).where(Record.member_id == member, Record.attendance == Attendance.PRESENT)
    if record := db.session.scalars(own.where(Record.minutes > LESS).order_by(Record.day.desc(), Record.id)).first():
        _ask(record, "当天到场后被安排去另一处，少待了半小时。", now - timedelta(hours=2))


def _recorded_by(recorder_id: int, but: tuple[int, ...]) -> list[Record]:
    """The last three full records, each of somebody else."""
    newest = (
        sa.select(sa.func.max(Record.id))
        .where(
            Record.recorded_by_id == recorder_id, Record.attendance == Attendance.PRESENT, Record.minutes > LESS,
            Record.member_id.not_in(but),
        )
        .group_by(Record.member_id)
    )  # fmt: skip
    query = sa.select(Record).where(Record.id.in_(newest)).order_by(Record.day.desc(), Record.id).limit(3)
    return list(db.session.scalars(query))


def _ask(record: Record, reason: str, now: datetime) -> int:
    claim = Mark(Attendance.PRESENT, record.minutes - LESS)
    public_id = ask(record.member_id, record.id, claim, reason, now)
    return db.session.scalars(sa.select(Correction.id).where(Correction.public_id == public_id)).one()


def _by_number(number: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.number == number)).one()
