"""Records to certify, and certificates of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from activities.certificates.batches import make
from activities.certificates.models import Certificate, CertificateBatch, CertificateRequest, Objection
from activities.certificates.objections import object_to
from activities.certificates.requests import ask
from activities.certificates.service import Order, issue
from activities.duties.kinds import Ledger
from activities.duties.models import Slot
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import WalkIn, record_attendance
from tests.cast import DAY, NOW, Cast, make_post, make_slot, store

_PLACES = count(1)


def order(now: datetime = NOW, days: int = 30, **fields: Any) -> Order:
    """Volunteer service of the last days."""
    today: date = local_day(now)
    values: dict[str, Any] = {
        "ledger": Ledger.SERVICE, "first": today - timedelta(days=days), "last": today, "person": "刘明",
        "contact": "经管楼 101，0431-85160000",
    }  # fmt: skip
    return Order(**{**values, **fields})


def recorded(cast: Cast, member: Member, minutes: int = 90, days_ago: int = 2, **fields: Any) -> Slot:
    """Somebody was there so many days ago, as Ou has recorded."""
    post = fields.get("post") or make_post(cast.sweeping, f"东湖第 {next(_PLACES)} 段")
    slot = make_slot(post, NOW - days_ago * DAY, hours=2)
    db.session.commit()
    came = WalkIn(member.number, Mark(Attendance.PRESENT, minutes))
    record_attendance(cast.ou.id, slot.id, {}, slot.ends_at, walk_in=came)
    return slot


def corrected(cast: Cast, slot: Slot, member: Member, minutes: int, now: datetime = NOW) -> None:
    record_attendance(cast.ou.id, slot.id, {member.id: Mark(Attendance.PRESENT, minutes)}, now, reason="抄错了")


def certified(cast: Cast, now: datetime = NOW) -> Certificate:
    """The certificate that Chen has issued to Lin, of a record that there is or is made."""
    found = db.session.scalars(sa.select(Certificate)).first()
    if found is None:
        if db.session.scalar(sa.select(Record.id).where(Record.member_id == cast.lin.id)) is None:
            recorded(cast, cast.lin)
        public_id = issue(cast.chen.id, cast.lin.id, order(now), now)
        found = one(public_id)
    return found


def one(public_id: str) -> Certificate:
    query = sa.select(Certificate).where(Certificate.public_id == public_id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()


def asked_for(cast: Cast, now: datetime = NOW) -> str:
    """Lin's request for a certificate: the one that there is, or a new one."""
    found = db.session.scalar(sa.select(CertificateRequest.public_id))
    if found is None:
        if db.session.scalar(sa.select(Record.id).where(Record.member_id == cast.lin.id)) is None:
            recorded(cast, cast.lin)
        wanted = order(now, days=29)
        ask(cast.lin.id, wanted.ledger, wanted.first, wanted.last, now)
        found = db.session.scalars(sa.select(CertificateRequest.public_id)).one()
    return found


def ordered(cast: Cast, now: datetime = NOW) -> str:
    """What Chen has ordered for Lin's class."""
    found = db.session.scalar(sa.select(CertificateBatch.public_id))
    return found or make(cast.chen.id, cast.lin.class_name, order(now), now)


def second_secretary(cast: Cast) -> Member:
    """Gu is a secretary of the whole school from now on, too."""
    gu = cast.gu
    if not db.session.scalar(
        sa.select(RoleGrant.id).where(RoleGrant.member_id == gu.id, RoleGrant.role == Role.SECRETARY)
    ):
        store(RoleGrant(member_id=gu.id, role=Role.SECRETARY, unit_id=cast.school.id, granted_at=NOW))
        db.session.commit()
    return gu


def objected(cast: Cast, reason: str = "那天他不在。") -> str:
    """What Zhao says of a certificate that Gu has issued to Lin: the objection that there is, or a new one."""
    found = db.session.scalar(sa.select(Objection.public_id))
    if found is None:
        recorded(cast, cast.lin)
        paper = one(issue(second_secretary(cast).id, cast.lin.id, order(days=40), NOW))
        found = object_to(cast.zhao.id, paper.id, reason, NOW)
    return found
