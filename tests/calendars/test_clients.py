"""What programs that people really have read in our feeds, over HTTP: each of them the same, and what the database
says."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType

import pytest
import sqlalchemy as sa
import time_machine

from activities.calendars import service
from activities.calendars.rules_feeds import Detail, Scope
from activities.demo.load import load
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.people.queries import by_login
from activities.signups.organize import edit_post
from activities.signups.service import sign_up
from tests.calendars.clients import fetch, ical_js, icalendar, khal, libical, vobject
from tests.calendars.faults import faults
from tests.calendars.scopes import one_of
from tests.cast import DAY, HOUR, NOW, make_activity, make_post, make_slot
from tests.demo.test_demo import TODAY, no_bar

pytestmark = pytest.mark.any_database

CLIENTS = {module.__name__.rpartition(".")[2]: module for module in (icalendar, vobject, libical, ical_js, khal)}
# As organizers type it, and as a calendar shows it.
TEXTS = {
    "中文·标点，顿号、；“引号”": "中文·标点，顿号、；“引号”",
    "Umlaute äöüß, ½ · ñ; Łódź": "Umlaute äöüß, ½ · ñ; Łódź",
    "emoji 😀 👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳 👍🏽 1️⃣": "emoji 😀 👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳 👍🏽 1️⃣",
    "𠮷野家 𝒳 ﷽": "𠮷野家 𝒳 ﷽",
    "e\u0301 한글 עברית العربية ไทย": "e\u0301 한글 עברית العربية ไทย",
    r"C:\new\temp \n \N \, \; \\": r"C:\new\temp \n \N \, \; \\",
    "a,b;c:d\"e'f=g^h|i%j&k<l>": "a,b;c:d\"e'f=g^h|i%j&k<l>",
    "BEGIN:VEVENT\r\nMETHOD:REQUEST\nEND:VCALENDAR": "BEGIN:VEVENT METHOD:REQUEST END:VCALENDAR",
    "bell\x07 escape\x1b[31m delete\x7f c1\x9f": "bell escape[31m delete c1",
    "next\x85 line\u2028 paragraph\u2029 mark\ufeff": "next line paragraph mark",
    "tab\tand  blanks\u00a0and\u3000wide": "tab and blanks and wide",
    "长" * 100: "长" * 100,
    "\\" * 100: "\\" * 100,
    ",;" * 50: ",;" * 50,
    "ab" + "😀" * 90: "ab" + "😀" * 90,
    "one word " * 11: ("one word " * 11).strip(),
}


@pytest.fixture(params=CLIENTS)
def program(request: pytest.FixtureRequest) -> ModuleType:
    found = CLIENTS[request.param]
    if not found.is_here():
        pytest.skip(found.HOW)
    return found


@pytest.fixture
def demo(app, served) -> list[str]:
    """The demo's feeds: what its member has and waits for, and two activities, but not the largest."""
    with app.app_context():
        load(TODAY, no_bar)
        token = service.feed_of(by_login("member").id, TODAY)
        sizes = (
            sa.select(Activity.public_id).join(Post).join(Slot).where(Slot.starts_at > TODAY).group_by(Activity.id)
            .order_by(sa.func.count(Slot.id).desc(), Activity.id)
        )  # fmt: skip
        activities = db.session.scalars(sizes.offset(1).limit(2)).all()
    return [f"{served}/calendars/{token}.ics", *(f"{served}/activities/{name}.ics" for name in activities)]


@pytest.fixture
def pasted(app, cast, served) -> str:
    """The feed of an activity whose posts bear everything that people paste into a name."""
    with app.app_context():
        activity = make_activity("活动", db.session.merge(cast.first))
        for n, text in enumerate(TEXTS):
            make_slot(make_post(activity, text), NOW + n * HOUR)
        db.session.commit()
        return f"{served}/activities/{activity.public_id}.ics"


def stored() -> set[tuple[str, datetime, datetime]]:
    """Every slot that the database holds: UID, start and end."""
    return {(str(uid), *ends) for uid, *ends in db.session.execute(sa.select(Slot.uid, Slot.starts_at, Slot.ends_at))}


def test_every_program_reads_the_demo_alike(app, demo):
    """All that are here: which are missing, the other test says."""
    with app.app_context():
        slots = stored()
    with time_machine.travel(TODAY):  # for the server as well
        for address in demo:
            content = fetch(address)
            entries = icalendar.read(address)
            assert faults(content) == []
            assert len(entries) == content.count(b"BEGIN:VEVENT") > 0
            assert {entry[:3] for entry in entries} <= slots
            read = {name: program.read(address) for name, program in CLIENTS.items() if program.is_here()}
            assert {name: entries ^ found for name, found in read.items() if found != entries} == {}


def test_every_program_reads_every_text_as_it_was_meant(app, pasted, program):
    entries = sorted(program.read(pasted), key=lambda entry: entry.starts_at)
    assert [entry.summary for entry in entries] == [f"活动·{text}" for text in TEXTS.values()]
    with app.app_context():
        assert {entry[:3] for entry in entries} <= stored()
    assert faults(fetch(pasted)) == []


SAID = [*((scope, Detail.TITLE) for scope in Scope), *((scope, Detail.BUSY) for scope in Scope)]


@pytest.mark.parametrize(("scope", "detail"), SAID, ids=["-".join(one) for one in SAID])
def test_every_program_reads_each_scope_at_each_level_alike(app, cast, served, scope, detail):
    """Also where it says only when one is busy."""
    with app.app_context():
        edit_post(cast.ou.id, cast.lake.id, 0, {"name": "𠮷野家 \\n, ;·" + "岸" * 40}, NOW)
        slots = [make_slot(db.session.merge(cast.lake), NOW + days * DAY) for days in (2, 3)]
        db.session.commit()
        times = {(slot.starts_at, slot.ends_at) for slot in slots}
    address = served + one_of(app, cast, scope, detail)
    with app.app_context():
        if scope is Scope.DUTIES:
            for slot in slots:
                sign_up(cast.lin.id, slot.id, NOW)
    with time_machine.travel(NOW):  # for the server as well
        entries = icalendar.read(address)
        assert times < {entry[1:3] for entry in entries}
        assert detail is not Detail.BUSY or len({entry.summary for entry in entries}) == 1
        assert faults(fetch(address)) == []
        read = {name: program.read(address) for name, program in CLIENTS.items() if program.is_here()}
    assert {name: entries ^ found for name, found in read.items() if found != entries} == {}
