"""Who cares for which class in the demo, and what they wrote of activists in its reviews. Most classes have a teacher
and a member who is paired with them; two have nobody yet, and one had somebody else before."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import cycle as around
from random import Random
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.cares.models import CareOpinion
from activities.cares.rules import ASSESSED
from activities.cycles.models import Cycle
from activities.demo import article
from activities.kit.clock import at, local_day
from activities.kit.db import db, new_public_id, run
from activities.kit.roles import Role
from activities.pairings import queries, service
from activities.pairings.rules import Sort
from activities.pairings.service import OfClass, OfPerson
from activities.people.models import Member, RoleGrant, Unit
from activities.people.rules import Stage, Standing

ALONE = 2  # classes have nobody
MORNING = time(10, 0)
LATER = timedelta(days=75)
TEXTS = (
    "学习刻苦，成绩在班里靠前，能主动帮助同学。希望多参加集体活动，思想汇报写得再具体一些。",
    "担任班干部认真负责，志愿服务到岗及时，群众基础好。理论学习还要更系统，坚持读原著。",
    "为人诚恳，积极要求进步，每季度按时交思想汇报。遇到困难时还不够果断，需要多锻炼。",
    "能以党员标准要求自己，毕业物品捐赠和责任区清扫都主动报名。希望在宿舍里更好地带动他人。",
)


def pair(now: datetime) -> None:
    """Everybody who teaches has a class or two, from soon after its people were on the roster."""
    secretary = db.session.scalars(
        sa.select(RoleGrant.member_id)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.role == Role.SECRETARY, Unit.name == article.SCHOOL)
        .order_by(RoleGrant.id)
        .limit(1)
    ).one()
    classes, staff = _classes(), _teachers()
    teachers = around(staff)
    for n, (unit_id, name, since) in enumerate(classes[:-ALONE]):
        moment = min(at(local_day(since) + timedelta(days=7), MORNING), now - timedelta(hours=1))
        whom, first = OfClass(unit_id, name), local_day(moment)
        if n == 0:
            before = service.pair(secretary, staff[-1], Sort.PAIRED, whom, first, moment)
            service.end(secretary, before, local_day(moment + LATER), "工作调动", moment + LATER)
        service.pair(secretary, next(teachers), Sort.CLASS_TEACHER, whom, first, moment)
        later = moment + LATER if n == 0 else moment
        service.pair(secretary, next(teachers), Sort.PAIRED, whom, local_day(later), later)
    _mentors(secretary, now)


def _classes() -> list[tuple[int, str, datetime]]:
    """Those with activists or candidates, and since when all of these are there; the oldest first."""
    query = (
        sa.select(Member.unit_id, Member.class_name, sa.func.max(Member.created_at))
        .where(Member.class_name != "", Member.stage.in_(ASSESSED))
        .group_by(Member.unit_id, Member.class_name)
        .order_by(sa.func.max(Member.created_at), Member.class_name)
    )
    return [(unit_id, name, since) for unit_id, name, since in db.session.execute(query)]


def _teachers() -> list[int]:
    """The organizer first, who thereby has a class in whatever is shown of the demo."""
    teaches = (Member.standing == Standing.TEACHER, Member.stage == Stage.FULL)
    query = sa.select(Member.id).where(*teaches).order_by(Member.number != "organizer", Member.number)
    return list(db.session.scalars(query))


def _mentors(secretary: int, now: datetime) -> None:
    """Each candidate has one, a full member of the same branch."""
    moment = now - timedelta(days=30)
    candidates = db.session.execute(
        sa.select(Member.id, Member.unit_id).where(Member.stage == Stage.CANDIDATE).order_by(Member.id)
    ).all()
    full = sa.select(Member.unit_id, Member.id).where(Member.stage == Stage.FULL, Member.standing == Standing.STUDENT)
    by_unit: dict[int, list[int]] = {}
    for unit_id, member_id in db.session.execute(full.order_by(Member.id)):
        by_unit.setdefault(unit_id, []).append(member_id)
    for n, (candidate, unit_id) in enumerate(candidates):
        if mentors := by_unit.get(unit_id):
            mentor = mentors[n % len(mentors)]
            service.pair(secretary, mentor, Sort.MENTOR, OfPerson(candidate), local_day(moment), moment)


def write(cycle_id: int, share: float, moment: datetime, rng: Random) -> None:
    """Of who was on the roster when the review was opened, so many have an opinion of each who cared for them then, and
    one of the organizer's is a draft while the review is open. In a few statements."""
    opened_at = db.session.get_one(Cycle, cycle_id).opened_at
    organizer = db.session.scalars(sa.select(Member.id).where(Member.number == "organizer")).one()
    pair = queries.in_care(ASSESSED).c
    query = (
        sa.select(pair.carer_id, Member.id, pair.sort, Member.unit_id, Member.class_name, Member.stage)
        .join(Member, Member.id == pair.person_id)
        .where(Member.created_at < opened_at, pair.sort != Sort.MENTOR)
        .order_by(Member.id, pair.carer_id)
    )
    rows: list[dict[str, Any]] = []
    for carer_id, member_id, sort, unit_id, class_name, stage in run(query):
        drafts = carer_id == organizer and share < 1 and not any(row["by_id"] == organizer for row in rows)
        if drafts or rng.random() < share:
            rows.append(
                {
                    "public_id": new_public_id(), "cycle_id": cycle_id, "member_id": member_id, "by_id": carer_id,
                    "sort": sort, "unit_id": unit_id, "class_name": class_name, "stage": stage,
                    "text": rng.choice(TEXTS), "revision": 1, "saved_at": moment,
                    "handed_in_at": None if drafts else moment,
                }
            )  # fmt: skip
    if rows:
        run(sa.insert(CareOpinion), rows)
        _leave(cycle_id, moment)


def _leave(cycle_id: int, moment: datetime) -> None:
    """The trail of each who wrote."""
    written = sa.select(CareOpinion.by_id, CareOpinion.id, CareOpinion.text, CareOpinion.handed_in_at)
    told: dict[tuple[int, str], list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
    for by_id, row_id, text, at_once in run(written.where(CareOpinion.cycle_id == cycle_id).order_by(CareOpinion.id)):
        entry = (row_id, {"characters": 0}, {"characters": len(text)})
        told.setdefault((by_id, "hand in" if at_once else "keep a draft"), []).append(entry)
    for (by_id, verb), entries in told.items():
        audit.leave_all(moment, by_id, verb, CareOpinion, entries)
