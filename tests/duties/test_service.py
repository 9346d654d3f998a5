"""Create, change, copy and plan."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from activities.audit.models import AuditEntry
from activities.duties import planning, queries, service, service_plans
from activities.duties.models import Activity, Series, Slot
from activities.duties.plans import Stretch, Wish
from activities.duties.recurrence import Rule
from activities.duties.rules import (
    HORIZON,
    InThePast,
    KindInUse,
    LastBeforeFirst,
    NoOrganizer,
    NotBelow,
    PlanChanged,
    SlotState,
    TooFar,
    TooManySlots,
)
from activities.duties.service_plans import plan_series
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Role
from activities.people.rules import Stages, Standings
from activities.people.service import revoke
from activities.signups.organize import edit_post, edit_slot
from activities.signups.service import sign_up
from activities.terms.models import SpecialDay, Term
from tests.cast import DAY, NOW, grant, make_activity, make_member, make_post, make_slot

pytestmark = pytest.mark.usefixtures("ctx")
LATER = NOW + timedelta(minutes=5)
THU = 3


def values(cast, **changes):
    return {
        "kind_key": "energy", "name": "晚间关灯", "unit_id": cast.first.id, "description": "逐间检查", "risks": "",
        "safeguards": "", "sign_up_opens_at": None, "sign_up_closes_at": None, "withdraw_minutes": 90,
        "stages": Stages.FULL | Stages.PROBATIONARY, "standings": Standings(0), "eligible_unit_id": None, **changes,
    }  # fmt: skip


def fresh(row):
    """The row as the database has it now."""
    return db.session.get(type(row), row.id, populate_existing=True)


def verbs() -> list[str]:
    return [entry.verb for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


# ── activities ──────────────────────────────────────────────────────────────


def test_an_activity_is_created_for_a_unit_of_ones_own(cast):
    public_id = service.create_activity(cast.ou.id, values(cast), NOW)
    activity = queries.activity_to_organize(fresh(cast.ou), public_id)
    assert (activity.name, activity.kind.key, activity.unit_id, activity.withdraw_minutes) == (
        "晚间关灯", "energy", cast.first.id, 90,
    )  # fmt: skip
    assert activity.stages == Stages.FULL | Stages.PROBATIONARY
    assert verbs() == ["create activity"]


@pytest.mark.parametrize("unit", ["school", "second"])
def test_no_activity_is_created_for_anothers_unit(cast, unit):
    with pytest.raises(NotAllowed):
        service.create_activity(cast.ou.id, values(cast, unit_id=getattr(cast, unit).id), NOW)


def test_an_activity_is_only_open_to_those_who_see_it(cast):
    with pytest.raises(NotBelow) as refused:
        service.create_activity(cast.ou.id, values(cast, eligible_unit_id=cast.second.id), NOW)
    assert refused.value.unit == "第一支部"


def test_a_change_raises_the_revision_once_and_says_what_was(cast):
    service.edit_activity(cast.ou.id, cast.sweeping.id, 0, {"name": "西湖清扫", "risks": "落水"}, LATER)
    activity = fresh(cast.sweeping)
    assert (activity.revision, activity.changed_at, activity.name) == (1, LATER, "西湖清扫")
    entry = db.session.query(AuditEntry).one()
    assert entry.before == {"name": "东湖责任区清扫", "risks": ""}
    assert entry.after == {"name": "西湖清扫", "risks": "落水"}


def test_saving_what_is_there_changes_nothing(cast):
    service.edit_activity(cast.ou.id, cast.sweeping.id, 0, {"name": cast.sweeping.name}, LATER)
    assert fresh(cast.sweeping).revision == 0
    assert verbs() == []


def test_who_saves_second_is_told(cast):
    service.edit_activity(cast.ou.id, cast.sweeping.id, 0, {"name": "甲"}, NOW)
    with pytest.raises(ChangedMeanwhile):
        service.edit_activity(cast.ou.id, cast.sweeping.id, 0, {"name": "乙"}, NOW)
    assert fresh(cast.sweeping).name == "甲"


def test_the_kind_stays_once_people_have_signed_up(cast):
    service.edit_activity(cast.ou.id, cast.sweeping.id, 0, {"kind_key": "study"}, NOW)
    sign_up(cast.lin.id, cast.slot.id, NOW)
    with pytest.raises(KindInUse):
        service.edit_activity(cast.ou.id, cast.sweeping.id, 1, {"kind_key": "energy"}, NOW)
    assert fresh(cast.sweeping).kind_key == "study"


def test_an_activity_cannot_be_moved_to_anothers_unit(cast):
    with pytest.raises(NotAllowed):
        service.edit_activity(cast.ou.id, cast.sweeping.id, 0, {"unit_id": cast.second.id}, NOW)
    assert fresh(cast.sweeping).unit_id == cast.first.id


def test_a_copy_has_the_posts_and_the_slots_of_some_weeks_later_but_no_people(cast):
    db.session.add(SpecialDay(day=date(2026, 12, 3), name="校庆", off=True))
    lake = fresh(cast.lake)
    make_slot(lake, NOW + 2 * DAY, state=SlotState.CANCELLED)
    make_slot(lake, NOW + 2 * DAY)
    make_slot(lake, NOW - 2 * DAY)
    make_slot(lake, NOW - 3 * DAY)
    make_slot(lake, NOW + 3 * DAY)
    source = fresh(cast.sweeping)
    source.organizers.append(fresh(cast.ou))
    source.sign_up_closes_at = NOW + DAY
    db.session.commit()
    sign_up(cast.lin.id, cast.slot.id, NOW)
    stretch = Stretch(date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 30))
    public_id, count = copy_as_shown(cast, "明年的", stretch)
    copy = queries.activity_for(fresh(cast.ou), public_id)
    assert (copy.name, copy.kind_key, copy.organizers, copy.sign_up_closes_at) == (
        "明年的", "cleaning", [fresh(cast.ou)], NOW + 8 * DAY,
    )  # fmt: skip
    [post] = copy.posts
    assert (post.name, post.place, post.capacity) == (cast.lake.name, cast.lake.place, cast.lake.capacity)
    slots = db.session.query(Slot).filter_by(post_id=post.id).order_by(Slot.starts_at).all()
    # Tomorrow's slot falls on a holiday a week later; the one of two days ago comes again in five days.
    assert [slot.starts_at for slot in slots] == [NOW + 5 * DAY, NOW + 9 * DAY]
    assert [slot.taken for slot in slots] == [0, 0]
    assert count == 2
    assert db.session.query(AuditEntry).filter_by(verb="copy activity").one().after == {
        "name": "明年的", "from": cast.sweeping.id, "first": "2026-11-23", "last": "2026-11-27", "start": "2026-11-30",
        "slots": 2,
    }  # fmt: skip


def test_a_copy_is_made_exactly_as_shown(cast):
    stretch = Stretch(date(2026, 11, 26), date(2026, 11, 26), date(2026, 12, 3))
    shown = planning.activity_copies(cast.sweeping.id, stretch, clock.zone(), NOW)[0]
    assert [(slot.post_id, slot.starts_at) for slot in shown.slots] == [(cast.lake.id, NOW + 8 * DAY)]
    make_slot(fresh(cast.lake), NOW + DAY + timedelta(hours=4))
    db.session.commit()
    with pytest.raises(PlanChanged):
        service_plans.copy_activity(cast.ou.id, cast.sweeping.id, "乙", stretch, shown.digest, clock.zone(), NOW)
    assert db.session.query(Activity).count() == 1


def test_what_the_original_has_already_stands_in_no_copys_way(cast):
    stretch = Stretch(date(2026, 11, 26), date(2026, 11, 26), date(2026, 11, 26))
    assert copy_as_shown(cast, "同时的", stretch)[1] == 1


def test_days_are_copied_from_the_first_to_the_last(cast):
    stretch = Stretch(date(2026, 11, 27), date(2026, 11, 26), date(2026, 12, 3))
    with pytest.raises(LastBeforeFirst):
        planning.activity_copies(cast.sweeping.id, stretch, clock.zone(), NOW)[0]


def test_usually_the_latest_terms_slots_are_copied_into_the_next_term(cast):
    usual = planning.usual_stretch(cast.sweeping.id, clock.zone())
    assert usual == {"first": date(2026, 11, 26), "last": date(2026, 11, 26), "start": None}
    for name, monday in (("春", date(2026, 3, 2)), ("秋", date(2026, 9, 7)), ("来年", date(2027, 3, 1))):
        db.session.add(Term(name=name, starts_on=monday, weeks=18))
    make_slot(fresh(cast.lake), NOW - 200 * DAY)
    make_slot(fresh(cast.lake), NOW + 200 * DAY, state=SlotState.CANCELLED)
    db.session.commit()
    usual = planning.usual_stretch(cast.sweeping.id, clock.zone())
    assert usual == {"first": date(2026, 9, 7), "last": date(2026, 11, 26), "start": date(2027, 3, 1)}
    assert planning.usual_stretch(make_activity("空的", fresh(cast.first)).id, clock.zone()) == {}


def test_a_series_is_copied_by_its_rule(cast):
    """Ten weeks later its holiday is no holiday, and another day is; what was changed by hand is as the rule says."""
    db.session.add(SpecialDay(day=date(2026, 12, 3), name="校庆", off=True))
    db.session.add(SpecialDay(day=date(2027, 2, 4), name="寒假", off=True))
    north = make_post(cast.sweeping, "北门", capacity=4)
    db.session.commit()
    create(cast, thursdays(cast.lake, north, capacity=None, excluded=frozenset({date(2026, 12, 10)})))
    slot = db.session.query(Slot).filter_by(series_day=date(2026, 12, 17), post_id=north.id).one()
    edit_slot(cast.ou.id, slot.id, 0, slot.starts_at, slot.ends_at, 9, NOW)
    public_id, count = copy_as_shown(cast, "明年的", Stretch(date(2026, 11, 26), date(2026, 12, 17), date(2027, 2, 4)))
    assert count == 2 * 3  # the slot of its own falls on the holiday
    copy = db.session.query(Activity).filter_by(public_id=public_id).one()
    series = db.session.query(Series).filter_by(activity_id=copy.id).one()
    assert (series.days.first, series.days.last, series.days.excluded) == (
        date(2027, 2, 4), date(2027, 2, 25), frozenset(),
    )  # fmt: skip
    slots = db.session.query(Slot).filter_by(series_id=series.id)
    assert {slot.series_day for slot in slots} == {date(2027, 2, 11), date(2027, 2, 18), date(2027, 2, 25)}
    assert {slot.capacity for slot in slots} == {2, 4}


def copy_as_shown(cast, name: str, stretch: Stretch | None) -> tuple[str, int]:
    digest = planning.activity_copies(cast.sweeping.id, stretch, clock.zone(), NOW)[0].digest
    return service_plans.copy_activity(cast.ou.id, cast.sweeping.id, name, stretch, digest, clock.zone(), NOW)


def test_a_copy_without_a_stretch_has_no_slots(cast):
    public_id, count = copy_as_shown(cast, "空的", None)
    assert count == 0
    assert [post.name for post in queries.activity_for(fresh(cast.ou), public_id).posts] == ["东湖北岸"]


# ── organizers ──────────────────────────────────────────────────────────────


def test_only_who_holds_the_role_is_named_and_once(cast):
    with pytest.raises(NoOrganizer):
        service.name_organizer(cast.ou.id, cast.sweeping.id, cast.lin.id, NOW)
    for _ in range(2):
        service.name_organizer(cast.ou.id, cast.sweeping.id, cast.ou.id, NOW)
    assert [person.name for person in fresh(cast.sweeping).organizers] == ["欧阳慧敏"]
    assert verbs() == ["name organizer"]


def test_a_named_organizer_of_another_unit_runs_it_until_removed(cast):
    sun = make_member("T009", "孙立", cast.second)
    grant(sun, Role.ORGANIZER, cast.second)
    db.session.commit()
    with pytest.raises(NotFound):
        queries.activity_to_organize(sun, cast.sweeping.public_id)
    service.name_organizer(cast.ou.id, cast.sweeping.id, sun.id, NOW)
    assert queries.activity_to_organize(sun, cast.sweeping.public_id).id == cast.sweeping.id
    assert queries.slot_to_organize(sun, cast.slot.public_id).id == cast.slot.id
    service.remove_organizer(cast.ou.id, cast.sweeping.id, sun.id, NOW)
    with pytest.raises(NotFound):
        queries.post_to_organize(sun, cast.lake.public_id)
    with pytest.raises(NotFound):
        service.remove_organizer(cast.ou.id, cast.sweeping.id, sun.id, NOW)


def test_a_name_without_the_role_gives_nothing_and_is_not_copied(cast):
    service.name_organizer(cast.ou.id, cast.sweeping.id, cast.ou.id, NOW)
    sun = make_member("T009", "孙立", fresh(cast.first))
    grant(sun, Role.ORGANIZER, fresh(cast.first))
    db.session.commit()
    revoke(cast.chen.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)
    ou = fresh(cast.ou)
    assert db.session.query(Activity).join(Activity.unit).filter(queries.organized_by(ou)).all() == []
    with pytest.raises(NotAllowed):
        queries.activity_to_organize(ou, cast.sweeping.public_id)
    nothing = planning.activity_copies(cast.sweeping.id, None, clock.zone(), NOW)[0].digest
    public_id, _ = service_plans.copy_activity(sun.id, cast.sweeping.id, "明年的", None, nothing, clock.zone(), NOW)
    assert queries.activity_for(ou, public_id).organizers == []


def test_who_lost_the_role_since_the_page_was_opened_changes_nothing(cast):
    revoke(cast.chen.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)
    ou, activity, post = cast.ou.id, cast.sweeping.id, cast.lake.id
    for verb in (
        lambda: service.create_activity(ou, values(cast), NOW),
        lambda: service.edit_activity(ou, activity, 0, {"name": "甲"}, NOW),
        lambda: service_plans.copy_activity(ou, activity, "乙", None, "", clock.zone(), NOW),
        lambda: service.name_organizer(ou, activity, ou, NOW),
        lambda: service.remove_organizer(ou, activity, ou, NOW),
        lambda: service.add_post(ou, activity, {"name": "南岸"}, NOW),
        lambda: edit_post(ou, post, 0, {"place": "西湖"}, NOW),
        lambda: create(cast, thursdays(cast.lake)),
        lambda: service_plans.copy_week(ou, activity, date(2026, 11, 23), 1, "", clock.zone(), NOW),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert verbs() == ["revoke"]


def test_what_one_sees_but_does_not_run_is_not_allowed(cast):
    schools = make_activity("全院大会", fresh(cast.school), "meeting")
    hall = make_post(schools, "礼堂")
    slot = make_slot(hall, NOW + DAY)
    db.session.commit()
    for fetch, row in (
        (queries.activity_to_organize, schools), (queries.post_to_organize, hall), (queries.slot_to_organize, slot),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            fetch(fresh(cast.ou), row.public_id)


# ── posts ───────────────────────────────────────────────────────────────────


def test_posts_move_the_schedule(cast):
    public_id = service.add_post(cast.ou.id, cast.sweeping.id, {"name": "南岸", "place": "", "capacity": 3}, NOW)
    post = queries.post_to_organize(fresh(cast.ou), public_id)
    assert fresh(cast.sweeping).schedule_revision == 1
    edit_post(cast.ou.id, post.id, 0, {"place": "东湖"}, LATER)
    activity = fresh(cast.sweeping)
    assert (activity.schedule_revision, activity.schedule_changed_at, activity.revision) == (2, LATER, 0)
    assert (fresh(post).revision, fresh(post).place) == (1, "东湖")
    with pytest.raises(ChangedMeanwhile):
        edit_post(cast.ou.id, post.id, 0, {"place": "西湖"}, LATER)
    assert verbs() == ["add post", "edit post"]


# ── rows of slots ───────────────────────────────────────────────────────────


def thursdays(*posts, starts=time(16), ends=time(18), capacity=3, **changes) -> Wish:
    rule = {"first": date(2026, 11, 26), "last": date(2026, 12, 17), "weekdays": frozenset({THU}), **changes}
    post_ids = tuple(post.id for post in posts)
    return Wish(post_ids=post_ids, rule=Rule(**rule), starts=starts, ends=ends, capacity=capacity)


def create(cast, wish: Wish, digest: str | None = None) -> int:
    shown = planning.plan(cast.sweeping.id, [wish], clock.zone(), NOW)[0].digest
    return plan_series(cast.ou.id, cast.sweeping.id, [wish], digest or shown, clock.zone(), NOW)[1]


def starts(cast) -> list[datetime]:
    rows = db.session.query(Slot).filter_by(post_id=cast.lake.id).order_by(Slot.starts_at)
    return [slot.starts_at for slot in rows]


def test_a_row_creates_exactly_what_was_shown(cast):
    db.session.add(SpecialDay(day=date(2026, 12, 3), name="校庆", off=True))
    db.session.commit()
    shown = planning.plan(cast.sweeping.id, [thursdays(cast.lake)], clock.zone(), NOW)[0]
    assert create(cast, thursdays(cast.lake)) == 3
    assert starts(cast)[1:] == [slot.starts_at for slot in shown.slots]
    activity = fresh(cast.sweeping)
    assert (activity.schedule_revision, activity.schedule_changed_at) == (1, NOW)
    assert verbs() == ["plan slots"]
    series = db.session.query(Series).one()
    assert [slot.series_day for slot in db.session.query(Slot).filter_by(series_id=series.id)] == [
        slot.day for slot in shown.slots
    ]
    assert series.wish == thursdays(cast.lake)


def test_a_series_is_of_many_posts(cast):
    posts = [cast.lake, *(make_post(cast.sweeping, f"{n} 号", capacity=n) for n in (4, 5))]
    db.session.commit()
    assert create(cast, thursdays(*posts, capacity=None)) == 12
    assert {slot.capacity for slot in db.session.query(Slot)} == {2, 4, 5}
    assert [post.id for post in db.session.query(Series).one().posts] == [post.id for post in posts]


def test_several_times_of_the_day_are_as_many_series_and_each_slot_is_once(cast):
    noon, night, again = (
        thursdays(cast.lake),
        thursdays(cast.lake, starts=time(22), ends=time(23)),
        thursdays(cast.lake),
    )
    shown, parts = planning.plan(cast.sweeping.id, [noon, night, again], clock.zone(), NOW)
    assert [len(part.slots) for part in parts] == [4, 4, 0]
    made, count = plan_series(cast.ou.id, cast.sweeping.id, [noon, night, again], shown.digest, clock.zone(), NOW)
    assert (len(made), count) == (2, 8)
    assert verbs() == ["plan slots"] * 2
    assert {one.wish for one in db.session.query(Series)} == {noon, night}


def test_anothers_post_is_not_planned(cast):
    post = make_post(make_activity("别人的", fresh(cast.second)), "西岸")
    db.session.commit()
    with pytest.raises(NotFound):
        create(cast, thursdays(cast.lake, post))


def test_planning_twice_creates_nothing_new(cast):
    create(cast, thursdays(cast.lake))
    assert create(cast, thursdays(cast.lake)) == 0
    assert len(starts(cast)) == 1 + 4
    assert fresh(cast.sweeping).schedule_revision == 1


def test_a_plan_that_has_changed_is_not_created(cast):
    shown = planning.plan(cast.sweeping.id, [thursdays(cast.lake)], clock.zone(), NOW)[0]
    db.session.add(SpecialDay(day=date(2026, 12, 3), name="校庆", off=True))
    db.session.commit()
    with pytest.raises(PlanChanged):
        create(cast, thursdays(cast.lake), shown.digest)
    assert len(starts(cast)) == 1


def test_a_cancelled_slots_time_can_be_planned_again(cast):
    fresh(cast.slot).state = SlotState.CANCELLED
    db.session.commit()
    again = thursdays(cast.lake, last=date(2026, 11, 26), weekdays=frozenset(), starts=time(12), ends=time(14))
    assert create(cast, again) == 1


def test_what_cannot_be_planned_says_why(cast):
    with pytest.raises(InThePast):
        planning.plan(cast.sweeping.id, [thursdays(cast.lake, first=date(2026, 11, 24))], clock.zone(), NOW)
    with pytest.raises(NotFound):
        plan_series(cast.ou.id, 0, [thursdays(cast.lake)], "", clock.zone(), NOW)


def test_a_week_is_repeated_in_the_weeks_that_follow(cast):
    monday = date(2026, 11, 23)
    shown = planning.week_copies(cast.sweeping.id, monday, 2, clock.zone(), NOW)
    count = service_plans.copy_week(cast.ou.id, cast.sweeping.id, monday, 2, shown.digest, clock.zone(), NOW)
    assert count == 2
    assert starts(cast) == [cast.slot.starts_at + timedelta(weeks=n) for n in range(3)]
    assert verbs() == ["plan slots"]


def test_copied_weeks_are_series_that_can_be_changed_and_taken_back(cast):
    north, south = (make_post(cast.sweeping, name, capacity=2) for name in ("北门", "南门"))
    for post in (north, south):
        for day in (0, 1):
            make_slot(post, NOW + (day + 1) * DAY, hours=2)
    make_slot(make_post(cast.sweeping, "远行"), NOW + DAY, hours=70)
    db.session.commit()
    monday = date(2026, 11, 23)
    shown = planning.week_copies(cast.sweeping.id, monday, 3, clock.zone(), NOW)
    assert service_plans.copy_week(cast.ou.id, cast.sweeping.id, monday, 3, shown.digest, clock.zone(), NOW) == 18
    found = {tuple(post.name for post in one.posts): one for one in db.session.query(Series)}
    assert {names: sorted(one.days.weekdays) for names, one in found.items()} == {
        ("东湖北岸", "北门", "南门"): [3], ("北门", "南门"): [4],
    }  # fmt: skip
    one = found["北门", "南门"]
    assert (one.days.first, one.days.last) == (date(2026, 11, 30), date(2026, 12, 20))
    assert db.session.query(Slot).filter_by(series_id=one.id).count() == 6
    again = planning.as_wished(cast.sweeping.id, one.wish, (), clock.zone(), NOW)
    of_series = db.session.query(Slot).filter_by(series_id=one.id)
    assert {(s.post_id, s.starts_at) for s in again.slots} == {(s.post_id, s.starts_at) for s in of_series}


def test_a_week_is_not_copied_beyond_the_limit(cast):
    posts = [make_post(cast.sweeping, f"{n} 号") for n in range(350)]
    for post in posts:
        make_slot(post, NOW + DAY)
    db.session.commit()
    with pytest.raises(TooManySlots):
        planning.week_copies(cast.sweeping.id, date(2026, 11, 23), 30, clock.zone(), NOW)


def test_a_copy_reaches_no_further_than_a_plan(cast):
    day, until = date(2026, 11, 26), date(2026, 11, 25) + HORIZON
    assert copy_as_shown(cast, "明年的", Stretch(day, day, until))[1] == 1
    with pytest.raises(TooFar):
        copy_as_shown(cast, "以后的", Stretch(day, day, until + timedelta(1)))


def test_plans_cost_the_same_whatever_their_length(cast, statements):
    counts = set()
    for weeks in (1, 60):
        with statements.count() as sent:
            create(cast, thursdays(cast.lake, first=date(2027, 1, 7), last=date(2027, 1, 7) + timedelta(weeks=weeks)))
        counts.add(len(sent))
    assert len(counts) == 1


def test_rows_have_the_defaults_of_the_model(cast):
    create(cast, thursdays(cast.lake, last=date(2026, 11, 26), weekdays=frozenset()))
    slot = db.session.query(Slot).filter(Slot.id != cast.slot.id).one()
    assert (slot.state, slot.taken, slot.waiting, slot.tickets, slot.revision, slot.capacity) == (
        SlotState.OPEN, 0, 0, 0, 0, 3,
    )  # fmt: skip
    assert slot.public_id != cast.slot.public_id
    assert slot.uid != cast.slot.uid
