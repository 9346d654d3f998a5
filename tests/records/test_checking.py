"""Checking in and out with a code: when it holds, for whom, what is recorded."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.duties.kinds import CheckOut, Evidence
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.norms.rules import NORMS
from activities.people.models import RoleGrant
from activities.records import checking
from activities.records.models import Record
from activities.records.rules import Attendance, Mark, Session, SlotWasCancelled, why_not_mark
from activities.records.rules_codes import (
    CheckInIsOver,
    CheckInNotYet,
    CheckOutIsOver,
    CodeIsOver,
    Comer,
    MarkedAlready,
    NoCheckOut,
    NotCheckedIn,
    NotYours,
    OwnCode,
    Scan,
    arrived,
    code,
    holds,
    left,
    why_not_check_in,
    why_not_check_out,
)
from activities.records.service import record_attendance
from tests.cast import DAY, HOUR, NOW, Visitor, english, make_activity, make_member, make_post, make_slot
from tests.records.conftest import seat

PRESENT, LATE, LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance
MINUTE = timedelta(minutes=1)
SECRET = b"a secret"
HALL = Session(state=SlotState.OPEN, starts_at=NOW, minutes=120)
TO_THE_END = replace(HALL, check_out=CheckOut.OR_TO_THE_END)
OR_NOTHING = replace(HALL, check_out=CheckOut.OR_NOTHING)
SEATED = Comer(has_seat=True)


@pytest.mark.parametrize(
    ("later", "is_good"),
    [pytest.param(0, True, id="now"), pytest.param(29, True, id="the-same"), pytest.param(59, True, id="the-next"),
     pytest.param(60, False, id="the-one-after"), pytest.param(-1, False, id="before-its-time")],
)  # fmt: skip
def test_a_code_holds_in_its_half_minute_and_the_next(later, is_good):
    made = code(SECRET, "slot", "host", NOW)
    assert holds(made, SECRET, "slot", "host", NOW + timedelta(seconds=later)) is is_good


@pytest.mark.parametrize(
    "other", [("x", "slot", "host"), ("a secret", "slut", "host"), ("a secret", "slot", "hast")], ids=str
)
def test_a_code_is_good_for_one_slot_and_one_screen(other):
    secret, slot, host = other
    assert not holds(code(SECRET, "slot", "host", NOW), secret.encode(), slot, host, NOW)
    assert not holds("é", SECRET, "slot", "host", NOW)


@pytest.mark.parametrize(
    ("session", "comer", "came_at", "refusal"),
    [
        pytest.param(HALL, SEATED, NOW, None, id="at-the-start"),
        pytest.param(HALL, SEATED, NOW - 15 * MINUTE, None, id="as-soon-as-it-opens"),
        pytest.param(HALL, SEATED, NOW - 16 * MINUTE, CheckInNotYet(NOW - 15 * MINUTE), id="too-soon"),
        pytest.param(HALL, SEATED, NOW + 121 * MINUTE, CheckInIsOver(NOW + 2 * HOUR), id="after-the-end"),
        pytest.param(TO_THE_END, SEATED, NOW + 121 * MINUTE, CheckInIsOver(NOW + 2 * HOUR), id="when-others-go"),
        pytest.param(replace(HALL, state=SlotState.CANCELLED), SEATED, NOW, SlotWasCancelled(), id="cancelled"),
        pytest.param(HALL, Comer(has_seat=False), NOW, NotYours(), id="without-a-seat"),
        pytest.param(HALL, replace(SEATED, is_host=True), NOW, OwnCode(), id="ones-own-code"),
        pytest.param(HALL, replace(SEATED, before=ABSENT), NOW, MarkedAlready(), id="marked-absent"),
    ],
)  # fmt: skip
def test_who_can_check_in_and_when(session, comer, came_at, refusal):
    assert why_not_check_in(session, comer, NORMS, came_at) == refusal


@pytest.mark.parametrize(
    ("session", "before", "left_at", "refusal"),
    [
        pytest.param(TO_THE_END, PRESENT, NOW + HOUR, None, id="in-the-middle"),
        pytest.param(OR_NOTHING, LATE, NOW + 150 * MINUTE, None, id="half-an-hour-after"),
        pytest.param(OR_NOTHING, LATE, NOW + 151 * MINUTE, CheckOutIsOver(NOW + 150 * MINUTE), id="too-long-after"),
        pytest.param(HALL, PRESENT, NOW + HOUR, NoCheckOut(), id="where-nobody-does"),
        pytest.param(TO_THE_END, PRESENT, NOW - MINUTE, CodeIsOver(), id="scanned-before-checking-in"),
        pytest.param(TO_THE_END, EXCUSED, NOW + HOUR, MarkedAlready(), id="excused"),
    ],
)
def test_who_can_check_out_and_when(session, before, left_at, refusal):
    assert why_not_check_out(session, replace(SEATED, before=before, came_at=NOW), NORMS, left_at) == refusal


@pytest.mark.parametrize(
    ("before", "refusal"),
    [
        pytest.param(None, NotCheckedIn(), id="nothing"),
        pytest.param(LEFT_EARLY, MarkedAlready(), id="an-organizers-mark"),
    ],
)
def test_who_has_not_checked_in_cannot_check_out(before, refusal):
    assert why_not_check_out(TO_THE_END, replace(SEATED, before=before), NORMS, NOW + HOUR) == refusal


@pytest.mark.parametrize(
    ("session", "came", "mark"),
    [
        pytest.param(HALL, -15, Mark(PRESENT, 120), id="before-the-start"),
        pytest.param(HALL, 5, Mark(PRESENT, 120), id="within-the-grace"),
        pytest.param(HALL, 6, Mark(LATE, 114, 6), id="late"),
        pytest.param(HALL, 120, Mark(LATE, 0, 120), id="at-the-end"),
        pytest.param(OR_NOTHING, 6, Mark(LATE, 0, 6), id="nothing-before-check-out"),
        pytest.param(TO_THE_END, 0, Mark(PRESENT, 120), id="to-the-end"),
        pytest.param(replace(HALL, visit=60), 30, Mark(PRESENT, 60), id="an-arrival-is-an-hour"),
        pytest.param(replace(HALL, visit=60), 100, Mark(PRESENT, 20), id="or-what-is-left"),
    ],
)
def test_what_a_check_in_counts(session, came, mark):
    assert arrived(session, 5, NOW + came * MINUTE) == mark


@pytest.mark.parametrize(
    ("late", "gone", "mark"),
    [
        pytest.param(0, 120, Mark(PRESENT, 120), id="at-the-end"),
        pytest.param(0, 149, Mark(PRESENT, 120), id="after-it-is-clipped"),
        pytest.param(10, 116, Mark(LATE, 110, 10), id="within-the-grace"),
        pytest.param(0, 90, Mark(LEFT_EARLY, 90), id="early"),
        pytest.param(10, 90, Mark(LEFT_EARLY, 80, 10), id="late-and-early"),
        pytest.param(0, -5, Mark(LEFT_EARLY, 0), id="before-it-began"),
    ],
)
def test_what_a_check_out_counts(late, gone, mark):
    assert left(HALL, 5, late, NOW + gone * MINUTE) == mark


@given(
    length=st.integers(1, 2000), came=st.integers(-900, 200_000), stayed=st.integers(0, 300_000),
    grace=st.integers(0, 60), check_out=st.sampled_from(CheckOut), visit=st.sampled_from([None, 60]),
)  # fmt: skip
def test_minutes_are_never_negative_and_never_above_the_slot(length, came, stayed, grace, check_out, visit):
    session = replace(HALL, minutes=length, check_out=check_out, visit=visit)
    came_at = NOW + timedelta(seconds=came)
    mark = arrived(session, grace, min(came_at, session.ends_at))
    assert why_not_mark("", mark, length) is None
    gone = left(session, grace, mark.minutes_late, came_at + timedelta(seconds=stayed))
    assert why_not_mark("", gone, length) is None
    if not grace and visit is None:
        assert gone.minutes <= max(0, (came + stayed) // 60)


# ── what is recorded ────────────────────────────────────────────────────────


@pytest.fixture
def visit(ctx, cast):
    """A visit to old people of two hours that began now, with Lin, Wang and Ou; they check out."""
    slot = make_slot(
        make_post(make_activity("看望老人", cast.first, "elder_care"), "护理中心", capacity=9), NOW, hours=2
    )
    seat(slot, [cast.lin, cast.wang, cast.ou])
    return slot


def scan(slot, host, minutes=0, evidence=Evidence.ROTATING_CODE) -> Scan:
    return Scan(slot=slot.public_id, host=host.public_id, at=NOW + minutes * MINUTE, evidence=evidence)


def only() -> Record:
    return db.session.scalars(sa.select(Record).execution_options(populate_existing=True)).one()


def test_checked_in_and_out_it_is_final_by_the_word_of_who_showed_the_code(cast, visit):
    checking.check_in(cast.lin.id, scan(visit, cast.ou, 10), NOW + 11 * MINUTE)
    record = only()
    assert (record.attendance, record.minutes, record.came_at) == (LATE, 0, NOW + 10 * MINUTE)
    assert (record.recorded_by_id, record.evidence, record.is_final) == (cast.ou.id, Evidence.ROTATING_CODE, True)
    checking.check_out(cast.lin.id, scan(visit, cast.ou, 70), NOW + 70 * MINUTE)
    record = only()
    assert (record.attendance, record.minutes, record.minutes_late, record.is_final) == (LEFT_EARLY, 60, 10, True)
    assert record.left_at == NOW + 70 * MINUTE
    trail = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject == "record").order_by(AuditEntry.id)
    ).all()
    assert [(entry.verb, entry.actor_id) for entry in trail] == [("check in", cast.lin.id), ("check out", cast.lin.id)]
    assert trail[1].before == trail[0].after


def test_who_checks_out_corrects_nothing(cast, visit):
    """A record says that it was corrected where somebody has said anew how it was."""
    checking.check_in(cast.lin.id, scan(visit, cast.ou), NOW)
    checking.check_out(cast.lin.id, scan(visit, cast.ou, 119), NOW + 119 * MINUTE)
    assert (only().changed_at > only().recorded_at, only().is_corrected) == (True, False)
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: Mark(LEFT_EARLY, 20)}, NOW + 120 * MINUTE, reason="早退")
    assert only().is_corrected


def test_the_last_check_out_counts(cast, visit):
    checking.check_in(cast.lin.id, scan(visit, cast.ou), NOW)
    for minute, mark in ((30, Mark(LEFT_EARLY, 30)), (130, Mark(PRESENT, 120))):
        assert checking.check_out(cast.lin.id, scan(visit, cast.ou, minute), NOW + minute * MINUTE) == mark


def test_what_an_organizer_says_is_not_changed_by_a_code(cast, visit):
    checking.check_in(cast.lin.id, scan(visit, cast.ou), NOW)
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: Mark(LEFT_EARLY, 20)}, NOW + HOUR, reason="早退")
    record_attendance(cast.ou.id, visit.id, {cast.wang.id: Mark(PRESENT, 120)}, NOW + HOUR)
    for who in (cast.lin, cast.wang):
        with pytest.raises(MarkedAlready):
            checking.check_out(who.id, scan(visit, cast.ou, 120), NOW + 2 * HOUR)


def test_ten_taps_are_one(cast, visit):
    for minute in range(10):
        checking.check_in(cast.lin.id, scan(visit, cast.ou, minute), NOW + minute * MINUTE)
    assert only().came_at == NOW
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.subject == "record")) == 1


def test_what_a_posted_code_says_waits_for_somebody_else(cast, visit):
    checking.check_in(cast.lin.id, scan(visit, cast.ou), NOW)
    posted = scan(visit, cast.ou, 110, Evidence.POSTED_CODE)
    checking.check_out(cast.lin.id, posted, NOW + 110 * MINUTE)
    record = only()
    assert (record.evidence, record.is_final, record.minutes) == (Evidence.POSTED_CODE, False, 110)


def test_nobody_else_is_let_in_and_nobody_by_their_own_code(cast, visit):
    for member, refusal in ((cast.zhao, NotYours), (cast.chen, NotYours), (cast.ou, OwnCode)):
        with pytest.raises(refusal):
            checking.check_in(member.id, scan(visit, cast.ou), NOW)


def test_the_code_of_who_runs_it_no_more_holds_no_more(cast, visit):
    for host in (cast.lin, cast.gu):
        with pytest.raises(CodeIsOver):
            checking.check_in(cast.wang.id, scan(visit, host), NOW)
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == cast.ou.id))
    db.session.commit()
    with pytest.raises(CodeIsOver):
        checking.check_in(cast.wang.id, scan(visit, cast.ou), NOW)


def test_an_organizers_word_stands(cast, visit):
    record_attendance(cast.ou.id, visit.id, {cast.lin.id: Mark(ABSENT)}, NOW)
    with pytest.raises(MarkedAlready):
        checking.check_in(cast.lin.id, scan(visit, cast.ou), NOW)


def test_no_minute_counts_twice_by_codes_either(cast, visit):
    other = make_slot(cast.lake, NOW + HOUR, hours=2)
    seat(other, [cast.lin])
    checking.check_in(cast.lin.id, scan(visit, cast.ou), NOW)
    checking.check_out(cast.lin.id, scan(visit, cast.ou, 120), NOW + 120 * MINUTE)
    assert checking.check_in(cast.lin.id, scan(other, cast.ou, 60), NOW + HOUR) == Mark(PRESENT, 60)


def test_thirty_at_once_each_tapping_twice_are_thirty(app, cast):
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, "大礼堂", capacity=30), NOW)
        people = [make_member(f"9{n:03}", f"某{n}", cast.first, password_hash=None) for n in range(30)]
        seat(slot, people)
        ids, what = [one.id for one in people], scan(slot, cast.ou)
    barrier = Barrier(10)

    def tap(turn: int) -> None:
        with app.app_context():
            barrier.wait()
            for member_id in ids[turn // 2 :: 5]:
                assert checking.check_in(member_id, what, NOW) == Mark(PRESENT, 60)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(tap, range(10)))
    with app.app_context():
        assert sorted(db.session.scalars(sa.select(Record.member_id))) == sorted(ids)
        assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.subject == "record")) == 30


# ── pages ───────────────────────────────────────────────────────────────────


@pytest.fixture
def hall(app, cast):
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, "东湖南岸", capacity=9), NOW)
        seat(slot, [cast.lin, cast.wang])
        return slot


def link(app, cast, slot) -> str:
    """The address that the code on the organizer's screen leads to."""
    with app.test_request_context():
        shown = code(app.secret_key.encode(), slot.public_id, cast.ou.public_id, NOW)
    return f"/in/{slot.public_id}/{cast.ou.public_id}/{shown}"


@pytest.mark.any_database
@time_machine.travel(NOW, tick=False)
def test_the_screen_shows_the_code_and_how_many_are_in(app, cast, hall, monkeypatch):
    drawn = []
    monkeypatch.setattr("activities.records.checking_routes.picture", lambda address: drawn.append(address) or "")
    ou = english(app, cast.ou)
    page = ou.get(f"/slots/{hall.public_id}/screen").text
    assert drawn[0].endswith(link(app, cast, hall))
    assert "<b>0</b> / 2" in page
    assert '<meta http-equiv="refresh"' in page


@pytest.mark.any_database
@time_machine.travel(NOW - DAY, tick=False)
def test_no_code_is_shown_long_before(app, cast, hall):
    page = english(app, cast.ou).get(f"/slots/{hall.public_id}/screen").text
    assert "One can check in from" in page
    assert "screen-code" not in page


@pytest.mark.any_database
def test_a_code_leads_through_log_in_to_one_tap(app, cast, hall):
    with time_machine.travel(NOW, tick=False) as moment:
        visitor = Visitor(app, app.response_class)
        visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        first = visitor.get(link(app, cast, hall))
        assert (first.status_code, first.location) == (303, "/check-in")
        to_log_in = visitor.get("/check-in")
        assert to_log_in.status_code == 302
        moment.shift(120)  # the code is over, the scan is not
        answer = visitor.submit("/login", name=cast.lin.number, password="secret", next="/check-in")
        assert answer.location == "/check-in"
        assert "东湖责任区清扫" in visitor.get("/check-in").text
        assert visitor.submit("/check-in").status_code == 303
        assert "You are in since 12:00" in visitor.get("/check-in").text
        moment.shift(660)
        assert visitor.submit("/check-in").status_code == 422
    with app.app_context():
        assert only().attendance is PRESENT


@pytest.mark.any_database
@time_machine.travel(NOW, tick=False)
def test_codes_that_are_over_and_people_without_a_seat_get_a_sentence_and_a_way_on(app, cast, hall):
    zhao = english(app, cast.zhao)
    over = zhao.get(f"/in/{hall.public_id}/{cast.ou.public_id}/{'0' * 24}")
    assert over.status_code == 404
    assert "Scan the one that is on the screen now" in over.text
    zhao.get(link(app, cast, hall))
    page = zhao.get("/check-in").text
    assert "You have no seat in this slot" in page
    assert "东湖责任区清扫" not in page
    assert zhao.submit("/check-in").status_code == 422
    assert not re.search("东湖", zhao.get("/check-in").text)
