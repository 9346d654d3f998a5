"""The board's page: what it shows to whom, and what it costs."""

from __future__ import annotations

import re
from datetime import date, timedelta

from activities.board.queries import MOST_AHEAD
from activities.duties.models import Slot
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.signups.service import sign_up
from activities.terms.models import SpecialDay, Term
from tests.cast import DAY, HOUR, NOW, grant, make_activity, make_member, make_post, make_slot
from tests.requirements.asked import attended, seat


def board(visitor, **query) -> str:
    answer = visitor.get("/organize/board", query_string=query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def cells(shown: str) -> list[str]:
    """What stands in the cells of the grid, without marks."""
    table = shown.partition('<table class="wb"')[2].partition("</table>")[0]
    found = re.findall(r'<a class="cell.*?</a>', table, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in found]


def test_a_week_is_posts_by_days_with_people_and_seats(app, cast, ou):
    with app.app_context():
        db.session.add(Term(name="2026 秋", starts_on=date(2026, 9, 7), weeks=18))
        db.session.add(SpecialDay(day=date(2026, 11, 27), name="校庆", off=True))
        make_slot(cast.lake, NOW + 2 * DAY, state=SlotState.CANCELLED, cancel_reason="雨", cancelled_at=NOW)
        db.session.commit()
        sign_up(cast.lin.id, cast.slot.id, NOW)
    shown = board(ou)
    assert "teaching week 12" in shown
    assert "校庆" in shown
    assert cells(shown) == [
        "东湖北岸, Thu 26 Nov, 12:00 1/2 1 missing",
        "东湖北岸, Fri 27 Nov, 12:00 0/2 cancelled",
    ]
    assert "1 post·1 slot, 50% of the seats taken" in shown


def test_whoever_is_on_a_slot_counts_and_seats_gathered_for_a_team_do_not(app, cast, ou):
    with app.app_context():
        make_slot(cast.lake, NOW + 2 * DAY, capacity=9, taken=5, gathered=3, waiting=4, asked=1)
        db.session.commit()
    assert re.findall(r'data-people="(\d+)"', board(ou, mode="select")) == ["0", "7"]


def test_only_what_one_runs_is_on_the_board(app, cast, ou):
    with app.app_context():
        make_slot(make_post(make_activity("别人的", cast.second), "会计室"), NOW + DAY)
        db.session.commit()
    assert "会计室" not in board(ou)


def test_a_full_slot_says_who_waits_and_a_past_one_who_came(app, cast, ou):
    with app.app_context():
        past = make_slot(cast.lake, NOW - 2 * HOUR)
        db.session.commit()
        for person in (cast.lin, cast.wang):
            sign_up(person.id, past.id, NOW - DAY)
            sign_up(person.id, cast.slot.id, NOW)
        sign_up(make_one(cast), cast.slot.id, NOW, or_wait=True)
        record_attendance(cast.ou.id, past.id, {cast.lin.id: Mark(Attendance.PRESENT, 60, 0)}, NOW)
    assert [cell.rpartition(", ")[2] for cell in cells(board(ou))] == ["10:00 2/2 1 came", "12:00 2/2 1 waiting"]


def make_one(cast) -> int:
    member = make_member("2301003", "孙悦", cast.first)
    db.session.commit()
    return member.id


def test_who_has_not_been_marked_waits_to_be(app, cast, ou):
    with app.app_context():
        past = make_slot(cast.lake, NOW - 2 * HOUR)
        db.session.commit()
        for person in (cast.lin, cast.wang):
            sign_up(person.id, past.id, NOW - DAY)
    assert "Mark who came: 东湖北岸</a>" in board(ou)
    with app.app_context():
        marks = {person.id: Mark(Attendance.PRESENT, 60, 0) for person in (cast.lin, cast.wang)}
        record_attendance(cast.ou.id, past.id, marks, NOW)
    assert "Mark who came" not in board(ou)


def test_who_was_marked_elsewhere_waits_to_be_marked_here(app, cast, ou):
    with app.app_context():
        attended(cast, cast.sweeping)
        seat(make_slot(cast.lake, NOW - DAY, taken=1), cast.lin)
        db.session.commit()
    assert "Mark who came: 东湖北岸</a>" in board(ou)


def test_what_may_stay_empty_is_ranked_and_says_why(app, cast, ou):
    with app.app_context():
        south = make_post(cast.sweeping, "南岸", capacity=4)
        make_slot(south, NOW + 5 * DAY)
        for weeks in (1, 2):
            make_slot(south, NOW + 5 * DAY - weeks * 7 * DAY, taken=1)
        db.session.commit()
    shown = board(ou).partition('id="risk"')[2]
    lake, shore = shown.index("东湖北岸"), shown.index("南岸")
    assert "1 seat will probably stay empty." in shown[lake:shore] or "About 2 seats" in shown[lake:shore]
    assert "No such slot before." in shown[lake:]
    assert "About 3 seats will probably stay empty." in shown[min(lake, shore) :]
    assert "Lately 25% of the seats were taken on a Mon (2 slots)." in shown


def test_nobody_is_asked_to_help_where_seats_are_assigned_or_still_to_be_drawn(app, cast, ou):
    with app.app_context():
        for name, place, way in (("接待", "大厅", WayIn.ASSIGNMENT), ("晚会", "礼堂", WayIn.DRAW)):
            make_slot(make_post(make_activity(name, cast.first, "reception", way_in=way), place), NOW + 2 * DAY)
        db.session.commit()
    shown = board(ou).partition('id="risk"')[2]
    assert "东湖北岸" in shown
    assert "礼堂" not in shown
    [where] = re.findall(r'<a class="btn btn-ink" href="([^"]+)">', shown)
    assert where.endswith("/assign")
    assert shown.count("<form") == 1  # where people can be asked


def test_what_is_red_in_the_week_is_among_what_may_stay_empty(app, cast, ou):
    with app.app_context():
        db.session.query(Slot).delete()
        for name, way in (("大厅", WayIn.ASSIGNMENT), ("礼堂", WayIn.DRAW), ("湖岸", WayIn.FIRST_COME)):
            activity = make_activity(f"{name}接待", cast.first, "reception", way_in=way)
            make_slot(make_post(activity, name, capacity=4), NOW + DAY)
        db.session.commit()
    week, _, risks = board(ou).partition('id="risk"')
    assert week.count("4 missing") == 2
    assert ("大厅" in risks, "礼堂" in risks, "湖岸" in risks) == (True, False, True)


def test_one_click_asks_two_people_for_each_missing_one(app, cast, ou):
    asking = f"/organize/slots/{cast.slot.public_id}/invite"
    assert "Ask 4 people" in board(ou)
    ou.submit(asking)
    with app.app_context():
        asked = {n.member_id for n in db.session.query(Notice).filter_by(topic="invitations.invited")}
    assert {cast.lin.id, cast.wang.id} <= asked <= {cast.lin.id, cast.wang.id, cast.ou.id}
    shown = board(ou)
    assert f"{len(asked)} people are asked to help." in shown
    assert f"{len(asked)} people were asked." in shown
    ou.submit(asking)
    assert "Nobody could be asked" in board(ou)


def test_nobody_is_asked_for_what_is_over(app, cast, ou):
    with app.app_context():
        past = make_slot(cast.lake, NOW - HOUR).public_id
        db.session.commit()
    assert ou.submit(f"/organize/slots/{past}/invite").status_code == 409


def test_filters_narrow_the_week_down_and_stay_in_the_address(app, cast, ou):
    with app.app_context():
        grant(cast.ou, Role.ORGANIZER, cast.school)
        reading = make_activity("早读", cast.second, "study")
        make_slot(make_post(reading, "A101"), NOW + DAY)
        db.session.commit()
        sweeping, unit = cast.sweeping.public_id, cast.school.public_id
    assert len(cells(board(ou))) == 2
    assert "早读" in "".join(re.findall(r"<option[^>]*>[^<]*</option>", board(ou, activity=sweeping)))
    assert [len(cells(board(ou, **q))) for q in ({"kind": "study"}, {"activity": sweeping}, {"kind": "blood"})] == [
        1,
        1,
        0,
    ]
    assert len(cells(board(ou, unit=unit))) == 0  # no activity of the school itself, so it is not offered
    assert "Nothing of this week fits these filters." in board(ou, kind="blood")
    assert "kind=study" in board(ou, kind="study", week="2026-11-23")


def test_an_empty_week_leads_to_the_next_with_slots(ou):
    assert "week=2026-11-26" in board(ou, week="2026-11-02")
    assert "the last with slots" in board(ou, week="2027-03-01")


def test_many_posts_are_paged_by_activity(app, cast, ou):
    with app.app_context():
        for n in range(3):
            activity = make_activity(f"关灯{n}", cast.first, "energy")
            for room in range(30):
                make_slot(make_post(activity, f"{n}{room:02}"), NOW + DAY)
        db.session.commit()
    first, second = board(ou), board(ou, page=2)
    assert "Page 1 of 2" in first
    assert sorted((len(cells(first)), len(cells(second)))) == [31, 60]  # databases sort names in different ways
    assert len(cells(board(ou, page=9))) == len(cells(second))


def test_the_board_costs_the_same_for_one_slot_as_for_46_posts_on_seven_days(app, cast, ou, statements):
    board(ou)
    with statements.count() as few:
        board(ou)
    with app.app_context():
        energy = make_activity("晚间关灯", cast.first, "energy")
        monday = NOW - timedelta(days=2)
        for room in range(46):
            post = make_post(energy, f"{room + 101}")
            for day in range(-7, 7):
                make_slot(post, monday + day * DAY, taken=room % 2)
        db.session.commit()
    with statements.count() as many:
        assert len(cells(board(ou))) == 46 * 7 + 1
    assert len(many) == len(few) <= 18
    assert MOST_AHEAD < 46 * 5  # those that are looked at closely are limited too
