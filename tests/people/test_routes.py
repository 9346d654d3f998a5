"""What people see of people."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.roles import Permission, Role
from activities.people.models import Member, Unit
from activities.people.queries import WITH_ROLES
from activities.people.rules import Stage
from tests.cast import Visitor, grant, logged_in, make_member

GOOD = "东湖北岸的清扫区真干净"
GARBAGE = ["", "x" * 5000, "9" * 40, "'; --", "<b>&", "\u202e", "\r\n", "-1", "None", "{{ 7*7 }}"]


@pytest.fixture
def gu(app, cast) -> Visitor:
    return logged_in(app, cast.gu)


def stored(app, number: str) -> Member:
    with app.app_context():
        query = sa.select(Member).where(Member.number == number).options(*WITH_ROLES)
        return db.session.execute(query).unique().scalar_one()


def form(cast, **changes) -> dict[str, str]:
    values = {
        "number": "2301009", "name": "何俊杰", "unit": cast.first.public_id, "class_name": "营销2301",
        "stage": "activist", "standing": "student", "email": "He@example.edu",
    }  # fmt: skip
    return {**values, **changes}


def hidden(page: str, name: str) -> str:
    """What a page's hidden field holds."""
    return re.search(f'name="{name}"[^>]*value="([^"]+)"', page)[1]


# ── one person ──────────────────────────────────────────────────────────────


def test_a_person_is_put_on_the_roster(app, cast, gu):
    answer = gu.submit("/people/new", **form(cast, name="  何　俊杰\n"))
    assert answer.status_code == 303
    member = stored(app, "2301009")
    assert answer.location == f"/people/{member.public_id}"
    assert (member.name, member.email, member.stage) == ("何 俊杰", "he@example.edu", Stage.ACTIVIST)
    page = gu.get(answer.location).text
    assert "何 俊杰" in page
    assert "he@example.edu" in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"number": "2301001"}, "number"), ({"email": "LIN@example.edu"}, "email"), ({"number": "a@b"}, "number"),
     ({"number": " "}, "number"), ({"name": " "}, "name"), ({"name": "\u202e"}, "name"),
     ({"unit": "nonsense"}, "unit"), ({"stage": "saint"}, "stage"),
     ({"email": "nonsense"}, "email"), ({"name": "x" * 101}, "name"), ({"class_name": "x" * 51}, "class_name")],
)  # fmt: skip
def test_a_refused_person_comes_back_as_typed(app, cast, gu, changes, field):
    with app.app_context():
        lin = db.session.get_one(Member, cast.lin.id)
        path = f"/people/{make_member('x', 'x', lin.unit).public_id}/edit"
        db.session.commit()
    opened = {"fingerprint": hidden(gu.get(path).text, "fingerprint")}
    for address in ("/people/new", path):
        answer = gu.submit(address, **form(cast, **changes), **opened)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert "营销2301" in answer.text or field == "class_name"


@pytest.mark.parametrize("value", GARBAGE)
def test_no_input_breaks_a_form(app, cast, gu, value):
    fields = form(cast)
    for path in ("/people/new", f"/people/{cast.lin.public_id}/edit", "/people/units/new", "/people/roles/grant"):
        for field in [*fields, "level", "parent", "role"]:
            assert gu.submit(path, **{**fields, field: value}).status_code in (303, 422)
    for path in ("/people/roles/revoke", "/login", "/login/forgot", "/enter", "/language"):
        filled = dict.fromkeys(("member", "unit", "role", "name", "password", "language", "next"), value)
        assert gu.submit(path, **filled).status_code in (200, 303, 404, 422, 429)


def test_editing_changes_what_is_kept(app, cast, gu):
    path = f"/people/{cast.lin.public_id}"
    page = gu.get(f"{path}/edit").text
    assert 'value="林可欣"' in page
    opened = hidden(page, "fingerprint")
    changed = form(cast, number="2301001", name="林可欣", stage="probationary", email="", fingerprint=opened)
    assert gu.submit(f"{path}/edit", **changed).location == path
    assert (stored(app, "2301001").stage, stored(app, "2301001").email) == (Stage.PROBATIONARY, None)


@pytest.fixture
def in_english(monkeypatch):
    monkeypatch.setattr("activities.kit.i18n.DEFAULT", "en")


def test_nobody_sets_their_own_stage_or_gives_themselves_a_role(app, cast, gu, in_english):
    path = f"/people/{cast.gu.public_id}"
    kept = {
        "fingerprint": hidden(gu.get(f"{path}/edit").text, "fingerprint"),
        "number": "T003",
        "name": "顾云",
        "standing": "teacher",
    }
    answer = gu.submit(f"{path}/edit", **kept, unit=cast.school.public_id, stage="activist")
    assert (answer.status_code, "Nobody says of themselves" in answer.text) == (422, True)
    assert "Give this role" not in gu.get(path).text
    given = gu.submit("/people/roles/grant", number="T003", role="organizer", unit=cast.first.public_id)
    assert given.status_code == 409


def test_who_saves_a_person_second_keeps_what_was_typed_and_sees_what_is_there(app, cast, gu, in_english):
    path = f"/people/{cast.lin.public_id}/edit"
    opened = {"fingerprint": hidden(gu.get(path).text, "fingerprint")}
    first = form(cast, number="2301001", stage="probationary", unit=cast.second.public_id, email="")
    assert gu.submit(path, **first, **opened).status_code == 303
    second = form(cast, number="2301001", class_name="会计2301")
    answer = gu.submit(path, **second, **opened)
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile" in answer.text
    assert re.findall(r'<dd class="pre">(.*?)</dd>', answer.text) == [
        "营销2301", "Probationary member", "(empty)", "第二支部",
    ]  # fmt: skip
    assert 'value="会计2301"' in answer.text
    assert stored(app, "2301001").class_name == "营销2301"
    now = hidden(answer.text, "fingerprint")
    assert gu.submit(path, **second, fingerprint=now).status_code == 303
    assert (stored(app, "2301001").class_name, stored(app, "2301001").stage) == ("会计2301", Stage.ACTIVIST)


@pytest.mark.parametrize("opened", ["", "x", "²"])
def test_a_form_nobody_was_given_is_long_outdated(cast, gu, opened):
    for path in (f"/people/{cast.lin.public_id}/edit", f"/people/units/{cast.second.public_id}"):
        values = form(cast, level="branch", parent=cast.school.public_id, revision=opened, fingerprint=opened)
        assert gu.submit(path, **values).status_code == 422


def test_who_saves_a_unit_second_keeps_what_was_typed_and_sees_what_is_there(app, cast, gu, in_english):
    path, parent = f"/people/units/{cast.second.public_id}", cast.school.public_id
    opened = hidden(gu.get(path).text, "revision")
    assert gu.submit(path, name="甲", level="branch", parent=parent, revision=opened).status_code == 303
    answer = gu.submit(path, name="乙", level="branch", parent=parent, revision=opened)
    assert answer.status_code == 422
    assert '<dd class="pre">甲</dd>' in answer.text
    assert 'value="乙"' in answer.text
    now = hidden(answer.text, "revision")
    assert gu.submit(path, name="乙", level="branch", parent=parent, revision=now).status_code == 303
    with app.app_context():
        assert db.session.get_one(Unit, cast.second.id).name == "乙"


def test_a_link_is_shown_once_and_opens_the_account(app, cast, gu, client):
    answer = gu.submit(f"/people/{cast.wang.public_id}/link")
    address = re.search(r"http://localhost(/enter/[\w.-]+)", answer.text)[1]
    assert address not in gu.get(f"/people/{cast.wang.public_id}").text
    assert client.get(address, follow_redirects=True).status_code == 200
    weak = client.submit("/enter", password="short", again="short")
    assert (weak.status_code, "short" in weak.text) == (422, False)
    assert client.submit("/enter", password=GOOD, again=GOOD).location == "/"
    assert "王一诺" in client.get("/account").text
    assert client.get(address).status_code == 404
    assert client.submit("/enter", password=GOOD, again=GOOD).status_code == 404


def test_a_page_of_a_person_out_of_reach_says_why(app, cast):
    with app.app_context():
        lin, wang = (db.session.get_one(Member, m.id) for m in (cast.lin, cast.wang))
        grant(wang, Role.ADMINISTRATOR, lin.unit)
        grant(lin, Role.ADMINISTRATOR, db.session.get_one(Unit, cast.school.id))
        db.session.commit()
    wang = logged_in(app, cast.wang)
    page = wang.get(f"/people/{cast.lin.public_id}").text
    assert f"/people/{cast.lin.public_id}/link" not in page
    assert f"/people/{cast.lin.public_id}/edit" not in page
    assert wang.submit(f"/people/{cast.lin.public_id}/link").status_code == 409


def test_a_persons_page_takes_a_fixed_number_of_statements(app, cast, gu, statements):
    with statements.count() as one:
        gu.get(f"/people/{cast.wang.public_id}")
    with app.app_context():
        wang = db.session.get_one(Member, cast.wang.id)
        for unit in db.session.scalars(sa.select(Unit)):
            for role in Role:
                grant(wang, role, unit)
        db.session.commit()
    with statements.count() as many:
        gu.get(f"/people/{cast.wang.public_id}")
    assert len(one) == len(many) == 5


# ── roles and units ─────────────────────────────────────────────────────────


def test_a_secretary_appoints_an_organizer_and_takes_it_back(app, cast):
    chen = logged_in(app, cast.chen)
    assert 'value="secretary"' not in chen.get("/people/roles").text
    unit = cast.first.public_id
    assert chen.submit("/people/roles/grant", number="2301002", role="organizer", unit=unit).status_code == 303
    assert stored(app, "2301002").may(Permission.ORGANIZE, cast.first.path)
    assert "王一诺" in chen.get("/people/roles").text
    taken = {"member": cast.wang.public_id, "role": "organizer", "unit": unit}
    assert chen.submit("/people/roles/revoke", **taken).status_code == 303
    assert not stored(app, "2301002").grants
    assert chen.submit("/people/roles/revoke", **taken).status_code == 409


def test_a_secretary_makes_nobody_secretary(app, cast):
    chen, unit = logged_in(app, cast.chen), cast.first.public_id
    assert chen.submit("/people/roles/grant", number="2301002", role="secretary", unit=unit).status_code == 422
    taken = {"member": cast.gu.public_id, "role": "administrator", "unit": cast.school.public_id}
    assert chen.submit("/people/roles/revoke", **taken).status_code == 409


def test_a_number_that_nobody_has_is_said_at_the_field(app, cast):
    answer = logged_in(app, cast.chen).submit(
        "/people/roles/grant", number="999", role="organizer", unit=cast.first.public_id
    )
    assert (answer.status_code, 'href="#number"' in answer.text) == (422, True)


def test_the_roles_page_takes_a_fixed_number_of_statements(app, cast, statements):
    chen = logged_in(app, cast.chen)
    with statements.count() as few:
        chen.get("/people/roles")
    with app.app_context():
        for member in db.session.scalars(sa.select(Member)):
            for unit in db.session.scalars(sa.select(Unit).where(Unit.parent_id.is_not(None))):
                if (member.number, unit.name) != ("T001", "第一支部"):
                    grant(member, Role.ORGANIZER, unit)
        db.session.commit()
    with statements.count() as many:
        chen.get("/people/roles")
    assert len(few) == len(many) == 3


def test_a_unit_is_made_renamed_and_moved(app, cast, gu):
    made = gu.submit("/people/units/new", name="第三支部", level="branch", parent=cast.school.public_id)
    assert made.location == "/people/units"
    page = gu.get("/people/units").text
    unit = re.search(r'/people/units/([\w-]+)">第三支部', page)[1]
    assert cast.school.public_id in gu.get(f"/people/units/{unit}").text
    renamed = {"name": "研究生支部", "level": "branch", "parent": cast.school.public_id, "revision": "0"}
    assert gu.submit(f"/people/units/{unit}", **renamed).location == "/people/units"
    assert "研究生支部" in gu.get("/people/units").text


def test_a_refused_unit_comes_back_as_typed(cast, gu):
    taken = gu.submit("/people/units/new", name="第一支部", level="branch", parent=cast.school.public_id)
    assert (taken.status_code, 'href="#name"' in taken.text) == (422, True)
    below = {"name": "第二支部", "level": "branch", "parent": cast.first.public_id, "revision": "0"}
    wrong = gu.submit(f"/people/units/{cast.second.public_id}", **below)
    assert (wrong.status_code, 'href="#level"' in wrong.text) == (422, True)


def test_the_top_of_ones_own_tree_stays_where_it_is(cast, gu):
    page = gu.get(f"/people/units/{cast.school.public_id}").text
    assert 'name="parent"' not in page
    renamed = {"name": "管理学院党委", "level": "committee", "parent": cast.first.public_id, "revision": "0"}
    assert gu.submit(f"/people/units/{cast.school.public_id}", **renamed).status_code == 303
