"""Annual reviews in the demo: that of last year, closed by two people, with grades of every branch written in bulk; and
this year's, open while members write about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.closings import service as closings
from activities.cycles.models import Cycle, CycleUnit, Participant
from activities.cycles.opening import REACH, open_cycle, windows_from
from activities.cycles.rules import DEFAULT_DAYS, Grade
from activities.cycles.rules_settings import Settings
from activities.demo import article, cares
from activities.essays import service as essays
from activities.essays.models import Essay
from activities.essays.rules import characters
from activities.grades import service as grades
from activities.grades.models import GradeVersion
from activities.kit.clock import at, local_day
from activities.kit.db import db, run, transaction
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import Member, RoleGrant, Unit
from activities.terms.queries import special_days
from activities.terms.rules import add_working_days

OPENED = 8  # working days ago
SETTINGS = Settings(least=200)
AFTERNOON = time(16, 0)
# Of ten people so many have handed in.
HANDED_IN = 5
SENTENCES = (
    "这一年按时参加组织生活，认真学习党的创新理论，注意把学到的道理同专业学习和班级工作结合起来，遇到问题先想自己该做什么。",
    "报名参加了东湖责任区清扫和护理院探访，答应了的班次都到了岗，临时有事也提前请假并找好同学替班，没有让岗位空着。",
    "负责的教室每天关灯断电，做到人走灯灭，发现投影仪没有关的情况及时登记，并提醒下一节课的同学，一学期没有漏记。",
    "在学习上对自己要求还不够严，理论学习有时满足于完成学时，读原著少，联系实际思考不深，这一点同志们也给我指出过。",
    "同入党积极分子谈心四次，帮助他们修改思想汇报，但对低年级同学关心不够，了解情况还不全面，下一步要多走进宿舍。",
    "毕业物品捐赠期间连续值守三天，清点、登记、搬运都参加了，和大家一起把物品按时送到爱心超市，得到接收方的肯定。",
    "明年打算坚持每月一次志愿服务，学期初就把时间排好；理论学习做到有笔记、有交流，争取在支部讲一次微党课。",
)
OPINIONS = {
    Grade.EXCELLENT: "政治立场坚定，岗位履职和志愿服务走在前列，同志们认可度高，发挥了先锋模范作用。",
    Grade.GOOD: "能按要求参加组织生活和志愿服务，完成支部交办的工作，希望进一步加强理论学习。",
    Grade.FAIR: "基本能履行党员义务，但参加组织生活不够经常，已谈话提醒，希望新的一年有明显改进。",
    Grade.UNGRADED: "预备期内表现良好，能自觉接受考察，希望继续严格要求自己。",
}


def play(now: datetime) -> None:
    secretaries = _secretaries()
    first, second = secretaries[article.SCHOOL][:2]
    school = db.session.scalars(sa.select(Unit.id).where(Unit.name == article.SCHOOL)).one()
    # The season begins in December, and what is open in February is still of the year before.
    year, rng = (now - timedelta(days=60)).year, Random(article.SEED)
    _closed(first, second, school, year - 1, secretaries, rng)
    _open(first, school, year, rng, now)


def _secretaries() -> dict[str, list[int]]:
    query = (
        sa.select(Unit.name, RoleGrant.member_id)
        .join(RoleGrant, RoleGrant.unit_id == Unit.id)
        .where(RoleGrant.role == Role.SECRETARY)
        .order_by(RoleGrant.id)
    )
    found: dict[str, list[int]] = {}
    for unit, member_id in db.session.execute(query):
        found.setdefault(unit, []).append(member_id)
    return found


def _closed(first: int, second: int, school: int, year: int, secretaries: Mapping[str, list[int]], rng: Random) -> None:
    starts = date(year, 12, 1)
    windows = windows_from(starts, DEFAULT_DAYS)
    cycle_id = _opened(first, school, year, starts, at(starts, time(9, 0)))
    with transaction():
        parts = db.session.execute(
            sa.select(Participant.id, Participant.member_id, Participant.graded, Unit.name, Unit.id)
            .join(Unit, Unit.id == Participant.unit_id)
            .where(Participant.cycle_id == cycle_id)
            .order_by(Participant.id)
        ).all()
        _essays(cycle_id, [(part.id, part.member_id) for part in parts], at(windows["essay"].last, AFTERNOON), rng)
        left = dict(
            db.session.execute(sa.select(CycleUnit.unit_id, CycleUnit.most).where(CycleUnit.cycle_id == cycle_id)).all()
        )
        given = dict.fromkeys(left, 0)
        rows, graded_at = [], at(windows["grade"].last, AFTERNOON)
        for part_id, member_id, graded, unit, unit_id in parts:
            grade = Grade.UNGRADED if not graded else Grade.FAIR if rng.random() < 0.02 else Grade.GOOD
            if grade is Grade.GOOD and left[unit_id] > given[unit_id] and rng.random() < 0.4:
                grade, given[unit_id] = Grade.EXCELLENT, given[unit_id] + 1
            by = next(one for one in (*secretaries.get(unit, ()), first, second) if one != member_id)
            rows.append(
                {
                    "participant_id": part_id, "cycle_id": cycle_id, "member_id": member_id, "count": 1,
                    "grade": grade, "opinion": OPINIONS[grade], "reason": "", "given_by_id": by,
                    "given_at": graded_at,
                }
            )  # fmt: skip
        _grades(cycle_id, rows, given, graded_at)
        cares.write(cycle_id, 1, graded_at, rng)
    done = at(add_working_days(windows["notice"].last, 2, special_days(starts - REACH, starts + REACH)), AFTERNOON)
    closings.ask(first, cycle_id, done)
    closings.confirm(second, cycle_id, done + timedelta(hours=1))
    closings.go_on(done + timedelta(hours=1))
    with transaction():
        # It was long ago: what was told then was read.
        theirs = sa.or_(Notice.topic.like("cycles.%"), Notice.topic.like("cares.%"))
        old = sa.update(Notice).where(theirs).values(read_at=done, planned_at=done)
        db.session.execute(old, execution_options={"synchronize_session": False})


def _opened(secretary: int, school: int, year: int, starts: date, now: datetime) -> int:
    public_id = open_cycle(secretary, school, year, starts, DEFAULT_DAYS, SETTINGS, now)
    return db.session.scalars(sa.select(Cycle.id).where(Cycle.public_id == public_id)).one()


def _essays(cycle_id: int, people: list[tuple[int, int]], moment: datetime, rng: Random) -> None:
    """Handed in by everyone, in a few statements."""
    rows: list[dict[str, Any]] = [
        {
            "participant_id": part_id, "cycle_id": cycle_id, "member_id": member_id, "text": _text(rng), "revision": 1,
            "saved_at": moment, "handed_in_at": moment,
        }
        for part_id, member_id in people
    ]  # fmt: skip
    if not rows:
        return
    run(sa.insert(Essay), rows)
    ids = {row.member_id: row.id for row in run(sa.select(Essay.id, Essay.member_id).where(Essay.cycle_id == cycle_id))}
    for row in rows:
        after = {"cycle": cycle_id, "characters": characters(str(row["text"]))}
        audit.leave(moment, row["member_id"], "hand in", Essay, ids[row["member_id"]], after=after)


def _text(rng: Random) -> str:
    return "\n".join(rng.sample(SENTENCES, 5))


def _grades(cycle_id: int, rows: list[dict[str, Any]], given: Mapping[int, int], moment: datetime) -> None:
    """All of them, with their trail, in a few statements."""
    run(sa.insert(GradeVersion), rows)
    part: Any = Participant.__table__
    change = sa.update(part).where(part.c.id == sa.bindparam("part")).values(
        grade=sa.bindparam("to"), graded_by_id=sa.bindparam("by")
    )  # fmt: skip
    run(change, [{"part": row["participant_id"], "to": row["grade"], "by": row["given_by_id"]} for row in rows])
    unit: Any = CycleUnit.__table__
    counted = sa.update(unit).where(unit.c.cycle_id == cycle_id, unit.c.unit_id == sa.bindparam("unit"))
    run(counted.values(excellent=sa.bindparam("n")), [{"unit": one, "n": n} for one, n in given.items()])
    of_cycle = sa.select(GradeVersion.id, GradeVersion.member_id, GradeVersion.grade, GradeVersion.given_by_id)
    by_person: dict[int, list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
    for row in run(of_cycle.where(GradeVersion.cycle_id == cycle_id)):
        after = {"cycle": cycle_id, "member": row.member_id, "grade": row.grade}
        by_person.setdefault(row.given_by_id, []).append((row.id, {"grade": None}, after))
    for by, changes in by_person.items():
        audit.leave_all(moment, by, "grade", GradeVersion, changes)


def _open(secretary: int, school: int, year: int, rng: Random, now: datetime) -> None:
    today = local_day(now)
    starts = add_working_days(today, -OPENED, special_days(today - REACH, today))
    opened_at = at(starts, time(9, 0))
    cycle_id = _opened(secretary, school, year, starts, opened_at)
    with transaction():
        people = db.session.execute(
            sa.select(Participant.id, Participant.member_id, Member.number)
            .join(Member, Member.id == Participant.member_id)
            .where(Participant.cycle_id == cycle_id)
            .order_by(Participant.id)
        ).all()
        others = [(part_id, member_id) for part_id, member_id, number in people if number != "member"]
        written = [one for one in others if rng.randrange(10) < HANDED_IN]
        _essays(cycle_id, written, now - timedelta(hours=20), rng)
        cares.write(cycle_id, HANDED_IN / 10, now - timedelta(hours=20), rng)
    member = next(member_id for _, member_id, number in people if number == "member")
    essays.save(member, cycle_id, 0, SENTENCES[0] + SENTENCES[3], now - timedelta(hours=3))
    organizer = db.session.scalars(sa.select(Member.id).where(Member.number == "organizer")).one()
    grades.ask_opinion(secretary, cycle_id, member, organizer, now - timedelta(hours=30))
