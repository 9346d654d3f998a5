"""What could not be delivered: shown to who manages the people, without what it says, and sent again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.kit.db import db, transactional
from activities.notices.queries import PAGE_SIZE
from activities.notices.rules import TROUBLES, why
from activities.outbox.models import Delivery, Hook, Notice
from activities.outbox.rules import Channel, DeliveryState, News, Vendor
from activities.outbox.service import post_to_group
from tests.cast import NOW, grant, logged_in
from tests.outbox.mailbox import deliveries


def give_up(member_id: int, trouble: str = "SMTPRecipientsRefused", **more: object) -> int:
    """A notice whose delivery was given up."""
    values = {"state": DeliveryState.FAILED, "tries": 8, "trouble": trouble, "due_at": NOW, **more}
    notice = Notice(
        member_id=member_id,
        topic="people.granted.organizer",
        params={"unit": "秘密支部"},
        created_at=NOW,
        planned_at=NOW,
    )
    db.session.add(notice)
    db.session.flush()
    delivery = Delivery(notice_id=notice.id, channel=Channel.MAIL, **values)
    db.session.add(delivery)
    db.session.commit()
    return delivery.id


@pytest.fixture
def gu(app, cast):
    return logged_in(app, cast.gu)


def test_where_everything_arrived_the_page_says_so(gu):
    assert 'class="empty"' in gu.get("/undelivered").text


def test_it_is_told_to_whom_why_and_how_often_but_not_what(app, cast, gu):
    with app.app_context():
        give_up(cast.lin.id)
    page = gu.get("/undelivered").text
    assert all(told in page for told in ("林可欣", "2301001"))
    assert "秘密支部" not in page
    assert "SMTPRecipientsRefused" not in page


def test_one_is_sent_again_or_all(app, cast, gu):
    with app.app_context():
        _first, second, _third = (give_up(cast.lin.id) for _ in range(3))
    assert gu.submit(f"/undelivered/{second}/again").status_code == 303
    with app.app_context():
        (again,) = [d for d in deliveries() if d.state == DeliveryState.WAITING]
        assert (again.id, again.tries, again.trouble) == (second, 0, "")
    assert gu.submit(f"/undelivered/{second}/again").status_code == 404
    assert gu.submit("/undelivered/again").status_code == 303
    with app.app_context():
        assert {d.state for d in deliveries()} == {DeliveryState.WAITING}
    assert 'class="empty"' in gu.get("/undelivered").text


def test_it_is_told_what_is_being_tried_again_by_itself(app, cast, gu):
    with app.app_context():
        give_up(cast.lin.id, state=DeliveryState.WAITING, tries=2)
    page = gu.get("/undelivered").text
    assert page.count('class="st st-"') == 1


def test_who_manages_one_unit_sees_its_people_alone(app, cast):
    with app.app_context():
        theirs, others = give_up(cast.lin.id), give_up(cast.zhao.id)
        grant(db.session.merge(cast.ou), "administrator", db.session.merge(cast.first))
        db.session.commit()
    ou = logged_in(app, cast.ou)
    page = ou.get("/undelivered").text
    assert "林可欣" in page
    assert "赵明" not in page
    assert ou.submit(f"/undelivered/{others}/again").status_code == 404
    ou.submit("/undelivered/again")
    with app.app_context():
        assert {d.id: d.state for d in deliveries()} == {theirs: DeliveryState.WAITING, others: DeliveryState.FAILED}


def test_a_chat_group_that_takes_nothing_is_shown_too(app, cast, gu):
    with app.app_context():
        hook = Hook(
            unit_id=cast.first.id, vendor=Vendor.WECOM, name="一支部群", url="https://x", language="en",
            news=News.SHORT, told_until=NOW, created_at=NOW, created_by_id=cast.ou.id,
        )  # fmt: skip
        db.session.add(hook)
        db.session.commit()
        transactional(post_to_group)(NOW, hook.id, "chats.trial", "key", unit="x")
        notice_id = db.session.scalars(sa.select(Notice.id)).one()
        values = {"state": DeliveryState.FAILED, "tries": 8, "trouble": "HookRefused 45009", "due_at": NOW}
        db.session.add(Delivery(notice_id=notice_id, channel=Channel.HOOK, **values))
        db.session.commit()
    page = gu.get("/undelivered").text
    assert "一支部群" in page
    assert "(45009)" in page


def test_older_ones_are_on_further_pages_and_statements_stay_the_same(app, cast, gu, statements):
    counts = []
    for many in (1, PAGE_SIZE):
        with app.app_context():
            for _ in range(many):
                give_up(cast.lin.id)
        with statements.count() as counted:
            page = gu.get("/undelivered").text
        counts.append(len(counted))
    assert counts[0] == counts[1] == 3
    assert "page=2" in page
    assert gu.get("/undelivered?page=2").text.count("/again") == 2
    assert 'class="empty"' in gu.get("/undelivered?page=9").text


def test_every_trouble_is_said_in_words_and_keeps_its_number():
    assert why("SMTPDataError 554") == (TROUBLES["SMTPDataError"], "554")
    assert why("no address") == (TROUBLES["no address"], "")
    assert why("KeyError") == ("KeyError", "")
    assert why("") == ("", "")
