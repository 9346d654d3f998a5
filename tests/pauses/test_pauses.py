"""Misses lead to a pause as the school sets it: told before, with its reason, and liftable."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.kit.i18n import force_locale
from activities.kit.refusal import NotAllowed
from activities.kit.roles import PERMISSIONS, Permission, Role
from activities.norms.models import NormsVersion
from activities.norms.rules import NORMS
from activities.outbox.models import Notice
from activities.outbox.words import WORDS
from activities.pauses.rules import OverAlready, OwnPause, Step, known_since, step, why_not_lift
from activities.pauses.service import judge, lift
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.signups.models import Pause
from activities.signups.rules_person import Paused
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, english, make_member, make_slot, store

THREE = NORMS._replace(misses=3, miss_days=90, pause_days=30)
STEPS = {
    "nothing where the school sets nothing": (5, NORMS, Step.NONE),
    "nothing for no miss": (0, NORMS._replace(misses=1), Step.NONE),
    "a pause at once where one is enough": (1, NORMS._replace(misses=1), Step.PAUSE),
    "nothing for the first of three": (1, THREE, Step.NONE),
    "a warning after the second": (2, THREE, Step.WARN),
    "a pause after the third": (3, THREE, Step.PAUSE),
    "a pause after more": (7, THREE, Step.PAUSE),
}


@pytest.mark.parametrize(("misses", "norms", "expected"), STEPS.values(), ids=STEPS)
def test_so_many_misses_lead_to(misses, norms, expected):
    assert step(misses, norms) is expected


LAX = NORMS._replace(misses=5, miss_days=60, pause_days=14)
KNOWN = {
    "nobody has set any": ([], None),
    "the only ones": ([(THREE, NOW)], NOW),
    "misses lead to nothing any more": ([(NORMS, NOW), (THREE, NOW - DAY)], None),
    "as strict, with something else changed": ([(THREE, NOW), (THREE, NOW - DAY)], NOW - DAY),
    "milder than before": ([(LAX, NOW), (THREE, NOW - DAY)], NOW - DAY),
    "fewer misses are enough": ([(THREE, NOW), (THREE._replace(misses=4), NOW - DAY)], NOW),
    "misses count for longer": ([(THREE, NOW), (THREE._replace(miss_days=30), NOW - DAY)], NOW),
    "pauses are longer": ([(THREE, NOW), (THREE._replace(pause_days=7), NOW - DAY)], NOW),
    "there was no rule before": ([(THREE, NOW), (NORMS, NOW - DAY), (THREE, NOW - 2 * DAY)], NOW),
    "stricter in between, milder long ago": ([(THREE, NOW), (THREE, NOW - DAY), (LAX, NOW - 2 * DAY)], NOW - DAY),
}


@pytest.mark.parametrize(("versions", "expected"), KNOWN.values(), ids=KNOWN)
def test_a_rule_holds_for_what_is_missed_since_people_know_how_strict_it_is(versions, expected):
    assert known_since(versions) == expected


def test_lifting_is_decided_by_time_and_by_who_asks():
    assert why_not_lift(NOW + DAY, False, False, NOW) is None
    assert why_not_lift(NOW, False, False, NOW) == OverAlready()
    assert why_not_lift(NOW + DAY, True, False, NOW) == OverAlready()
    assert why_not_lift(NOW + DAY, False, True, NOW) == OwnPause()


@pytest.fixture
def strict(ctx, cast):
    store(NormsVersion(norms=THREE, set_at=NOW - 99 * DAY, set_by_id=cast.gu.id))
    db.session.commit()


def miss(cast, days_ago: float, attendance: Attendance = Attendance.ABSENT) -> None:
    """Lin had a seat so many days ago and was marked the evening after."""
    slot = make_slot(cast.lake, NOW - days_ago * DAY, capacity=3)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, slot.starts_at - DAY)
    record_attendance(cast.ou.id, slot.id, {cast.lin.id: Mark(attendance, 0, 0)}, slot.starts_at + 2 * HOUR)


def told(cast) -> list[str]:
    topics = sa.select(Notice.topic).where(Notice.member_id == cast.lin.id, Notice.topic.startswith("pauses."))
    return list(db.session.scalars(topics.order_by(Notice.id)))


def test_one_is_warned_once_then_paused_and_the_refusal_says_until_when(cast, strict):
    for days in (9, 6):
        miss(cast, days)
    judge(NOW)
    judge(NOW + HOUR)
    assert told(cast) == ["pauses.warned"]
    miss(cast, 3)
    judge(NOW)
    judge(NOW + HOUR)
    assert told(cast) == ["pauses.warned", "pauses.begun"]
    with pytest.raises(Paused) as refused:
        sign_up(cast.lin.id, cast.slot.id, NOW + HOUR)
    assert refused.value == Paused(NOW + 30 * DAY, "第一支部")


def test_an_absence_counts_only_when_it_could_have_been_corrected(cast, strict):
    for days in (9, 6, 0.5):
        miss(cast, days)
    judge(NOW)
    assert told(cast) == ["pauses.warned"]
    judge(NOW + DAY)
    assert told(cast) == ["pauses.warned", "pauses.begun"]


def test_what_is_excused_or_long_ago_never_counts(cast, strict):
    miss(cast, 95)
    for days in (9, 7, 5):
        miss(cast, days, Attendance.EXCUSED)
    miss(cast, 3)
    judge(NOW)
    assert told(cast) == []


def test_the_same_misses_lead_to_one_pause_even_after_it_was_lifted(cast, strict):
    for days in (9, 6, 3):
        miss(cast, days)
    judge(NOW)
    pause = db.session.scalars(sa.select(Pause)).one()
    lift(cast.chen.id, pause.id, "误会", NOW + HOUR)
    judge(NOW + 2 * HOUR)
    assert told(cast) == ["pauses.begun", "pauses.lifted"]
    sign_up(cast.lin.id, cast.slot.id, NOW + 2 * HOUR)


def test_a_stricter_rule_pauses_nobody_for_what_was_missed_before_it(ctx, cast):
    for days in (9, 6):
        miss(cast, days)
    store(NormsVersion(norms=THREE, set_at=NOW - 5 * DAY, set_by_id=cast.gu.id))
    db.session.commit()
    miss(cast, 3)
    judge(NOW)
    assert told(cast) == []
    for days in (2.5, 2):
        miss(cast, days)
    judge(NOW)
    assert told(cast) == ["pauses.begun"]


def test_one_duty_and_one_day_are_said_as_such(ctx):
    body, counted = WORDS["pauses.begun"].body, WORDS["pauses.begun"].said
    with force_locale("en"):
        one = body % {**counted({"misses": 1, "days": 1}), "last": "", "unit": ""}
        two = body % {**counted({"misses": 2, "days": 60}), "last": "", "unit": ""}
    assert "missed 1 duty within 1 day," in one
    assert "missed 2 duties within 60 days," in two


def test_where_the_school_sets_nothing_nobody_is_paused(ctx, cast):
    for days in (9, 6, 3):
        miss(cast, days)
    judge(NOW)
    assert told(cast) == []


def test_only_who_answers_for_the_unit_lifts(cast, strict):
    values = {"begun_at": NOW - DAY, "until": NOW + DAY, "misses": 3, "miss_days": 90}
    of_zhao = store(Pause(member_id=cast.zhao.id, **values)).id
    of_ou = store(Pause(member_id=cast.ou.id, **values)).id
    db.session.commit()
    with pytest.raises(NotAllowed):
        lift(cast.ou.id, of_zhao, "误会", NOW)
    with pytest.raises(OwnPause):
        lift(cast.ou.id, of_ou, "误会", NOW)
    lift(cast.chen.id, of_zhao, "误会", NOW)
    with pytest.raises(OverAlready):
        lift(cast.chen.id, of_zhao, "误会", NOW)


def test_the_page_lists_them_and_asks_why_one_is_lifted(app, cast):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        values = {"begun_at": NOW - DAY, "until": NOW + timedelta(days=20), "misses": 3, "miss_days": 90}
        address = f"/pauses/{store(Pause(member_id=cast.lin.id, **values)).public_id}/lift"
        db.session.commit()
        chen = english(app, cast.chen)
        assert "林可欣" in chen.get("/pauses").get_data(as_text=True)
        assert chen.submit(address, reason="").status_code == 422
        assert chen.submit(address, reason="误会").status_code == 303
        assert "误会" in chen.get("/pauses").get_data(as_text=True)


def test_who_is_paused_reads_of_everyone_who_may_lift_it():
    roles = {role for role, may in PERMISSIONS.items() if Permission.LIFT_PAUSES in may}
    assert roles == {Role.ORGANIZER, Role.SECRETARY}
    for said in (Paused.remedy, WORDS["pauses.begun"].body):
        assert "An organizer or the secretary of %(unit)s can lift" in said


def test_all_that_hold_are_listed_however_many_are_over(app, cast):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        values = {"misses": 3, "miss_days": 90}
        for n in range(121):
            member = make_member(f"p{n:03}", f"停{n:03}号", cast.first)
            store(Pause(member_id=member.id, begun_at=NOW - 2 * DAY, until=NOW + DAY, **values))
            store(Pause(member_id=member.id, begun_at=NOW - DAY, until=NOW - HOUR, **values))
        db.session.commit()
        ou = english(app, cast.ou)
        pages = [ou.get(f"/pauses?page={page}").get_data(as_text=True) for page in (1, 2)]
    now = [page.partition('id="holding"')[2].partition('id="over"')[0] for page in pages]
    names = [re.findall(r"停\d{3}号", part) for part in now]
    assert [len(set(some)) for some in names] == [100, 21]
    assert len(set(names[0]) | set(names[1])) == 121
    assert 'rel="next"' in pages[0]
    assert 'rel="next"' not in pages[1]
