"""Last year's excellent members, commended; this year's round, in which the member is asked; and a staff award that
stands on notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from activities.commendations import committees, deciding, nominating, objections, service
from activities.commendations.models import Nomination, Round
from activities.commendations.rules import Nominators, Whom
from activities.commendations.service import Terms
from activities.demo import article
from activities.kit.clock import at, local_day
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant, Unit
from activities.people.rules import Stage, Standing

DAY = timedelta(days=1)
NINE = time(9)
REASONS = (
    "全年坚守教室节能岗，无一次缺勤；主动替班，带动班级同学参加清扫区维护。",
    "连续两学期参加敬老服务，熟悉老人情况，带出三名新志愿者。",
    "担任党小组组长，组织理论学习认真，毕业物品捐赠活动中登记清楚、交接无误。",
    "学习踏实，乐于助人；献血活动中引导细致，得到师生好评。",
)
STAFF_REASONS = (
    "深入班级和宿舍，谈心谈话有记录、有回访，所带班级学风明显好转。",
    "包班指导认真，培养联系入党积极分子成效突出。",
)


def play(now: datetime) -> None:
    today = local_day(now)
    secretary, deputy = db.session.scalars(
        sa.select(RoleGrant.member_id)
        .join(RoleGrant.unit)
        .where(RoleGrant.role == Role.SECRETARY, Unit.name == article.SCHOOL)
        .order_by(RoleGrant.id)
    )
    students, teachers = _people(Standing.STUDENT), _people(Standing.TEACHER)
    committee, school = teachers[-3:], _school()
    june = date(today.year - 1, 6, 1)
    _round(secretary, school, Terms(
        "优秀共产党员", june.year, article.SCHOOL, Whom.FULL, Nominators.MEMBERS, 5, None, june, june + 9 * DAY, 5
    ), committee)  # fmt: skip
    for n, reasons in enumerate(REASONS):
        found = _nominated(students[n + 1], students[n + 9], reasons, at(june + 2 * DAY, NINE))
        nominating.agree(students[n + 1].id, found, 1, at(june + 3 * DAY, NINE))
        deciding.decide(committee[0].id, found, n < 3, june + 11 * DAY, "", at(june + 11 * DAY, NINE))
    service.publish(secretary, _latest(), at(june + 12 * DAY, NINE))
    service.award(deputy, _latest(), at(june + 29 * DAY, NINE))
    _called_off(secretary, school, today)
    _staff_award(secretary, school, teachers, today)
    first = today - 5 * DAY
    _round(secretary, school, Terms(
        "优秀共产党员", today.year, article.SCHOOL, Whom.FULL, Nominators.MEMBERS, 10, None, first, today + 9 * DAY, 5
    ), committee)  # fmt: skip
    member = next(one for one in students if one.number == "member")
    _nominated(member, students[2], REASONS[0], at(first + 2 * DAY, NINE))
    for n, reasons in enumerate(REASONS[1:], 20):
        found = _nominated(students[n], students[n + 9], reasons, at(first + 2 * DAY, NINE))
        nominating.agree(students[n].id, found, 1, at(first + 3 * DAY, NINE))


def _called_off(secretary: int, school: int, today: date) -> None:
    """One that was opened twice."""
    first = today - 40 * DAY
    terms = Terms(
        "社会实践先进个人",
        today.year,
        article.SCHOOL,
        Whom.FULL,
        Nominators.MEMBERS,
        None,
        5,
        first,
        today - 26 * DAY,
        5,
    )
    _round(secretary, school, terms, ())
    service.call_off(secretary, _latest(), "与校团委的评选重复，不再单独组织。", at(first + DAY, NINE))


def _staff_award(secretary: int, school: int, teachers: Sequence[Member], today: date) -> None:
    """On notice for two days, with an objection."""
    committee, first = teachers[-3:], today - 25 * DAY
    terms = Terms(
        "优秀辅导员", today.year, article.SCHOOL, Whom.STAFF, Nominators.MEMBERS, None, 2, first, today - 12 * DAY, 5
    )
    _round(secretary, school, terms, committee)
    for n, reasons in enumerate(STAFF_REASONS):
        found = _nominated(teachers[n], teachers[n + 3], reasons, at(first + 4 * DAY, NINE))
        nominating.agree(teachers[n].id, found, 1, at(first + 6 * DAY, NINE))
        deciding.decide(committee[0].id, found, True, today - 5 * DAY, "", at(today - 5 * DAY, NINE))
    service.publish(secretary, _latest(), at(today - 2 * DAY, NINE))
    objections.object_to(teachers[5].id, found, "材料中的包班班级与实际不符，请核实。", at(today - DAY, NINE))


def _people(standing: Standing) -> list[Member]:
    """Full members who are of the general branch or below, in the order of their numbers."""
    path = db.session.scalars(sa.select(Unit.path).where(Unit.name == article.SCHOOL)).one()
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(Unit.path.startswith(path), Member.active, Member.stage == Stage.FULL, Member.standing == standing)
        .order_by(Member.number)
    )
    return list(db.session.scalars(query))


def _school() -> int:
    return db.session.scalars(sa.select(Unit.id).where(Unit.name == article.SCHOOL)).one()


def _latest() -> int:
    return db.session.scalars(sa.select(Round.id).order_by(Round.id.desc()).limit(1)).one()


def _round(secretary: int, school: int, terms: Terms, committee: Sequence[Member]) -> None:
    opened = at(terms.first, NINE)
    service.open_round(secretary, school, terms, opened)
    for one in committee:
        committees.name(secretary, _latest(), one.id, opened)


def _nominated(who: Member, by: Member, reasons: str, moment: datetime) -> int:
    public_id = nominating.nominate(by.id, _latest(), who.number, reasons, [], moment)
    return db.session.scalars(sa.select(Nomination.id).where(Nomination.public_id == public_id)).one()
