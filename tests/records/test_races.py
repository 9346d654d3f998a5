"""Two organizers who mark at once, in real threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import AlreadyOnList, Attendance, Mark, ReasonMissing
from activities.records.service import Saved, WalkIn, record_attendance
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, make_member, make_post, make_slot

THEN = NOW + DAY + 3 * HOUR
PRESENT, ABSENT = Mark(Attendance.PRESENT, 60), Mark(Attendance.ABSENT)


@pytest.fixture
def hall(app, cast):
    """A slot with twelve people and somebody who has not signed up: (slot id, the twelve, the number of the other)."""
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, "大礼堂", capacity=12), NOW + DAY)
        people = [make_member(f"9{n:03}", f"某{n}", cast.first) for n in range(13)]
        db.session.commit()
        for member in people[:12]:
            sign_up(member.id, slot.id, NOW)
        return slot.id, [member.id for member in people[:12]], people[12].number


def at_once(app, verbs: list[Callable[[], Any]]) -> list[Any]:
    """What each verb answered or raised, all of them started together."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait()
            try:
                return verb()
            except (ReasonMissing, AlreadyOnList) as refused:
                return refused

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def saved(app) -> tuple[list[Any], int]:
    """Every record's member and attendance, and how many entries the trail has of them."""
    with app.app_context():
        rows = db.session.execute(sa.select(Record.member_id, Record.attendance).order_by(Record.member_id)).all()
        entries = db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.subject == "record"))
        return [tuple(row) for row in rows], entries or 0


def test_the_same_marks_at_once_are_recorded_once(app, cast, hall):
    slot_id, people, _ = hall
    verbs = [
        lambda who=who: record_attendance(who, slot_id, dict.fromkeys(people, PRESENT), THEN)
        for who in (cast.ou.id, cast.chen.id) * 4
    ]
    answers = at_once(app, verbs)
    assert sorted(answer.recorded for answer in answers) == [0] * 7 + [12]
    assert saved(app) == ([(who, Attendance.PRESENT) for who in people], 12)


def test_halves_that_overlap_in_any_order_lose_nobody(app, cast, hall):
    slot_id, people, _ = hall
    first, second = people[:8], people[4:][::-1]
    answers = at_once(
        app,
        [
            lambda: record_attendance(cast.ou.id, slot_id, dict.fromkeys(first, PRESENT), THEN),
            lambda: record_attendance(cast.chen.id, slot_id, dict.fromkeys(second, PRESENT), THEN),
        ],
    )
    assert sum(answer.recorded for answer in answers) == 12
    assert saved(app) == ([(who, Attendance.PRESENT) for who in people], 12)


def test_of_two_that_disagree_the_second_is_asked_why(app, cast, hall):
    slot_id, people, _ = hall
    answers = at_once(
        app,
        [
            lambda: record_attendance(cast.ou.id, slot_id, dict.fromkeys(people, PRESENT), THEN),
            lambda: record_attendance(cast.chen.id, slot_id, dict.fromkeys(people, ABSENT), THEN),
        ],
    )
    assert Saved(12, 0) in answers
    assert [type(answer) for answer in answers].count(ReasonMissing) == 1
    rows, entries = saved(app)
    assert len({attendance for _, attendance in rows}) == 1
    assert (len(rows), entries) == (12, 12)


def test_a_walk_in_added_twice_at_once_is_recorded_once(app, cast, hall):
    slot_id, _, number = hall

    verbs = [
        lambda who=who: record_attendance(who, slot_id, {}, THEN, walk_in=WalkIn(number, PRESENT))
        for who in (cast.ou.id, cast.chen.id) * 2
    ]
    answers = at_once(app, verbs)
    assert sum(answer == Saved(1, 0) for answer in answers) == 1
    assert len(saved(app)[0]) == 1


def test_marking_while_people_sign_up_elsewhere_waits_for_nobody_forever(app, cast, hall):
    slot_id, people, _ = hall
    with app.app_context():
        other = make_slot(make_post(cast.sweeping, "北门", capacity=12), NOW + 5 * DAY)
        db.session.commit()
        other_id = other.id
    verbs: list[Callable[[], Any]] = [lambda who=who: sign_up(who, other_id, NOW) for who in people[:6]]
    verbs += [lambda: record_attendance(cast.ou.id, slot_id, dict.fromkeys(people, PRESENT), THEN)] * 2
    at_once(app, verbs)
    assert saved(app) == ([(who, Attendance.PRESENT) for who in people], 12)
