"""What many people did in a review – handed in, wrote of one another, voted, gave grades – written in a few statements,
with the trail that each would have left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.ballots import boxes, queries, rules
from activities.ballots.models import Ballot, BallotVoter
from activities.cycles.models import CycleUnit, Participant
from activities.cycles.rules import Grade
from activities.demo.rows import Row, entry, nothing, write
from activities.essays.models import Essay
from activities.essays.rules import characters
from activities.grades.models import GradeVersion
from activities.kit.db import db, lock, run, transaction
from activities.peers.models import PeerReview
from activities.peers.rules import CRITERIA
from activities.people.models import Member, Unit

SENTENCES = (
    "这一年按时参加组织生活，认真学习党的创新理论，注意把学到的道理同专业学习和班级工作结合起来，遇到问题先想自己该做什么。",
    "报名参加了东湖责任区清扫和护理院探访，答应了的班次都到了岗，临时有事也提前请假并找好同学替班，没有让岗位空着。",
    "负责的教室每天关灯断电，做到人走灯灭，发现投影仪没有关的情况及时登记，并提醒下一节课的同学，一学期没有漏记。",
    "在学习上对自己要求还不够严，理论学习有时满足于完成学时，读原著少，联系实际思考不深，这一点同志们也给我指出过。",
    "同入党积极分子谈心四次，帮助他们修改思想汇报，但对低年级同学关心不够，了解情况还不全面，下一步要多走进宿舍。",
    "毕业物品捐赠期间连续值守三天，清点、登记、搬运都参加了，和大家一起把物品按时送到爱心超市，得到接收方的肯定。",
    "明年打算坚持每月一次志愿服务，学期初就把时间排好；理论学习做到有笔记、有交流，争取在支部讲一次微党课。",
)
STAFF_SENTENCES = (
    "坚持把党的创新理论学习同教学科研结合起来，参加支部集中学习和主题党日，按时完成规定学时，做了较完整的学习笔记。",
    "承担本科课程两门，结合专业内容讲清行业里的责任与规范，课后给学生答疑；教学评价良好，没有教学事故。",
    "包班联系一个班级，每月到班一次，同入党积极分子谈心谈话有记录，帮助两名学习困难的同学制定了补修计划。",
    "参加学院节能岗和敬老服务，答应的班次都到岗；在献血活动中负责现场引导，师生秩序好。",
    "不足之处是深入学生宿舍不够，对高年级学生的就业困难了解得晚；批评意见提得少，有时怕影响同事关系。",
    "廉洁自律，遵守师德规范和财务规定，经费使用和评奖推荐都按程序公开，没有接受过学生和家长的礼品。",
    "下一年打算牵头一个教工党员示范岗，把包班指导做细，争取每学期完成一次面向学生的理论宣讲。",
)
COMMENTS = (
    "答应的事都做到，清扫和值岗从不迟到。", "学习刻苦，还能多帮帮低年级的同学。", "待人真诚，遇到困难先想办法。",
    "讨论时可以更大胆地提意见。", "组织活动细致，交代的事让人放心。", "", "", "",
)  # fmt: skip
OPINIONS = {
    Grade.EXCELLENT: "政治立场坚定，岗位履职和志愿服务走在前列，同志们认可度高，发挥了先锋模范作用。",
    Grade.GOOD: "能按要求参加组织生活和志愿服务，完成支部交办的工作，希望进一步加强理论学习。",
    Grade.FAIR: "基本能履行党员义务，但参加组织生活不够经常，已谈话提醒，希望新的一年有明显改进。",
    Grade.UNGRADED: "预备期内表现良好，能自觉接受考察，希望继续严格要求自己。",
}
# How many of a hundred marks, and of a hundred papers, say each; of the papers last that they choose nothing.
MARKS = (46, 44, 9, 1)
CHOICES = (34, 52, 6, 1, 0, 7)
BEST, FAIR = 0.4, 0.03


class Part(NamedTuple):
    """A participant."""

    id: int
    member_id: int
    number: str
    unit_id: int
    unit: str
    graded: bool
    is_staff: bool


# Of somebody, what share of them does a thing: 1 for whoever always does.
Share = Callable[[Part], float]
When = Callable[[], datetime]


def parts_of(cycle_id: int) -> list[Part]:
    query = (
        sa.select(
            Participant.id, Participant.member_id, Member.number, Participant.unit_id, Unit.name, Participant.graded,
            Participant.class_name == "",
        )
        .join(Unit, Unit.id == Participant.unit_id)
        .join(Member, Member.id == Participant.member_id)
        .where(Participant.cycle_id == cycle_id, Participant.removed_at.is_(None))
        .order_by(Participant.id)
    )  # fmt: skip
    return [Part._make(row) for row in db.session.execute(query)]


def hand_in(cycle_id: int, share: Share, when: When, rng: Random) -> None:
    """Self-reviews."""
    rows: list[Row] = []
    for part in parts_of(cycle_id):
        if rng.random() < share(part):
            text, at = "\n".join(rng.sample(STAFF_SENTENCES if part.is_staff else SENTENCES, 5)), when()
            rows.append({
                "participant_id": part.id, "cycle_id": cycle_id, "member_id": part.member_id, "text": text,
                "revision": 1, "saved_at": at, "handed_in_at": at,
            })  # fmt: skip
    with transaction():
        write(Essay, rows, nothing)
        ids = dict(run(sa.select(Essay.member_id, Essay.id).where(Essay.cycle_id == cycle_id)).all())
        _leave(
            entry(
                row["saved_at"], row["member_id"], "hand in", Essay, ids[row["member_id"]],
                after={"cycle": cycle_id, "characters": characters(row["text"])},
            )
            for row in rows
        )  # fmt: skip


def review_peers(cycle_id: int, share: Share, when: When, rng: Random) -> None:
    """Whoever writes, writes all that were drawn for them."""
    writers = {part.id: part for part in parts_of(cycle_id) if rng.random() < share(part)}
    query = sa.select(PeerReview.id, PeerReview.reviewer_id).where(
        PeerReview.cycle_id == cycle_id, PeerReview.reviewer_id.in_(writers)
    )
    table: Any = PeerReview.__table__
    with transaction():
        reviews = db.session.execute(query.order_by(PeerReview.id)).all()
        rows: list[Row] = [
            {
                "its": review_id, "given": tuple(map(str, rng.choices(range(len(MARKS)), MARKS, k=len(CRITERIA)))),
                "said": rng.choice(COMMENTS), "at": when(),
            }
            for review_id, _reviewer in reviews
        ]  # fmt: skip
        change = sa.update(table).where(table.c.id == sa.bindparam("its")).values(
            marks=sa.bindparam("given", type_=table.c.marks.type), comment=sa.bindparam("said"), revision=1,
            saved_at=sa.bindparam("at", type_=table.c.saved_at.type),
            handed_in_at=sa.bindparam("at", type_=table.c.saved_at.type),
        )  # fmt: skip
        run(change, rows)
        by = [writers[reviewer] for _review_id, reviewer in reviews]
        _leave(
            entry(row["at"], part.member_id, "hand in a peer review", Participant, part.id)
            for row, part in zip(rows, by, strict=True)
        )


def vote(ballot_id: int, share: float, without: Collection[int], rng: Random) -> None:
    """So many of those who may put in a paper: the box counts them all at once, as it counts one after another."""
    with transaction():
        ballot, form = lock(Ballot, ballot_id), queries.on_form(ballot_id)
        box, shape = boxes.box_of(ballot_id), ballot.shape(len(form))
        content, weights = boxes.unseal(box.sealed, ballot.public_id), CHOICES[: len(ballot.choices)] + CHOICES[-1:]
        choices = (*range(len(ballot.choices)), None)
        voters = sa.select(BallotVoter).where(BallotVoter.ballot_id == ballot_id).order_by(BallotVoter.member_id)
        for voter in db.session.scalars(voters).all():
            if voter.member_id not in without and rng.random() < share:
                places = [one.place for one in form if one.member_id != voter.member_id]
                paper = dict(zip(places, rng.choices(choices, weights, k=len(places)), strict=True))
                content = rules.put_in(content, shape, voter.of_masses, paper)
                voter.has_voted = True
        box.sealed = boxes.seal(content, ballot.public_id)


def grade(
    cycle_id: int, share: float, holders: Mapping[str, Sequence[int]], when: When, rng: Random
) -> None:  # fmt: skip
    """Opinions and grades: the best as far as they may be, most qualified; by whom of the unit's holders it is not
    about."""
    given: Counter[int] = Counter()
    left = dict(
        db.session.execute(sa.select(CycleUnit.unit_id, CycleUnit.most).where(CycleUnit.cycle_id == cycle_id)).all()
    )
    rows: list[Row] = []
    for part in parts_of(cycle_id):
        if rng.random() >= share:
            continue
        grade = Grade.UNGRADED if not part.graded else Grade.FAIR if rng.random() < FAIR else Grade.GOOD
        if grade is Grade.GOOD and left[part.unit_id] > given[part.unit_id] and rng.random() < BEST:
            grade = Grade.EXCELLENT
            given[part.unit_id] += 1
        by = next(one for one in holders[part.unit] if one != part.member_id)
        rows.append({
            "participant_id": part.id, "cycle_id": cycle_id, "member_id": part.member_id, "count": 1, "grade": grade,
            "opinion": OPINIONS[grade], "reason": "", "given_by_id": by, "given_at": when(),
        })  # fmt: skip
    with transaction():
        _write_grades(cycle_id, rows, given)


def _write_grades(cycle_id: int, rows: Sequence[Row], given: Mapping[int, int]) -> None:
    write(GradeVersion, rows, nothing)
    part: Any = Participant.__table__
    change = sa.update(part).where(part.c.id == sa.bindparam("part")).values(
        grade=sa.bindparam("to", type_=part.c.grade.type), graded_by_id=sa.bindparam("by")
    )  # fmt: skip
    run(change, [{"part": row["participant_id"], "to": row["grade"], "by": row["given_by_id"]} for row in rows])
    unit: Any = CycleUnit.__table__
    counted = sa.update(unit).where(unit.c.cycle_id == cycle_id, unit.c.unit_id == sa.bindparam("unit"))
    if given:
        run(counted.values(excellent=sa.bindparam("n")), [{"unit": one, "n": n} for one, n in given.items()])
    query = sa.select(GradeVersion.member_id, GradeVersion.id).where(GradeVersion.cycle_id == cycle_id)
    ids = dict(run(query).all())
    _leave(
        entry(
            row["given_at"], row["given_by_id"], "grade", GradeVersion, ids[row["member_id"]], {"grade": None},
            {"cycle": cycle_id, "member": row["member_id"], "grade": row["grade"]},
        )
        for row in rows
    )  # fmt: skip


def _leave(entries: Iterable[Row]) -> None:
    write(AuditEntry, sorted(entries, key=lambda row: row["at"]), nothing)
