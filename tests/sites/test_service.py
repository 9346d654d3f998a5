"""Places of partners, and slots that must fit there."""

from __future__ import annotations

import pytest

from activities.board import changes
from activities.board import service as board
from activities.duties.models import Slot
from activities.duties.visits import Stay, must_fit
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed
from activities.outbox.models import Notice
from activities.signups.organize import edit_post, edit_slot
from activities.signups.service import sign_up
from activities.sites.models import Site
from activities.sites.rules import SiteInUse, SiteNameTaken, TooManyGroups, TooManyVisitors
from activities.sites.service import add_site, edit_site, remove_site
from tests.cast import DAY, HOUR, NOW, make_post, make_site, make_slot

pytestmark = pytest.mark.usefixtures("ctx")
HOME = {
    "name": "同心老年护理中心", "address": "", "geo": "", "contact": "", "most_visitors": 10, "most_groups": 1,
    "notice_days": 0, "list_days": 3,
}  # fmt: skip


@pytest.fixture
def home(cast) -> Site:
    return make_site("同心老年护理中心", cast.first, most_visitors=10, most_groups=1)


@pytest.fixture
def wards(cast, home):
    """Two wards on two floors, each with six visitors at the same time of the next two days."""
    posts = [make_post(cast.sweeping, f"{n}楼", capacity=5, site=home, floor=str(n)) for n in (2, 3)]
    slots = [make_slot(posts[0], NOW + DAY, hours=2), make_slot(posts[1], NOW + 2 * DAY, hours=2)]
    db.session.commit()
    return posts, slots


def edit(cast, slot, starts_at=None, capacity=None):
    slot = db.session.get(Slot, slot.id, populate_existing=True)
    starts_at = starts_at or slot.starts_at
    edit_slot(cast.ou.id, slot.id, slot.revision, starts_at, starts_at + 2 * HOUR, capacity or slot.capacity, NOW)


def test_a_slot_does_not_grow_beyond_its_place(cast, wards):
    edit(cast, wards[1][0], capacity=10)
    with pytest.raises(TooManyVisitors):
        edit(cast, wards[1][0], capacity=11)


def test_slots_do_not_move_to_where_too_many_are(cast, wards):
    edit(cast, wards[1][0], capacity=6)
    with pytest.raises(TooManyVisitors):
        edit(cast, wards[1][1], starts_at=NOW + DAY + HOUR)
    edit(cast, wards[1][1], starts_at=NOW + DAY + 2 * HOUR)


def test_what_does_not_fit_any_more_may_still_shrink(cast, home, wards):
    db.session.get(Site, home.id).most_visitors = 2
    db.session.commit()
    edit(cast, wards[1][0], capacity=4)
    with pytest.raises(TooManyVisitors):
        edit(cast, wards[1][0], capacity=5)


def test_groups_on_one_floor_are_limited_when_a_post_moves_there(cast, wards):
    posts, slots = wards
    edit(cast, slots[1], starts_at=NOW + DAY)
    with pytest.raises(TooManyGroups):
        edit_post(cast.ou.id, posts[1].id, posts[1].revision, {"floor": "2"}, NOW)
    assert db.session.get(type(posts[1]), posts[1].id, populate_existing=True).floor == "3"


def test_another_partner_s_place_is_told_to_everyone_to_come(cast, wards):
    posts, slots = wards
    sign_up(cast.lin.id, slots[0].id, NOW)
    other = make_site("别处", cast.first)
    db.session.commit()
    edit_post(cast.ou.id, posts[0].id, posts[0].revision, {"site_id": other.id}, NOW)
    assert [n.member_id for n in db.session.query(Notice).filter_by(topic="signups.moved")] == [cast.lin.id]


def test_many_slots_at_once_fit_all_or_none(cast, wards):
    act, ids = changes.Seats(11), [slot.id for slot in wards[1]]
    digest = board.planned(wards[1], act, NOW).digest
    with pytest.raises(TooManyVisitors):
        board.apply(cast.ou.id, ids, act, "11", digest, NOW)
    assert {db.session.get(Slot, i, populate_existing=True).capacity for i in ids} == {5}


def test_what_is_planned_must_fit_beside_what_is_there(wards):
    third = wards[0][0].id
    must_fit([Stay(third, NOW + 3 * DAY, NOW + 3 * DAY + HOUR, 10)])
    with pytest.raises(TooManyGroups):
        must_fit([Stay(third, NOW + DAY + HOUR, NOW + DAY + 3 * HOUR, 1)])


def test_a_place_is_kept_by_the_organizers_of_its_unit(cast):
    public_id = add_site(cast.ou.id, {**HOME, "unit_id": cast.first.id}, NOW)
    site = db.session.query(Site).filter_by(public_id=public_id).one()
    edit_site(cast.ou.id, site.id, 0, {"most_visitors": 20}, NOW)
    with pytest.raises(ChangedMeanwhile):
        edit_site(cast.ou.id, site.id, 0, {"most_visitors": 30}, NOW)
    for unit in (cast.second, cast.school):
        with pytest.raises(NotAllowed):
            add_site(cast.ou.id, {**HOME, "unit_id": unit.id}, NOW)
        with pytest.raises(NotAllowed):
            edit_site(cast.ou.id, site.id, 1, {"unit_id": unit.id}, NOW)
    with pytest.raises(SiteNameTaken):
        add_site(cast.ou.id, {**HOME, "unit_id": cast.first.id}, NOW)


def test_a_place_at_which_a_post_stands_stays(cast, home, wards):
    with pytest.raises(SiteInUse):
        remove_site(cast.ou.id, home.id, NOW)
    empty = make_site("空", cast.first)
    db.session.commit()
    remove_site(cast.ou.id, empty.id, NOW)
    assert [site.name for site in db.session.query(Site)] == ["同心老年护理中心"]
