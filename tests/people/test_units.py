"""The tree of units."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Role
from activities.people import rules, service_units
from activities.people.models import Unit
from activities.people.rules import UnitLevel
from activities.people.service_units import change_unit, create_unit
from tests.cast import HOUR, NOW, grant, make_unit
from tests.house.test_races import race

pytestmark = pytest.mark.usefixtures("ctx")
COMMITTEE, GENERAL, BRANCH = UnitLevel


def paths() -> dict[str, str]:
    return {unit.name: unit.path for unit in db.session.execute(sa.select(Unit.name, Unit.path))}


def test_a_new_unit_stands_below_its_parent(cast):
    unit = create_unit(cast.gu.id, cast.school.id, BRANCH, "第三支部", NOW)
    assert paths()["第三支部"] == f"{cast.school.path}{unit.id}/"
    assert db.session.scalars(sa.select(AuditEntry.verb)).all() == ["create unit"]


def test_a_name_belongs_to_one_unit(cast):
    with pytest.raises(rules.NameTaken):
        create_unit(cast.gu.id, cast.school.id, BRANCH, "第一支部", NOW)
    with pytest.raises(rules.NameTaken):
        change_unit(cast.gu.id, cast.second.id, 0, cast.school.id, BRANCH, "第一支部", NOW)


def test_renaming_raises_the_revision_once(cast):
    for revision in range(2):  # the second changes nothing
        change_unit(cast.gu.id, cast.first.id, revision, cast.school.id, BRANCH, "学生第一支部", NOW + HOUR)
    unit = db.session.get_one(Unit, cast.first.id, populate_existing=True)
    assert (unit.name, unit.revision, unit.changed_at) == ("学生第一支部", 1, NOW + HOUR)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.before, entry.after) == ({"name": "第一支部"}, {"name": "学生第一支部"})


def test_who_saves_second_is_told(app, cast):
    results = race(
        app,
        [
            lambda n=n: change_unit(cast.gu.id, cast.first.id, 0, cast.school.id, BRANCH, f"学生第{n}支部", NOW)
            for n in range(4)
        ],
    )
    assert [type(r) for r in results if r is not None] == [ChangedMeanwhile] * 3


@pytest.fixture
def forest(cast) -> dict[str, Unit]:
    """党委 above two general branches, the first with a branch; Gu administers all."""
    top = make_unit("党委", COMMITTEE)
    east, west = (make_unit(name, GENERAL, parent=top) for name in ("东", "西"))
    leaf = make_unit("叶", BRANCH, parent=east)
    grant(cast.gu, Role.ADMINISTRATOR, top)
    db.session.commit()
    return {unit.name: unit for unit in (top, east, west, leaf)}


def test_what_is_below_moves_along(cast, forest):
    create_unit(cast.gu.id, forest["东"].id, BRANCH, "芽", NOW)
    outer = make_unit("外", COMMITTEE)
    grant(cast.gu, Role.ADMINISTRATOR, outer)
    db.session.commit()
    change_unit(cast.gu.id, forest["东"].id, 0, outer.id, GENERAL, "东", NOW)
    found = paths()
    assert found["东"] == f"{outer.path}{forest['东'].id}/"
    assert found["叶"] == f"{found['东']}{forest['叶'].id}/"
    assert found["芽"].startswith(found["东"])
    assert found["西"] == forest["西"].path


def test_a_unit_fits_between_what_is_above_and_below(cast, forest):
    for parent, level in ((forest["西"], GENERAL), (forest["叶"], GENERAL), (forest["党委"], BRANCH)):
        with pytest.raises(rules.WrongPlace):
            change_unit(cast.gu.id, forest["东"].id, 0, parent.id, level, "东", NOW)


def test_units_of_others_are_not_found(cast, forest):
    grant(cast.lin, Role.ADMINISTRATOR, forest["东"])
    db.session.commit()
    lin, leaf, east, west = cast.lin.id, forest["叶"].id, forest["东"].id, forest["西"].id
    change_unit(lin, east, 0, forest["党委"].id, GENERAL, "东院", NOW)  # the top of one's own keeps its place
    for verb in (
        lambda: create_unit(lin, west, BRANCH, "新", NOW),
        lambda: change_unit(lin, west, 0, forest["党委"].id, GENERAL, "西", NOW),
        lambda: change_unit(lin, leaf, 0, west, BRANCH, "叶", NOW),
        lambda: change_unit(lin, leaf, 0, None, BRANCH, "叶", NOW),
        lambda: change_unit(lin, east, 1, cast.school.id, GENERAL, "东院", NOW),
        lambda: create_unit(cast.chen.id, cast.school.id, BRANCH, "新", NOW),
    ):
        with pytest.raises(NotFound):
            verb()


def test_moves_at_once_leave_a_tree(app, cast, forest, monkeypatch):
    """One unit moves below another that moves at the same time: its path must follow."""
    outer = make_unit("外", COMMITTEE)
    grant(cast.gu, Role.ADMINISTRATOR, outer)
    db.session.commit()
    bud = create_unit(cast.gu.id, forest["西"].id, BRANCH, "芽", NOW)
    meeting, move = Barrier(2), service_units._move

    def wait_and_move(unit: Unit, path: str) -> None:
        with suppress(BrokenBarrierError):
            meeting.wait(0.5)
        move(unit, path)

    monkeypatch.setattr(service_units, "_move", wait_and_move)
    gu, east, top = cast.gu.id, forest["东"].id, outer.id
    race(
        app,
        [
            lambda: change_unit(gu, east, 0, top, GENERAL, "东", NOW),
            lambda: change_unit(gu, bud.id, 0, east, BRANCH, "芽", NOW),
        ],
    )
    query = sa.select(Unit).execution_options(populate_existing=True)
    rows = {unit.id: unit for unit in db.session.scalars(query)}
    for unit in rows.values():
        assert unit.path == (rows[unit.parent_id].path if unit.parent_id else "") + f"{unit.id}/"
