"""Rosters and lists of visitors, on paper and as workbooks, and what waits to be done."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from activities.board.models import VisitorList
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.signups.service import sign_up, withdraw
from activities.terms.models import SpecialDay
from tests.cast import DAY, NOW, make_activity, make_member, make_post, make_site, make_slot

EVIL = '=HYPERLINK("http://evil")'


@pytest.fixture
def visit(app, cast) -> str:
    """A slot on Monday at a partner's place that wants its list three working days before; Lin and Wang come."""
    with app.app_context():
        site = make_site("同心老年护理中心", cast.first, address="湖西路 1 号", contact="李主任 8123", list_days=3)
        slot = make_slot(make_post(cast.sweeping, "探望", capacity=3, site=site, floor="2楼"), NOW + 5 * DAY, hours=2)
        db.session.commit()
        for person in (cast.lin, cast.wang):
            sign_up(person.id, slot.id, NOW)
        return slot.public_id


def text(answer, status=200) -> str:
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def rows(visitor, address: str) -> list[list]:
    answer = visitor.get(address, buffered=True)
    assert answer.status_code == 200
    return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_a_partner_learns_who_comes_and_no_more(ou, visit):
    shown = text(ou.get(f"/organize/slots/{visit}/visitors"))
    for said in ("林可欣", "营销2301", "2 people", "同心老年护理中心, 湖西路 1 号, 2楼, 探望", "欧阳慧敏"):
        assert said in shown
    assert "2301001" not in shown
    assert "lin@example.edu" not in shown
    sheet = rows(ou, f"/organize/slots/{visit}/visitors.xlsx")
    assert ["1", "林可欣", "营销2301"] in sheet
    assert not any("2301001" in cell or "8123" in cell for row in sheet for cell in row)


def test_a_list_that_was_sent_points_out_what_changes(app, cast, ou, visit):
    address = f"/organize/slots/{visit}/visitors"
    assert "Not sent yet." in text(ou.get(address))
    assert "I have sent it, with 2 people" in text(ou.get(address))
    assert ou.submit(address).status_code == 303
    assert "changed since" not in text(ou.get(address))
    assert "I have sent it" not in text(ou.get(address))
    with app.app_context():
        slot_id = db.session.query(VisitorList).one().slot_id
        newcomer = make_member("2301003", "孙悦", cast.first)
        db.session.commit()
        withdraw(cast.wang.id, slot_id, NOW)
        sign_up(newcomer.id, slot_id, NOW)
    shown = text(ou.get(address))
    assert "changed since" in shown
    assert "Not coming any more: 王一诺" in shown
    assert shown.count("new since it was sent") == 1
    assert "The list of visitors has changed: 探望" in text(ou.get("/organize/board"))
    ou.submit(address)
    assert "changed since" not in text(ou.get(address))
    assert "探望</a> <span" not in text(ou.get("/organize/board"))


def test_an_empty_list_is_not_sent(cast, ou):
    assert "no list to send" in text(ou.submit(f"/organize/slots/{cast.slot.public_id}/visitors"), 409)


def test_a_list_is_due_its_working_days_before(app, ou, visit):
    """On Wednesday at noon the list for Monday is due the same day; a holiday between brings it forward."""
    board = text(ou.get("/organize/board"))
    assert "Send the list of visitors: 探望" in board
    assert "<b>Today</b>due" in board
    with app.app_context():
        db.session.add(SpecialDay(day=date(2026, 11, 27), name="校庆", off=True))
        db.session.commit()
    assert "late</b>24 Nov" in text(ou.get("/organize/board"))


def test_requests_wait_for_a_decision(app, cast, ou):
    with app.app_context():
        activity = make_activity("院长接待日", cast.first, "reception", way_in=WayIn.APPROVAL)
        slot = make_slot(make_post(activity, "302"), NOW + 3 * DAY)
        db.session.commit()
        sign_up(cast.lin.id, slot.id, NOW)
    board = text(ou.get("/organize/board"))
    assert "Decide who gets a seat" in board
    assert "<b>3 days</b>left" in board


def test_rosters_of_the_week_are_printed_and_downloaded(app, cast, ou, visit):
    with app.app_context():
        evil = make_member("00042", EVIL, cast.first)
        db.session.commit()
        sign_up(evil.id, cast.slot.id, NOW)
    week = "week=2026-11-23"
    shown = text(ou.get(f"/organize/board/rosters?{week}"))
    assert "00042" in shown
    assert "林可欣" not in shown  # the visit is next week
    sheet = rows(ou, f"/organize/board/rosters.xlsx?{week}")
    assert [row[5:8] for row in sheet[1:]] == [[EVIL, "00042", "第一支部"]]
    of_slot = rows(ou, f"/organize/slots/{visit}/roster.xlsx")
    assert [row[5] for row in of_slot[1:]] == ["林可欣", "王一诺"]
    assert "Nobody has signed up in this week yet." in text(ou.get("/organize/board/rosters?week=2027-11-22"))


def test_rosters_cost_the_same_for_one_slot_as_for_many(app, cast, ou, visit, statements):
    def ask():
        for path in ("rosters", "rosters.xlsx"):
            ou.get(f"/organize/board/{path}?week=2026-11-23", buffered=True)

    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
    with statements.count() as few:
        ask()
    with app.app_context():
        for n in range(20):
            slot = make_slot(make_post(cast.sweeping, f"岗{n}"), NOW + 2 * DAY)
            db.session.commit()
            person = make_member(f"x{n}", f"某{n}", cast.first)
            db.session.commit()
            sign_up(person.id, slot.id, NOW)
    with statements.count() as many:
        ask()
    assert len(few) == len(many)
