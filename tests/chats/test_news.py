"""What chat groups are told of their unit: once, in few messages, and without anybody's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.chats import news, service
from activities.chats.news import CANCELLED, NEW, SHORT, TRIAL, tell_groups
from activities.chats.rules import SETTLED
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.outbox.delivery import deliver
from activities.outbox.hooks import by_hook
from activities.outbox.models import Delivery, Hook, Notice
from activities.outbox.planning import plan
from activities.outbox.rules import GAPS, Channel, News
from activities.people.queries import recipients
from activities.signups.organize import cancel_slot
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, make_activity, make_post, make_slot
from tests.chats.robots import robot
from tests.house.test_races import race
from tests.outbox.mailbox import deliveries

MINUTE = timedelta(minutes=1)
LATER = NOW + 10 * MINUTE


@pytest.fixture
def group(ctx, cast) -> int:
    """The first branch's group, told of everything from NOW on."""
    service.add(cast.ou.id, cast.first.id, robot(), NOW)
    return db.session.scalars(sa.select(Hook.id)).one()


def told() -> list[tuple[str, dict[str, object]]]:
    query = sa.select(Notice).where(Notice.hook_id.is_not(None)).order_by(Notice.id)
    return [(n.topic, n.params) for n in db.session.scalars(query.execution_options(populate_existing=True))]


def new_slots(cast, count: int, at=NOW + MINUTE, first=NOW + 5 * DAY) -> None:
    for n in range(count):
        make_slot(cast.lake, first + n * DAY, created_at=at)
    db.session.commit()


def test_many_new_slots_of_an_activity_are_one_message(cast, group):
    new_slots(cast, 30)
    assert tell_groups(LATER) == 1
    ((topic, params),) = told()
    assert (topic, params["what"], params["slots"]) == (NEW, cast.sweeping.name, 30)
    assert tell_groups(LATER + HOUR) == 0


def test_what_was_there_before_the_group_is_no_news(cast, group):
    assert tell_groups(LATER) == 0


def test_what_is_still_being_written_is_told_once_it_is_there(cast, group):
    created = NOW + 5 * MINUTE
    tell_groups(created + SETTLED / 2)
    new_slots(cast, 1, at=created)
    assert tell_groups(created + 2 * SETTLED) == 1


def test_a_cancelled_slot_is_told_of_without_its_reason(cast, group):
    cancel_slot(cast.ou.id, cast.slot.id, "王一诺生病", NOW + MINUTE)
    assert tell_groups(LATER) == 1
    ((topic, params),) = told()
    assert topic == CANCELLED
    assert "王一诺" not in str(params)


def test_at_noon_it_is_told_where_people_are_missing(cast, group):
    """NOW is noon."""
    full = make_slot(cast.lake, NOW + DAY + 5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(cast.lin.id, full.id, NOW)
    assert tell_groups(NOW + 23 * HOUR) == 0
    make_slot(cast.lake, NOW + DAY + 10 * HOUR, capacity=3)
    db.session.commit()
    assert tell_groups(NOW + DAY + 2 * MINUTE) == 1
    topic, params = told()[-1]
    assert (topic, params["seats"], params["slots"]) == (SHORT, 3, 1)
    assert tell_groups(NOW + DAY + HOUR) == 0


def test_seats_that_are_assigned_or_still_to_be_drawn_are_missing_nobody(cast, group):
    for way in (WayIn.ASSIGNMENT, WayIn.DRAW):
        post = make_post(make_activity(f"途径{way}", cast.first, "reception", way_in=way), "岗", capacity=9)
        make_slot(post, NOW + DAY + 10 * HOUR, draws_at=NOW + DAY + 5 * HOUR)
    closed = make_activity("截止", cast.first, sign_up_closes_at=NOW)
    make_slot(make_post(closed, "岗", capacity=5), NOW + DAY + 10 * HOUR)
    make_slot(cast.lake, NOW + DAY + 10 * HOUR, capacity=3)
    db.session.commit()
    tell_groups(NOW + DAY + 2 * MINUTE)
    ((_, params),) = [one for one in told() if one[0] == SHORT]
    assert (params["seats"], params["slots"]) == (3 + 2 * (cast.slot.starts_at > NOW + DAY + 2 * MINUTE), 1)


def test_a_group_is_told_what_it_chose(cast, group):
    hook = db.session.get(Hook, group)
    service.change(cast.ou.id, group, robot(news=News.SHORT), NOW)
    new_slots(cast, 1)
    cancel_slot(cast.ou.id, cast.slot.id, "暴雨", NOW + MINUTE)
    assert tell_groups(LATER) == 0
    assert hook.news is not None


def test_a_group_hears_of_what_its_people_see_and_may_join(cast, group):
    """Of its unit and those above, not of other branches, nor of what is for others alone."""
    above = make_activity("全校清扫", cast.school)
    beside = make_activity("别的支部", cast.second)
    closed = make_activity("别的支部才能报", cast.school, eligible_unit_id=cast.second.id)
    for activity in (above, beside, closed):
        make_slot(make_post(activity, "广场"), NOW + 3 * DAY, created_at=NOW + MINUTE)
    db.session.commit()
    assert tell_groups(LATER) == 1
    assert told()[0][1]["what"] == "全校清扫"


def test_several_workers_tell_a_group_once(app, cast, group):
    new_slots(cast, 3)
    race(app, [lambda: tell_groups(LATER)] * 4)
    assert len(told()) == 1


def test_a_message_goes_out_to_the_group_and_again_when_it_was_not_taken(cast, group, place, robots):
    url = f"http://{place}/cgi-bin/webhook/send?key=k"
    service.change(cast.ou.id, group, {"url": url}, NOW)
    new_slots(cast, 2)
    tell_groups(LATER)
    plan(LATER, recipients, mails=False)
    robots.answer = (200, b'{"errcode": 45009}')
    assert deliver(lambda: LATER, Channel.HOOK, by_hook()).sent == 0
    (waits,) = deliveries()
    assert (waits.trouble, waits.due_at) == ("HookRefused 45009", LATER + GAPS[0])
    robots.answer = (200, b'{"errcode": 0}')
    assert deliver(lambda: LATER + HOUR, Channel.HOOK, by_hook()).sent == 1
    said = robots.heard[-1][1]["text"]["content"]
    assert cast.sweeping.name in said
    assert f"http://localhost/activities/{cast.sweeping.public_id}" in said


def test_one_group_out_of_reach_does_not_hold_up_the_others(cast, group, place, robots):
    service.change(cast.ou.id, group, {"url": f"http://{place}/a?key=k"}, NOW)
    second = service.add(cast.gu.id, cast.second.id, robot(url=f"http://{place}/b?key=k"), NOW)
    for hook_id, path in db.session.execute(sa.select(Hook.id, Hook.public_id)).all():
        service.try_out(cast.gu.id, hook_id, NOW)
        assert path
    db.session.execute(sa.update(Hook).where(Hook.public_id != second).values(url="http://127.0.0.1:9/"))
    db.session.commit()
    plan(NOW, recipients, mails=False)
    assert deliver(lambda: NOW, Channel.HOOK, by_hook()).sent == 1
    assert [topic for topic, _ in told()] == [TRIAL, TRIAL]


def test_a_group_that_is_removed_takes_along_what_it_was_told(cast, group):
    service.try_out(cast.ou.id, group, NOW)
    plan(NOW, recipients, mails=False)
    service.remove(cast.ou.id, group, NOW)
    left = [db.session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Hook, Notice, Delivery)]
    assert left == [0, 0, 0]
    assert news.tell_groups(LATER) == 0
