"""Codes that hang at places: which slot they are of, when they hold no more, and what is recorded by them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.people.models import RoleGrant
from activities.records import posting
from activities.records.models import PostedCode, Record
from activities.records.rules_codes import NothingOn, PostedCodeIsOver, PostedMeanwhile
from tests.cast import HOUR, NOW, Visitor, english, make_slot
from tests.records.conftest import seat

MINUTE = timedelta(minutes=1)


@pytest.fixture
def code(app, cast) -> str:
    """What Ou has hung up at the lake."""
    with app.app_context():
        return posting.post_code(cast.ou.id, cast.lake.id, "", NOW)


@pytest.fixture
def now_on(app, cast):
    """A slot at the lake of one hour that begins now, with Lin."""
    with app.app_context():
        slot = make_slot(cast.lake, NOW, hours=1)
        seat(slot, [cast.lin])
        return slot


@pytest.mark.parametrize(("minute", "is_on"), [(-16, False), (-15, True), (0, True), (60, True), (61, False)], ids=str)
def test_it_holds_around_a_slot_of_its_place(ctx, code, now_on, minute, is_on):
    moment = NOW + minute * MINUTE
    if is_on:
        (scan,) = posting.scanned(code, moment)
        assert (scan.slot, scan.at, scan.evidence) == (now_on.public_id, moment, Evidence.POSTED_CODE)
    else:
        with pytest.raises(NothingOn):
            posting.scanned(code, moment)


def test_where_one_slot_ends_and_the_next_begins_the_seat_decides(ctx, cast, code, now_on):
    after = make_slot(cast.lake, NOW + HOUR, hours=1)
    seat(after, [cast.wang])
    found = [scan.slot for scan in posting.scanned(code, NOW + 55 * MINUTE)]
    assert found == [after.public_id, now_on.public_id]
    assert posting.own(cast.lin.id, found) == now_on.public_id
    assert posting.own(cast.wang.id, found) == after.public_id
    assert posting.own(cast.zhao.id, found) == after.public_id


def test_replaced_or_taken_away_it_holds_no_more(ctx, cast, code, now_on):
    newer = posting.post_code(cast.ou.id, cast.lake.id, code, NOW)
    with pytest.raises(PostedCodeIsOver):
        posting.scanned(code, NOW)
    assert posting.scanned(newer, NOW)
    posting.withdraw_code(cast.ou.id, cast.lake.id, newer, NOW)
    with pytest.raises(PostedCodeIsOver):
        posting.scanned(newer, NOW)
    trail = db.session.scalars(
        sa.select(AuditEntry.verb).where(AuditEntry.subject == "posted_code").order_by(AuditEntry.id)
    )
    assert list(trail) == ["post code", "withdraw code", "post code", "withdraw code"]


def test_only_who_organizes_hangs_one_up(ctx, cast):
    for member in (cast.lin, cast.gu):
        with pytest.raises(NotAllowed):
            posting.post_code(member.id, cast.lake.id, "", NOW)


def test_of_two_who_replace_it_at_once_one_does(app, cast, code):
    barrier = Barrier(2)

    def replace(_: int) -> bool:
        with app.app_context():
            barrier.wait()
            try:
                posting.post_code(cast.ou.id, cast.lake.id, code, NOW)
            except PostedMeanwhile:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(replace, range(2))) == [False, True]
    with app.app_context():
        assert db.session.query(PostedCode).filter_by(withdrawn_at=None).count() == 1


# ── pages ───────────────────────────────────────────────────────────────────


def test_scanned_logged_in_and_tapped_the_hours_wait_for_a_second_person(app, cast, code, now_on, monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        visitor = Visitor(app, app.response_class)
        answer = visitor.get(f"/at/{code}")
        assert (answer.status_code, answer.location) == (303, "/check-in")
        visitor.log_in(cast.lin)
        assert "东湖北岸" in visitor.get("/check-in").text
        assert visitor.submit("/check-in").status_code == 303
    with app.app_context():
        record = db.session.query(Record).one()
    assert (record.member_id, record.recorded_by_id) == (cast.lin.id, cast.ou.id)
    assert (record.evidence, record.is_final, record.minutes) == (Evidence.POSTED_CODE, False, 60)


def test_the_code_of_who_organizes_it_no_more_checks_nobody_in(app, cast, code, now_on):
    with app.app_context():
        db.session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == cast.ou.id))
        db.session.commit()
    with time_machine.travel(NOW, tick=False):
        lin = english(app, cast.lin)
        lin.get(f"/at/{code}")
        assert lin.submit("/check-in").status_code == 422
    with app.app_context():
        assert db.session.query(Record).count() == 0


def test_the_sheet_is_made_replaced_and_taken_away_on_its_page(app, cast):
    ou, address = english(app, cast.ou), f"/posts/{cast.lake.public_id}/code"
    assert "Make a code to hang up" in ou.get(address).text
    ou.submit(address, seen="")
    page = ou.get(address).text
    assert "Check in here" in page
    (seen,) = set(re.findall(r'name="seen" value="([^"]+)"', page))
    assert ou.submit(address, seen="").status_code == 422
    assert "Somebody else has changed the code" in ou.submit(address, seen="another").text
    ou.submit(address, seen=seen, withdraw="1")
    assert "Make a code to hang up" in ou.get(address).text


def test_a_code_that_nobody_made_says_nothing(client):
    answer = client.get("/at/x")
    assert answer.status_code == 404
