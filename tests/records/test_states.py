"""What may follow what, cell by cell, and that verbs and pages keep to it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.leaves import service as leaves
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.records.excuses import excuse
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.rules_states import FOLLOWS, LET_GO, LeaveWasGiven, Step, may_follow, why_not_follow
from activities.records.service import record_attendance
from activities.reviews.queries import own_year
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, logged_in

PRESENT, LATE, LEFT_EARLY, EXCUSED, ABSENT, DEFERRED = Attendance
# from: present, late, left early, excused, absent, deferred; i and o are people with a code, m and c an organizer.
CELLS = {
    None: "im im m m m m",
    LET_GO: "mc mc mc mc - mc",
    PRESENT: "oc c oc c c c",
    LATE: "c oc oc c c c",
    LEFT_EARLY: "oc oc oc c c c",
    EXCUSED: "c c c - c c",
    ABSENT: "c c c c - c",
    DEFERRED: "c c c c c -",
}
EACH = [
    pytest.param(before, after, set(steps) - {"-"}, id=f"{before or 'nothing'}-{after}")
    for before, row in CELLS.items()
    for after, steps in zip(Attendance, row.split(), strict=True)
]


@pytest.mark.parametrize(("before", "after", "steps"), EACH)
def test_each_state_follows_by_these_steps_alone(before, after, steps):
    assert {step for step in Step if may_follow(before, after, step)} == steps
    assert [why_not_follow("林", before, after, step) is None for step in Step] == [step in steps for step in Step]


def test_the_table_has_no_other_cells():
    assert len(FOLLOWS) == len(EACH)


@pytest.fixture
def let_go(ctx, cast):
    """The slot of tomorrow, from which Lin was let go by leave that was asked in time."""
    then = cast.slot.starts_at - HOUR
    sign_up(cast.lin.id, cast.slot.id, NOW)
    leaves.ask(cast.lin.id, cast.slot.id, "发烧", then)
    leaves.answer(cast.ou.id, db.session.scalars(sa.select(Leave.id)).one(), Answer.ACCEPTED, "", then)
    return cast.slot


def test_who_was_given_leave_is_excused_by_itself_once_it_has_begun(cast, let_go):
    assert excuse(let_go.starts_at - HOUR / 60) == 0
    assert (excuse(let_go.starts_at), excuse(let_go.starts_at + HOUR)) == (1, 0)
    record = db.session.scalars(sa.select(Record)).one()
    assert (record.member_id, record.attendance, record.minutes) == (cast.lin.id, EXCUSED, 0)
    assert record.recorded_by_id == cast.ou.id
    total = own_year(cast.lin.id, record.day.year).total
    assert (total.excused, total.absent) == (1, 0)


def test_of_leave_no_absence_is_made_but_who_came_after_all_was_present(cast, let_go):
    then = let_go.starts_at + HOUR
    excuse(then)
    with pytest.raises(LeaveWasGiven):
        record_attendance(cast.ou.id, let_go.id, {cast.lin.id: Mark(ABSENT)}, then, reason="没来")
    record_attendance(cast.ou.id, let_go.id, {cast.lin.id: Mark(PRESENT, 120)}, then, reason="来了")
    with pytest.raises(LeaveWasGiven):
        record_attendance(cast.ou.id, let_go.id, {cast.lin.id: Mark(ABSENT)}, then + DAY, reason="没来")


def test_the_page_offers_no_absence_of_who_was_given_leave(app, cast):
    with app.app_context():
        then = cast.slot.starts_at - HOUR
        sign_up(cast.lin.id, cast.slot.id, NOW)
        sign_up(cast.wang.id, cast.slot.id, NOW)
        leaves.ask(cast.lin.id, cast.slot.id, "发烧", then)
        leaves.answer(cast.ou.id, db.session.scalars(sa.select(Leave.id)).one(), Answer.ACCEPTED, "", then)
        excuse(cast.slot.starts_at)
    with time_machine.travel(cast.slot.starts_at + HOUR, tick=False):
        page = logged_in(app, cast.ou).get(f"/slots/{cast.slot.public_id}/attendance").text
    assert page.count(" disabled>") == 1
    assert f'name="mark-{cast.lin.public_id}" value="absent"' in page.split(" disabled>")[0].rpartition("<input")[2]
