"""Each goes the way its person chose: at once, after quiet hours, in the day's letter, or not by mail at all."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from activities.admissions.service import approve
from activities.duties.rules import WayIn
from activities.kit.clock import zone
from activities.kit.db import db
from activities.outbox.models import Notice, Wishes
from activities.outbox.planning import DIGEST, gather, plan
from activities.outbox.rules import GAPS, DeliveryState, Group, Way
from activities.people.queries import recipients
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, make_activity, make_post, make_slot
from tests.house.test_races import race
from tests.outbox.mailbox import deliveries, notices, post, send


def choose(member_id: int, ways: dict[Group, Way] | None = None, **more: Any) -> None:
    db.session.add(Wishes(member_id=member_id, ways=ways or {}, **more))
    db.session.commit()


def at(hour: int, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=zone()).astimezone(UTC)


def test_a_letter_waits_until_quiet_hours_end(ctx, cast, mailer, inbox):
    choose(cast.lin.id, quiet_from=time(22), quiet_to=time(7))
    post(cast.lin.id, at=at(23), name="x")
    assert send(at(23), mailer.send).sent == 0
    assert send(at(6, 26), mailer.send).sent == 0
    assert send(at(7, 26), mailer.send).sent == 1


def test_a_duty_that_is_cancelled_shortly_before_is_told_at_any_hour(ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.DUTIES: Way.DAILY}, quiet_from=time(22), quiet_to=time(7))
    soon, later = make_slot(cast.lake, at(22, 26)), make_slot(cast.lake, at(23, 29))
    db.session.commit()
    for slot in (soon, later):
        sign_up(cast.lin.id, slot.id, NOW)
    send(NOW, mailer.send)
    inbox.letters.clear()
    for slot in (soon, later):
        cancel_slot(cast.ou.id, slot.id, "暴雨", at(23))
    assert send(at(23), mailer.send).sent >= 1
    told = [letter["Subject"] for letter in inbox.letters if "取消" in letter["Subject"]]
    assert len(told) == 1


def test_a_try_that_failed_is_not_repeated_in_quiet_hours(ctx, cast, mailer, inbox):
    choose(cast.lin.id, quiet_from=time(12), quiet_to=time(14))
    post(cast.lin.id, at=at(11), name="x")
    inbox.answer = "451 later"
    moment = at(12) - timedelta(minutes=1)
    send(moment, mailer.send)
    (tried,) = deliveries()
    assert moment + GAPS[0] == at(12)
    assert tried.due_at == at(14)


def test_a_group_that_is_turned_off_stays_in_the_inbox_alone(ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.DUTIES: Way.NEVER})
    post(cast.lin.id, name="x")
    assert send(NOW, mailer.send).sent == 0
    assert (deliveries(), notices()[0].read_at) == ([], None)


def test_the_days_letter_holds_what_came_since_the_last(ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.DUTIES: Way.DAILY}, digest_at=time(18))
    for name in "ab":
        post(cast.lin.id, at=at(12), name=name)
    assert send(at(12), mailer.send).sent == 0
    assert send(at(18), mailer.send).sent == 1
    post(cast.lin.id, at=at(19), name="c")
    assert send(at(20), mailer.send).sent == 0
    assert send(at(18, 26), mailer.send).sent == 1
    first, second = (letter.get_content() for letter in inbox.letters)
    assert all(said in first for said in ("Hello a", "See a.", "Hello b", "See b."))
    assert "Hello c" not in first
    assert "Hello c" in second
    assert "Hello a" not in second
    assert len({letter["Message-ID"] for letter in inbox.letters}) == 2


def wanted(cast, what: str, when: datetime) -> None:
    """Somebody asks for cover in three days, as seen from the 24th."""
    about = {"what": what, "where": "x", "slot": cast.slot.public_id, "when": [when.isoformat()] * 2}
    post(cast.lin.id, "exchanges.wanted", at=at(12, 24), **about)


def test_the_days_letter_asks_nothing_that_is_over_when_it_is_made_or_goes_out(ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.ANSWERS: Way.DAILY}, digest_at=time(11))
    for what, hour in (("甲", 13), ("乙", 20), ("丙", 23)):
        wanted(cast, what, at(hour, 25))
    assert plan(at(12, 24) - 12 * HOUR, recipients, mails=True) == 3
    gather(at(18))
    assert send(at(21), mailer.send).sent == 1
    letter = inbox.letters[0].get_content()
    assert [what for what in "甲乙丙" if what in letter] == ["丙"]
    assert "2" in inbox.letters[0]["Subject"]


def test_a_days_letter_of_which_all_is_over_is_not_sent(ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.ANSWERS: Way.DAILY}, digest_at=time(11))
    wanted(cast, "甲", at(20, 25))
    plan(at(12, 24) - 12 * HOUR, recipients, mails=True)
    gather(at(18))
    assert send(at(21), mailer.send).sent == 0
    wanted(cast, "乙", at(20, 25))
    plan(at(12, 24) - 12 * HOUR, recipients, mails=True)
    assert send(at(21), mailer.send).sent == 0
    assert {one.state for one in deliveries()} == {DeliveryState.SENT, DeliveryState.DROPPED}


@pytest.mark.parametrize("topic", ["exchanges.wanted", "invitations.invited"])
def test_who_is_asked_for_something_soon_is_asked_at_once(ctx, cast, mailer, inbox, topic):
    choose(cast.lin.id, {Group.ANSWERS: Way.DAILY}, digest_at=time(18))
    about = {"what": "x", "where": "x", "slot": cast.slot.public_id, "when": [at(13).isoformat()] * 2}
    post(cast.lin.id, topic, at=at(9), **about)
    assert send(at(9), mailer.send).sent == 1


def test_who_is_approved_shortly_before_reads_it_at_once(ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.DUTIES: Way.DAILY}, digest_at=time(18))
    activity = make_activity("看望老人", cast.first, "elder_care", way_in=WayIn.APPROVAL)
    slot = make_slot(make_post(activity, "护理中心"), at(16))
    db.session.commit()
    sign_up(cast.lin.id, slot.id, at(12))
    approve(cast.ou.id, list(db.session.scalars(sa.select(SignUp.id))), at(13))
    assert send(at(13), mailer.send).sent == 1
    assert "看望老人" in inbox.letters[0]["Subject"]


def test_the_days_letter_is_made_once_by_several_workers(app, ctx, cast, mailer, inbox):
    choose(cast.lin.id, {Group.DUTIES: Way.DAILY}, digest_at=time(18))
    for n in range(5):
        post(cast.lin.id, at=at(12), name=str(n))
    send(at(12), mailer.send)
    race(app, [lambda: gather(at(18))] * 4)
    assert db.session.query(Notice).filter_by(topic=DIGEST).count() == 1
    assert send(at(18), mailer.send).sent == 1
    assert inbox.letters[0].get_content().count("Hello ") == 5


def test_the_days_letter_itself_is_no_news_for_the_inbox(ctx, cast, mailer):
    choose(cast.lin.id, {Group.DUTIES: Way.DAILY}, digest_at=time(18))
    post(cast.lin.id, at=at(12), name="x")
    send(at(12), mailer.send)
    send(at(18), mailer.send)
    told, letter = notices()
    assert (told.read_at, letter.topic, letter.read_at) == (None, DIGEST, at(18))
    assert told.digest_id == letter.id


def test_a_choice_holds_for_what_comes_after_it(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")
    assert send(NOW, mailer.send).sent == 1
    choose(cast.lin.id, {Group.DUTIES: Way.NEVER})
    post(cast.lin.id, name="y")
    assert send(NOW + HOUR, mailer.send).sent == 0
    assert send(NOW + DAY, mailer.send).sent == 0
