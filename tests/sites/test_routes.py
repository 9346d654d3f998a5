"""The pages of partners' places."""

from __future__ import annotations

import pytest
import time_machine

from activities.duties.models import Post
from activities.kit.db import db
from activities.sites.models import Site
from tests.cast import DAY, NOW, logged_in, make_post, make_site, make_slot

VALUES = {
    "name": "同心老年护理中心", "address": "湖西路 1 号", "geo": "", "contact": "李主任", "most_visitors": "10",
    "most_groups": "", "notice_days": "2", "list_days": "3", "revision": "0",
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast):
    visitor = logged_in(app, cast.ou)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visitor


def text(answer, status=200) -> str:
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_a_place_is_added_shown_changed_and_removed(app, cast, ou):
    assert "No place yet" in text(ou.get("/organize/sites"))
    assert ou.submit("/organize/sites/new", **VALUES, unit_id=cast.first.id).status_code == 303
    shown = text(ou.get("/organize/sites"))
    for said in ("李主任", "10 visitors at once", "sign-up closes 2 working days before", "3 working days before"):
        assert said in shown
    with app.app_context():
        site = db.session.query(Site).one()
        address = f"/organize/sites/{site.public_id}"
    assert ou.submit(address, **{**VALUES, "most_visitors": "12"}, unit_id=cast.first.id).status_code == 303
    late = text(ou.submit(address, **{**VALUES, "most_visitors": "14"}, unit_id=cast.first.id), 422)
    assert "Someone else has changed this meanwhile" in late
    assert ou.submit(f"{address}/remove").status_code == 303
    assert "No place yet" in text(ou.get("/organize/sites"))


def test_coordinates_are_pasted_from_a_map_and_shown_as_one_shows_them(app, cast, ou):
    typed = {**VALUES, "geo": "43.8868° N, 125.3245° E"}
    assert ou.submit("/organize/sites/new", **typed, unit_id=cast.first.id).status_code == 303
    with app.app_context():
        site = db.session.query(Site).one()
        assert site.geo == "43.886800;125.324500"
        address = f"/organize/sites/{site.public_id}"
    assert 'value="43.8868, 125.3245"' in text(ou.get(address))
    wrong = text(ou.submit(address, **{**VALUES, "geo": "near the <lake>"}, unit_id=cast.first.id), 422)
    assert "Enter latitude and longitude" in wrong
    assert 'value="near the &lt;lake&gt;"' in wrong
    assert ou.submit(address, **VALUES, unit_id=cast.first.id).status_code == 303
    with app.app_context():
        assert db.session.query(Site).one().geo == ""


def test_a_place_of_a_unit_above_is_used_but_not_changed(app, cast, ou):
    with app.app_context():
        above, other = make_site("总支的", cast.school), make_site("别人的", cast.second)
        db.session.commit()
        ids = above.public_id, other.public_id
    shown = text(ou.get("/organize/sites"))
    assert "总支的" in shown
    assert "别人的" not in shown
    assert [ou.get(f"/organize/sites/{public_id}").status_code for public_id in ids] == [403, 404]
    assert "总支的" in text(ou.get(f"/organize/posts/{cast.lake.public_id}/edit"))


@pytest.mark.parametrize("wrong", [{"most_visitors": "0"}, {"notice_days": "31"}, {"notice_days": ""}, {"name": " "}])
def test_what_is_wrong_says_so_and_stays(cast, ou, wrong):
    shown = text(ou.submit("/organize/sites/new", **{**VALUES, **wrong}, unit_id=cast.first.id), 422)
    assert "湖西路 1 号" in shown


def test_a_post_is_put_at_a_place_and_must_fit_there(app, cast, ou):
    with app.app_context():
        site = make_site("护理院", cast.first, most_visitors=3)
        site_id = site.id
        make_slot(make_post(cast.sweeping, "西楼", capacity=2, site=site), NOW + DAY)
        db.session.commit()
    address = f"/organize/posts/{cast.lake.public_id}/edit"
    values = {"name": "北楼", "place": "", "standard": "", "capacity": "2", "revision": "0", "site_id": site_id}
    assert "takes 3 visitors at once" in text(ou.submit(address, **values), 422)
    with app.app_context():
        db.session.query(Site).one().most_visitors = 4
        db.session.commit()
    assert ou.submit(address, **values, floor="2").status_code == 303
    with app.app_context():
        assert db.session.get(Post, cast.lake.id).site_id == site_id


def test_a_plan_that_a_place_does_not_take_is_refused_before_it_is_shown(app, cast, ou):
    with app.app_context():
        site = make_site("护理院", cast.first, most_visitors=3)
        post = make_post(cast.sweeping, "西楼", capacity=2, site=site)
        make_slot(make_post(cast.sweeping, "东楼", capacity=2, site=site), NOW + DAY)
        db.session.commit()
        wish = {"posts": post.public_id, "first": "2026-11-26", "starts": "12:00", "ends": "13:00", "capacity": "2"}
    address = f"/organize/activities/{cast.sweeping.public_id}/plan"
    assert "takes 3 visitors at once" in text(ou.get(address, query_string=wish), 422)
    assert "1 slot would be created" in text(ou.get(address, query_string={**wish, "starts": "13:00", "ends": "14:00"}))


def test_members_learn_where_it_is_and_when_sign_up_closes_but_not_whom_organizers_ask(app, cast):
    with app.app_context():
        site = make_site("护理院", cast.first, address="湖西路 1 号", contact="李主任", notice_days=2)
        slot = make_slot(make_post(cast.sweeping, "探望", site=site, floor="2楼"), NOW + DAY)
        db.session.commit()
        public_id = slot.public_id
    lin = logged_in(app, cast.lin)
    lin.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    shown = text(lin.get(f"/slots/{public_id}"))
    notice = ("(sign-up closes 2 working days before)", "must know 2 working days before who comes")
    for said in ("护理院", "湖西路 1 号, 2楼", *notice):
        assert said in shown
    assert "李主任" not in shown
    assert lin.submit(f"/slots/{public_id}/sign-up").status_code == 409
