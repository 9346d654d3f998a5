"""Ways in: which an activity may have, when it may change, and when a draw is held."""

from __future__ import annotations

import re

import pytest

from activities.duties.kinds import Ledger
from activities.duties.models import Activity, Slot
from activities.duties.rules import (
    NeverAssigned,
    NoTimeToAnswer,
    WayIn,
    WayInUse,
    draw_moment,
    why_not_way,
)
from activities.duties.service import edit_activity
from activities.kit.db import db
from tests.cast import DAY, NOW, logged_in
from tests.duties.test_routes import activity_values

WAYS = {
    "service, first come": (WayIn.FIRST_COME, Ledger.SERVICE, 0, None),
    "service, approval": (WayIn.APPROVAL, Ledger.SERVICE, 0, None),
    "service, draw": (WayIn.DRAW, Ledger.SERVICE, 0, None),
    "service, assignment": (WayIn.ASSIGNMENT, Ledger.SERVICE, 720, NeverAssigned()),
    "duty, assignment": (WayIn.ASSIGNMENT, Ledger.DUTY, 720, None),
    "a meeting, assignment": (WayIn.ASSIGNMENT, Ledger.ORGANISATION, 720, None),
    "duty, assignment without time to answer": (WayIn.ASSIGNMENT, Ledger.DUTY, 0, NoTimeToAnswer()),
}


@pytest.mark.parametrize(("way", "ledger", "minutes", "expected"), WAYS.values(), ids=WAYS)
def test_a_way_in_is_refused_for(way, ledger, minutes, expected):
    assert why_not_way(way, ledger, minutes) == expected


DRAWS = {
    "so long before its slot": (NOW + 5 * DAY, None, NOW + 3 * DAY),
    "when sign-up closes, if earlier": (NOW + 5 * DAY, NOW + DAY, NOW + DAY),
    "not when sign-up closes, if later": (NOW + 5 * DAY, NOW + 4 * DAY, NOW + 3 * DAY),
    "after half the time that is left, planned late": (NOW + DAY, None, NOW + DAY / 2),
    "and when sign-up has closed already": (NOW + 5 * DAY, NOW - DAY, NOW + 5 * DAY / 2),
}


@pytest.mark.parametrize(("starts_at", "closes_at", "expected"), DRAWS.values(), ids=DRAWS)
def test_a_draw_is_held(starts_at, closes_at, expected):
    assert draw_moment(starts_at, 2 * 24 * 60, closes_at, NOW) == expected


@pytest.mark.usefixtures("ctx")
def test_volunteer_service_is_never_assigned(cast):
    with pytest.raises(NeverAssigned):
        change(cast, way_in=WayIn.ASSIGNMENT, offer_minutes=720)


@pytest.mark.usefixtures("ctx")
def test_a_kind_that_becomes_service_is_not_assigned_either(cast):
    change(cast, kind_key="energy", way_in=WayIn.ASSIGNMENT, offer_minutes=720)
    with pytest.raises(NeverAssigned):
        change(cast, kind_key="cleaning")


@pytest.mark.usefixtures("ctx")
def test_the_way_in_stays_while_people_ask_or_wait(cast):
    db.session.get(Slot, cast.slot.id).asked = 2
    db.session.commit()
    with pytest.raises(WayInUse) as refused:
        change(cast, way_in=WayIn.APPROVAL)
    assert refused.value.pending == 2
    db.session.get(Slot, cast.slot.id).asked = 0
    db.session.commit()
    change(cast, way_in=WayIn.APPROVAL)
    assert db.session.get(Activity, cast.sweeping.id, populate_existing=True).way_in is WayIn.APPROVAL


def change(cast, **changes) -> None:
    activity = db.session.get(Activity, cast.sweeping.id, populate_existing=True)
    edit_activity(cast.ou.id, activity.id, activity.revision, changes, NOW)


def test_the_form_says_at_its_field_why_not(app, cast):
    ou = logged_in(app, cast.ou)
    for changes, field in (
        ({"kind_key": "cleaning", "way_in": "assignment"}, "way_in"),
        ({"way_in": "assignment", "offer_hours": "0"}, "offer_hours"),
        ({"way_in": "auction"}, "way_in"),
        ({"draw_minutes": "7"}, "draw_minutes"),
        ({"draw_days": "0"}, "draw_days"),
    ):
        answer = ou.submit("/organize/activities/new", **activity_values(cast, **changes))
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.get_data(as_text=True)
    made = ou.submit("/organize/activities/new", **activity_values(cast, way_in="assignment"))
    assert made.status_code == 303
    page = ou.get(f"{made.location}/edit").get_data(as_text=True)
    assert re.search(r'<input[^>]* checked [^>]*value="assignment"', page)
