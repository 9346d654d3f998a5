"""A new kind of activity is one declaration: it goes through the whole machinery, and no other code is touched."""

from __future__ import annotations

import pytest
import time_machine
from flask_babel import gettext

from activities.duties.kinds import KINDS, Kind, Ledger, Measure, declare
from activities.duties.models import Activity, Slot
from activities.kit.db import db
from activities.kit.i18n import force_locale
from tests.cast import NOW, logged_in

PLANTING = Kind(
    key="planting", name="Tree planting", seal="Tr", colour="team", ledger=Ledger.SERVICE,
    measures=(Measure("trees", "Trees planted", "trees"),),
)  # fmt: skip


@pytest.fixture
def planting():
    declare(PLANTING)
    yield PLANTING
    del KINDS["planting"]


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_new_kind_goes_from_the_form_to_a_sign_up(app, cast, planting):
    ou, lin = logged_in(app, cast.ou), logged_in(app, cast.lin)
    assert "Tree planting" in ou.get("/organize/activities/new").get_data(as_text=True)
    made = ou.submit(
        "/organize/activities/new", kind_key="planting", name="春季植树", unit_id=cast.first.id, withdraw_hours="24",
        offer_hours="12", eligible_unit_id=0, way_in="first_come", draw_minutes=2880, draw_days=90,
    )  # fmt: skip
    post = ou.submit(f"{made.location}/posts/new", name="南坡", place="南坡", capacity=5)
    address, chosen = post.location.split("?post=")
    times = {"posts": chosen, "first": "2026-12-01", "starts": "09:00", "ends": "11:00", "capacity": "5"}
    shown = ou.get(address, query_string=times).get_data(as_text=True)
    digest = shown.split('name="digest" value="')[1].split('"')[0]
    ou.submit(address, **times, digest=digest)
    with app.app_context():
        slot = db.session.query(Slot).join(Slot.post).join(Activity).filter(Activity.kind_key == "planting").one()
        address = f"/slots/{slot.public_id}"
        assert slot.post.activity.kind is PLANTING
    page = lin.get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)
    for shown in ("春季植树", "Tree planting", 'class="seal k-team', "Volunteer service"):
        assert shown in page
    assert lin.submit(f"{address}/sign-up").status_code == 303
    assert "林可欣" in ou.get(f"{address}/roster").get_data(as_text=True)
    assert "春季植树" in lin.get("/slots?kind=planting&week=2026-11-30").get_data(as_text=True)


def test_a_kind_is_declared_once(planting):
    with pytest.raises(ValueError, match="twice"):
        declare(PLANTING)


def test_marks_tell_kinds_apart():
    assert len({kind.colour for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize(("language", "cleaning"), [("zh_Hans", "扫"), ("zh_Hant", "掃"), ("en", "Cl")])
def test_seals_tell_kinds_apart_in_each_language(app, language, cleaning):
    with app.test_request_context(), force_locale(language):
        seals = {key: gettext(kind.seal) for key, kind in KINDS.items()}
    assert seals["cleaning"] == cleaning
    assert len(set(seals.values())) == len(KINDS)
