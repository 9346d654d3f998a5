"""Trainings: who keeps them, who is entered, and what a slot then says."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from activities.duties.models import Activity
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.signups.rules_person import NeedsTraining, TrainingOver
from activities.signups.service import sign_up
from activities.trainings import queries, service
from activities.trainings.models import Training, TrainingPass
from activities.trainings.rules import NameTaken, PassedInFuture, WrongRows
from tests.cast import DAY, NOW, english, grant, make_slot

TODAY = date(2026, 11, 25)


@pytest.fixture
def aid(ctx, cast) -> Training:
    public_id = service.add_training(cast.gu.id, {"name": "急救", "where": "校医院", "months": 1}, NOW)
    return queries.training(public_id)


def enter(cast, aid: Training, text: str, on: date = TODAY) -> int:
    return service.enter_passes(cast.ou.id, aid.id, text, on, TODAY, NOW)


def test_those_who_passed_are_entered_at_once_and_told(cast, aid):
    assert enter(cast, aid, "2301001 林可欣\n2301002") == 2
    assert {one.valid_until for one in db.session.scalars(sa.select(TrainingPass))} == {date(2026, 12, 24)}
    assert set(db.session.scalars(sa.select(Notice.member_id))) == {cast.lin.id, cast.wang.id}


def test_the_same_list_again_enters_nobody_anew(cast, aid):
    enter(cast, aid, "2301001")
    assert enter(cast, aid, "2301001\n2301002") == 1
    assert db.session.query(Notice).count() == 2


def test_what_many_passed_in_a_year_is_read_at_once(cast, aid, statements):
    enter(cast, aid, "2301001\n2301002")
    enter(cast, aid, "2301001", date(2025, 12, 31))
    with statements.count() as seen:
        found = queries.passed_in([cast.lin.id, cast.wang.id, cast.zhao.id], 2026)
    assert len(seen) == 1
    assert found == {cast.lin.id: [("急救", TODAY)], cast.wang.id: [("急救", TODAY)]}


def test_one_wrong_row_enters_nobody(cast, aid):
    with pytest.raises(WrongRows):
        enter(cast, aid, "2301001\n2302001")  # Zhao is of another unit
    with pytest.raises(PassedInFuture):
        enter(cast, aid, "2301001", date(2026, 11, 26))
    assert db.session.query(TrainingPass).count() == 0


def test_only_who_keeps_trainings_enters(cast, aid):
    with pytest.raises(NotAllowed):
        service.enter_passes(cast.lin.id, aid.id, "2301001", TODAY, TODAY, NOW)
    with pytest.raises(NotAllowed):
        service.add_training(cast.chen.id, {"name": "消防", "where": "", "months": None}, NOW)


def test_what_a_training_is_for_the_whole_school_only_who_administers_it_changes(cast, aid):
    change = {"name": "急救", "where": "", "months": 2}
    with pytest.raises(NotAllowed):
        service.edit_training(cast.ou.id, aid.id, 0, change, NOW)
    service.edit_training(cast.gu.id, aid.id, 0, change, NOW)
    assert db.session.get_one(Training, aid.id, populate_existing=True).months == 2


def test_a_name_stands_once(cast, aid):
    with pytest.raises(NameTaken):
        service.add_training(cast.gu.id, {"name": "急救", "where": "", "months": None}, NOW)


def test_what_was_entered_by_mistake_is_taken_back_by_who_may_enter_it(cast, aid):
    enter(cast, aid, "2301001")
    entry = db.session.scalars(sa.select(TrainingPass)).one().id
    grant(cast.zhao, Role.ORGANIZER, cast.second)
    db.session.commit()
    with pytest.raises(NotFound):
        service.remove_pass(cast.zhao.id, entry, NOW)
    service.remove_pass(cast.ou.id, entry, NOW)
    assert db.session.query(TrainingPass).count() == 0


def test_a_slot_that_needs_it_takes_only_who_has_it_on_that_day(cast, aid):
    late = make_slot(cast.lake, NOW + 30 * DAY, capacity=5)
    late.post.activity.training_ids = (aid.id,)
    db.session.commit()
    with pytest.raises(NeedsTraining):
        sign_up(cast.lin.id, cast.slot.id, NOW)
    enter(cast, aid, "2301001")
    sign_up(cast.lin.id, cast.slot.id, NOW)
    with pytest.raises(TrainingOver):
        sign_up(cast.lin.id, late.id, NOW)


def test_of_several_passes_the_one_that_counts_longest_is_shown(cast, aid):
    enter(cast, aid, "2301001", date(2026, 11, 1))
    enter(cast, aid, "2301001", date(2026, 11, 20))
    [mine] = queries.mine(cast.lin.id)
    assert (mine.passed_on, mine.valid_until) == (date(2026, 11, 20), date(2026, 12, 19))
    assert mine.is_valid(TODAY)
    [hers] = queries.mine(cast.wang.id)
    assert not hers.is_valid(TODAY)


# ── on the pages ────────────────────────────────────────────────────────────


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_pages_keep_what_was_typed_and_name_the_rows(app, cast):
    ou = english(app, cast.ou)
    created = ou.submit("/trainings/new", name="急救", where="校医院", months="12")
    assert created.status_code == 303
    wrong = ou.submit(created.location, passed_on="2026-11-20", numbers="2301001\nx9")
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    assert "Line 2, “x9”" in page
    assert "2301001\nx9</textarea>" in page.replace("\r", "")
    assert ou.submit(created.location, passed_on="2026-11-20", numbers="2301001").status_code == 303
    assert "林可欣" in ou.get(created.location).get_data(as_text=True)
    mine = english(app, cast.lin).get("/trainings").get_data(as_text=True)
    assert "Passed" in mine
    assert "/trainings/new" not in mine


def test_an_activity_says_what_it_needs_and_the_refusal_where_to_get_it(app, cast):
    ou = english(app, cast.ou)
    ou.submit("/trainings/new", name="急救", where="校医院三楼", months="")
    with app.app_context():
        aid = db.session.scalars(sa.select(Training)).one()
        activity = db.session.get_one(Activity, cast.sweeping.id)
        unit, address = activity.unit_id, f"/organize/activities/{activity.public_id}/edit"
    form = {
        "kind_key": "cleaning", "name": "清扫", "unit_id": unit, "withdraw_hours": "24", "offer_hours": "0",
        "way_in": "first_come", "draw_minutes": "1440", "draw_days": "90", "eligible_unit_id": "0", "revision": "0",
        "trainings": aid.id, "classes": "营销2301，会计2302",
    }  # fmt: skip
    assert ou.submit(address, **form).status_code == 303
    page = english(app, cast.lin).get(f"/slots/{cast.slot.public_id}").get_data(as_text=True)
    assert "needs the training “急救”" in page
    assert "校医院三楼" in page
    assert "营销2301" in page
    assert 'value="营销2301, 会计2302"' in ou.get(address).get_data(as_text=True)
