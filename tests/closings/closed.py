"""A review of the cast's school that is graded, and closed by two people."""

from __future__ import annotations

import sqlalchemy as sa

from activities.closings import service
from activities.cycles.models import Participant
from activities.cycles.rules import Grade
from activities.grades import service as grades
from activities.kit.db import db
from activities.people.models import Member
from activities.people.rules import Stage, Standing
from tests.cast import DAY, NOW
from tests.cycles.opened import GRADING, appoint

ON_NOTICE = GRADING + 9 * DAY
OVER = GRADING + 20 * DAY


def another(cast):
    """Another secretary of the school, with whom Chen shares the work."""
    values = {"standing": Standing.LEADER, "stage": Stage.FULL, "created_at": NOW, "number": "T010", "name": "何平"}
    db.session.add(member := Member(unit_id=cast.school.id, **values))
    db.session.commit()
    appoint(member, cast.school)
    return member


def grade_all(cast, second, cycle) -> None:
    for part in db.session.scalars(sa.select(Participant).where(Participant.grade.is_(None))).all():
        by = second if part.member_id == cast.chen.id else cast.chen
        count = grades._count(part.id)
        grades.give(by.id, cycle.id, part.member_id, count, Grade.GOOD, "称职。", "补评" * bool(count), GRADING)


def close(cast, second, cycle, now=OVER) -> None:
    service.ask(cast.chen.id, cycle.id, now)
    service.confirm(second.id, cycle.id, now)
    service.go_on(now)
