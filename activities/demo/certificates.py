"""Certificates: one that is valid, one that was replaced after a correction, and one that was revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.certificates.models import Certificate
from activities.certificates.queries import lines
from activities.certificates.service import Order, issue, revoke, supersede
from activities.duties.kinds import Ledger
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.people.models import Member
from activities.records.models import Record
from activities.records.queries import counts
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance

DAYS, MINUTES = 120, 30


def play(now: datetime) -> None:
    secretary, member = (_by_number(number) for number in ("secretary", "member"))
    people = _givers(now, but=(secretary, member))
    replaced = issue(secretary, people[0], _order(Ledger.SERVICE, now), now - timedelta(days=6))
    revoked = issue(secretary, people[1], _order(Ledger.SERVICE, now), now - timedelta(days=5))
    revoke(secretary, _id(revoked), "出具时选错了人。", now - timedelta(days=4))
    for ledger in (Ledger.SERVICE, Ledger.DUTY):
        if _has_time(member, ledger, now):
            issue(secretary, member, _order(ledger, now), now - timedelta(days=3))
    _correct(people[0], now - timedelta(days=2))
    supersede(secretary, _id(replaced), "活动时长更正，应本人申请更换。", now - timedelta(days=1))


def _order(ledger: Ledger, now: datetime) -> Order:
    last = local_day(now) - timedelta(days=7)
    return Order(
        ledger=ledger, first=last - timedelta(days=DAYS), last=last, person="刘明",
        contact="管理学院党总支办公室，经管楼 101",
    )  # fmt: skip


def _givers(now: datetime, but: tuple[int, int]) -> list[int]:
    """The two others who have given most."""
    of = _order(Ledger.SERVICE, now)
    query = (
        sa.select(Record.member_id)
        .where(
            counts(), Record.ledger == of.ledger, Record.day.between(of.first, of.last), Record.member_id.not_in(but)
        )
        .group_by(Record.member_id)
        .order_by(sa.func.sum(Record.minutes).desc(), Record.member_id)
        .limit(2)
    )
    return list(db.session.scalars(query))


def _correct(member_id: int, now: datetime) -> None:
    """Half an hour less in the last slot that is on the certificate."""
    of = _order(Ledger.SERVICE, now)
    query = (
        sa.select(Record)
        .where(
            Record.member_id == member_id,
            Record.ledger == of.ledger,
            Record.day.between(of.first, of.last),
            Record.attendance == Attendance.PRESENT,
            Record.minutes >= MINUTES,
        )
        .order_by(Record.day.desc(), Record.id)
        .limit(1)
    )
    record = db.session.scalars(query).one()
    mark = Mark(Attendance.PRESENT, record.minutes - MINUTES)
    record_attendance(record.recorded_by_id, record.slot_id, {member_id: mark}, now, reason="提前半小时离开。")


def _has_time(member_id: int, ledger: Ledger, now: datetime) -> bool:
    order = _order(ledger, now)
    return bool(lines(member_id, ledger, order.first, order.last))


def _id(public_id: str) -> int:
    return db.session.scalars(sa.select(Certificate.id).where(Certificate.public_id == public_id)).one()


def _by_number(number: str) -> int:
    return db.session.scalars(sa.select(Member.id).where(Member.number == number)).one()
