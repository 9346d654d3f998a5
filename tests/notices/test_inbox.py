"""The inbox: what a person has been told, and what of it is unread."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.kit.db import db, transactional
from activities.notices import service
from activities.notices.queries import PAGE_SIZE
from activities.outbox.models import Notice
from activities.outbox.service import post
from activities.people.service_accounts import invite
from activities.signups.service import sign_up
from tests.cast import HOUR, NOW, logged_in


@transactional
def tell(member_id: int, times: int = 1) -> None:
    for n in range(times):
        post(NOW, [member_id], "people.granted.organizer", unit=f"支部 {n}")


def unread_of(member_id: int) -> list[int]:
    query = sa.select(Notice.id).where(Notice.member_id == member_id, Notice.read_at.is_(None)).order_by(Notice.id)
    return list(db.session.scalars(query))


@pytest.fixture
def lin(app, cast):
    return logged_in(app, cast.lin)


def test_an_empty_inbox_says_what_will_come(lin):
    page = lin.get("/inbox").text
    assert 'class="empty"' in page
    assert 'class="count"' not in page


def test_what_is_told_stands_there_unread_newest_first_with_a_way_to_its_page(app, cast, lin):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
        tell(cast.lin.id)
        seated, granted = unread_of(cast.lin.id)
    page = lin.get("/inbox").text
    assert page.index(f"/inbox/{granted}") < page.index(f"/inbox/{seated}")
    assert "东湖北岸" in page
    assert page.count('class="unread"') == 2
    assert '<span class="count" aria-hidden="true">2</span>' in page


def test_who_opens_a_notice_has_read_it(app, cast, lin):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
        (notice_id,) = unread_of(cast.lin.id)
    answer = lin.get(f"/inbox/{notice_id}")
    assert (answer.status_code, answer.location) == (303, f"/slots/{cast.slot.public_id}")
    with app.app_context():
        assert unread_of(cast.lin.id) == []
    assert "unread" not in lin.get("/inbox").text
    assert lin.get(f"/inbox/{notice_id}").status_code == 303


def test_one_or_all_can_be_marked_as_read(app, cast, lin):
    with app.app_context():
        tell(cast.lin.id, 3)
        first, second, third = unread_of(cast.lin.id)
    assert lin.submit(f"/inbox/{second}/read").status_code == 303
    with app.app_context():
        assert unread_of(cast.lin.id) == [first, third]
    assert lin.submit("/inbox/read", newest=str(third)).status_code == 303
    with app.app_context():
        assert unread_of(cast.lin.id) == []


def test_what_comes_while_all_are_marked_stays_unread(app, cast):
    with app.app_context():
        tell(cast.lin.id, 2)
        seen = unread_of(cast.lin.id)
        tell(cast.lin.id)
        service.mark_all_read(cast.lin.id, seen[-1], NOW + HOUR)
        assert len(unread_of(cast.lin.id)) == 1


def test_anothers_notice_is_not_there(app, cast, lin):
    with app.app_context():
        tell(cast.wang.id)
        (notice_id,) = unread_of(cast.wang.id)
    assert lin.get(f"/inbox/{notice_id}").status_code == 404
    assert lin.submit(f"/inbox/{notice_id}/read").status_code == 404
    lin.submit("/inbox/read", newest=str(notice_id))
    with app.app_context():
        assert unread_of(cast.wang.id) == [notice_id]


def test_an_address_that_lets_one_in_is_mailed_and_shown_nowhere(app, cast, lin):
    with app.app_context():
        invite(cast.gu.id, cast.lin.id, NOW)
        (notice,) = db.session.scalars(sa.select(Notice))
        assert notice.read_at == NOW
    page = lin.get("/inbox").text
    assert "/enter/" not in page
    assert 'class="empty"' in page
    assert lin.get(f"/inbox/{notice.id}").status_code == 404


def test_a_notice_that_no_release_knows_any_more_is_still_listed(app, cast, lin):
    with app.app_context():
        db.session.add(Notice(member_id=cast.lin.id, topic="gone", params={}, created_at=NOW))
        db.session.add(Notice(member_id=cast.lin.id, topic="signups.seated", params={}, created_at=NOW))
        db.session.commit()
        ids = unread_of(cast.lin.id)
    assert lin.get("/inbox").text.count('class="unread"') == 2
    assert {lin.get(f"/inbox/{notice_id}").status_code for notice_id in ids} == {303}


def test_older_ones_are_on_further_pages(app, cast, lin):
    with app.app_context():
        tell(cast.lin.id, PAGE_SIZE + 1)
    first, second, third = (lin.get(f"/inbox?page={n}").text for n in (1, 2, 3))
    assert (first.count('class="unread"'), second.count('class="unread"')) == (PAGE_SIZE, 1)
    assert "page=2" in first
    assert "page=1" in second
    assert 'class="empty"' in third


def test_the_inbox_takes_the_same_statements_however_much_it_holds(app, cast, lin, statements):
    counts = []
    for _ in range(2):
        with app.app_context():
            tell(cast.lin.id, 20)
        with statements.count() as counted:
            lin.get("/inbox")
        counts.append(len(counted))
    assert counts[0] == counts[1] == 2
