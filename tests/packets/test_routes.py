"""The pages of packets and points: what they show, to whom, and in how many statements."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader

from activities.kit.db import db
from activities.kit.roles import Role
from activities.packets import comparing, formulas
from tests.cast import NOW, english, grant, logged_in, make_member
from tests.packets.formulas import FORMULA, reckoned_by
from tests.packets.years import amount, full_year
from tests.requirements.asked import attended

TYPED = {"base": "60", "bonus_most": "30", "ballot_most": "10", "rate_done_hours_service": "1", "reason": "年初商定"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lins(app, cast) -> str:
    """The address of Lin's packet, of a full year that is reckoned by a formula."""
    with app.app_context():
        full_year(cast)
        reckoned_by(cast.school, cast.chen)
    return f"/review/2026/{cast.lin.public_id}/packet"


class TestThePacket:
    def test_the_secretary_reads_all_of_it_and_every_point(self, app, cast, lins):
        page = english(app, cast.chen).get(lins).text
        said = (
            "Evidence packet of 林可欣, 2026", "Attended 4 slots, 0 of them late; excused from 1, absent from 1.",
            "Typed in later", "Inspection score", "90 points", "Asked by 管理学院党总支", "优秀志愿者", "登高作业",
            "leave granted on 9 Nov", "neither a success nor an absence", "None is kept.",
            "Everybody begins with these.", "3 hours × 1. 0.5 more hours wait for a signature.",
            "Absent 1 time × −2.", "No result of a ballot is kept; it can give up to 10.",
            "Nothing is decided by points, and nobody is put in their order",
        )  # fmt: skip
        assert [part for part in said if part not in page] == []

    def test_members_read_their_own_and_nobody_elses(self, app, cast, lins):
        lin = english(app, cast.lin)
        assert "Absent 1 time" in lin.get("/packets/2026").text
        assert "Nothing is recorded." in english(app, cast.zhao).get("/packets/2026").text
        for who in (cast.lin, cast.zhao, cast.ou):
            assert logged_in(app, who).get(lins).status_code == 404

    def test_a_secretary_of_another_branch_does_not_find_it(self, app, cast, lins):
        with app.app_context():
            grant(db.session.merge(cast.zhao), Role.SECRETARY, db.session.merge(cast.second))
            db.session.commit()
        zhao = logged_in(app, cast.zhao)
        assert zhao.get(lins).status_code == zhao.get(f"{lins}.pdf").status_code == 404

    @pytest.mark.parametrize("who", ["lin", "chen"])
    def test_the_paper_says_the_same_on_two_pages_at_most(self, app, cast, lins, who):
        address = f"{lins}.pdf" if who == "chen" else "/packets/2026.pdf"
        answer = english(app, getattr(cast, who)).get(address)
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
        pages = PdfReader(BytesIO(answer.data)).pages
        assert len(pages) <= 2
        assert "Absent1time×−2." in "".join("".join(page.extract_text() for page in pages).split())

    def test_it_is_found_from_the_year_and_from_the_person(self, app, cast, lins):
        chen = logged_in(app, cast.chen)
        for page in ("/review/2026", f"/behind/2026/people/{cast.lin.public_id}"):
            assert f'href="{lins}"' in chen.get(page).text
        assert 'href="/packets/2026"' in logged_in(app, cast.lin).get("/years/2026").text

    def test_without_a_formula_it_says_so(self, app, cast):
        assert "No unit has set a formula" in english(app, cast.lin).get("/packets/2026").text

    def test_it_takes_the_same_statements_however_much_stands_in_it(self, app, cast, lins, statements):
        chen, lin = logged_in(app, cast.chen), logged_in(app, cast.lin)

        def sent() -> list[int]:
            found = []
            for visitor, address in ((chen, lins), (chen, f"{lins}.pdf"), (lin, "/packets/2026")):
                with statements.count() as seen:
                    assert visitor.get(address).status_code == 200
                found.append(len(seen))
            return found

        few = sent()
        with app.app_context():
            for n in range(20):
                amount(attended(cast, cast.sweeping, days=40 + n), "zone_score", 1000, cast.ou)
            db.session.commit()
        assert sent() == few == [20, 20, 20]


class TestSettingAFormula:
    def test_nothing_is_in_force_before_it_was_looked_at(self, app, cast):
        chen, address = english(app, cast.chen), f"/points/2026/units/{cast.first.public_id}"
        page = chen.submit(address, **TYPED, version="0").text
        assert "It would hold for 3 people" in page
        assert "Volunteer service: 1 an hour" in page
        with app.app_context():
            assert formulas.holding_for(cast.first.path, 2026) is None
        digest = re.search(r'name="shown" value="([0-9a-f]{32})"', page)[1]
        changed = chen.submit(address, **{**TYPED, "base": "50"}, version="0", shown=digest).text
        assert "It would hold for 3 people" in changed  # it is looked at again
        answer = chen.submit(address, **TYPED, version="0", shown=digest)
        assert answer.status_code == 303
        assert "version 1" in chen.get(answer.location).text
        stale = chen.submit(address, **TYPED, version="0", shown=digest)
        assert stale.status_code == 422
        assert "another version" in stale.text

    def test_what_was_typed_wrongly_stays_and_is_named(self, app, cast):
        chen, address = english(app, cast.chen), f"/points/2026/units/{cast.first.public_id}"
        answer = chen.submit(
            address, base="-1", bonus_most="x", ballot_most="10", rate_done_times_blood="9999", version="0"
        )
        assert answer.status_code == 422
        for name in ("base", "bonus_most", "rate_done_times_blood", "reason"):
            assert f'id="{name}-error"' in answer.text
        assert 'value="9999"' in answer.text
        same = {**TYPED, "base": "0", "bonus_most": "0", "ballot_most": "0"}
        digest = re.search(r'name="shown" value="([0-9a-f]{32})"', chen.submit(address, **same, version="0").text)[1]
        assert "says nothing" in chen.submit(address, **same, version="0", shown=digest).text

    def test_the_form_begins_with_what_holds(self, app, cast):
        with app.app_context():
            reckoned_by(cast.school, cast.chen)
        page = english(app, cast.chen).get(f"/points/2026/units/{cast.first.public_id}").text
        assert re.search(r'name="base"[^>]* value="60"', page)
        assert re.search(r'name="version"[^>]* value="0"', page)

    def test_nobody_sets_one_of_a_unit_that_is_not_theirs(self, app, cast):
        with app.app_context():
            grant(db.session.merge(cast.wang), Role.SECRETARY, db.session.merge(cast.first))
            db.session.commit()
        wang = logged_in(app, cast.wang)
        assert wang.get(f"/points/2026/units/{cast.first.public_id}").status_code == 200
        assert wang.get(f"/points/2026/units/{cast.second.public_id}").status_code == 404
        assert wang.submit(f"/points/2026/units/{cast.school.public_id}", **TYPED).status_code == 404


class TestLookingAtThem:
    def test_the_list_has_units_with_and_without_one(self, app, cast):
        with app.app_context():
            reckoned_by(cast.first, cast.chen)
        page = english(app, cast.chen).get("/points/2026").text
        assert "base 60, earned at most 30, ballot at most 10" in page
        assert page.index("第一支部") < page.index("Units without one of their own") < page.index("第二支部")
        assert "No unit has set" in english(app, cast.chen).get("/points/2027").text

    def test_who_is_concerned_reads_what_it_says_and_why(self, app, cast):
        with app.app_context():
            old = reckoned_by(cast.school, cast.chen).public_id
            reckoned_by(cast.school, cast.chen, FORMULA.__class__(7000), 1, reason="改为基础分")
        page = english(app, cast.lin).get(f"/points/formulas/{old}").text
        assert "This version holds no more." in page
        assert page.index("改为基础分") < page.index("年初商定")
        assert "Volunteer service: 1 an hour, at most 20" in page
        assert "What it would change" not in page

    def test_another_formula_is_compared_line_by_line_and_by_no_order_of_points(self, app, cast, lins):
        with app.app_context():
            other = reckoned_by(cast.school, cast.chen, FORMULA.__class__(5000, 3000), 1).public_id
        chen = english(app, cast.chen)
        with app.app_context():
            old = formulas.versions(cast.school.id, 2026)[-1].public_id
        page = chen.get(f"/points/2026/compare?other={old}").text
        assert "Base: 50 → 60 (+10)" in page
        assert "Volunteer service: – → 3 (+3)" in page
        assert page.index("陈静") < page.index("林可欣") < page.index("赵明")  # though Lin has most
        assert "林可欣" not in chen.get(f"/points/2026/compare?other={old}&unit={cast.second.public_id}").text
        assert chen.get(f"/points/2026/compare?other={other}").text.count("No point would change.") == 6
        for wrong in ("other=nowhere", f"other={old}&unit=nowhere"):
            assert chen.get(f"/points/2026/compare?{wrong}").status_code == 404

    def test_the_pages_take_the_same_statements_however_many_people_and_formulas(self, app, cast, lins, statements):
        chen, address = logged_in(app, cast.chen), f"/points/2026/units/{cast.school.public_id}"

        def sent() -> list[int]:
            found = []
            for path in ("/points/2026", "/points/2026/compare"):
                with statements.count() as seen:
                    assert chen.get(path).status_code == 200
                found.append(len(seen))
            with statements.count() as seen:
                assert chen.submit(address, **TYPED, version="1").status_code == 200
            return [*found, len(seen)]

        few = sent()
        with app.app_context():
            for unit in (cast.first, cast.second):
                reckoned_by(unit, cast.chen)
            for n in range(comparing.PAGE):
                attended(cast, cast.sweeping, days=n + 20, who=make_member(f"25{n:03}", f"新{n}", cast.second))
            db.session.commit()
        assert sent() == few
        assert 'rel="next"' in chen.get("/points/2026/compare").text
