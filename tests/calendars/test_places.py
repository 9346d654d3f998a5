"""Where a partner's place lies: entries lead there, and a place that turns out to lie elsewhere moves them."""

from __future__ import annotations

import icalendar as library
import pytest
import time_machine
import vobject as other_library

from activities.calendars.rules_feeds import Detail, Scope
from activities.kit.db import db
from activities.sites.models import Site
from activities.sites.service import edit_site
from tests.calendars.clients import fetch as download
from tests.calendars.clients import ical_js, icalendar, khal, libical, vobject
from tests.calendars.reading import blocks, fetch
from tests.calendars.scopes import one_of, stand_at_site
from tests.cast import HOUR, NOW, make_post, make_slot

HERE, THERE = "43.886800;125.324500", "43.788600;125.424900"


def lies(cast, geo: str, at=NOW) -> None:
    site = db.session.query(Site).one()
    edit_site(cast.ou.id, site.id, site.revision, {"geo": geo}, at)


@pytest.mark.parametrize("scope", Scope)
def test_an_entry_leads_to_where_its_place_lies(app, client, cast, scope):
    """Where it says everything, and the place has been said to lie somewhere; a post of the school's own has none."""
    with app.app_context():
        make_slot(make_post(db.session.merge(cast.sweeping), "西岸"), NOW + 3 * HOUR)
        db.session.commit()
    if scope is not Scope.SITE:
        stand_at_site(app, cast)
    address = one_of(app, cast, scope)
    uid = str(cast.slot.uid)
    before = blocks(fetch(client, address))
    assert "GEO" not in str(before)
    with app.app_context():
        lies(cast, HERE, NOW + HOUR)
    after = blocks(fetch(client, address, NOW + HOUR))
    assert {f"GEO:{HERE}", "LAST-MODIFIED:20261125T050000Z"} <= {*after[uid]}
    assert {name for name in after if after[name] != before[name]} == {uid}, "no other octet changes"
    assert sequence(after[uid]) == sequence(before[uid]) + 1


def sequence(block: list[str]) -> int:
    return next(int(line.partition(":")[2]) for line in block if line.startswith("SEQUENCE:"))


@pytest.mark.parametrize("detail", [Detail.BUSY, Detail.TITLE])
def test_what_says_no_place_does_not_say_where_it_lies(app, client, cast, detail):
    stand_at_site(app, cast)
    with app.app_context():
        lies(cast, HERE)
    assert "GEO" not in fetch(client, one_of(app, cast, Scope.DUTIES, detail)).text


def test_another_change_of_a_place_moves_no_entry(app, client, cast):
    stand_at_site(app, cast)
    address = f"/activities/{cast.sweeping.public_id}.ics"
    with app.app_context():
        lies(cast, HERE)
    before = fetch(client, address)
    with app.app_context():
        site = db.session.query(Site).one()
        edit_site(cast.ou.id, site.id, site.revision, {"contact": "王", "notice_days": 2, "geo": HERE}, NOW + HOUR)
    assert fetch(client, address, NOW + HOUR, If_None_Match=before.headers["ETag"]).status_code == 304


def test_every_program_reads_an_entry_that_leads_somewhere(app, cast, served):
    stand_at_site(app, cast)
    with app.app_context():
        lies(cast, THERE)
    address = f"{served}/activities/{cast.sweeping.public_id}.ics"
    with time_machine.travel(NOW):  # for the server as well
        (event,) = library.Calendar.from_ical(download(address)).walk("VEVENT")
        assert (event["GEO"].latitude, event["GEO"].longitude) == (43.7886, 125.4249)
        assert other_library.readOne(download(address).decode()).vevent.geo.value == THERE
        programs = [program for program in (icalendar, vobject, libical, ical_js, khal) if program.is_here()]
        assert {frozenset(program.read(address)) for program in programs} == {frozenset(icalendar.read(address))}
