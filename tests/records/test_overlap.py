"""No minute of a person counts twice, whatever their records are and whoever records them when."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities.duties.models import Slot
from activities.kit.db import db
from activities.people import joining
from activities.records.models import Record
from activities.records.rules import Attendance, Mark, NothingToUndo
from activities.records.rules_overlap import MINUTE, Spell, most_counted
from activities.records.service import Saved, record_attendance, undo
from tests.cast import HOUR, NOW, make_post, make_slot
from tests.records.conftest import seat
from tests.records.test_races import at_once

ABSENT = Mark(Attendance.ABSENT)


def present(minutes: int) -> Mark:
    return Mark(Attendance.PRESENT, minutes)


# ── the rule ────────────────────────────────────────────────────────────────


def spell(start: int, end: int, minutes: int = 0) -> Spell:
    return Spell(NOW + start * MINUTE, NOW + end * MINUTE, minutes)


CASES = [
    ("alone", (0, 60), [], 60),
    ("one after the other", (60, 120), [(0, 60, 60)], 60),
    ("half of it is taken", (30, 90), [(0, 60, 60)], 30),
    ("only ten minutes were given there", (30, 90), [(0, 60, 10)], 60),
    ("the same time, all of it taken", (0, 60), [(0, 60, 60)], 0),
    ("two who share an hour leave what they do not need", (0, 60), [(0, 60, 20), (0, 60, 30)], 10),
    ("what lies before still takes its part", (60, 120), [(0, 90, 90)], 30),
    ("one that could have been before is moved there", (60, 120), [(0, 90, 60)], 60),
    ("a long one around does not hide two at the same time", (0, 60), [(0, 60, 60), (50, 200, 10)], 0),
    ("nothing was given there", (0, 60), [(0, 60, 0)], 60),
]


@pytest.mark.any_database
@pytest.mark.parametrize(("new", "others", "most"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_left_of_a_spell(new, others, most):
    assert most_counted(spell(*new), [spell(*one) for one in others]) == most


SPANS = st.tuples(st.integers(0, 12), st.integers(1, 8), st.integers(0, 8))


@pytest.mark.any_database
@given(st.lists(SPANS, max_size=6))
def test_every_minute_has_a_place_of_its_own(spans):
    """What is counted one after the other can be laid out minute by minute: whoever ends first goes first."""
    kept: list[tuple[int, int, int]] = []
    for start, length, wanted in spans:
        most = most_counted(spell(start, start + length), [spell(*one) for one in kept])
        assert 0 <= most <= length
        kept.append((start, start + length, min(wanted, most)))
    left = [minutes for _, _, minutes in kept]
    for minute in range(20):
        able = [(end, n) for n, (start, end, _) in enumerate(kept) if start <= minute < end and left[n]]
        if able:
            left[min(able)[1]] -= 1
    assert not any(left)


@pytest.mark.any_database
@given(SPANS, st.lists(SPANS, max_size=8))
def test_it_is_the_least_that_any_stretch_around_leaves(new, spans):
    mine, others = spell(new[0], new[0] + new[1]), [spell(start, start + length, n) for start, length, n in spans]
    moments = range(21)
    left = [
        end - start - sum(n for at, length, n in spans if start <= at and at + length <= end)
        for start in moments if start <= new[0] for end in moments if end >= new[0] + new[1]
    ]  # fmt: skip
    assert most_counted(mine, others) == max(0, min(left))


# ── the verbs ───────────────────────────────────────────────────────────────


@pytest.fixture
def two(app, cast):
    """Two slots of an hour of which the second begins when the first is half over, both with Lin."""
    with app.app_context():
        slots = [
            make_slot(make_post(cast.sweeping, f"地点{n}", capacity=3), NOW - 3 * HOUR + n * HOUR / 2) for n in range(2)
        ]
        for slot in slots:
            seat(slot, [cast.lin])
        return [slot.id for slot in slots]


def minutes() -> list[int]:
    return list(db.session.scalars(sa.select(Record.minutes).order_by(Record.slot_id)))


def test_the_second_record_counts_what_the_first_leaves(ctx, cast, two):
    first, second = two
    assert record_attendance(cast.ou.id, first, {cast.lin.id: present(60)}, NOW) == Saved(1, 0)
    assert record_attendance(cast.chen.id, second, {cast.lin.id: present(60)}, NOW) == Saved(1, 0, ("林可欣",))
    assert minutes() == [60, 30]
    # Who is marked in the same way again changes nothing, and needs no reason.
    assert record_attendance(cast.ou.id, second, {cast.lin.id: present(60)}, NOW) == Saved(0, 0, ("林可欣",))


def test_two_accounts_of_one_person_count_no_minute_twice(ctx, cast, two):
    first, second = two
    seat(db.session.get_one(Slot, first), [cast.wang])
    joining.join(cast.gu.id, cast.lin.id, cast.wang.id, NOW)
    both = {cast.lin.id: present(60), cast.wang.id: present(60)}
    assert record_attendance(cast.ou.id, first, both, NOW) == Saved(2, 0, ("王一诺",))
    assert record_attendance(cast.ou.id, second, {cast.lin.id: present(60)}, NOW) == Saved(1, 0, ("林可欣",))
    assert sorted(minutes()) == [0, 30, 60]
    less = {cast.lin.id: present(20)}
    assert record_attendance(cast.ou.id, first, less, NOW, reason="抄错了") == Saved(0, 1)
    assert record_attendance(cast.ou.id, first, both, NOW, reason="又来了") == Saved(0, 1, ("王一诺",))


def test_the_second_account_counts_what_the_first_left_in_the_slot(ctx, cast, two):
    seat(db.session.get_one(Slot, two[0]), [cast.wang])
    joining.join(cast.gu.id, cast.lin.id, cast.wang.id, NOW)
    assert record_attendance(cast.ou.id, two[0], {cast.lin.id: present(40)}, NOW) == Saved(1, 0)
    assert record_attendance(cast.ou.id, two[0], {cast.wang.id: present(60)}, NOW) == Saved(1, 0, ("王一诺",))
    assert sorted(minutes()) == [20, 40]


def test_who_came_late_because_of_the_first_loses_nothing(ctx, cast, two):
    first, second = two
    record_attendance(cast.ou.id, first, {cast.lin.id: present(60)}, NOW)
    late = Mark(Attendance.LATE, 30, 30)
    assert record_attendance(cast.ou.id, second, {cast.lin.id: late}, NOW) == Saved(1, 0)
    assert minutes() == [60, 30]


def test_what_was_counted_elsewhere_meanwhile_is_not_brought_back(ctx, cast, two):
    first, second = two
    then = NOW + MINUTE
    record_attendance(cast.ou.id, first, {cast.lin.id: present(60)}, NOW)
    record_attendance(cast.ou.id, first, {cast.lin.id: ABSENT}, then, reason="没来")
    record_attendance(cast.ou.id, second, {cast.lin.id: present(60)}, then)
    with pytest.raises(NothingToUndo):
        undo(cast.ou.id, first, then, then + MINUTE)
    assert minutes() == [0, 60]


def test_two_who_record_the_same_time_at_once_count_it_once(app, cast, two):
    first, second = two
    verbs = [
        lambda: record_attendance(cast.ou.id, first, {cast.lin.id: present(60)}, NOW),
        lambda: record_attendance(cast.chen.id, second, {cast.lin.id: present(60)}, NOW),
    ]
    assert len(at_once(app, verbs)) == 2
    with app.app_context():
        assert sorted(minutes()) == [30, 60]


def test_two_who_record_two_accounts_of_one_person_at_once_count_the_time_once(app, cast, two):
    first, second = two
    with app.app_context():
        seat(db.session.get_one(Slot, second), [cast.wang])
        joining.join(cast.gu.id, cast.lin.id, cast.wang.id, NOW)
    verbs = [
        lambda: record_attendance(cast.ou.id, first, {cast.lin.id: present(60)}, NOW),
        lambda: record_attendance(cast.chen.id, second, {cast.wang.id: present(60)}, NOW),
    ]
    assert len(at_once(app, verbs)) == 2
    with app.app_context():
        assert sorted(minutes()) == [30, 60]


def test_a_day_apart_nothing_is_shortened(ctx, cast, two):
    far = make_slot(make_post(cast.sweeping, "远处", capacity=3), NOW - timedelta(days=1, hours=3))
    seat(far, [cast.lin])
    for slot_id in (far.id, two[0]):
        assert record_attendance(cast.ou.id, slot_id, {cast.lin.id: present(60)}, NOW) == Saved(1, 0)
