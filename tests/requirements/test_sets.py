"""What units ask: in versions, looked at before it is put in force, by who may alone."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Role
from activities.people.rules import Stages, Standings
from activities.people.service import acting
from activities.requirements import pages, queries, service, telling
from activities.requirements.models import RequirementSet, RequirementVersion
from activities.requirements.rules import Asked, NothingChanged, Overlaps, ToldAlready, Whom
from tests.cast import HOUR, NOW, english, grant, logged_in
from tests.house.test_races import race
from tests.requirements.asked import END, MEETINGS, SERVICE, SWEEPING, asked_by

ANY = Stages(0), Standings(0)
ASKED = Asked((SERVICE, SWEEPING), told_on=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("ctx")
class TestAsking:
    def test_it_is_in_force_at_once_and_stands_on_the_trail(self, cast):
        service.ask(cast.chen.id, cast.first.id, 2026, *ANY, ASKED, "年初商定", NOW)
        version = queries.holding_for(cast.lin, 2026)
        assert version.asked == ASKED
        trail = db.session.query(AuditEntry).filter_by(subject="requirement_version", subject_id=version.id).one()
        assert (trail.verb, trail.actor_id, trail.reason) == ("ask", cast.chen.id, "年初商定")
        assert trail.after["lines"][SERVICE.key] == [1200, "2026-12-31"]

    def test_nobody_asks_outside_their_units(self, cast):
        for who in (cast.lin, cast.ou, cast.gu):
            with pytest.raises(NotFound):
                service.ask(who.id, cast.first.id, 2026, *ANY, ASKED, "想", NOW)
        grant(cast.wang, Role.SECRETARY, cast.second)
        db.session.commit()
        with pytest.raises(NotFound):
            service.ask(cast.wang.id, cast.first.id, 2026, *ANY, ASKED, "想", NOW)

    def test_one_unit_asks_the_same_people_once(self, cast):
        service.ask(cast.chen.id, cast.first.id, 2026, *ANY, ASKED, "年初", NOW)
        with pytest.raises(Overlaps):
            service.ask(cast.chen.id, cast.first.id, 2026, Stages.FULL, Standings(0), ASKED, "又", NOW)
        service.ask(cast.chen.id, cast.first.id, 2027, Stages.FULL, Standings(0), ASKED, "明年", NOW)
        service.ask(cast.chen.id, cast.first.id, 2027, Stages.ACTIVIST, Standings(0), ASKED, "明年", NOW)

    def test_a_change_is_a_new_version_and_the_one_before_stays(self, cast):
        public_id = service.ask(cast.chen.id, cast.first.id, 2026, *ANY, ASKED, "年初", NOW)
        first = queries.set_to_change(acting(cast.chen.id), public_id)
        less = ASKED._replace(lines=(SERVICE._replace(amount=600),))
        service.change(cast.chen.id, first.set_id, first.id, less, "减负", NOW + HOUR)
        assert queries.holding_for(cast.lin, 2026).asked == less
        assert [(one.asked, one.reason) for one in queries.versions(first.set_id)] == [(less, "减负"), (ASKED, "年初")]
        with pytest.raises(ChangedMeanwhile):
            service.change(cast.chen.id, first.set_id, first.id, ASKED, "晚了", NOW + HOUR)
        with pytest.raises(NothingChanged):
            service.change(cast.chen.id, first.set_id, queries.newest(first.set_id).id, less, "一样", NOW + HOUR)

    def test_two_who_ask_the_same_people_at_once_ask_them_once(self, app, cast):
        unit = cast.first.id
        results = race(app, [lambda: service.ask(cast.chen.id, unit, 2026, *ANY, ASKED, "年初", NOW)] * 4)
        assert [type(one) for one in results if isinstance(one, Exception)] == [Overlaps] * 3
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RequirementSet)) == 1


@pytest.mark.usefixtures("ctx")
class TestTakingBack:
    def test_it_is_as_if_it_had_never_been_and_stands_on_the_trail(self, cast):
        version = asked_by(cast.first, cast.chen, SERVICE)
        db.session.commit()
        service.take_back(cast.chen.id, version.set_id, version.id, "设错了支部", NOW)
        assert queries.holding_for(cast.lin, 2026) is None
        assert db.session.query(RequirementVersion).count() == db.session.query(RequirementSet).count() == 0
        trail = db.session.query(AuditEntry).filter_by(verb="take back what is asked").one()
        assert (trail.reason, trail.after) == ("设错了支部", {})
        assert trail.before["lines"] == {SERVICE.key: [1200, "2026-12-31"]}
        service.ask(cast.chen.id, cast.first.id, 2026, *ANY, ASKED, "重新设", NOW)

    @pytest.mark.parametrize(("told_of", "is_refused"), [("first", True), ("second", False), ("school", False)])
    def test_once_anybody_was_told_what_they_owe_by_it_it_stays(self, cast, told_of, is_refused):
        """Of the branch's own set nobody was told who was told in another branch, or by the school's set before."""
        asked_by(cast.school, cast.chen, SERVICE)
        first = asked_by(cast.first, cast.chen, SERVICE, year=2026 if told_of != "school" else 2027)
        db.session.commit()
        chosen = cast.zhao if told_of == "second" else cast.lin
        telling.tell(cast.chen.id, [chosen.public_id], 2026, NOW)
        if is_refused:
            with pytest.raises(ToldAlready):
                service.take_back(cast.chen.id, first.set_id, first.id, "不要了", NOW)
        else:
            service.take_back(cast.chen.id, first.set_id, first.id, "不要了", NOW)
        assert db.session.query(RequirementSet).count() == 1 + is_refused

    def test_only_who_may_and_what_was_looked_at(self, cast):
        version = asked_by(cast.first, cast.chen, SERVICE)
        db.session.commit()
        for who in (cast.lin, cast.ou, cast.gu):
            with pytest.raises(NotFound):
                service.take_back(who.id, version.set_id, version.id, "想", NOW)
        with pytest.raises(ChangedMeanwhile):
            service.take_back(cast.chen.id, version.set_id, version.id + 1, "想", NOW)


@pytest.mark.usefixtures("ctx")
class TestWhom:
    def test_units_with_sets_of_their_own_are_not_counted(self, cast):
        whole = Whom(cast.school.path)
        assert dict(pages.concerned(whole, 2026).units) == {"管理学院党总支": 2, "第一支部": 3, "第二支部": 1}
        asked_by(cast.first, cast.chen, SERVICE, stages=Stages.FULL)
        found = pages.concerned(whole, 2026)
        assert (dict(found.units), found.elsewhere) == ({"管理学院党总支": 2, "第一支部": 1, "第二支部": 1}, 2)

    def test_stages_narrow_it_down(self, cast):
        assert dict(pages.concerned(Whom(cast.first.path, Stages.ACTIVIST), 2026).units) == {"第一支部": 1}


class TestThePages:
    def test_nothing_is_in_force_before_it_was_looked_at(self, app, cast):
        chen = english(app, cast.chen)
        typed = {"unit_id": cast.first.id, "amount_hours_service": "20", "due": "2026-12-31", "told_on": "1"}
        typed |= {"reason": "Agreed", "due_hours_service": "2026-11-30"}
        page = chen.submit("/requirements/2026/new", **typed).text
        assert "It would concern 3 people" in page
        assert '<li class="row-p"><p>Volunteer service: 20 hours</p>' in page  # not where a sign stands
        digest = re.search(r'name="shown" value="([0-9a-f]{32})"', page)[1]
        other = chen.submit("/requirements/2026/new", **typed | {"amount_hours_service": "30"}, shown=digest)
        assert "It would concern" in other.text  # what was looked at was something else
        answer = chen.submit("/requirements/2026/new", **typed, shown=digest)
        assert answer.status_code == 303
        with app.app_context():
            version = db.session.scalars(sa.select(RequirementVersion)).one()
            assert version.asked.lines == (SERVICE._replace(due=date(2026, 11, 30)),)
            assert not version.asked.by_days
        page = english(app, cast.lin).get(answer.location).text
        assert "Agreed" in page
        assert "New version" not in page

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"amount_hours_service": "-1"}, "Enter a number from 0 to 2000."),
            ({"due": "2027-01-01"}, "Choose a day in 2026."),
            ({"told_on": "31"}, "Enter a number from 0 to 28."),
            ({"reason": ""}, "Say why."),
        ],
    )
    def test_what_is_wrong_comes_back_with_what_was_typed(self, app, cast, wrong, said):
        typed = {"unit_id": cast.first.id, "amount_times_cleaning": "7", "due": "2026-12-31", "told_on": "1"}
        answer = english(app, cast.chen).submit("/requirements/2026/new", **typed | {"reason": "x"} | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="7"' in answer.text

    def test_last_years_set_is_copied_with_its_days(self, app, cast):
        with app.app_context():
            version = asked_by(cast.first, cast.chen, SERVICE, MEETINGS._replace(due=date(2026, 6, 30)))
            db.session.commit()
            public_id = version.of.public_id
        chen = english(app, cast.chen)
        assert f"like={public_id}" in chen.get("/requirements/2027").text
        page = chen.get(f"/requirements/2027/new?like={public_id}").text
        assert 'value="2027-06-30"' in page
        assert 'value="20"' in page

    def test_a_new_version_is_put_in_force_and_both_are_read(self, app, cast):
        with app.app_context():
            version = asked_by(cast.first, cast.chen, SERVICE)
            db.session.commit()
            public_id, number = version.of.public_id, version.id
        chen, address = english(app, cast.chen), f"/requirements/sets/{public_id}/edit"
        typed = {"amount_hours_service": "10", "due": END, "told_on": "0", "reason": "Less", "version": number}
        digest = re.search(r'name="shown" value="([0-9a-f]{32})"', chen.submit(address, **typed).text)[1]
        assert chen.submit(address, **typed, shown=digest).status_code == 303
        page = chen.get(f"/requirements/sets/{public_id}").text
        assert page.index("10 hours") < page.index("20 hours")
        stale = chen.submit(address, **typed, shown=digest)
        assert stale.status_code == 422  # the version it was looked at with holds no more

    def test_what_is_not_asked_is_folded_and_what_was_typed_wrongly_is_not(self, app, cast):
        with app.app_context():
            version = asked_by(cast.first, cast.chen, SERVICE)
            db.session.commit()
            public_id, number = version.of.public_id, version.id
        chen, address = english(app, cast.chen), f"/requirements/sets/{public_id}/edit"
        assert chen.get(address).text.count('<details class="sec" open>') == 1
        typed = {"due": END, "told_on": "0", "reason": "x", "version": number, "amount_hours_service": ""}
        wrong = chen.submit(address, **typed, amount_times_blood="-1")
        assert wrong.text.count('<details class="sec" open>') == 1
        opened = wrong.text.index('<details class="sec" open>')
        assert wrong.text.index('id="amount_hours_service"') < opened < wrong.text.index('id="amount_times_blood"')

    def test_one_is_taken_back_with_a_reason(self, app, cast):
        with app.app_context():
            version = asked_by(cast.first, cast.chen, SERVICE)
            db.session.commit()
            public_id, number = version.of.public_id, version.id
        chen, address = english(app, cast.chen), f"/requirements/sets/{public_id}/take-back"
        assert address in chen.get(f"/requirements/sets/{public_id}").text
        assert "It concerns 3 people." in chen.get(address).text
        assert 'id="reason-error"' in chen.submit(address, version=number).text
        assert chen.submit(address, version=number, reason="Wrong branch").location.endswith("/requirements/2026")
        assert chen.get(f"/requirements/sets/{public_id}").status_code == 404

    def test_others_see_neither_the_list_nor_the_set_of_another_branch(self, app, cast):
        with app.app_context():
            version = asked_by(cast.first, cast.chen, SERVICE)
            db.session.commit()
            public_id = version.of.public_id
        assert logged_in(app, cast.zhao).get(f"/requirements/sets/{public_id}").status_code == 404
        assert logged_in(app, cast.lin).get("/requirements/2026").status_code == 404

    def test_the_list_takes_the_same_statements_however_many_sets(self, app, cast, statements):
        chen = logged_in(app, cast.chen)

        def sent() -> int:
            with statements.count() as seen:
                assert chen.get("/requirements/2026").status_code == 200
            return len(seen)

        with app.app_context():
            asked_by(cast.school, cast.chen, SERVICE)
            db.session.commit()
        few = sent()
        with app.app_context():
            for unit in (cast.first, cast.second):
                asked_by(unit, cast.chen, SERVICE, MEETINGS)
            db.session.commit()
        assert sent() == few <= 5
