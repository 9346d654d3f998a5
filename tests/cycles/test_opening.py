"""Opening a review: shown first, once a year for everyone, in as many statements for many as for few."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.cycles import queries
from activities.cycles.models import CycleUnit, Participant
from activities.cycles.rules_refusals import NobodyToReview, Overlaps, TooShortNotice
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.people.rules import Stage
from tests.cast import NOW, at_once, english, logged_in, make_member, make_unit
from tests.cycles.opened import appoint, change, opened, the_cycle
from tests.house.test_races import race


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def crowd(cast, number, start=0):
    with at_once():
        for n in range(start, start + number):
            stage = Stage.PROBATIONARY if n % 5 == 4 else Stage.FULL
            make_member(f"90{n:05}", f"同学{n}", cast.second, stage=stage, class_name="会计2302")
    db.session.commit()


@pytest.mark.usefixtures("ctx")
class TestOpening:
    def test_members_take_part_as_they_are_now(self, cast):
        make_member("2301009", "孙悦", cast.first, stage=Stage.PROBATIONARY, class_name="营销2301")
        make_member("2301010", "走了", cast.first, active=False)
        db.session.commit()
        opened(cast)
        change(cast.lin, class_name="营销2302")
        people = {one.member.name: one for one in db.session.scalars(sa.select(Participant))}
        assert set(people) == {"林可欣", "赵明", "欧阳慧敏", "陈静", "顾云", "孙悦"}  # Wang is an activist
        lin, sun = people["林可欣"], people["孙悦"]
        assert (lin.unit_id, lin.stage, lin.class_name, lin.graded) == (cast.first.id, Stage.FULL, "营销2301", True)
        assert (sun.stage, sun.graded, sun.grade) == (Stage.PROBATIONARY, False, None)
        units = {one.unit.name: one for one in db.session.scalars(sa.select(CycleUnit))}
        assert (units["第一支部"].full_members, units["第一支部"].everyone, units["第一支部"].most) == (2, 3, 0)

    def test_it_stands_on_the_trail_and_its_people_are_told(self, cast):
        opened(cast)
        deed = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "open")).one()
        assert (deed.actor_id, deed.after["people"], deed.after["first"]) == (cast.chen.id, 5, "2026-11-25")
        told = db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "cycles.opened"))
        assert set(told) == {one.id for one in (cast.lin, cast.zhao, cast.ou, cast.chen, cast.gu)}

    def test_the_units_above_and_below_have_one_review_of_a_year(self, cast):
        opened(cast, cast.first)
        for unit in (cast.first, cast.school):
            with pytest.raises(Overlaps):
                opened(cast, unit)
        opened(cast, cast.second)
        opened(cast, cast.school, year=2025)
        with pytest.raises(Overlaps):
            opened(cast, cast.first, year=2025)

    def test_who_came_from_a_unit_with_a_review_of_the_year_stays_in_that_one(self, cast):
        """And keeps nobody else from being reviewed."""
        opened(cast, cast.first)
        change(cast.lin, unit_id=cast.second.id)
        shown = queries.to_review(cast.second.path, 2026)
        opened(cast, cast.second)
        people = sa.select(Participant.unit_id).where(Participant.member_id == cast.lin.id)
        assert db.session.scalars(people).all() == [cast.first.id]
        assert [(one.name, one.counts.everyone) for one in shown] == [("第二支部", 1)]
        assert [one.counts.everyone for one in queries.to_review(cast.second.path, 2025)] == [2]

    def test_nobody_opens_one_for_others_units_or_for_nobody(self, cast):
        appoint(cast.wang, cast.second)
        empty = make_unit("第三支部", parent=cast.school)
        db.session.commit()
        with pytest.raises(NobodyToReview):
            opened(cast, empty)
        for who in (cast.lin, cast.ou, cast.gu, cast.wang):
            with pytest.raises(NotFound):
                opened(cast, cast.first, by=who)

    def test_the_grades_stand_on_notice_long_enough(self, cast):
        with pytest.raises(TooShortNotice):
            opened(cast, days={"notice": 4}, notice_days=5)

    def test_of_those_who_open_at_once_one_does(self, app, cast):
        results = race(app, [lambda: opened(cast, cast.first), lambda: opened(cast)] * 2)
        assert sorted(type(one).__name__ for one in results) == ["Overlaps", "Overlaps", "Overlaps", "str"]
        people = db.session.scalars(sa.select(Participant.member_id)).all()
        assert len(people) == len(set(people))

    def test_it_takes_as_many_statements_for_many_as_for_few(self, cast, statements):
        db.session.remove()
        with statements.count() as few:
            opened(cast, cast.second, year=2024)
        crowd(cast, 60)
        db.session.remove()
        with statements.count() as many:
            opened(cast, cast.second, year=2025)
        assert len(many) == len(few)


class TestThePages:
    def test_nothing_is_opened_before_it_was_shown(self, app, cast):
        chen = english(app, cast.chen)
        form = chen.get("/cycles/new").text
        typed = dict(re.findall(r'name="(days_\w+|least|most|notice_days|remind_days|papers)"[^>]*value="(\d+)"', form))
        typed |= {"unit_id": cast.school.id, "year": 2026, "starts": "2026-11-26", "share": "1/3"}
        typed |= {"base": "full", "rounding": "down"}
        page = chen.submit("/cycles/new", **typed).text
        assert "5 people" in page
        assert "第一支部" in page
        digest = re.search(r'name="shown" value="([0-9a-f]{32})"', page)[1]
        other = chen.submit("/cycles/new", **typed | {"share": "1/2"}, shown=digest)
        assert (other.status_code, "Open it, and tell everyone" in other.text) == (200, True)
        answer = chen.submit("/cycles/new", **typed, shown=digest)
        assert answer.status_code == 303
        page = chen.get(answer.location).text
        assert "opened the review for 5 people of 3 units" in page
        with app.app_context():
            assert the_cycle().windows["evidence"].first == date(2026, 11, 26)
        again = chen.submit("/cycles/new", **typed, shown=digest)
        assert (again.status_code, "has a review of this year already" in again.text) == (422, True)

    def test_what_cannot_be_read_comes_back(self, app, cast):
        answer = english(app, cast.chen).submit("/cycles/new", share="half", days_essay="0")
        assert answer.status_code == 422
        assert "Enter a share, for example 1/3 or 30%." in answer.text

    def test_an_empty_share_is_refused_in_the_language_of_the_page(self, app, cast):
        chen = logged_in(app, cast.chen)
        chen.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-TW"
        page = chen.submit("/cycles/new", share="").text
        assert page.count("請填寫比例") == 2  # in the summary, and beside its field

    def test_a_branch_secretary_sees_the_branch_of_a_review_above(self, app, cast):
        with app.app_context():
            appoint(cast.wang, cast.first)
            public_id = opened(cast)
        wang = english(app, cast.wang)
        page = wang.get(f"/cycles/{public_id}").text
        assert "第一支部" in page
        assert "第二支部" not in page
        assert english(app, cast.ou).get(f"/cycles/{public_id}").status_code == 404

    def test_a_page_takes_as_many_statements_for_many_as_for_few(self, app, cast, statements):
        with app.app_context():
            public_id = opened(cast, cast.second, year=2025)
        chen = english(app, cast.chen)
        for path in ("/cycles/", f"/cycles/{public_id}"):
            with statements.count() as few:
                chen.get(path)
            with app.app_context():
                for n in range(3):
                    make_unit(f"{path}{n}支部", parent=cast.school)
                db.session.commit()
                opened(cast, cast.first, year=2020 + len(path))
            with statements.count() as many:
                chen.get(path)
            assert len(many) == len(few)

    def test_members_find_their_part(self, app, cast):
        with app.app_context():
            opened(cast)
        assert "管理学院党总支" in english(app, cast.lin).get("/my-review/").text
        assert "Who guides me" in english(app, cast.wang).get("/my-review/").text  # takes part in none


def test_the_counts_of_a_preview_are_those_of_the_opening(ctx, cast):
    crowd(cast, 7)
    shown = [one.counts for one in queries.to_review(cast.school.path, 2026)]
    opened(cast)
    assert sorted(shown) == sorted(counts for _, counts in queries.counted(the_cycle().id))
