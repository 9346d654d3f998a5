"""What is asked in the demo: of students by the general branch, last year and in this one, in a version that was
changed since; less of staff, and more of those who are at the member's stage in the member's branch. Some people are
exempted from some of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.duties.kinds import Ledger, Topic
from activities.duties.models import Activity
from activities.kit.clock import local_day
from activities.kit.db import db, transaction
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant
from activities.people.rules import Stages, Standing, Standings
from activities.requirements import exempting
from activities.requirements.models import Exemption, RequirementSet
from activities.requirements.queries import newest
from activities.requirements.rules import WHOLE, Asked, Exempted, Line, moved
from activities.requirements.rules_exempting import Ground, Why
from activities.requirements.service import ask, change

LAST_YEAR, ASKED_AGO, CHANGED_AGO, EXEMPTED_AGO = (timedelta(days=days) for days in (380, 70, 30, 25))
TOLD_ON = 1
ANYBODY = Stages(0)
# What activities of a kind are about.
TOPICS = {"study": Topic.THEORY, "party_school": Topic.RULES}


def play(now: datetime) -> None:
    _topics()
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    secretary, member = people["secretary"], people["member"]
    year = local_day(now).year
    _sets(secretary, member, year, now)
    _exemptions(secretary, member, year, now)


def _topics() -> None:
    with transaction():
        for kind, topic in TOPICS.items():
            db.session.execute(sa.update(Activity).where(Activity.kind_key == kind).values(topic=topic))


def _sets(secretary: int, member: int, year: int, now: datetime) -> None:
    held = sa.select(RoleGrant.unit_id).where(RoleGrant.member_id == secretary, RoleGrant.role == Role.SECRETARY)
    school, somebody = db.session.scalars(held).one(), db.session.get_one(Member, member)
    unit, stage = somebody.unit_id, Stages[somebody.stage.name]
    since, students, staff = now - ASKED_AGO, Standings.STUDENT, Standings.TEACHER | Standings.LEADER
    first = Asked(_lines(year, service=6, visits=1, study=4), told_on=TOLD_ON)
    ask(secretary, school, year - 1, ANYBODY, students, moved(first, year - 1), "上一年度的要求。", now - LAST_YEAR)
    public_id = ask(secretary, school, year, ANYBODY, students, first, "年初支委会商定，各支部同意。", since)
    teachers = Asked(_lines(year, service=4, visits=0, study=10), told_on=TOLD_ON)
    ask(secretary, school, year, ANYBODY, staff, teachers, "教工党员以学习为主。", since)
    more = Asked(_lines(year, service=6, visits=1, study=14, meetings=2), told_on=TOLD_ON)
    ask(secretary, unit, year, stage, students, more, "支部对这一阶段的同志多要求学习和组织生活。", since)
    set_id = db.session.scalars(sa.select(RequirementSet.id).where(RequirementSet.public_id == public_id)).one()
    less = Asked(_lines(year, service=4, visits=1, study=4), told_on=TOLD_ON)
    reason = "第二学期实习多，志愿服务由 6 小时减为 4 小时。"
    change(secretary, set_id, newest(set_id).id, less, reason, now - CHANGED_AGO)


def _lines(year: int, *, service: int, visits: int, study: int, meetings: int = 0) -> tuple[Line, ...]:
    end = date(year, 12, 31)
    lines = (
        Line("hours", Ledger.SERVICE, service * 60, end), Line("times", "elder_care", visits, end),
        Line("study", Topic.THEORY, study * 60, end), Line("meetings", Ledger.ORGANISATION, meetings, end),
    )  # fmt: skip
    return tuple(line for line in lines if line.amount)


def _exemptions(secretary: int, member: int, year: int, now: datetime) -> None:
    """The member was away in spring; others for half a year, by half, and one by mistake."""
    then = now - EXEMPTED_AGO
    spring = Exempted(date(year, 2, 23), date(year, 4, 12))
    exempting.exempt(secretary, member, spring, Why(Ground.AWAY, "到合作院校交换学习七周"), then)
    students = sa.select(Member.id).where(Member.standing == Standing.STUDENT, Member.id != member, Member.active)
    away, late, helped, wrong = db.session.scalars(students.order_by(Member.number).offset(20).limit(4))
    whole = Exempted(date(year, 1, 1), date(year, 12, 31))
    exempting.exempt(secretary, away, whole, Why(Ground.AWAY, "全年在外实习"), then)
    exempting.exempt(secretary, late, whole._replace(last=date(year, 8, 31)), Why(Ground.CAME_LATER), then)
    half = whole._replace(percent=WHOLE // 2, line=f"hours:{Ledger.SERVICE}")
    exempting.exempt(secretary, helped, half, Why(Ground.CONSIDERED), then)
    public_id = exempting.exempt(secretary, wrong, whole, Why(Ground.OTHER, "名单看错一行"), then)
    exemption_id = db.session.scalars(sa.select(Exemption.id).where(Exemption.public_id == public_id)).one()
    exempting.end(secretary, exemption_id, None, "办理时选错了人。", then + timedelta(hours=1))
