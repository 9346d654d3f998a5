"""Records that are said to be wrong: one request at each step, one of which nobody has done anything about."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.corrections.models import Correction
from activities.corrections.rules import Opinion
from activities.corrections.service import answer, ask, decide, go_on, withdraw
from activities.kit.db import db
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance, Mark

LESS = 30
UNANSWERED = timedelta(days=40)
# What the organizer says, and what becomes of it; the last is taken back by who asked.
STEPS: tuple[tuple[Opinion | None, str, bool | None, str], ...] = (
    (None, "", None, ""),
    (Opinion.AGREES, "核对过签退时间，确实提前离开。", None, ""),
    (Opinion.AGREES, "核对过签退时间，确实提前离开。", True, "同意更正。"),
    (Opinion.DISAGREES, "当天的照片里结束时他还在。", None, ""),
    (Opinion.DISAGREES, "名单是散场时点的，没有提前离开的人。", False, "以组织者当场的名单为准。"),
    (None, "", None, "看错了日期。"),
)


def play(now: datetime) -> None:
    organizer, secretary, member = (_by_number(number) for number in ("organizer", "secretary", "member"))
    _long_ago(organizer, (secretary, member), now)
    records = _recorded_by(organizer, (secretary, member), now, len(STEPS))
    for record, (opinion, said, verdict, word) in zip(records, STEPS, strict=False):
        request = _ask(record, "名单上记了全程，当天我提前半小时离开。", now - timedelta(days=2))
        if opinion:
            answer(organizer, request, opinion, said, now - timedelta(days=1))
        if verdict is not None:
            decide(secretary, request, verdict, word, now - timedelta(hours=3))
        elif word:
            withdraw(record.member_id, request, now - timedelta(days=1))
    own = sa.select(Record).where(Record.member_id == member, Record.attendance == Attendance.PRESENT)
    for record in db.session.scalars(own.where(Record.minutes > LESS).order_by(Record.day.desc(), Record.id).limit(1)):
        _ask(record, "当天到场后被安排去另一处，少待了半小时。", now - timedelta(hours=2))


def _long_ago(organizer: int, but: tuple[int, ...], now: datetime) -> None:
    """One that no organizer has answered and then no secretary has decided, so that every secretary above is asked."""
    for record in _recorded_by(organizer, but, now - UNANSWERED, 1):
        _ask(record, "那天我有课提前走了半小时，名单上记了全程。", now - UNANSWERED)
        go_on(now - UNANSWERED / 2)
        go_on(now - timedelta(days=1))


def _recorded_by(recorder_id: int, but: tuple[int, ...], until: datetime, count: int) -> list[Record]:
    """The last full records of that time about which nothing is asked, each of somebody else."""
    newest = (
        sa.select(sa.func.max(Record.id))
        .where(
            Record.recorded_by_id == recorder_id, Record.attendance == Attendance.PRESENT, Record.minutes > LESS,
            Record.changed_at < until - timedelta(days=2), Record.member_id.not_in(but),
            Record.member_id.not_in(sa.select(Correction.member_id)),
        )
        .group_by(Record.member_id)
    )  # fmt: skip
    query = sa.select(Record).where(Record.id.in_(newest)).order_by(Record.day.desc(), Record.id).limit(count)
    return list(db.session.scalars(query))


def _ask(record: Record, reason: str, now: datetime) -> int:
    claim = Mark(Attendance.PRESENT, record.minutes - LESS)
    public_id = ask(record.member_id, record.id, claim, reason, now)
    return db.session.scalars(sa.select(Correction.id).where(Correction.public_id == public_id)).one()


def _by_number(number: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.number == number)).one()
