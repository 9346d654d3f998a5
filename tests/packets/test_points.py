"""Formulas in versions, for whom they hold, and what another one would change."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from activities.audit.models import AuditEntry
from activities.kit.db import db, transaction
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.packets import comparing, formulas
from activities.packets.models import PointsFormula
from activities.packets.rules import Formula, NothingGiven, SameFormula
from activities.packets.service import set_formula
from activities.people.service import acting
from tests.cast import HOUR, NOW, grant, make_member
from tests.house.test_races import race
from tests.packets.formulas import ABSENT, AN_HOUR, FORMULA, reckoned_by
from tests.requirements.asked import SERVICE, asked_by, attended

LESS = replace(FORMULA, base=5000)


def told() -> list[int]:
    return sorted(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "packets.formula")))


@pytest.mark.usefixtures("ctx")
class TestSetting:
    def test_it_holds_at_once_stands_on_the_trail_and_everybody_concerned_is_told(self, cast):
        one = reckoned_by(cast.school, cast.chen)
        assert formulas.holding_for(cast.lin.unit.path, 2026).formula == FORMULA
        trail = db.session.query(AuditEntry).filter_by(subject="points_formula", subject_id=one.id).one()
        assert (trail.verb, trail.actor_id, trail.reason, trail.before) == ("set formula", cast.chen.id, "年初商定", {})
        assert (trail.after["version"], trail.after["terms"][AN_HOUR.key]) == (1, [100, 2000])
        assert told() == sorted(who.id for who in (cast.lin, cast.wang, cast.zhao, cast.ou, cast.gu))

    def test_those_of_a_nearer_unit_with_one_are_not_told_of_that_above(self, cast):
        reckoned_by(cast.first, cast.chen)
        assert told() == sorted(who.id for who in (cast.lin, cast.wang, cast.ou))
        db.session.execute(sa.delete(Notice))
        reckoned_by(cast.school, cast.chen, LESS)
        assert told() == sorted(who.id for who in (cast.zhao, cast.gu))
        assert formulas.holding_for(cast.lin.unit.path, 2026).formula == FORMULA
        assert formulas.holding_for(cast.zhao.unit.path, 2026).formula == LESS
        assert formulas.holding_for(cast.lin.unit.path, 2025) is None

    def test_a_version_follows_another_and_the_one_before_stays(self, cast):
        reckoned_by(cast.school, cast.chen)
        second = reckoned_by(cast.school, cast.chen, LESS, 1, reason="基础分偏高", now=NOW + HOUR)
        assert [(one.version, one.formula) for one in formulas.versions(cast.school.id, 2026)] == [
            (2, LESS),
            (1, FORMULA),
        ]
        trail = db.session.query(AuditEntry).filter_by(subject="points_formula", subject_id=second.id).one()
        assert (trail.before["base"], trail.after["base"]) == (6000, 5000)
        with pytest.raises(ChangedMeanwhile):
            reckoned_by(cast.school, cast.chen, FORMULA, 1)
        with pytest.raises(SameFormula):
            reckoned_by(cast.school, cast.chen, LESS, 2)
        with pytest.raises(NothingGiven):
            reckoned_by(cast.school, cast.chen, Formula(), 2)

    def test_nobody_sets_one_outside_their_units(self, cast):
        grant(cast.wang, Role.SECRETARY, cast.second)
        db.session.commit()
        for who in (cast.lin, cast.ou, cast.gu, cast.wang):
            with pytest.raises(NotFound):
                set_formula(who.id, cast.first.id, 2026, 0, FORMULA, "想", NOW)

    def test_the_database_refuses_to_change_one(self, cast):
        reckoned_by(cast.school, cast.chen)
        ways = ["UPDATE points_formula SET reason = 'x'", "DELETE FROM points_formula"]
        if db.engine.dialect.name == "sqlite":  # which has a way of its own to delete
            ways.append("INSERT OR REPLACE INTO points_formula SELECT * FROM points_formula")
        for way in ways:
            with pytest.raises(DBAPIError, match="followed by another"), transaction():
                db.session.execute(sa.text(way))

    def test_of_several_at_once_one_is_the_next_version(self, app, cast):
        school, chen = cast.school.id, cast.chen.id
        made = [replace(FORMULA, base=100 * n + 100) for n in range(4)]
        results = race(app, [lambda one=one: set_formula(chen, school, 2026, 0, one, "年初", NOW) for one in made])
        assert [type(one) for one in results if isinstance(one, Exception)] == [ChangedMeanwhile] * 3
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PointsFormula)) == 1


@pytest.mark.usefixtures("ctx")
class TestWhoSeesThem:
    @pytest.mark.parametrize(
        ("unit", "seen_by"), [("school", {"lin", "zhao", "chen", "gu"}), ("first", {"lin", "chen"})]
    )
    def test_everyone_for_whom_it_can_hold_and_who_reviews_them(self, cast, unit, seen_by):
        one = reckoned_by(getattr(cast, unit), cast.chen)
        for who in ("lin", "zhao", "chen", "gu"):
            viewer = acting(getattr(cast, who).id)
            if who in seen_by:
                assert formulas.seen_by(viewer, one.public_id).id == one.id
            else:
                with pytest.raises(NotFound):
                    formulas.seen_by(viewer, one.public_id)


@pytest.mark.usefixtures("ctx")
class TestComparing:
    def test_another_formula_is_reckoned_beside_what_holds_and_changes_nothing(self, cast):
        reckoned_by(cast.first, cast.chen)
        attended(cast, cast.sweeping)
        db.session.commit()
        before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
        other = replace(FORMULA, base=7000, terms=(AN_HOUR._replace(rate=200), ABSENT))
        lin, zhao = comparing.compared([cast.lin.id, cast.zhao.id], 2026, other, NOW)
        assert (lin.person.name, lin.before.points, lin.after.points) == ("林可欣", 6700, 7400)
        assert [(change.after or change.before).key for change in lin.changes] == ["base", AN_HOUR.key, "met"]
        assert [change.points for change in lin.changes] == [1000, 200, -500]
        assert (zhao.before, zhao.after.points) == (None, 7000)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before

    def test_a_preview_counts_those_for_whom_it_would_hold(self, cast):
        reckoned_by(cast.second, cast.chen)
        reckoned_by(cast.school, cast.chen)
        asked_by(cast.school, cast.chen, SERVICE)
        attended(cast, cast.sweeping, minutes=1200)
        db.session.commit()
        found = comparing.preview(cast.school, 2026, replace(FORMULA, base=6300, terms=(AN_HOUR,)), NOW)
        assert {shift.unit: shift[1:] for shift in found.shifts} == {"管理学院党总支": (2, 0, 0), "第一支部": (2, 1, 0)}
        assert found.people == 5
        assert [one.person.name for one in found.examples[:2]] == ["陈静", "顾云"]

    def test_it_takes_the_same_statements_however_many_people(self, cast, statements):
        reckoned_by(cast.school, cast.chen)
        asked_by(cast.school, cast.chen, SERVICE)
        db.session.commit()

        def sent() -> tuple[int, int]:
            with statements.count() as one:
                comparing.compared(comparing.people_of([cast.school.path], 1), 2026, LESS, NOW)
            with statements.count() as other:
                comparing.preview(cast.school, 2026, LESS, NOW)
            return len(one), len(other)

        few = sent()
        for n in range(20):
            attended(cast, cast.sweeping, days=n + 1, who=make_member(f"25{n:03}", f"新{n}", cast.first))
        db.session.commit()
        assert sent() == few == (13, 14)

    def test_a_page_of_people_ends_where_the_next_begins(self, cast):
        for n in range(comparing.PAGE):
            make_member(f"25{n:03}", f"新{n:03}", cast.second)
        db.session.commit()
        first, second = (comparing.people_of([cast.school.path], page) for page in (1, 2))
        assert len(first) == comparing.PAGE + 1
        assert first[-1] == second[0]
        assert len(set(first) | set(second)) == comparing.PAGE + 6
