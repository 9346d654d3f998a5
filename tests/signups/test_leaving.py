"""Who leaves for good gives the seats to come back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.roles import Role
from activities.outbox.delivery import Recipient, render
from activities.outbox.models import Notice
from activities.people.models import Member
from activities.people.rules import NotActive, NotYourself
from activities.signups import queries
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, grant, logged_in, make_activity, make_post, make_slot, my_state
from tests.house.test_races import crowd, race, slot_of, states

SEATED, WAITING, WITHDRAWN = SignUpState.SEATED, SignUpState.WAITING, SignUpState.WITHDRAWN


def state(member_id: int, slot_id: int) -> SignUpState:
    return db.session.scalar(sa.select(SignUp.state).where(SignUp.member_id == member_id, SignUp.slot_id == slot_id))


def fresh(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def told() -> list[Notice]:
    return list(db.session.query(Notice).filter_by(topic="signups.left").order_by(Notice.id))


def test_seats_to_come_go_to_who_waits_and_places_in_line_are_left(ctx, cast):
    last = make_slot(make_post(cast.sweeping, "西岸"), NOW + 2 * DAY)
    other = make_slot(make_post(cast.sweeping, "东岸"), NOW + 3 * DAY)
    db.session.commit()
    for member, slot in ((cast.lin, last), (cast.wang, last), (cast.ou, other), (cast.lin, other)):
        sign_up(member.id, slot.id, NOW, or_wait=True)
    assert deactivate(cast.gu.id, cast.lin.id, NOW) == 1
    assert [state(cast.lin.id, slot.id) for slot in (last, other)] == [WITHDRAWN, WITHDRAWN]
    assert my_state(cast.wang.id, last.id) is SEATED
    assert [(slot.taken, slot.waiting) for slot in (fresh(last), fresh(other))] == [(1, 0), (1, 0)]
    [notice] = db.session.query(Notice).filter_by(topic="signups.promoted")
    assert notice.member_id == cast.wang.id


def test_too_late_to_withdraw_is_not_too_late_to_leave_for_good(ctx, cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    assert deactivate(cast.gu.id, cast.lin.id, cast.slot.starts_at - HOUR) == 1
    assert fresh(cast.slot).taken == 0


def test_what_has_begun_or_was_cancelled_stays(ctx, cast):
    gone = make_slot(cast.lake, NOW + 3 * DAY)
    db.session.commit()
    for slot in (cast.slot, gone):
        sign_up(cast.lin.id, slot.id, NOW)
    cancel_slot(cast.ou.id, gone.id, "雨", NOW)
    assert deactivate(cast.gu.id, cast.lin.id, cast.slot.starts_at) == 0
    assert [state(cast.lin.id, slot.id) for slot in (cast.slot, gone)] == [SEATED, SEATED]
    assert told() == []


def test_the_trail_says_who_did_it_and_why(ctx, cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    deactivate(cast.gu.id, cast.lin.id, NOW)
    entry = db.session.query(AuditEntry).filter_by(verb="withdraw").one()
    assert (entry.actor_id, entry.before, entry.after, entry.reason) == (
        cast.gu.id, {"state": "seated"}, {"state": "withdrawn"}, "account deactivated",
    )  # fmt: skip


def test_every_organizer_of_the_unit_is_told_once_for_an_activity(ctx, cast):
    grant(cast.chen, Role.ORGANIZER, cast.school)
    grant(cast.zhao, Role.ORGANIZER, cast.second)
    later = make_slot(cast.lake, NOW + 3 * DAY)
    db.session.commit()
    for slot in (later, cast.slot):
        sign_up(cast.lin.id, slot.id, NOW)
    deactivate(cast.gu.id, cast.lin.id, NOW)
    assert {notice.member_id for notice in told()} == {cast.ou.id, cast.chen.id}
    assert len(told()) == 2
    params = told()[0].params
    assert (params["seats"], params["when"][0]) == (2, cast.slot.starts_at.isoformat())
    letter = render(told()[0], Recipient("欧阳慧敏", "ou@example.edu", "en"))
    assert letter["Subject"] == "林可欣 has left: 东湖责任区清扫"
    assert f"/organize/activities/{cast.sweeping.public_id}" in letter.get_content()


def test_where_organizers_are_named_only_they_are_told(ctx, cast):
    grant(cast.chen, Role.ORGANIZER, cast.school)
    named = make_activity("学习", cast.first, "study", organizers=[cast.chen])
    slot = make_slot(make_post(named, "A101"), NOW + 3 * DAY)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW)
    deactivate(cast.gu.id, cast.lin.id, NOW)
    assert [notice.member_id for notice in told()] == [cast.chen.id]


def test_an_account_that_stays_keeps_its_seats(ctx, cast):
    sign_up(cast.gu.id, cast.slot.id, NOW)
    with pytest.raises(NotYourself):
        deactivate(cast.gu.id, cast.gu.id, NOW)
    assert my_state(cast.gu.id, cast.slot.id) is SEATED


def test_people_who_sign_up_while_they_are_deactivated_hold_no_seat(app, cast):
    slot, people = slot_of(app, cast, 8), crowd(app, cast, 20)
    come = [lambda p=p: sign_up(p, slot, NOW, or_wait=True) for p in people]
    go = [lambda p=p: deactivate(cast.gu.id, p, NOW) for p in people[:12]]
    results = race(app, [verb for pair in zip(come, go, strict=False) for verb in pair] + come[12:])
    assert {type(r) for r in results if isinstance(r, Exception)} <= {NotActive}
    found = states(app, slot)
    assert (found[SEATED], found[WAITING]) == (8, 0)
    with app.app_context():
        active = {m.id for m in db.session.query(Member).filter_by(active=True)}
        assert set(queries.people_on(slot)) <= active


def test_the_page_says_what_is_given_back_and_so_does_the_answer(app, cast, monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    address = f"/people/{cast.lin.public_id}"
    with time_machine.travel(NOW, tick=False):
        gu = logged_in(app, cast.gu)
        assert "No seat in a slot to come is given back" in gu.get(f"{address}/deactivate").text
        with app.app_context():
            sign_up(cast.lin.id, cast.slot.id, NOW)
        assert "1 seat in a slot to come is given back" in gu.get(f"{address}/deactivate").text
        answer = gu.submit(f"{address}/deactivate")
        assert (answer.status_code, answer.location) == (303, address)
        assert "The account of 林可欣 is deactivated. 1 seat is given back." in gu.get(address).text
        assert gu.submit(f"{address}/deactivate").status_code == 409
