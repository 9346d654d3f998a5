"""The revision and the time of an activity's schedule: they never go back, whoever is done when."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.duties.models import Activity, GoneSlot, Post, Slot
from activities.duties.service import add_post, edit_activity
from activities.kit.db import db
from activities.people.models import Unit
from activities.people.service_units import change_unit
from activities.signups.organize import cancel_slot, delete_slot, edit_post, edit_slot
from tests.cast import DAY, HOUR, NOW, Cast, make_slot
from tests.house.test_races import race

LATER, EARLIER = NOW + 2 * HOUR, NOW + HOUR
TIMES = sa.select(Activity.schedule_revision, Activity.schedule_changed_at)


def move(cast: Cast, slot_id: int, now) -> None:
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    edit_slot(cast.ou.id, slot_id, slot.revision, slot.starts_at, slot.ends_at + HOUR / 60, slot.capacity, now)


def rename(cast: Cast, now) -> None:
    post = db.session.get_one(Post, cast.lake.id, populate_existing=True)
    edit_post(cast.ou.id, post.id, post.revision, {"name": f"岸{post.revision}"}, now)


def rename_activity(cast: Cast, now) -> None:
    activity = db.session.get_one(Activity, cast.sweeping.id, populate_existing=True)
    edit_activity(cast.ou.id, activity.id, activity.revision, {"name": f"扫{activity.revision}"}, now)


def rename_unit(cast: Cast, now) -> None:
    unit = db.session.get_one(Unit, cast.first.id, populate_existing=True)
    change_unit(cast.gu.id, unit.id, unit.revision, unit.parent_id, unit.level, f"支部{unit.revision}", now)


SCHEDULE = {
    "a slot is moved": lambda cast, now: move(cast, cast.slot.id, now),
    "a slot is cancelled": lambda cast, now: cancel_slot(cast.ou.id, cast.slot.id, "雨", now),
    "a slot is deleted": lambda cast, now: delete_slot(cast.ou.id, cast.slot.id, now),
    "a post is renamed": rename,
    "a post is added": lambda cast, now: add_post(cast.ou.id, cast.sweeping.id, {"name": "西岸"}, now),
}
ROWS = {
    Slot: lambda cast, now: move(cast, cast.slot.id, now), Post: rename, Activity: rename_activity, Unit: rename_unit
}  # fmt: skip


@pytest.mark.parametrize("change", SCHEDULE.values(), ids=SCHEDULE)
def test_who_began_earlier_and_is_done_later_sets_no_time_back(ctx, cast, change):
    other = make_slot(cast.lake, NOW + 3 * DAY)
    db.session.commit()
    move(cast, other.id, LATER)
    (before,) = db.session.execute(TIMES).all()
    change(cast, EARLIER)
    (after,) = db.session.execute(TIMES).all()
    assert after.schedule_revision > before.schedule_revision
    assert after.schedule_changed_at == before.schedule_changed_at == LATER


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_nor_does_a_row_that_an_entry_shows(ctx, cast, model):
    ROWS[model](cast, LATER)
    ROWS[model](cast, EARLIER)
    row = db.session.scalars(sa.select(model).order_by(model.revision.desc()).limit(1)).one()
    assert (row.revision, row.changed_at) == (2, LATER)


def test_organizers_at_once_whose_clocks_differ_set_no_time_back(app, cast):
    """Twelve slots are changed at once, each with a time of its own; who looks on sees it rise with the revision."""
    with app.app_context():
        slots = [make_slot(db.session.merge(cast.lake), NOW + (3 + n) * DAY).id for n in range(12)]
        db.session.commit()

    def changing(n: int):
        return lambda: move(cast, slots[n], NOW + (12 - n) * HOUR / 60)

    def looking():
        seen = []
        for _ in range(30):
            seen.append(tuple(db.session.execute(TIMES).one()))
            db.session.rollback()
        return seen

    looks = [seen for seen in race(app, [*map(changing, range(12)), looking, looking]) if isinstance(seen, list)]
    assert len(looks) == 2
    for seen in looks:
        assert seen == sorted(seen)
        assert [at for _, at in seen] == sorted(at for _, at in seen)
    with app.app_context():
        assert tuple(db.session.execute(TIMES).one()) == (12, NOW + 12 * HOUR / 60)
        assert sorted(db.session.scalars(sa.select(Slot.schedule_revision).where(Slot.id.in_(slots)))) == [
            *range(1, 13)
        ]


def test_what_was_deleted_is_remembered_with_the_revision_that_came_with_it(ctx, cast):
    move(cast, cast.slot.id, NOW)
    delete_slot(cast.ou.id, cast.slot.id, NOW)
    gone = db.session.scalars(sa.select(GoneSlot)).one()
    assert (gone.activity_id, gone.slot_id, gone.schedule_revision) == (cast.sweeping.id, cast.slot.id, 2)
    assert gone.gone_at == NOW
    assert db.session.scalars(sa.select(Activity.schedule_revision)).one() == 2
