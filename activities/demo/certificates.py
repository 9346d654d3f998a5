"""Certificates: valid, replaced after a correction, revoked; asked for and declined; for a class at once; and objected
to while they stand on notice: one objection waits, one was rejected, one upheld."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.certificates import batches
from activities.certificates.models import Certificate, CertificateRequest, Objection
from activities.certificates.objections import answer, object_to
from activities.certificates.queries import issuers_for, lines, waiting_items
from activities.certificates.requests import ask, decline
from activities.certificates.rules_notice import Verdict
from activities.certificates.service import Order, issue, revoke, supersede
from activities.duties.kinds import Evidence, Ledger
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.people.models import Member
from activities.records.models import Record
from activities.records.queries import counts
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance

DAYS, MINUTES = 120, 30
ANSWERS = (
    (Verdict.REJECTED, "他这学期好像没有参加这么多次。", "逐条核对过签到记录，每次都有组织者当场登记。"),
    (Verdict.UPHELD, "11 月初那次他没有来，是别人替他去的。", "已向当天的组织者核实，情况属实，先更正记录。"),
)


def play(now: datetime) -> None:
    secretary, member = (_by_number(number) for number in ("secretary", "member"))
    people = _givers(now, but=(secretary, member))
    replaced = issue(secretary, people[0], _order(Ledger.SERVICE, now), now - timedelta(days=6))
    revoked = issue(secretary, people[1], _order(Ledger.SERVICE, now), now - timedelta(days=5))
    revoke(secretary, _id(revoked), "出具时选错了人。", now - timedelta(days=4))
    for ledger in (Ledger.SERVICE, Ledger.DUTY):
        if _has_time(member, ledger, now):
            issue(secretary, member, _order(ledger, now), now - timedelta(days=3))
    _object(secretary, people[2:5], now)
    _ask(secretary, people[5:7], now)
    _class(secretary, now)
    _correct(people[0], now - timedelta(days=2))
    supersede(secretary, _id(replaced), "活动时长更正，应本人申请更换。", now - timedelta(days=1))


def _object(secretary: int, people: list[int], now: datetime) -> None:
    """To one that a branch's secretary has issued, which the secretary is still to answer; and to two others."""
    objector = _by_number("organizer")
    for one in people[:1]:
        for other in _other_issuers(one, {secretary, objector})[:1]:
            paper = _id(issue(other, one, _order(Ledger.SERVICE, now), now - timedelta(days=3)))
            object_to(objector, paper, "10 月那次清扫，名单上的时长比实际多半小时。", now - timedelta(hours=20))
    for one, (verdict, reason, word) in zip(people[1:], ANSWERS, strict=False):
        paper = _id(issue(secretary, one, _order(Ledger.SERVICE, now), now - timedelta(days=3)))
        public_id = object_to(objector, paper, reason, now - timedelta(days=2))
        objection = db.session.scalars(sa.select(Objection.id).where(Objection.public_id == public_id)).one()
        for judge in _other_issuers(one, {secretary, objector})[:1]:
            answer(judge, objection, verdict, word, now - timedelta(days=1))


def _other_issuers(member_id: int, but: set[int]) -> list[int]:
    return [who for who in issuers_for(db.session.get_one(Member, member_id)) if who not in but]


def _ask(secretary: int, people: list[int], now: datetime) -> None:
    """One waits for its answer, one was declined."""
    of = _order(Ledger.SERVICE, now)
    for one in people:
        ask(one, of.ledger, of.first, of.last, now - timedelta(days=1))
    for one in people[1:]:
        request = db.session.scalars(sa.select(CertificateRequest.id).where(CertificateRequest.member_id == one)).one()
        decline(secretary, request, "更正申请还在处理，处理完再出具。", now - timedelta(hours=4))


def _class(secretary: int, now: datetime) -> None:
    """For everyone of one class; those of whom nothing is recorded stand on its page, too."""
    school = sa.select(Member.class_name).where(Member.class_name != "", Member.active)
    for name in db.session.scalars(school.order_by(Member.class_name.desc()).limit(1)).all():
        batches.make(secretary, name, _order(Ledger.SERVICE, now), now - timedelta(hours=3))
    while waiting_items(batches.PORTION):
        batches.issue_batches(now - timedelta(hours=3))


def _order(ledger: Ledger, now: datetime) -> Order:
    last = local_day(now) - timedelta(days=7)
    return Order(
        ledger=ledger, first=last - timedelta(days=DAYS), last=last, person="刘明",
        contact="管理学院党总支办公室，经管楼 101",
    )  # fmt: skip


def _givers(now: datetime, but: tuple[int, int]) -> list[int]:
    """The others who have given most."""
    of = _order(Ledger.SERVICE, now)
    query = (
        sa.select(Record.member_id)
        .where(
            counts(), Record.ledger == of.ledger, Record.day.between(of.first, of.last), Record.member_id.not_in(but)
        )
        .group_by(Record.member_id)
        .order_by(sa.func.sum(Record.minutes).desc(), Record.member_id)
        .limit(7)
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
            Record.evidence != Evidence.IMPORTED,
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
