"""What is told to the packet of a year: last year's opinion and grade, or the grade alone where it came from a file."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import GRADE_NAMES, CycleState
from activities.grades.models import GradeVersion
from activities.kit.clock import local_day
from activities.kit.db import run
from activities.kit.sql import Among
from activities.packets.rules_packet import Kept, Opinion
from activities.past.models import PastGrade
from activities.people.models import Member

Later = aliased(GradeVersion)
LAST = ~sa.exists().where(Later.participant_id == GradeVersion.participant_id, Later.count > GradeVersion.count)
GRADES = (
    sa.select(GradeVersion.member_id, GradeVersion.grade, GradeVersion.opinion, Member.name, GradeVersion.given_at)
    .join(Participant, Participant.id == GradeVersion.participant_id)
    .join(Cycle, Cycle.id == GradeVersion.cycle_id)
    .join(Member, Member.id == GradeVersion.given_by_id)
    .where(
        Among(GradeVersion.member_id), Cycle.year == sa.bindparam("year"), Cycle.state == CycleState.CLOSED,
        Participant.removed_at.is_(None), LAST,
    )
)  # fmt: skip

IMPORTED = sa.select(PastGrade.member_id, PastGrade.grade).where(
    Among(PastGrade.member_id), PastGrade.year == sa.bindparam("year")
)


def last_years(member_ids: Collection[int], year: int) -> dict[int, Kept]:
    """What was decided in the closed review of the year before. One statement."""
    before = year - 1
    return {
        member_id: Kept(Opinion(before, opinion, GRADE_NAMES[grade], by, local_day(at)))
        for member_id, grade, opinion, by, at in run(GRADES, {"ids": list(member_ids), "year": before})
        if grade
    }


def imported(member_ids: Collection[int], year: int) -> dict[int, Kept]:
    """The grade that a file says was given in the year before, where no review here does. One statement."""
    before = year - 1
    rows = run(IMPORTED, {"ids": list(member_ids), "year": before})
    return {member_id: Kept(Opinion(before, "", GRADE_NAMES[grade])) for member_id, grade in rows}
