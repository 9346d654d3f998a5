"""The pages of who holds a post."""

from __future__ import annotations

import re
from html import unescape

import pytest
import time_machine

from activities.duties.models import Activity, Post, Slot
from activities.holders import service
from activities.holders.models import Holder
from activities.holders.rules import HolderState
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, Visitor, logged_in, make_holder, make_post, make_room, make_slot

ACCEPTED = HolderState.ACCEPTED


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast) -> Visitor:
    return logged_in(app, cast.ou)


@pytest.fixture
def lin(app, cast) -> Visitor:
    return logged_in(app, cast.lin)


@pytest.fixture
def room(app, cast) -> dict[str, str]:
    """A classroom with three evenings, and one beside it, by their addresses."""
    with app.app_context():
        post = make_room(cast)
        for n in range(1, 4):
            make_slot(post, NOW + n * DAY + HOUR)
        beside = make_post(post.activity, "206 教室")
        db.session.commit()
        return {"activity": post.activity.public_id, "post": post.public_id, "beside": beside.public_id}


def holder_of(app, cast, member, **fields) -> str:
    with app.app_context():
        holder = make_holder(make_room_again(), member, **fields)
        db.session.commit()
        return holder.public_id


def make_room_again() -> Post:
    return db.session.query(Post).filter_by(name="205 教室").one()


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def holders(app) -> list[tuple[str, str, HolderState]]:
    with app.app_context():
        rows = db.session.query(Holder).order_by(Holder.id)
        return [(row.post.name, row.member.name, row.state) for row in rows]


# ── organizers ──────────────────────────────────────────────────────────────


def test_the_list_says_who_holds_what_and_where_nobody_does(app, cast, ou, room):
    holder_of(app, cast, cast.lin, state=ACCEPTED, answered_at=NOW)
    page = words(ou.get(f"/organize/activities/{room['activity']}/holders?first=2026-11-25&last=2027-01-10").text)
    assert "0 of 2 posts have somebody on all these days." in page
    assert "林可欣 2301001 25 Nov–25 Dec 2026" in page
    assert "Nobody 25 Dec–10 Jan" in page
    assert "Nobody 25 Nov–10 Jan" in page
    assert "0/3" in page


def test_the_list_costs_the_same_however_many_posts(app, cast, ou, room, statements):
    address = f"/organize/activities/{room['activity']}/holders"
    holder_of(app, cast, cast.lin, state=ACCEPTED, answered_at=NOW)
    ou.get(address)
    with statements.count() as few:
        ou.get(address)
    with app.app_context():
        activity = make_room_again().activity
        for n in range(10):
            make_holder(make_post(activity, f"3{n:02} 教室"), cast.wang, state=ACCEPTED, answered_at=NOW)
        db.session.commit()
    with statements.count() as many:
        ou.get(address)
    assert len(few) == len(many)


def test_posts_of_volunteer_service_have_no_such_page(cast, ou):
    answer = ou.get(f"/organize/activities/{cast.sweeping.public_id}/holders")
    assert answer.status_code == 409
    assert "nobody is assigned" in answer.text
    assert "holders" not in ou.get(f"/organize/activities/{cast.sweeping.public_id}").text


def test_somebody_is_found_by_name_or_number_and_asked(app, cast, ou, room):
    assert f"/organize/activities/{room['activity']}/holders" in ou.get(f"/organize/activities/{room['activity']}").text
    address = f"/organize/posts/{room['post']}/holder"
    for text in ("可欣", "2301001"):
        found = ou.get(address, query_string={"q": text}).text
        assert 'value="2301001"' in found
        assert "王一诺" not in found
    assert "Nobody who sees this activity is called so." in ou.get(address, query_string={"q": "赵明"}).text
    days = {"first": "2026-11-25", "last": "2027-01-10"}
    answer = ou.submit(address, q="可欣", member="2301001", **days)
    assert answer.location == f"/organize/activities/{room['activity']}/holders"
    assert holders(app) == [("205 教室", "林可欣", HolderState.PROPOSED)]
    again = ou.submit(address, q="王", member="2301002", **days)
    assert again.status_code == 422
    assert "林可欣 is proposed for these days and has not answered yet." in again.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"member": ""}, "member", "Choose a person."),
        ({"member": "2302001"}, "member", "Choose a person."),
        ({"first": ""}, "first", "Choose a day."),
        ({"last": "2026-11-24"}, "last", "The last day is before the first."),
        ({"first": "2026-10-01", "last": "2026-11-01"}, "last", "These days are over."),
        ({"last": "2028-01-01"}, "last", "more than 400 days"),
    ],
)
def test_a_refused_proposal_comes_back_as_typed(app, ou, room, changes, field, sentence):
    typed = {"q": "可欣", "member": "2301001", "first": "2026-11-25", "last": "2027-01-10", **changes}
    answer = ou.submit(f"/organize/posts/{room['post']}/holder", **typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sentence in answer.text
    assert holders(app) == []


def test_a_list_is_taken_whole_or_not_at_all(app, cast, ou, room):
    address = f"/organize/activities/{room['activity']}/holders/propose"
    days = {"first": "2026-11-25", "last": "2027-01-10"}
    wrong = "205 教室, 2301001\n207 教室, 2301002\n206 教室，2302001\n206 教室\n205 教室, 2301002"
    answer = ou.submit(address, rows=wrong, **days)
    page = words(answer.text)
    assert answer.status_code == 422
    assert "Line 2, column 1: No post is called “207 教室”." in page
    assert "Line 3, column 2: Nobody who sees the activity has the number “2302001”." in page
    assert "Line 4: Two cells are needed" in page
    assert "Line 5, column 1: 林可欣 is proposed for these days" in page
    assert "206 教室，2302001" in answer.text
    assert holders(app) == []
    right = "205 教室\t2301001\r\n\r\n206 教室;2301002"
    assert ou.submit(address, rows=right, **days).status_code == 303
    assert [(post, name) for post, name, _ in holders(app)] == [("205 教室", "林可欣"), ("206 教室", "王一诺")]


def test_ending_counts_what_is_given_back(app, cast, ou, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    lin.submit(f"/holders/{public_id}/accept")
    page = words(ou.get(f"/organize/holders/{public_id}/end").text)
    assert "林可欣 has a seat in 3 slots to come." in page
    answer = ou.submit(f"/organize/holders/{public_id}/end", last="2026-11-26")
    assert answer.status_code == 303
    assert "2 seats are given back." in ou.get(f"/organize/activities/{room['activity']}/holders").text
    assert ou.submit(f"/organize/holders/{public_id}/end", last="2026-11-30").status_code == 422


def test_where_there_is_no_seat_and_why_is_listed_without_the_other_dutys_name(app, cast, ou, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    with app.app_context():
        one, two, _ = db.session.query(Slot).filter_by(post_id=make_room_again().id).order_by(Slot.starts_at)
        elsewhere = make_slot(make_post(db.session.get_one(Activity, cast.sweeping.id), "南岸"), one.starts_at)
        db.session.commit()
        sign_up(cast.lin.id, elsewhere.id, NOW - HOUR)
        sign_up(cast.wang.id, two.id, NOW - HOUR)
    asked = words(ou.get(f"/organize/holders/{public_id}").text)
    assert "1 slot to come would be theirs." in asked
    lin.submit(f"/holders/{public_id}/accept")
    page = words(ou.get(f"/organize/holders/{public_id}").text)
    assert "They have a seat in 1 of 3 slots to come." in page
    assert "another duty of theirs is at this time, or too near" in page
    assert "the seat is somebody else's" in page
    assert "南岸" not in page
    assert "南岸" in lin.get(f"/holders/{public_id}").text
    assert f"/organize/holders/{public_id}" in ou.get(f"/organize/activities/{room['activity']}/holders").text


# ── whom it is about ────────────────────────────────────────────────────────


def test_the_member_sees_what_it_means_and_accepts(app, cast, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    assert "Will you be responsible for a post?" in lin.get("/").text
    page = words(lin.get(f"/holders/{public_id}").text)
    assert "You are asked to be responsible for this post, from Wed 25 Nov to" in page
    assert "3 slots to come would be yours." in page
    assert lin.submit(f"/holders/{public_id}/accept").location == f"/holders/{public_id}"
    assert "You have a seat in 3 of 3 slots to come." in words(lin.get(f"/holders/{public_id}").text)
    home = words(lin.get("/").text)
    assert "Your post" in home
    assert "205 教室 until Fri 25 Dec" in home


def test_before_a_hand_over_only_what_is_handed_over_counts_as_theirs(app, cast, lin, room):
    with app.app_context():
        slots = db.session.query(Slot).filter_by(post=make_room_again()).order_by(Slot.starts_at).all()
        for slot in slots:
            slot.capacity = 1
        db.session.commit()
        sign_up(cast.wang.id, slots[0].id, NOW)
    before = holder_of(app, cast, cast.chen)
    logged_in(app, cast.chen).submit(f"/holders/{before}/accept")
    public_id = holder_of(app, cast, cast.lin)
    page = words(lin.get(f"/holders/{public_id}").text)
    assert "2 slots to come would be yours. In 1 slot there is no seat" in page
    lin.submit(f"/holders/{public_id}/accept")
    assert "You have a seat in 2 of 3 slots to come." in words(lin.get(f"/holders/{public_id}").text)


def test_declining_needs_a_reason(app, cast, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    answer = lin.submit(f"/holders/{public_id}/decline", reason=" ")
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    assert lin.submit(f"/holders/{public_id}/decline", reason="实习").location == "/"
    assert [state for *_, state in holders(app)] == [HolderState.DECLINED]


def test_the_reason_is_for_the_organizers_alone(app, cast, ou, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    lin.submit(f"/holders/{public_id}/decline", reason="身体原因")
    assert "身体原因" in ou.get(f"/organize/activities/{room['activity']}/holders").text
    wang = logged_in(app, cast.wang)
    assert wang.get(f"/holders/{public_id}").status_code == 404


def test_the_slots_page_says_who_is_responsible_and_asks_whom_it_concerns(app, cast, lin, room):
    with app.app_context():
        slot = make_slot(make_room_again(), NOW + 5 * DAY)
        db.session.commit()
        address = f"/slots/{slot.public_id}"
    assert "Responsible for this post" not in lin.get(address).text
    public_id = holder_of(app, cast, cast.lin)
    assert f"/holders/{public_id}" in lin.get(address).text
    assert "Responsible for this post" not in logged_in(app, cast.wang).get(address).text
    with app.app_context():
        service.accept(cast.lin.id, public_id, 0, NOW)
    assert "林可欣" in logged_in(app, cast.wang).get(address).text


def test_days_of_absence_look_for_cover(app, cast, ou, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    lin.submit(f"/holders/{public_id}/accept")
    address = f"/holders/{public_id}/absence"
    wrong = lin.submit(address, first="2027-06-01", last="2027-06-02", reason="比赛")
    assert wrong.status_code == 422
    assert "not responsible for the post on these days" in wrong.text
    assert 'value="比赛"' in wrong.text
    assert lin.submit(address, first="2026-11-27", last="2026-11-28", reason="比赛").status_code == 303
    assert "Cover is looked for in 2 slots." in lin.get(f"/holders/{public_id}").text
    board = words(ou.get(f"/organize/activities/{room['activity']}/holders").text)
    assert "away 27–28 Nov·比赛" in board
    page = lin.get(f"/holders/{public_id}").text
    back = re.search(rf'action="({address}/\d+/back)"', page).group(1)
    assert lin.submit(back).status_code == 303
    page = lin.get(f"/holders/{public_id}").text
    assert "Cover is looked for no more in 2 slots." in page
    assert "I can come after all" not in page
    assert "away" not in words(ou.get(f"/organize/activities/{room['activity']}/holders").text)


def test_a_number_that_no_database_holds_is_none(app, cast, lin, room):
    public_id = holder_of(app, cast, cast.lin)
    assert lin.submit(f"/holders/{public_id}/accept", risks="9" * 30).status_code == 303
