"""Every slot to which people come one after another has its times from the beginning, however it comes to be, and they
follow its seats and its length until somebody says who comes when, or is on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties import planning
from activities.duties.models import Activity, Arrival, Post, Series, Slot
from activities.duties.plans import Stretch, Wish
from activities.duties.recurrence import Rule
from activities.duties.rules import spread
from activities.duties.service import edit_activity
from activities.duties.service_plans import copy_activity, copy_week, plan_series
from activities.imports import queries as import_queries
from activities.imports import reading
from activities.imports import rules as imports_rules
from activities.imports import service as imports
from activities.imports.models import CalendarImport
from activities.kit import clock
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.series import planning as series_planning
from activities.series import service as series_service
from activities.signups.arrival_verbs import give_times, set_quotas
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules_arrivals import Quarter, SeatsByTime, follows_seats
from activities.signups.service import sign_up
from tests.cast import NOW, english, make_activity, make_post, make_slot
from tests.timetables.calendars import calendar

TUESDAY = date(2026, 12, 1)
EVEN = {0: 3, 15: 3, 30: 2, 45: 2}


def places(quotas: dict[int, int]) -> tuple[Quarter, ...]:
    return tuple(Quarter(n, minute, quota, 0) for n, (minute, quota) in enumerate(quotas.items()))


FOLLOWS = {
    "as planned": (0, 10, EVEN, True),
    "with a time at which nobody may come": (0, 3, {0: 1, 15: 1, 30: 1, 45: 0}, True),
    "somebody has been on it": (1, 10, EVEN, False),
    "somebody has said who comes when": (0, 10, {0: 4, 15: 2, 30: 2, 45: 2}, False),
    "there are no times": (0, 10, {}, False),
}


@pytest.mark.parametrize(("tickets", "capacity", "quotas", "expected"), FOLLOWS.values(), ids=FOLLOWS)
def test_places_follow_the_seats_until_somebody_cares(tickets, capacity, quotas, expected):
    assert follows_seats(tickets, capacity, 60, places(quotas)) is expected


@pytest.fixture
def hall(ctx, cast) -> Post:
    post = make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=10)
    db.session.commit()
    return post


def wish(post: Post, weeks: int = 1) -> Wish:
    last = TUESDAY + timedelta(weeks=weeks, days=-1)
    rule = Rule(first=TUESDAY, last=last, weekdays=frozenset({1}))
    return Wish(post_ids=(post.id,), rule=rule, starts=time(9), ends=time(10), capacity=None)


def plan(cast, post: Post, weeks: int = 1) -> None:
    wishes = [wish(post, weeks)]
    shown, _ = planning.plan(post.activity_id, wishes, clock.zone(), NOW)
    plan_series(cast.ou.id, post.activity_id, wishes, shown.digest, clock.zone(), NOW)


def times() -> list[dict[int, int]]:
    """The places of each slot that is there, by minute."""
    db.session.expire_all()
    rows = sa.select(Slot.id, Arrival.minute, Arrival.quota).outerjoin(Arrival).order_by(Slot.id, Arrival.minute)
    found: dict[int, dict[int, int]] = {}
    for slot_id, minute, quota in db.session.execute(rows.where(Slot.id.in_(of_drives()))):
        found.setdefault(slot_id, {}).update({minute: quota} if minute is not None else {})
    return list(found.values())


def of_drives() -> sa.Select[tuple[int]]:
    return sa.select(Slot.id).join(Slot.post).join(Post.activity).where(Activity.kind_key == "blood")


def the_slot() -> Slot:
    return db.session.scalars(sa.select(Slot).where(Slot.id.in_(of_drives()))).first()


def test_planned_repeated_and_copied_slots_have_their_times(cast, hall):
    plan(cast, hall)
    assert times() == [EVEN]
    weeks = planning.week_copies(hall.activity_id, date(2026, 11, 30), 2, clock.zone(), NOW)
    copy_week(cast.ou.id, hall.activity_id, date(2026, 11, 30), 2, weeks.digest, clock.zone(), NOW)
    assert times() == [EVEN] * 3
    stretch = Stretch(first=TUESDAY, last=TUESDAY + timedelta(weeks=3), start=date(2027, 3, 2))
    shown, _ = planning.activity_copies(hall.activity_id, stretch, clock.zone(), NOW)
    copy_activity(cast.ou.id, hall.activity_id, "春季献血", stretch, shown.digest, clock.zone(), NOW)
    assert times() == [EVEN] * 6


def test_a_series_gives_new_slots_their_times_and_spreads_untouched_ones_anew(cast, hall):
    plan(cast, hall, weeks=3)
    series = db.session.scalars(sa.select(Series)).one()
    first = db.session.scalars(sa.select(Slot).order_by(Slot.starts_at).where(Slot.series_id == series.id)).first()
    sign_up(cast.lin.id, first.id, NOW)
    longer = replace(wish(hall, 4), ends=time(10, 30), capacity=6)
    present = series_planning.occurrences(series.id, TUESDAY)
    change = series_planning.edit(series, longer, present, clock.zone(), NOW)
    series_service.edit(cast.ou.id, series.id, longer, change.digest, "", clock.zone(), NOW)
    assert times() == [EVEN, *[spread(6, 90)] * 3]


def test_seats_of_an_untouched_slot_are_spread_anew_and_others_are_their_times(cast, hall):
    plan(cast, hall)
    slot = the_slot()
    edit_slot(cast.ou.id, slot.id, 0, slot.starts_at, slot.ends_at, 4, NOW)
    assert times() == [{0: 1, 15: 1, 30: 1, 45: 1}]
    set_quotas(cast.ou.id, slot.id, 1, {0: 4}, NOW)
    slot = db.session.get_one(Slot, slot.id, populate_existing=True)
    with pytest.raises(SeatsByTime):
        edit_slot(cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.ends_at, 8, NOW)


def test_slots_of_an_activity_that_becomes_a_drive_get_times_and_lose_them_again(cast, hall):
    activity = db.session.get_one(Activity, hall.activity_id)
    edit_activity(cast.ou.id, activity.id, 0, {"kind_key": "cleaning"}, NOW)
    plan(cast, hall)
    assert db.session.scalar(sa.select(sa.func.count(Arrival.id))) == 0
    edit_activity(cast.ou.id, activity.id, 1, {"kind_key": "blood"}, NOW)
    assert times() == [EVEN]
    edit_activity(cast.ou.id, activity.id, 2, {"kind_key": "cleaning"}, NOW)
    assert db.session.scalar(sa.select(sa.func.count(Arrival.id))) == 0


def test_the_form_of_a_slot_with_times_leads_to_them_instead_of_asking_for_seats(app, cast, hall):
    plan(cast, hall)
    slot = the_slot()
    address = f"/organize/slots/{slot.public_id}"
    with time_machine.travel(NOW, tick=False):
        ou = english(app, cast.ou)
        page = ou.get(f"{address}/edit").get_data(as_text=True)
        assert 'name="capacity"' not in page
        assert f'href="{address}/arrivals"' in page
        form = {"starts_at": "2026-12-01T09:00", "ends_at": "2026-12-01T09:45", "revision": 0}
        assert ou.submit(f"{address}/edit", **form).status_code == 303
        assert times() == [spread(10, 45)]
        again = ou.submit(f"{address}/edit", **form)
        assert again.status_code == 422
        assert "2026-12-01T09:45" in again.get_data(as_text=True)


def older(hall: Post, **slot) -> Slot:
    """A slot from before there were times."""
    found = make_slot(hall, clock.at(TUESDAY, time(9)), **slot)
    db.session.commit()
    return found


def notices_of(member) -> list[tuple[str, str]]:
    query = sa.select(Notice).where(Notice.member_id == member.id).order_by(Notice.id)
    return [(one.topic, one.params["when"][0]) for one in db.session.scalars(query)]


def test_a_slot_older_than_times_gets_them_and_who_is_on_it_one_that_suits_with_one_notice(cast, hall):
    slot = older(hall)
    sign_up(cast.lin.id, slot.id, NOW)
    sign_up(cast.wang.id, slot.id, NOW)
    before = slot.starts_at
    in_the_way = make_slot(cast.lake, before - timedelta(minutes=75))  # which ends 15 minutes before
    db.session.commit()
    sign_up(cast.wang.id, in_the_way.id, NOW)
    revisions = slot.revision, hall.activity.schedule_revision
    for _ in range(2):
        give_times(NOW)
    assert times() == [EVEN]
    places = sa.select(Arrival.minute, Arrival.taken).where(Arrival.slot_id == slot.id, Arrival.taken > 0)
    assert db.session.execute(places).all() == [(0, 2)]
    assert notices_of(cast.lin) == [("signups.seated", before.isoformat()), ("signups.moved", before.isoformat())]
    assert (slot.revision, hall.activity.schedule_revision) == (revisions[0] + 1, revisions[1] + 1)


@pytest.mark.parametrize("why", ["cancelled", "over", "of another kind"])
def test_slots_to_which_nobody_comes_get_none(cast, hall, why):
    slot = older(hall)
    now = NOW
    match why:
        case "cancelled":
            cancel_slot(cast.ou.id, slot.id, "下雨", NOW)
        case "over":
            now = slot.starts_at
        case "of another kind":
            edit_activity(cast.ou.id, hall.activity_id, 0, {"kind_key": "cleaning"}, NOW)
    give_times(now)
    assert db.session.scalar(sa.select(sa.func.count(Arrival.id))) == 0


def test_slots_of_a_calendar_have_their_times_and_go_with_them(cast, hall):
    brought = imports.bring(cast.ou.id, hall.activity_id, calendar(WEEKLY), "a.ics", clock.zone(), NOW)
    found = reading.restored(import_queries.kept_upload(cast.ou.id, hall.activity_id, brought, NOW).found)
    wanted = imports_rules.Wish(hall.id)
    shown = imports.look(hall.activity_id, found, wanted, clock.zone(), NOW)
    imports.confirm(cast.ou.id, hall.activity_id, brought, wanted, range(9), shown.digest, clock.zone(), NOW)
    assert times() == [spread(10, 120)] * 3
    imports.undo(cast.ou.id, db.session.scalars(sa.select(CalendarImport.id)).one(), NOW)
    assert times() == []
    assert db.session.scalar(sa.select(sa.func.count(Arrival.id))) == 0


WEEKLY = "UID:w\nDTSTART;TZID=Asia/Shanghai:20261201T100000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:献血"
