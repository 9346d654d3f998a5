"""Keeping chat groups: what is entered is checked, and address and secret are shown nowhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.outbox.models import Hook, Notice
from activities.outbox.rules import Vendor
from tests.cast import logged_in
from tests.chats.robots import ADDRESSES

KEY = "0123456789abcdef"
ENTERED = {
    "vendor": "dingtalk", "name": "一支部群", "url": ADDRESSES[Vendor.DINGTALK], "secret": "SEC-very-secret",
    "news": ["NEW_SLOTS", "SHORT"], "language": "zh_Hans",
}  # fmt: skip


@pytest.fixture
def ou(app, cast):
    return logged_in(app, cast.ou)


def enter(visitor, cast, **more):
    return visitor.submit("/chats/new", **{**ENTERED, "unit_id": cast.first.id, **more})


def the_hook(app) -> Hook:
    with app.app_context():
        return db.session.scalars(sa.select(Hook)).one()


def test_a_group_is_added_tried_changed_and_removed(app, cast, ou):
    assert enter(ou, cast).status_code == 303
    hook = the_hook(app)
    assert (hook.vendor, hook.secret, hook.unit_id) == (Vendor.DINGTALK, "SEC-very-secret", cast.first.id)
    assert "一支部群" in ou.get("/chats").text
    assert ou.submit(f"/chats/{hook.public_id}/try").status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Notice.hook_id)).one() == hook.id
    changed = {"name": "新名字", "url": "", "secret": "", "news": ["CANCELLED"], "language": "en"}
    assert ou.submit(f"/chats/{hook.public_id}", **changed).status_code == 303
    after = the_hook(app)
    assert (after.name, after.url, after.secret, after.language) == ("新名字", hook.url, hook.secret, "en")
    assert "新名字" in ou.get(f"/chats/{hook.public_id}/remove").text
    assert ou.submit(f"/chats/{hook.public_id}/remove").status_code == 303
    assert 'class="empty"' in ou.get("/chats").text


def test_address_and_secret_are_shown_and_written_nowhere(app, cast, ou, caplog):
    enter(ou, cast)
    public_id = the_hook(app).public_id
    pages = [ou.get(path).text for path in ("/chats", f"/chats/{public_id}", f"/chats/{public_id}/remove")]
    ou.submit(f"/chats/{public_id}", name="x", news=["SHORT"], language="en", secret="SEC-another")
    with app.app_context():
        trail = [str(entry.after) + str(entry.before) for entry in db.session.scalars(sa.select(AuditEntry))]
    assert len(trail) == 2
    for text in (*pages, *trail, caplog.text):
        assert KEY not in text
        assert "SEC-" not in text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"url": "https://example.edu/hook"}, "url"), ({"url": ADDRESSES[Vendor.WECOM]}, "url"), ({"url": ""}, "url"),
     ({"url": "http://169.254.169.254/latest"}, "url"), ({"name": ""}, "name"), ({"news": []}, "news"),
     ({"vendor": "irc"}, "vendor"), ({"language": "xx"}, "language")],
)  # fmt: skip
def test_what_makes_no_sense_comes_back_at_its_field(app, cast, ou, wrong, field):
    answer = enter(ou, cast, **wrong)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "SEC-" not in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(Hook.id)) is None


def test_a_wrong_address_comes_back_when_it_is_changed_too(app, cast, ou):
    enter(ou, cast)
    public_id = the_hook(app).public_id
    wrong = {"name": "x", "url": "https://example.edu/", "news": ["SHORT"], "language": "en"}
    assert ou.submit(f"/chats/{public_id}", **wrong).status_code == 422
    assert the_hook(app).name == "一支部群"


def test_groups_of_other_units_are_not_there(app, cast, ou):
    assert enter(ou, cast, unit_id=cast.second.id).status_code == 422
    enter(logged_in(app, cast.gu), cast, unit_id=cast.second.id)
    public_id = the_hook(app).public_id
    assert 'class="empty"' in ou.get("/chats").text
    assert ou.get(f"/chats/{public_id}").status_code == 404
    assert ou.submit(f"/chats/{public_id}/try").status_code == 404


def test_the_list_takes_the_same_statements_however_many_groups_there_are(cast, ou, statements):
    counts = []
    for _ in range(2):
        for _ in range(3):
            enter(ou, cast)
        with statements.count() as counted:
            ou.get("/chats")
        counts.append(len(counted))
    assert counts[0] == counts[1]
