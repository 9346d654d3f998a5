"""Keeping a review: days, settings and people can be changed until it is closed, and all of it is told."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
import sqlalchemy as sa
import time_machine

from activities.cycles import queries, service
from activities.cycles.models import CycleUnit, Participant
from activities.cycles.rules import Window
from activities.cycles.rules_refusals import (
    NothingChanged,
    NotOpen,
    OwnPart,
    ReviewedElsewhere,
    TakesNoPart,
    TakesPart,
    TooEarly,
)
from activities.cycles.rules_settings import Settings
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.people.rules import Stage
from activities.people.service import acting
from tests.cast import DAY, NOW, english, make_member
from tests.cycles.opened import appoint, change, opened, the_cycle


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def unit_of(unit) -> CycleUnit:
    query = sa.select(CycleUnit).where(CycleUnit.unit_id == unit.id)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()


@pytest.mark.usefixtures("ctx")
class TestDays:
    def test_they_are_changed_together_and_stand_on_the_trail(self, cast):
        opened(cast)
        cycle = the_cycle()
        later = {**cycle.windows, "notice": Window(date(2027, 1, 11), date(2027, 1, 22))}
        service.set_windows(cast.chen.id, cycle.id, 0, later, "寒假前完成", NOW)
        assert the_cycle().windows == later
        [deed, _] = queries.deeds(acting(cast.chen.id), cycle.id)
        assert (deed.verb, deed.reason, deed.after) == ("move", "寒假前完成", {"notice": ["2027-01-11", "2027-01-22"]})
        with pytest.raises(ChangedMeanwhile):
            service.set_windows(cast.chen.id, cycle.id, 0, cycle.windows, "又", NOW)
        with pytest.raises(NothingChanged):
            service.set_windows(cast.chen.id, cycle.id, 1, later, "一样", NOW)

    def test_what_must_come_after_cannot_come_before(self, cast):
        opened(cast)
        cycle = the_cycle()
        wrong = {**cycle.windows, "peers": Window(cycle.windows["essay"].last, cycle.windows["peers"].last)}
        with pytest.raises(TooEarly):
            service.set_windows(cast.chen.id, cycle.id, 0, wrong, "急", NOW)

    def test_a_step_is_reopened_and_the_later_ones_follow(self, cast):
        opened(cast)
        cycle = the_cycle()
        before = cycle.windows
        last = before["essay"].last + 14 * DAY
        moved = service.reopen(cast.chen.id, cycle.id, "essay", last, "有人出差", NOW)
        assert moved == ["peers", "ballot", "grade", "notice"]
        assert the_cycle().windows["essay"] == Window(before["essay"].first, last)
        assert queries.deeds(acting(cast.chen.id), cycle.id)[0].after["last"] == last.isoformat()

    def test_only_those_who_hold_the_review_of_its_unit_change_it(self, cast):
        opened(cast)
        appoint(cast.wang, cast.first)
        cycle = the_cycle()
        for who in (cast.lin, cast.ou, cast.gu, cast.wang):
            with pytest.raises(NotFound):
                service.reopen(who.id, cycle.id, "essay", date(2027, 1, 29), "想", NOW)


@pytest.mark.usefixtures("ctx")
class TestSettings:
    def test_a_new_version_changes_how_many_may_be_excellent(self, cast):
        opened(cast)
        cycle = the_cycle()
        [first] = queries.versions(cycle.id)
        service.set_settings(cast.chen.id, cycle.id, first.id, Settings(share=Fraction(1, 2)), "上级通知", NOW)
        assert unit_of(cast.first).most == 1
        assert [one.reason for one in queries.versions(cycle.id)] == ["上级通知", ""]
        with pytest.raises(ChangedMeanwhile):
            service.set_settings(cast.chen.id, cycle.id, first.id, Settings(), "晚了", NOW)
        present = queries.versions(cycle.id)[0]
        with pytest.raises(NothingChanged):
            service.set_settings(cast.chen.id, cycle.id, present.id, present.settings, "一样", NOW)


@pytest.mark.usefixtures("ctx")
class TestPeople:
    def test_who_came_later_is_added_as_they_are_now(self, cast):
        opened(cast)
        cycle, late = the_cycle(), make_member("2301077", "周晚", cast.first, class_name="营销2303")
        db.session.commit()
        service.add_person(cast.chen.id, cycle.id, late.id, "十二月转入", NOW)
        part = db.session.scalars(sa.select(Participant).where(Participant.member_id == late.id)).one()
        assert (part.class_name, part.graded, part.reason) == ("营销2303", True, "十二月转入")
        assert (unit_of(cast.first).full_members, unit_of(cast.first).most) == (3, 1)
        with pytest.raises(TakesPart):
            service.add_person(cast.chen.id, cycle.id, late.id, "又", NOW)
        service.remove_person(cast.chen.id, cycle.id, late.id, "又转出", NOW)
        assert (unit_of(cast.first).full_members, unit_of(cast.first).most) == (2, 0)
        with pytest.raises(TakesNoPart):
            service.remove_person(cast.chen.id, cycle.id, late.id, "又", NOW)
        service.add_person(cast.chen.id, cycle.id, late.id, "仍在", NOW)
        told = db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == late.id).order_by(Notice.id))
        assert list(told) == ["cycles.opened", "cycles.removed", "cycles.opened"]

    def test_an_activist_takes_part_without_a_grade(self, cast):
        opened(cast)
        service.add_person(cast.chen.id, the_cycle().id, cast.wang.id, "联系人写意见", NOW)
        part = db.session.scalars(sa.select(Participant).where(Participant.member_id == cast.wang.id)).one()
        assert (part.stage, part.graded) == (Stage.ACTIVIST, False)

    def test_a_branch_secretary_adds_people_of_the_branch_alone(self, cast):
        opened(cast, cast.first)
        opened(cast, cast.second)
        appoint(cast.wang, cast.first)
        first, second = (
            db.session.scalars(sa.select(CycleUnit).where(CycleUnit.unit_id == u.id)).one().cycle_id
            for u in (cast.first, cast.second)
        )
        with pytest.raises(NotFound):
            service.add_person(cast.wang.id, first, cast.zhao.id, "想", NOW)
        with pytest.raises(NotFound):
            service.remove_person(cast.wang.id, second, cast.zhao.id, "想", NOW)
        with pytest.raises(OwnPart):
            service.add_person(cast.wang.id, first, cast.wang.id, "想", NOW)
        change(cast.zhao, unit_id=cast.first.id)
        with pytest.raises(ReviewedElsewhere):
            service.add_person(cast.wang.id, first, cast.zhao.id, "转入", NOW)

    def test_why_somebody_takes_part_or_not_is_read_by_those_who_hold_their_review_alone(self, cast):
        opened(cast)
        appoint(cast.wang, cast.first)
        cycle_id = the_cycle().id
        service.remove_person(cast.chen.id, cycle_id, cast.zhao.id, "长期病休", NOW)
        service.remove_person(cast.chen.id, cycle_id, cast.lin.id, "出国交换", NOW)
        read = [[deed.reason for deed in queries.deeds(acting(who.id), cycle_id)] for who in (cast.chen, cast.wang)]
        assert read == [["出国交换", "长期病休", ""], ["出国交换", ""]]

    def test_called_off_it_binds_nobody(self, cast):
        opened(cast)
        cycle = the_cycle()
        service.call_off(cast.chen.id, cycle.id, "年度填错", NOW)
        with pytest.raises(NotOpen):
            service.call_off(cast.chen.id, cycle.id, "又", NOW)
        assert queries.parts_of(cast.lin.id) == []
        told = db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.lin.id))
        assert "cycles.called_off" in list(told)
        opened(cast)
        assert len(queries.parts_of(cast.lin.id)) == 1


class TestThePages:
    def test_the_days_are_typed_and_what_is_wrong_comes_back(self, app, cast):
        with app.app_context():
            public_id = opened(cast)
            windows = the_cycle().windows
        chen = english(app, cast.chen)
        typed = {"revision": 0, "reason": "Earlier"}
        for key, window in windows.items():
            typed |= {f"first_{key}": window.first.isoformat(), f"last_{key}": window.last.isoformat()}
        wrong = chen.submit(f"/cycles/{public_id}/days", **typed | {"first_notice": "2026-12-01"})
        assert (wrong.status_code, "cannot begin before" in wrong.text) == (422, True)
        answer = chen.submit(f"/cycles/{public_id}/days", **typed | {"last_notice": "2027-02-26"})
        assert answer.status_code == 303
        stale = chen.submit(f"/cycles/{public_id}/days", **typed | {"last_notice": "2027-02-25"})
        assert (stale.status_code, "Someone else has changed this meanwhile" in stale.text) == (422, True)
        assert "changed the days of steps" in chen.get(f"/cycles/{public_id}").text

    def test_settings_people_and_the_end_have_pages(self, app, cast):
        with app.app_context():
            public_id = opened(cast)
            version = queries.versions(the_cycle().id)[0].id
        chen = english(app, cast.chen)
        typed = {"share": "50%", "base": "everyone", "rounding": "nearest", "least": 100, "most": 200}
        typed |= {"notice_days": 3, "remind_days": 1, "papers": 4, "reason": "Told from above", "version": version}
        assert chen.submit(f"/cycles/{public_id}/settings", **typed).status_code == 303
        assert chen.submit(f"/cycles/{public_id}/settings", **typed | {"least": 300}).status_code == 422
        page = chen.get(f"/cycles/{public_id}").text
        assert "at most 50% of: Everyone who takes part" in page
        assert chen.submit(f"/cycles/{public_id}/add", number="2301002", reason="Cared for").status_code == 303
        again = chen.submit(f"/cycles/{public_id}/add", number="2301002", reason="Cared for")
        assert (again.status_code, "takes part already" in again.text) == (422, True)
        assert chen.submit(f"/cycles/{public_id}/add", number="nobody", reason="x").status_code == 422
        assert chen.submit(f"/cycles/{public_id}/reopen/essay", last="2027-01-29", reason="Ill").status_code == 303
        assert chen.submit(f"/cycles/{public_id}/reopen/essay", last="2026-11-01", reason="Ill").status_code == 422
        assert chen.get(f"/cycles/{public_id}/reopen/close").status_code == 404
        assert "6 people take part no more" in chen.get(f"/cycles/{public_id}/call-off").text
        assert chen.submit(f"/cycles/{public_id}/call-off", reason="Mistaken").status_code == 303
        assert "Called off" in chen.get("/cycles/").text

    @pytest.mark.parametrize("page", ["days", "reopen/essay", "settings", "add", "call-off"])
    def test_of_what_is_over_there_is_no_form_to_fill_in(self, app, cast, page):
        with app.app_context():
            public_id = opened(cast)
        chen = english(app, cast.chen)
        assert chen.get(f"/cycles/{public_id}/{page}").status_code == 200
        chen.submit(f"/cycles/{public_id}/call-off", reason="Mistaken")
        refused = chen.get(f"/cycles/{public_id}/{page}")
        assert (refused.status_code, "This review is not open any more" in refused.text) == (409, True)

    def test_a_step_of_one_day_says_that_day_once(self, app, cast):
        with app.app_context():
            public_id = opened(cast, days={"peers": 1})
        page = english(app, cast.chen).get(f"/cycles/{public_id}").text
        assert page.count("<b>16 Dec</b>to ") + page.count("<b>16 Dec</b></p>") == 1
        assert "<b>16 Dec</b></p>" in page
