""" "This is wrong": asked, answered, decided, each by somebody else and in time, and never lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.corrections import service
from activities.corrections.models import Correction
from activities.corrections.rules import (
    NEXT,
    OPEN,
    AnsweredYourself,
    AskedAlready,
    CorrectionState,
    GoneOn,
    Opinion,
    OwnCorrection,
    SaysSoAlready,
    passed_on,
    why_not_answer,
    why_not_ask,
    why_not_decide,
    why_not_withdraw,
)
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound, Refusal
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import RoleGrant
from activities.records import queries as records
from activities.records.models import Record
from activities.records.rules import Attendance, Mark, MinutesOutOfRange
from activities.records.service import WalkIn, record_attendance, undo
from activities.terms.models import SpecialDay
from tests.cast import DAY, HOUR, NOW, english, grant, make_member, make_post, make_slot, store
from tests.certificates.orders import recorded
from tests.corrections.requests import RIGHT, correction_of_lin, recorded_of_lin

ASKED, ANSWERED, RAISED, GRANTED, DECLINED, WITHDRAWN = CorrectionState
PAST = Mark(Attendance.PRESENT, 90)
ASK = {
    "what is right": (RIGHT, PAST, False, None),
    "what it says already": (PAST, PAST, False, SaysSoAlready()),
    "twice": (RIGHT, PAST, True, AskedAlready()),
    "more than the slot": (Mark(Attendance.PRESENT, 121), PAST, False, MinutesOutOfRange("林", timedelta(minutes=120))),
    "to have been sent away": (Mark(Attendance.DEFERRED), PAST, False, SaysSoAlready()),
}


@pytest.mark.parametrize(("claim", "present", "is_asked", "expected"), ASK.values(), ids=ASK)
def test_asking_is_decided_by(claim, present, is_asked, expected):
    assert why_not_ask("林", claim, present, 120, is_asked) == expected


@pytest.mark.parametrize("state", CorrectionState)
def test_each_step_follows_the_table(state):
    assert (why_not_answer(state, False) is None) == (ANSWERED in NEXT.get(state, ()))
    assert (why_not_decide(state, False, False) is None) == (GRANTED in NEXT.get(state, ()))
    assert (why_not_withdraw(state) is None) == (WITHDRAWN in NEXT.get(state, ()))
    assert passed_on(state) in NEXT.get(state, {None})
    assert why_not_answer(state, True) == why_not_decide(state, True, False) == OwnCorrection()
    assert why_not_decide(ANSWERED, False, True) == AnsweredYourself()


@pytest.fixture
def request_id(ctx, cast) -> int:
    """Lin says that it was two hours and not one and a half."""
    correction_of_lin(cast)
    return db.session.scalars(sa.select(Correction.id)).one()


def the(request_id: int) -> Correction:
    return db.session.get_one(Correction, request_id, populate_existing=True)


def record_of(member_id: int) -> Record:
    query = sa.select(Record).where(Record.member_id == member_id).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def told(member_id: int) -> list[str]:
    query = sa.select(Notice.topic).where(Notice.member_id == member_id, Notice.topic.startswith("corrections."))
    return [topic.partition(".")[2] for topic in db.session.scalars(query.order_by(Notice.id))]


def test_agreed_and_granted_the_record_has_three_people(cast, request_id):
    service.answer(cast.ou.id, request_id, Opinion.AGREES, "是我抄错了。", NOW)
    assert service.decide(cast.chen.id, request_id, True, "照签到表更正。", NOW + HOUR) == RIGHT
    record = record_of(cast.lin.id)
    assert (record.minutes, record.is_final) == (120, True)
    assert (record.recorded_by_id, record.countersigned_by_id) == (cast.ou.id, cast.chen.id)
    assert told(cast.ou.id) == ["asked", "settled"]
    assert told(cast.chen.id) == ["to_decide"]
    assert told(cast.lin.id) == ["agrees", "granted"]
    last = records.trail(record)[-1][0]
    assert (last.verb, last.before["minutes"], last.after["minutes"]) == ("correct on request", 90, 120)


@pytest.mark.parametrize("opinion", [Opinion.DISAGREES, Opinion.NONE])
def test_granted_without_an_organizer_who_agrees_it_waits_for_a_second_person(cast, request_id, opinion):
    now = NOW
    if opinion is Opinion.NONE:
        now += 20 * DAY
        service.go_on(now)
    else:
        service.answer(cast.ou.id, request_id, opinion, "没见到人。", now)
    service.decide(cast.chen.id, request_id, True, "门禁有记录。", now)
    record = record_of(cast.lin.id)
    assert (record.recorded_by_id, record.countersigned_by_id, record.is_final) == (cast.chen.id, None, False)


def test_declined_the_record_stays(cast, request_id):
    service.answer(cast.ou.id, request_id, Opinion.DISAGREES, "提前走了。", NOW)
    assert service.decide(cast.chen.id, request_id, False, "照片上没有。", NOW) is None
    assert record_of(cast.lin.id).minutes == 90
    assert told(cast.lin.id) == ["disagrees", "declined"]
    assert correction_again(cast)


def correction_again(cast) -> str:
    return service.ask(cast.lin.id, record_of(cast.lin.id).id, RIGHT, "再查", NOW + DAY)


def test_withdrawn_it_ends_and_one_may_ask_anew(cast, request_id):
    with pytest.raises(AskedAlready):
        correction_again(cast)
    service.withdraw(cast.lin.id, request_id, NOW)
    assert the(request_id).state is WITHDRAWN
    assert told(cast.ou.id) == ["asked", "withdrawn"]
    with pytest.raises(GoneOn):
        service.answer(cast.ou.id, request_id, Opinion.AGREES, "好", NOW)
    assert correction_again(cast)


def test_once_answered_it_is_not_withdrawn(cast, request_id):
    service.answer(cast.ou.id, request_id, Opinion.AGREES, "好", NOW)
    with pytest.raises(GoneOn):
        service.withdraw(cast.lin.id, request_id, NOW)


def test_only_who_may_takes_a_step(cast, request_id):
    with pytest.raises(NotFound):
        service.withdraw(cast.wang.id, request_id, NOW)
    with pytest.raises(NotFound):
        service.ask(cast.wang.id, record_of(cast.lin.id).id, RIGHT, "", NOW)
    with pytest.raises(NotAllowed):
        service.answer(cast.wang.id, request_id, Opinion.AGREES, "", NOW)
    with pytest.raises(GoneOn):
        service.decide(cast.chen.id, request_id, True, "", NOW)
    service.answer(cast.ou.id, request_id, Opinion.AGREES, "", NOW)
    with pytest.raises(NotAllowed):
        service.decide(cast.gu.id, request_id, True, "", NOW)


def test_whoever_answered_does_not_decide(cast, request_id):
    grant(db.session.merge(cast.ou), Role.SECRETARY, db.session.merge(cast.first))
    db.session.commit()
    service.answer(cast.ou.id, request_id, Opinion.AGREES, "", NOW)
    with pytest.raises(AnsweredYourself):
        service.decide(cast.ou.id, request_id, True, "", NOW)
    assert told(cast.chen.id) == ["to_decide"]


def test_what_has_its_last_day_is_reminded_of_once_and_then_goes_on(cast, request_id):
    assert the(request_id).due == date(2026, 12, 2)
    service.go_on(NOW + 6 * DAY)
    service.go_on(NOW + 7 * DAY)
    assert told(cast.ou.id) == ["asked", "answer_soon"]
    service.go_on(NOW + 8 * DAY)
    service.go_on(NOW + 8 * DAY)
    found = the(request_id)
    assert (found.state, found.opinion, found.due) == (ANSWERED, Opinion.NONE, date(2026, 12, 10))
    service.go_on(NOW + 16 * DAY)
    assert (the(request_id).state, the(request_id).due) == (RAISED, date(2026, 12, 18))
    service.go_on(NOW + 24 * DAY)
    assert (the(request_id).state, the(request_id).due) == (RAISED, date(2026, 12, 25))
    assert told(cast.lin.id) == ["none", "raised", "raised"]
    assert service.decide(cast.chen.id, request_id, True, "好", NOW + 30 * DAY) == RIGHT


def test_the_secretary_of_the_branch_is_asked_before_those_above(cast, request_id):
    near = make_member("T009", "何书记", db.session.merge(cast.first))
    grant(near, Role.SECRETARY, db.session.merge(cast.first))
    db.session.commit()
    service.go_on(NOW + 8 * DAY)
    assert (told(near.id), told(cast.chen.id)) == (["to_decide"], [])
    service.go_on(NOW + 20 * DAY)
    assert (told(near.id), told(cast.chen.id)) == (["to_decide", "to_decide"], ["to_decide"])


def test_where_nobody_can_decide_the_administrator_is_told(cast, request_id):
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.role == Role.SECRETARY))
    db.session.commit()
    service.answer(cast.ou.id, request_id, Opinion.AGREES, "好", NOW)
    assert told(cast.gu.id) == ["nobody_decides"]
    assert the(request_id).state is ANSWERED


def test_an_organizers_own_record_goes_to_the_secretary_at_once(ctx, cast):
    grant(db.session.merge(cast.chen), Role.ORGANIZER, db.session.merge(cast.school))
    db.session.commit()
    slot = make_slot(cast.lake, NOW - DAY, hours=2)
    db.session.commit()
    record_attendance(cast.chen.id, slot.id, {}, NOW, walk_in=walked(cast.ou))
    db.session.execute(
        sa.delete(RoleGrant).where(RoleGrant.member_id == cast.chen.id, RoleGrant.role == Role.ORGANIZER)
    )
    db.session.commit()
    service.ask(cast.ou.id, record_of(cast.ou.id).id, RIGHT, "两小时", NOW)
    assert db.session.scalars(sa.select(Correction.state)).one() is ANSWERED


def walked(member) -> WalkIn:
    return WalkIn(member.number, PAST)


def test_a_record_that_was_taken_back_is_made_anew(ctx, cast):
    slot = make_slot(make_post(cast.sweeping, "东湖"), NOW - 3 * HOUR, hours=2)
    db.session.commit()
    record_attendance(cast.ou.id, slot.id, {}, NOW, walk_in=walked(cast.lin))
    public_id = service.ask(cast.lin.id, record_of(cast.lin.id).id, RIGHT, "两小时", NOW)
    request_id = db.session.scalars(sa.select(Correction.id).where(Correction.public_id == public_id)).one()
    assert undo(cast.ou.id, slot.id, NOW, NOW + HOUR / 60) == 1
    service.answer(cast.ou.id, request_id, Opinion.AGREES, "在", NOW)
    service.decide(cast.chen.id, request_id, True, "好", NOW)
    record = record_of(cast.lin.id)
    assert (record.minutes, record.recorded_by_id, record.is_final) == (120, cast.chen.id, False)


PEOPLE = ("lin", "wang", "ou", "chen", "gu")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "withdraw", "agree", "disagree", "grant", "decline", "wait"]),
        st.sampled_from(PEOPLE), st.integers(0, 2),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


def take(step: str, actor: int, mark: Mark, now: datetime) -> bool:
    """Try a step about the newest request. Return whether one has come by it."""
    if step == "wait":
        service.go_on(now)
        return False
    newest = db.session.scalar(sa.select(sa.func.max(Correction.id))) or 0
    opinions, decisions = {"agree": Opinion.AGREES, "disagree": Opinion.DISAGREES}, {"grant": True, "decline": False}
    try:
        if step == "ask" and records.history(actor):
            service.ask(actor, records.history(actor)[0].id, mark, "错了", now)
            return True
        if newest and step == "withdraw":
            service.withdraw(actor, newest, now)
        elif newest and step in opinions:
            service.answer(actor, newest, opinions[step], "是", now)
        elif newest and step in decisions:
            service.decide(actor, newest, decisions[step], "定", now)
    except (Refusal, NotFound, NotAllowed):
        pass
    return False


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_request_is_lost_and_each_ends_once(ctx, cast, steps):
    """Any order of steps by anybody: as many requests as were asked for, none ends twice, nobody has two parts."""
    db.session.execute(sa.delete(Correction))
    db.session.commit()
    if not records.history(cast.lin.id):
        for who in (cast.lin, cast.wang):
            recorded(cast, who)
    marks = [Mark(Attendance.PRESENT, minutes) for minutes in (30, 90, 120)]
    asked, now = 0, NOW
    newest = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    for step, who, n in steps:
        now += 9 * DAY if step == "wait" else 0 * DAY
        asked += take(step, getattr(cast, who).id, marks[n], now)
    found = list(db.session.scalars(sa.select(Correction).execution_options(populate_existing=True)))
    assert len(found) == asked
    ends = sa.select(AuditEntry.subject_id).where(AuditEntry.verb == "end correction", AuditEntry.id > newest)
    ended = list(db.session.scalars(ends))
    assert sorted(ended) == sorted(one.id for one in found if one.state not in OPEN)
    for one in found:
        people = [one.member_id, one.answered_by_id, one.decided_by_id]
        assert len({who for who in people if who}) == sum(who is not None for who in people)
        assert one.due > now.date() - 9 * DAY or one.state not in OPEN
    for record in db.session.scalars(sa.select(Record).execution_options(populate_existing=True)):
        people = [record.member_id, record.recorded_by_id, record.countersigned_by_id]
        assert len(set(people)) == 3
        assert 0 <= record.minutes <= 120


def test_from_the_record_to_the_corrected_record(app, cast, statements):
    with app.app_context():
        record = recorded_of_lin(cast)
    with time_machine.travel(NOW, tick=False):
        lin, ou, chen = (english(app, who) for who in (cast.lin, cast.ou, cast.chen))
        address = f"/records/{record.public_id}/correction"
        assert address in lin.get("/records").get_data(as_text=True)
        assert address in lin.get(f"/records/{record.public_id}").get_data(as_text=True)
        assert lin.submit(address, attendance="present", hours="1.5", reason="x").status_code == 422
        assert lin.submit(address, attendance="present", hours="9", reason="x").status_code == 422
        assert lin.submit(address, attendance="late", reason="x").status_code == 422
        assert lin.submit(address, attendance="present", hours="2", reason="待了两小时").status_code == 303
        assert "waits for the organizer" in lin.get("/corrections").get_data(as_text=True)
        with app.app_context():
            public_id = db.session.scalars(sa.select(Correction.public_id)).one()
        assert "待了两小时" in ou.get("/organize/corrections").get_data(as_text=True)
        assert ou.submit(f"/organize/corrections/{public_id}", word=" ").status_code == 422
        assert ou.submit(f"/organize/corrections/{public_id}", word="是", yes="1").status_code == 303
        assert chen.submit(f"/review/corrections/{public_id}", word="").status_code == 422
        with statements.count() as sent:
            chen.get("/review/corrections")
        assert len(sent) == 4
        assert chen.submit(f"/review/corrections/{public_id}", word="照改", yes="1").status_code == 303
        assert "granted" in lin.get("/corrections").get_data(as_text=True)
        assert "on a request to correct it" in lin.get(f"/records/{record.public_id}").get_data(as_text=True)


def test_last_days_that_rest_on_an_unconfirmed_year_say_so(app, cast):
    with app.app_context():
        record = recorded_of_lin(cast)

    def unsure() -> list[bool]:
        with time_machine.travel(NOW, tick=False):
            pages = ((cast.lin, "/corrections"), (cast.ou, "/organize/corrections"), (cast.chen, "/review/corrections"))
            return [f"{NOW.year} is unconfirmed." in english(app, who).get(page).text for who, page in pages]

    assert unsure() == [False, False, False]
    with time_machine.travel(NOW, tick=False):
        english(app, cast.lin).submit(f"/records/{record.public_id}/correction", attendance="present", reason="来了")
    assert unsure() == [True, True, False]
    with app.app_context():
        store(SpecialDay(day=date(NOW.year, 1, 1), name="元旦", off=True, confirmed=True))
        db.session.commit()
    assert unsure() == [False, False, False]
