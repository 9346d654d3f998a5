"""The annual reviews of the demo: what was given in them, when, and what is still to be done, by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from activities.appraisals import queries as appraisals
from activities.certificates.rules_notice import Verdict
from activities.cycles.models import Cycle, CycleUnit
from activities.cycles.pages import asked_of
from activities.cycles.rules import Standing, standing
from activities.demo import article
from activities.evidence.pages import differences
from activities.grades.models import GradeVersion
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.objections.models import GradeObjection
from activities.overviews.todo import due
from activities.past.models import PastGrade
from activities.peers import queries as peers
from activities.peers import rules as rules_peers
from activities.peers.models import PeerReview
from activities.people.queries import by_login

OPEN_STEPS = {article.STUDENT_SIDE: ["peers", "ballot"], article.TEACHERS: ["notice"], article.OFFICE: ["grade"]}


def check_reviews(now: datetime) -> None:
    """Last year's is closed, and three are open at different steps; in each somebody has something to do."""
    cycles = {cycle.unit.name: cycle for cycle in db.session.scalars(sa.select(Cycle))}
    closed, students = cycles.pop(article.SCHOOL), cycles[article.STUDENT_SIDE]
    assert not closed.is_open
    assert {name: open_steps(cycle, now) for name, cycle in cycles.items()} == OPEN_STEPS
    check_what_was_given([closed, *cycles.values()])
    check_progress(students)
    with current_app.test_request_context():
        assert sorted(ask.step for ask in asked_of(by_login("member"), now)) == ["ballot", "peers"]
    secretary = by_login("secretary")
    assert {one.task.name for one in due(secretary, now)} >= {"Grades missing", "Objections to grades"}
    verdicts = Counter(db.session.scalars(sa.select(GradeObjection.verdict)))
    assert verdicts == {Verdict.OPEN: 1, Verdict.REJECTED: 2, Verdict.UPHELD: 1}
    assert differences(secretary, closed, 1, now)[0], "a late correction shows"
    years = sa.select(PastGrade.year).distinct().order_by(PastGrade.year)
    assert list(db.session.scalars(years)) == [closed.year - 2, closed.year - 1]


def open_steps(cycle: Cycle, now: datetime) -> list[str]:
    windows, today = cycle.windows, local_day(now)
    return [key for key in windows if standing(key, windows, today) is Standing.OPEN]


def check_what_was_given(cycles: Iterable[Cycle]) -> None:
    """First grades while that was their step; reviews of those whom the seed says."""
    for cycle in cycles:
        window = cycle.windows["grade"]
        first = sa.select(GradeVersion.given_at).where(GradeVersion.cycle_id == cycle.id, GradeVersion.count == 1)
        assert all(window.first <= local_day(at) <= window.last for at in db.session.scalars(first))
        draw = peers.draw_of(cycle.id)
        assert draw
        groups = rules_peers.grouped(peers.to_draw(cycle.id, draw.scope))
        pairs = sa.select(PeerReview.reviewer_id, PeerReview.reviewed_id).where(PeerReview.cycle_id == cycle.id)
        assert {(one, other) for one, other in db.session.execute(pairs)} == set(
            rules_peers.drawn(groups, draw.each, draw.seed)
        )


def check_progress(students: Cycle) -> None:
    """One branch is through with what is open, and one far behind."""
    units = db.session.scalars(sa.select(CycleUnit).where(CycleUnit.cycle_id == students.id)).all()
    for done in (peers.done(students.id), appraisals.voted(students.id)):
        shares = sorted(done.get(unit.unit_id, 0) / unit.everyone for unit in units)
        assert shares[0] < 0.5
        assert shares[-1] == 1
